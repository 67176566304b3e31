"""Verify model files by their SHA-256, and by what their format tells of a whole file."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vtk.errors import MissingError
from vtk.models.hub.catalog import Entry, catalog
from vtk.models.hub.files import (
    blob_sha256,
    cached_path,
    entry_files,
    is_path,
    locate,
    remote_files,
    sha256,
    whole,
)
from vtk.models.hub.formats import fault
from vtk.models.hub.repo_names import split_files

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Verdict:
    """The result for a file; `status` is ok, corrupt, or unknown without an expected SHA-256.

    `why` says in words that follow the name of a corrupt file what is wrong with it.
    """

    name: str
    path: Path
    status: str
    sha256: str | None  # the actual one; None if not computed
    expected: str | None = None
    why: str | None = None


def verify(name: str, progress: Progress = lambda *_: None) -> Iterator[Verdict]:
    """Verify each file of a model in full. Raises MissingError if one is not installed."""
    files = locate(name)
    if is_path(name) or (files.entry and files.entry.path):
        entry, parts = files.entry, split_files(files.model.name)
        for part in parts:
            expected = entry.sha256 if entry and len(parts) == 1 else None
            yield _judged(name, files.model.with_name(part), expected, progress)
        if files.mmproj:
            expected = entry.mmproj_sha256 if entry else None
            yield _judged(name, files.mmproj, expected, progress, projector=True)
        return
    for remote in remote_files(name):
        if path := cached_path(remote):
            eye = files.mmproj is not None and path == files.mmproj
            expected = remote.sha256 or blob_sha256(path)
            yield _judged(name, path, expected, progress, projector=eye)


def names_installed() -> list[str]:
    """Return the names in the catalog whose files are all installed."""
    return [name for name, entry in catalog().items() if installed_path(entry)]


def installed_path(entry: Entry) -> Path | None:
    """Return the model's path if all files of an entry are installed, else None."""
    if entry.path:
        with suppress(MissingError):
            return whole(entry.path)
        return None
    if not entry.repo or (entry.serve and not entry.file):
        return None  # looking the repository up in open_clip would take seconds
    paths = [cached_path(remote) for remote in entry_files(entry)]
    return paths[0] if all(paths) else None


def _judged(
    name: str, path: Path, expected: str | None, progress: Progress, *, projector: bool = False
) -> Verdict:
    wrong = fault(path, projector=projector)
    found = sha256(path, lambda done, total: progress(path.name, done, total))
    if expected == found:  # it is what it should be, whatever this version knows of its format
        return Verdict(name, path, "ok", found, expected)
    if expected and not wrong:
        wrong = "is not the file whose SHA-256 is expected"
    return Verdict(name, path, "corrupt" if wrong else "unknown", found, expected, wrong)
