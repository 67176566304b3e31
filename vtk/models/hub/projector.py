"""Find the projector of a local vision-language model by the names of the files beside it."""

import logging
import re
from pathlib import Path

from vtk.models.hub import repo_names

GENERIC = {"model", "gguf", "clip", "vision"}  # words in file names that identify no model

log = logging.getLogger("vtk")


def projector_beside(model: Path) -> Path | None:
    """Return the projector in a model's folder if exactly one fits; warn if several do.

    A projector fits if its words begin the model's name, without quantization, as with
    ``mmproj-Qwen3VL-4B-Instruct-F16.gguf`` and ``Qwen3VL-4B-Instruct-Q4_K_M.gguf``. A projector
    without a model name fits any model, and a single projector beside a single model always fits.
    """
    if model.suffix.lower() != ".gguf":
        return None
    files = [path for path in model.parent.glob("*.gguf") if path.is_file()]
    projectors = sorted(path for path in files if "mmproj" in path.name.lower())
    if model in projectors:
        return None
    models = {path.name for path in files if path not in projectors}
    alone = len(projectors) == 1 and models <= set(repo_names.split_files(model.name))
    best = projectors if alone else _fitting(model, projectors)
    if len(best) > 1:
        found = " and ".join(path.name for path in best)
        log.warning("%s fit %s equally well: choose one with --mmproj", found, model.name)
    return best[0] if len(best) == 1 else None


def _fitting(model: Path, projectors: list[Path]) -> list[Path]:
    """Return the projectors whose words are the longest prefix of the words in the model's name."""
    own = _words(model.name)
    shared = {path: _words(path.name) for path in projectors}
    fitting = {path: len(words) for path, words in shared.items() if own[: len(words)] == words}
    most = max(fitting.values(), default=0)
    return [path for path, count in fitting.items() if count == most]


def _words(name: str) -> list[str]:
    """Return the words in a file name that identify the model: no quantization, no ``mmproj``."""
    name = re.sub(r"mmproj", "", repo_names.SPLIT.sub(".gguf", name), flags=re.IGNORECASE)
    name = repo_names.QUANTIZATION.sub("", name).lower().removesuffix(".gguf")
    return [word for word in re.split(r"[-_. ]+", name) if word and word not in GENERIC]
