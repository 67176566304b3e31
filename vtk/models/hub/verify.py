"""Hold the files of models to their SHA-256, and GGUF files to their first bytes."""

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
    """What came of a file: ok, corrupt, or unknown where nothing tells its SHA-256."""

    name: str
    path: Path
    status: str
    sha256: str | None  # as it is
    expected: str | None = None


def verify(name: str, progress: Progress = lambda *_: None) -> Iterator[Verdict]:
    """Read the files of a model whole and judge each. Raises MissingError where one is not here."""
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
    """The names of the catalog whose files are all here."""
    return [name for name, entry in catalog().items() if installed_path(entry)]


def installed_path(entry: Entry) -> Path | None:
    """The model's path where all files of an entry are here, else None."""
    if entry.path:
        return entry.path if entry.path.is_file() else None
    if not entry.repo:  # to ask open_clip for its address would take seconds
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
