"""Which projector belongs to a local model that sees: told by the names of the files beside it."""

import logging
import re
from pathlib import Path

from vtk.models.hub import repo_names

GENERIC = {"model", "gguf", "clip", "vision"}  # words in a projector's name that name no model

log = logging.getLogger("vtk")


def projector_beside(model: Path) -> Path | None:
    """The projector in the folder of a model, where exactly one fits; a warning where several do.

    One fits whose name begins as the model's does up to the quantization, as
    ``mmproj-Qwen3VL-4B-Instruct-F16.gguf`` and ``Qwen3VL-4B-Instruct-Q4_K_M.gguf`` do. One that
    names no model fits, and so does the only one beside the only model.
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
    """Those that share the most of their words with the model's name, and have no other words."""
    own = _words(model.name)
    shared = {path: _words(path.name) for path in projectors}
    fitting = {path: len(words) for path, words in shared.items() if own[: len(words)] == words}
    most = max(fitting.values(), default=0)
    return [path for path, count in fitting.items() if count == most]


def _words(name: str) -> list[str]:
    """The words of a name that tell the model: no quantization, no ``mmproj``, no ``model``."""
    name = re.sub(r"mmproj", "", repo_names.SPLIT.sub(".gguf", name), flags=re.IGNORECASE)
    name = repo_names.QUANTIZATION.sub("", name).lower().removesuffix(".gguf")
    return [word for word in re.split(r"[-_. ]+", name) if word and word not in GENERIC]
