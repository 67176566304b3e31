"""Resolve a catalog name, a path or ``hf:owner/repo/file.gguf`` to model files.

Files on the hub are looked up in its cache, without network; `vtk.models.hub.download.pull`
downloads them into it.
"""

import hashlib
import io
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from vtk.errors import MissingError, UsageError
from vtk.models.hub import repo_names
from vtk.models.hub.catalog import Entry, catalog, find, is_listed, require_kind
from vtk.models.hub.projector import projector_beside

WEIGHTS = "open_clip_model.safetensors"  # the file that open_clip looks for first in a repository
CLIP_FILES = (  # in the folder of an open_clip model, by preference
    *(WEIGHTS, "open_clip_pytorch_model.safetensors"),
    *("open_clip_pytorch_model.bin", "open_clip_pytorch_model.pth"),
)
CTRANSLATE2 = "model.bin"  # in the folder of a speech model
ENDINGS = (".gguf", ".safetensors", ".pt", ".bin")


@dataclass(frozen=True)
class Files:
    """The local files of a model; `mmproj` is the projector of a vision-language model."""

    name: str
    model: Path
    mmproj: Path | None = None
    entry: Entry | None = None


@dataclass(frozen=True)
class Remote:
    """A file on the hub, with its SHA-256 if the catalog has it."""

    repo: str
    file: str
    revision: str | None = None
    sha256: str | None = None


def resolve(name: str, *, mmproj: str | None = None, kinds: Sequence[str] = ()) -> Files:
    """Return the files of a model that is to be loaded; see `locate`.

    Raises MissingError, with the command, also for a model that runs behind a server only, and
    UsageError if its entry is of none of the `kinds`, where some are given.
    """
    if entry := entry_of(name):
        if kinds:
            require_kind(name, entry.kind, kinds)
        if entry.serve:
            raise MissingError(_only_served(entry))
    return locate(name, mmproj=mmproj)


def locate(name: str, *, mmproj: str | None = None) -> Files:
    """Return the files of a model: a catalog name, a path, or ``hf:owner/repo/file.gguf``.

    A path may be that of a folder with the weights of an open_clip or a faster-whisper model.
    Without `mmproj` (a path or ``hf:``), a local model takes the matching projector beside it.
    Raises MissingError, with the command that gets the file, if one is missing; UsageError.
    """
    given = None if mmproj is None else _given(mmproj)
    if is_path(name):
        path = Path(name).expanduser()
        model = whole(path)
        label = Path(os.path.abspath(path)).name if path.is_dir() else model.stem
        return Files(label, model, given or projector_beside(model))
    entry = entry_of(name)
    if entry and entry.path:
        model = whole(entry.path)
        own = _there(entry.mmproj_path) if entry.mmproj_path else None
        sees = entry.kind in ("vlm", "ocr") and not given
        return Files(
            entry.label, model, given or own or (projector_beside(model) if sees else None), entry
        )
    if entry and entry.serve and not entry.file:
        raise MissingError(_only_served(entry))
    here = {remote.file: _here(remote, name) for remote in remote_files(name)}
    model = next(iter(here.values()))
    if entry:
        return Files(entry.label, model, given or here.get(entry.mmproj or ""), entry)
    return Files(model.stem, model, given or projector_beside(model))


def is_path(name: str) -> bool:
    """Whether a name is a local path rather than a catalog name or a file on the hub.

    A folder in the working directory is one if no model has its name.
    """
    if "\0" in name or not name:
        raise UsageError("the name of the model is empty or has a NUL in it")
    if name.startswith("hf:"):
        return False
    if "/" in name or name.lower().endswith(ENDINGS):
        return True
    return os.path.isdir(os.path.expanduser(name)) and not is_listed(name)


def entry_of(name: str) -> Entry | None:
    """Return the catalog entry of a name; None for a path, or for a file that is not in it."""
    if is_path(name):
        return None
    return _listed(name) if name.startswith("hf:") else find(name)


def is_network(entry: Entry) -> bool:
    """Whether an entry is of an ONNX network, which recognizes lines of text."""
    return str(entry.path or entry.file).endswith(".onnx")


def remote_files(name: str) -> list[Remote]:
    """Return the files on the hub that a name refers to, the model first.

    Raises UsageError if the name refers to local files or is invalid, MissingError if it is
    unknown.
    """
    if not name.startswith("hf:"):
        entry = None if is_path(name) else find(name)
        if not entry or entry.path:
            raise UsageError(f"{name} is a local file: there is nothing to fetch")
        return entry_files(entry)
    if entry := _listed(name):
        return entry_files(entry)
    repo, file = _address(name)
    if not file:
        raise UsageError(f"{name} names no file: hf:{repo}/FILE.gguf")
    return [Remote(repo, part) for part in repo_names.split_files(file)]


