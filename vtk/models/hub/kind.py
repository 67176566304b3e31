"""Tell the kind of a model by its entry in the catalog or by its files."""

from pathlib import Path

from vtk.errors import UsageError
from vtk.models.hub import formats
from vtk.models.hub.catalog import Entry
from vtk.models.hub.files import CTRANSLATE2, entry_of, locate


def kind_and_entry(
    name: str | None, mmproj: str | None = None, endpoint: str | None = None
) -> tuple[str, Entry | None]:
    """Return the kind of a model, one of `catalog.KINDS`, and its entry if it has one.

    The model of a server is a vlm. A GGUF file without an entry that is no embedder is a vlm, whose
    projector may be absent. Raises MissingError if a model without an entry is not there,
    UsageError for a file of another format or if neither name nor endpoint is given.
    """
    if endpoint:
        return "vlm", None
    if not name:
        raise UsageError("no model is given: name one of vtk models list, or use --endpoint URL")
    if name.startswith(("local-dir:", "hf-hub:")):
        return "clip", None
    if entry := entry_of(name):
        return entry.kind, entry
    folder = Path(name).expanduser()
    files = locate(name, mmproj=mmproj)
    if files.model.name == CTRANSLATE2:
        return "speech", None
    if folder.is_dir():
        return "clip", None
    if files.model.suffix.lower() != ".gguf":
        raise UsageError(f"{name} is not a GGUF file: name the folder of an open_clip model")
    try:
        return ("embed" if formats.kind(files.model) == "embed" else "vlm"), None
    except formats.FaultError:
        return "vlm", None  # loading it tells more
