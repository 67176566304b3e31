"""Resolve the name of an image-text model to what open_clip loads, without network.

A name is one of: a catalog name; open_clip's own name and tag as ``NAME/TAG``
(``ViT-B-32/openai``), or ``NAME`` with a weights file; ``hf-hub:owner/repo``; ``local-dir:/folder``
or the path of a folder that holds ``open_clip_config.json`` and the weights.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vtk.errors import MissingError, UsageError
from vtk.models.hub import repo_names
from vtk.models.hub.catalog import Entry, find
from vtk.models.hub.files import CLIP_FILES, WEIGHTS, Remote, cached_path, is_path, resolve

CONFIG = "open_clip_config.json"
HUB, FOLDER = "hf-hub:", "local-dir:"
READABLE = (".safetensors", ".bin", ".pt", ".pth")  # formats that load without running code


@dataclass(frozen=True)
class Source:
    """What open_clip loads: an architecture or ``local-dir:``, and its weights file.

    `look` overrides the image preprocessing settings of the architecture.
    """

    name: str
    model: str
    weights: Path
    look: Mapping[str, Any] = field(default_factory=dict)
    quick_gelu: bool = False


def source(library: Any, name: str, checkpoint: Path | None = None) -> Source:
    """Resolve a name; `library` is the module open_clip.

    Raises MissingError if a file is missing, with the command that gets it, and UsageError.
    """
    if checkpoint and not checkpoint.is_file():
        raise MissingError(f"there is no file {checkpoint}")
    found = _found(library, name, checkpoint)
    if found.weights.suffix not in READABLE:
        raise MissingError(
            f"{found.weights} cannot be read: weights must be .safetensors, .bin or .pt"
        )
    return found


def _found(library: Any, name: str, checkpoint: Path | None) -> Source:
    if name.startswith(FOLDER) or (is_path(name) and Path(name).expanduser().is_dir()):
        return _of_folder(Path(name.removeprefix(FOLDER)).expanduser(), checkpoint)
    if name.startswith(HUB):
        return _of_hub(name.removeprefix(HUB), checkpoint)
    model, _, tag = name.partition("/")
    if model in library.list_models():
        return _tagged(library, model, tag, checkpoint)
    if Path(name).expanduser().is_file():
        raise UsageError(f"{name} is a file: name the folder of an open_clip model")
    if "/" in name:
        raise MissingError(f"there is no folder {name}, and open_clip has no {model}")
    return _listed(library, name, find(name))


def _of_folder(folder: Path, checkpoint: Path | None = None, name: str | None = None) -> Source:
    if not (folder / CONFIG).is_file():
        raise MissingError(f"there is no {CONFIG} in {folder}: it is not an open_clip model")
    there = (folder / file for file in CLIP_FILES if (folder / file).is_file())
    weights = checkpoint or next(there, None)
    if not weights:
        raise MissingError(f"there are no weights in {folder}: it lacks {WEIGHTS}")
    return Source(name or folder.resolve().name, f"{FOLDER}{folder}", weights)


def _of_hub(repo: str, checkpoint: Path | None) -> Source:
    if not repo_names.is_repository(repo):
        raise UsageError(f"{HUB}{repo} is not {HUB}owner/repo")
    config = cached_path(Remote(repo, CONFIG))
    if not config:
        raise MissingError(_absent(repo, CONFIG))
    weights = checkpoint or _cached(repo, (WEIGHTS, "open_clip_pytorch_model.bin"))
    return _of_folder(config.parent, weights, repo.partition("/")[2])


def _tagged(library: Any, model: str, tag: str, checkpoint: Path | None) -> Source:
    """Resolve one of open_clip's own models, with the weights of a tag or from a file."""
    told = library.get_pretrained_cfg(model, tag) if tag else {}
    if (tag and not told) or not (tag or checkpoint):
        tags = ", ".join(library.list_pretrained_tags_by_model(model)) or "none"
        raise UsageError(f"which weights of {model}? name one of its tags ({tags}) as {model}/TAG")
    weights = checkpoint or _of_tag(told)
    label = f"{model}/{tag}" if tag else f"{model}/{weights.stem}"
    return Source(label, model, weights, told, bool(told.get("quick_gelu")))


def _of_tag(told: Mapping[str, Any]) -> Path:
    """Return the weights of a tag, from the hub's cache or from open_clip's own cache."""
    repo, _, file = told.get("hf_hub", "").rpartition("/")
    if repo:
        file = file or "open_clip_pytorch_model.bin"
        safe = str(Path(file).with_suffix(".safetensors"))
        if file == "open_clip_pytorch_model.bin":
            safe = WEIGHTS
        return _cached(repo, (safe, file))
    url: str = told.get("url", "")
    kept = Path("~/.cache/clip").expanduser() / os.path.basename(url)
    if not kept.is_file():
        raise MissingError(f"{kept.name} is not here: curl -L --create-dirs -o {kept} {url}")
    return kept


def _listed(library: Any, name: str, entry: Entry) -> Source:
    """Resolve an entry of the catalog."""
    weights = resolve(name, kinds=("clip",)).model
    if not entry.model or entry.model.startswith(HUB):
        return _of_folder(weights.parent, weights, entry.label)
    if entry.model not in library.list_models():
        raise MissingError(
            f"this open_clip is too old for {name}: pip install -U 'video-text-kit[clip]'"
        )
    told = library.get_pretrained_cfg(entry.model, entry.pretrained or "")
    return Source(entry.label, entry.model, weights, told, bool(told.get("quick_gelu")))


def _cached(repo: str, files: tuple[str, ...]) -> Path:
    """Return the first of `files` that is in the hub's cache. Raises MissingError."""
    for file in files:
        if path := cached_path(Remote(repo, file)):
            return path
    raise MissingError(_absent(repo, files[0]))


def _absent(repo: str, file: str) -> str:
    return f"{file} is not here; `vtk models pull hf:{repo}/{file}` gets it"


def tokenizer(library: Any, told: Source, config: Mapping[str, Any]) -> Any:
    """Return the tokenizer of a model with configuration `config`. Raises MissingError."""
    text = config["text_cfg"]
    length = text.get("context_length", library.tokenizer.DEFAULT_CONTEXT_LENGTH)
    options = dict(text.get("tokenizer_kwargs", {}))
    named = text.get("hf_tokenizer_name")
    if not named:
        return library.SimpleTokenizer(context_length=length, **options)
    folder = told.weights.parent
    beside = (folder / "tokenizer.json").is_file() or (folder / "tokenizer_config.json").is_file()
    try:
        return library.tokenizer.HFTokenizer(
            str(folder) if beside else named,
            context_length=length,
            tokenizer_mode=text.get("tokenizer_mode"),
            **options,
        )
    except ImportError:
        raise MissingError(
            f"the tokenizer of {told.name} needs transformers: pip install transformers"
        ) from None
    except (OSError, ValueError):
        raise MissingError(f"there is no tokenizer.json beside {told.weights}") from None