def entry_files(entry: Entry) -> list[Remote]:
    """Return the files of an entry on the hub: model, projector, others that loading needs.

    Raises UsageError if a server fetches them.
    """
    if entry.serve and not entry.file:
        raise UsageError(f"{entry.name} is fetched by its server: `{entry.serve}`")
    repo, file = (entry.repo, entry.file or WEIGHTS) if entry.repo else _of_open_clip(entry)
    split = repo_names.split_files(file)
    found = [
        Remote(repo, part, entry.revision, entry.sha256 if len(split) == 1 else None)
        for part in split
    ]
    if entry.mmproj:
        found.append(Remote(repo, entry.mmproj, entry.revision, entry.mmproj_sha256))
    return found + [Remote(repo, extra, entry.revision) for extra in entry.also]


def cached_path(remote: Remote) -> Path | None:
    """Return the path of the file in the hub's cache; None if absent or without huggingface_hub."""
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return None
    try:
        found = try_to_load_from_cache(remote.repo, remote.file, revision=remote.revision)
    except OSError:
        return None
    return Path(found) if isinstance(found, str) else None


def blob_sha256(path: Path) -> str | None:
    """Return the hub's SHA-256 of a file in its cache; None if the link does not tell it.

    A file name in the cache is a symlink to a blob, and large blobs are named by their SHA-256.
    """
    name = Path(os.readlink(path)).name if path.is_symlink() else ""
    return name if re.fullmatch(r"[0-9a-f]{64}", name) else None


def sha256(path: Path, progress: Callable[[int, int], None] | None = None) -> str:
    """Return the SHA-256 of a file; calls `progress(done, total)` in bytes. Raises OSError."""
    with open(path, "rb", buffering=0) as file:
        reader = _Told(file, os.fstat(file.fileno()).st_size, progress)
        return hashlib.file_digest(reader, "sha256").hexdigest()


class _Told(io.RawIOBase):
    """A file reader that reports how many bytes have been read."""

    def __init__(self, file: Any, total: int, progress: Callable[[int, int], None] | None) -> None:
        self.file, self.total, self.done = file, total, 0
        self.progress = progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count: int = self.file.readinto(buffer)
        self.done += count
        if self.progress:
            self.progress(self.done, self.total)
        return count


def _address(name: str) -> tuple[str, str]:
    """Split ``hf:owner/repo/file`` into repository and file, which is "" if absent."""
    owner, _, rest = name.removeprefix("hf:").partition("/")
    repo, _, file = rest.partition("/")
    if not repo_names.is_repository(f"{owner}/{repo}") or (file and not repo_names.is_file(file)):
        raise UsageError(f"{name!r} is not hf:owner/repo/file.gguf")
    return f"{owner}/{repo}", file


def _listed(name: str) -> Entry | None:
    """Return the catalog entry for an ``hf:`` name, if there is one."""
    repo, file = _address(name)
    of_repo = [entry for entry in catalog().values() if entry.repo == repo]
    return next((entry for entry in of_repo if file in ("", entry.file)), None)


def _of_open_clip(entry: Entry) -> tuple[str, str]:
    """Return the repository and file of the weights, from open_clip's own list."""
    if entry.model and entry.model.startswith("hf-hub:"):
        return entry.model.removeprefix("hf-hub:"), WEIGHTS
    try:
        known: Any = import_module("open_clip.pretrained")
    except ImportError:
        raise MissingError(
            f"{entry.name} is found through open_clip: pip install 'video-text-kit[clip]'"
        ) from None
    address = known.get_pretrained_cfg(entry.model, entry.pretrained).get("hf_hub", "")
    repo, _, file = address.rpartition("/")
    if not repo_names.is_repository(repo):
        raise UsageError(f"open_clip has no {entry.model} with the tag {entry.pretrained}")
    return repo, WEIGHTS if file in ("", "open_clip_pytorch_model.bin") else file


def _given(mmproj: str) -> Path:
    if is_path(mmproj):
        return _there(Path(mmproj).expanduser())
    if not mmproj.startswith("hf:"):
        raise UsageError(f"{mmproj!r} is neither a path nor hf:owner/repo/file.gguf")
    repo, file = _address(mmproj)
    return _here(Remote(repo, file), mmproj)


def _there(path: Path) -> Path:
    if not path.is_file():
        raise MissingError(f"there is no file {path}")
    return path


def whole(path: Path) -> Path:
    """Return the file of weights at a path: that file, or the one in the folder of a model.

    Raises MissingError if the file or one of its parts is absent.
    """
    if path.is_dir():
        there = [path / name for name in (CTRANSLATE2, *CLIP_FILES) if (path / name).is_file()]
        named = (path for path in sorted(path.glob("*.gguf")) if "mmproj" not in path.name.lower())
        if not there and (first := next(named, None)):
            raise MissingError(f"{path} is a folder: name the .gguf file in it, such as {first}")
        if not there:
            raise MissingError(f"{path} holds no model: neither {CTRANSLATE2} nor {WEIGHTS}")
        return there[0]
    for part in repo_names.split_files(path.name):
        _there(path.with_name(part))
    return path


def _here(remote: Remote, name: str) -> Path:
    path = cached_path(remote)
    if not path:
        raise MissingError(f"{remote.file} is not here; `vtk models pull {name}` gets it")
    return path


def _only_served(entry: Entry) -> str:
    return f"{entry.name} runs behind a server only: `{entry.serve}`, then --endpoint URL"
