"""Verify model files by their SHA-256, and GGUF files by their magic number too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vtk.models.hub.catalog import Entry, catalog
from vtk.models.hub.files import (
    blob_sha256,
    cached_path,
    entry_files,
    is_path,
    remote_files,
    resolve,
    sha256,
)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Verdict:
    """The result for a file; `status` is ok, corrupt, or unknown without an expected SHA-256."""

    name: str
    path: Path
    status: str
    sha256: str | None  # the actual one; None if not computed
    expected: str | None = None


def verify(name: str, progress: Progress = lambda *_: None) -> Iterator[Verdict]:
    """Verify each file of a model in full. Raises MissingError if one is not installed."""
    files = resolve(name)
    if is_path(name) or (files.entry and files.entry.path):
        entry = files.entry
        yield _judged(name, files.model, entry.sha256 if entry else None, progress)
        if files.mmproj:
            expected = entry.mmproj_sha256 if entry else None
            yield _judged(name, files.mmproj, expected, progress)
        return
    for remote in remote_files(name):
        if path := cached_path(remote):
            yield _judged(name, path, remote.sha256 or blob_sha256(path), progress)


def names_installed() -> list[str]:
    """Return the names in the catalog whose files are all installed."""
    return [name for name, entry in catalog().items() if installed_path(entry)]


def installed_path(entry: Entry) -> Path | None:
    """Return the model's path if all files of an entry are installed, else None."""
    if entry.path:
        return entry.path if entry.path.is_file() else None
    if not entry.repo:  # looking the repository up in open_clip would take seconds
        return None
    paths = [cached_path(remote) for remote in entry_files(entry)]
    return paths[0] if all(paths) else None


def _judged(name: str, path: Path, expected: str | None, progress: Progress) -> Verdict:
    if path.suffix == ".gguf" and not _is_gguf(path):
        return Verdict(name, path, "corrupt", None, expected)
    found = sha256(path, lambda done, total: progress(path.name, done, total))
    status = "unknown" if expected is None else "ok" if found == expected else "corrupt"
    return Verdict(name, path, status, found, expected)


def _is_gguf(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == b"GGUF"
