"""From what a user types to files: a name of the catalog, a path, or ``hf:owner/repo/file.gguf``.

Files of the hub are looked for in its cache, without network; `fetch` puts them there.
"""

import hashlib
import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from vtk.errors import MissingError, UsageError
from vtk.models.hub import repo_names
from vtk.models.hub.catalog import Entry, catalog, find
from vtk.models.hub.projector import projector_beside

WEIGHTS = "open_clip_model.safetensors"  # what open_clip looks for first in a repository
ENDINGS = (".gguf", ".safetensors", ".pt", ".bin")


@dataclass(frozen=True)
class Files:
    """The files of a model on this machine; `mmproj` is the projector of one that sees."""

    name: str
    model: Path
    mmproj: Path | None = None
    entry: Entry | None = None


@dataclass(frozen=True)
class Remote:
    """A file on the hub, with its SHA-256 where the catalog knows it."""

    repo: str
    file: str
    revision: str | None = None
    sha256: str | None = None


def resolve(name: str, *, mmproj: str | None = None) -> Files:
    """The files of a model: a name of the catalog, a path, or ``hf:owner/repo/file.gguf``.

    Without `mmproj` (a path or ``hf:``), a local model takes the one that fits beside it. Raises
    MissingError where a file is not here, with the command that gets it, and UsageError.
    """
    given = None if mmproj is None else _given(mmproj)
    if is_path(name):
        model = _whole(Path(name).expanduser())
        return Files(model.stem, model, given or projector_beside(model))
    entry = _listed(name) if name.startswith("hf:") else find(name)
    if entry and entry.path:
        model = _whole(entry.path)
        own = _there(entry.mmproj_path) if entry.mmproj_path else None
        own = own or (projector_beside(model) if entry.kind == "vlm" and not given else None)
        return Files(entry.label, model, given or own, entry)
    here = {remote.file: _here(remote, name) for remote in remote_files(name)}
    model = next(iter(here.values()))
    if entry:
        return Files(entry.label, model, given or here.get(entry.mmproj or ""), entry)
    return Files(model.stem, model, given or projector_beside(model))


def is_path(name: str) -> bool:
    """Whether a name is that of a local file rather than of the catalog or the hub."""
    if "\0" in name or not name:
        raise UsageError("the name of the model is empty or has a NUL in it")
    return not name.startswith("hf:") and ("/" in name or name.lower().endswith(ENDINGS))


def remote_files(name: str) -> list[Remote]:
    """The files on the hub that a name stands for, the model first.

    Raises UsageError for a name that stands for local files or is none, MissingError for an
    unknown one.
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
    """The files on the hub of an entry: the model, its projector, and what else loading needs."""
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
    """Where the file is in the hub's cache; None where it is not, or huggingface_hub is not."""
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
    """The SHA-256 that the hub gives for a file of its cache; None for a file that is not of it.

    A name in the cache is a link to the content, and large contents are named by their SHA-256.
    """
    name = Path(os.readlink(path)).name if path.is_symlink() else ""
    return name if re.fullmatch(r"[0-9a-f]{64}", name) else None


def sha256(path: Path, progress: Callable[[int, int], None] | None = None) -> str:
    """The SHA-256 of a file; `progress` is told of the bytes done and of all. Raises OSError."""
    with open(path, "rb", buffering=0) as file:
        reader = _Told(file, os.fstat(file.fileno()).st_size, progress)
        return hashlib.file_digest(reader, "sha256").hexdigest()


class _Told(io.RawIOBase):
    """A file that tells how far it has been read."""

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
    """Repository and file of ``hf:owner/repo/file``; the file is empty where there is none."""
    owner, _, rest = name.removeprefix("hf:").partition("/")
    repo, _, file = rest.partition("/")
    if not repo_names.is_repository(f"{owner}/{repo}") or (file and not repo_names.is_file(file)):
        raise UsageError(f"{name!r} is not hf:owner/repo/file.gguf")
    return f"{owner}/{repo}", file


def _listed(name: str) -> Entry | None:
    """The entry of the catalog that an address on the hub means, if any."""
    repo, file = _address(name)
    of_repo = [entry for entry in catalog().values() if entry.repo == repo]
    return next((entry for entry in of_repo if file in ("", entry.file)), None)


def _of_open_clip(entry: Entry) -> tuple[str, str]:
    """Repository and file of the weights, from open_clip's own list."""
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


def _whole(path: Path) -> Path:
    """A model's path where it and, if it is split, all its parts are there."""
    for part in repo_names.split_files(path.name):
        _there(path.with_name(part))
    return path


def _here(remote: Remote, name: str) -> Path:
    path = cached_path(remote)
    if not path:
        raise MissingError(f"{remote.file} is not here; `vtk models pull {name}` gets it")
    return path
