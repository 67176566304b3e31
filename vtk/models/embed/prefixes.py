"""What a text embedder wants before queries and texts, found in the catalog by the file's name.

A GGUF file named by its path, or the model of a server, is often one that the catalog lists.
"""

import re
from pathlib import PurePosixPath

from vtk.models.hub.catalog import Entry, catalog

_FORM = re.compile(r"[-._](?:gguf|i?q\d\w*|b?f16|f32)$")  # how weights are kept, not which they are


def listed_embedder(name: str) -> Entry | None:
    """Return the catalog entry of the text embedder that a file or a served model is named after.

    Quantization and the owner of the repository do not count. None if there is no such entry.
    """
    wanted = _bare(name)
    for entry in catalog().values():
        if entry.kind == "embed" and wanted in {_bare(entry.file or ""), _bare(entry.repo or "")}:
            return entry
    return None


def _bare(name: str) -> str:
    """ "Qwen/Qwen3-Embedding-0.6B-Q8_0.gguf" as "qwen3-embedding-0.6b"."""
    bare = PurePosixPath(name.lower()).name
    while (shorter := _FORM.sub("", bare)) != bare:
        bare = shorter
    return bare
