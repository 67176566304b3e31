"""Verify model files by their SHA-256, and by what their format tells of a whole file."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vtk.errors import MissingError
from vtk.models.hub.catalog import Entry, catalog, user_file
from vtk.models.hub.files import (
    CTRANSLATE2,
    Files,
    blob_sha256,
    cached_path,
    entry_files,
    is_path,
    locate,
    remote_files,
    sha256,
    whole,
)
from vtk.models.hub.formats import PROJECTOR, fault
from vtk.models.hub.repo_names import split_files
from vtk.models.hub.whisper_folder import check_tokens, missing_files

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Verdict:
    """The result for a file; `status` is ok, corrupt, or unknown without an expected SHA-256.

    `why` says in words that follow the name of a corrupt file what is wrong with it, `fix` what
    to do about it, where that is known.
    """

    name: str
    path: Path
    status: str
    sha256: str | None  # the actual one; None if not computed
    expected: str | None = None
    why: str | None = None
    fix: str | None = None


@dataclass(frozen=True)
class _Part:
    """A file of a model; `wanted` is what it must hold, as for `formats.fault`."""

    path: Path
    expected: str | None
    wanted: str | None


def verify(name: str, progress: Progress = lambda *_: None) -> Iterator[Verdict]:
    """Verify each file of a model in full. Raises MissingError if one is not here or unreadable."""
    files = locate(name)
    own = is_path(name) or bool(files.entry and files.entry.path)
    for part in _own_parts(files) if own else _cached_parts(name, files):
        try:
            lacking = _lacking(part.path)
            wrong = fault(part.path, part.wanted) or lacking
            found = sha256(part.path, partial(progress, part.path.name))
        except OSError as error:
            raise MissingError(f"cannot read {part.path}: {error.strerror}") from None
        if part.expected == found and not lacking:  # whatever this version knows of its format
            yield Verdict(name, part.path, "ok", found, found)
            continue
        if part.expected and not wrong:
            wrong = "does not have the SHA-256 that is expected"
        fix = None
        if wrong:
            fix = _own_fix(files, part, wrong) if own else _cached_fix(name, part)
        status = "corrupt" if wrong else "unknown"
        yield Verdict(name, part.path, status, found, part.expected, wrong, fix)


def _lacking(path: Path) -> str | None:
    """Return which file beside the weights of a speech model is missing or broken, in words."""
    if path.name != CTRANSLATE2:
        return None
    if missing := missing_files(path.parent):
        return f"has no {' and no '.join(missing)} beside it"
    try:
        check_tokens(path.parent)
    except MissingError as error:
        return f"lies beside a wrong file: {error}"
    return None


def _own_parts(files: Files) -> Iterator[_Part]:
    entry, names = files.entry, split_files(files.model.name)
    for number, name in enumerate(names):
        expected = entry.sha256 if entry and len(names) == 1 else None
        yield _Part(files.model.with_name(name), expected, None if number else _kind(entry))
    if files.mmproj:
        yield _Part(files.mmproj, entry.mmproj_sha256 if entry else None, PROJECTOR)


def _cached_parts(name: str, files: Files) -> Iterator[_Part]:
    for remote in remote_files(name):
        if path := cached_path(remote):
            model = _kind(files.entry) if path == files.model else None
            wanted = PROJECTOR if path == files.mmproj else model
            yield _Part(path, remote.sha256 or blob_sha256(path), wanted)


def _kind(entry: Entry | None) -> str | None:
    """Return what a model's file must hold; a server may take others than vtk."""
    return entry.kind if entry and not entry.serve else None


def _own_fix(files: Files, part: _Part, wrong: str) -> str | None:
    """Return what to do about a file that is the user's own, and that no command brings back."""
    entry, eye = files.entry, part.wanted == PROJECTOR
    if not entry:
        return None
    where = f"[{entry.base}] in {user_file()}"
    if files.mmproj and not (fault(files.model, PROJECTOR) or fault(files.mmproj, "vlm")):
        return f"swap path and mmproj_path of {where}"
    if "SHA-256" in wrong:
        return f"if it is the right file, correct {'mmproj_' * eye}sha256 of {where}"
    return None


def _cached_fix(name: str, part: _Part) -> str:
    return f"remove {os.path.realpath(part.path)}, then `vtk models pull {name}`"


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
