"""The journal of finished records, from which an interrupted run resumes.

Each new record of a run is appended at once to a journal beside its output, flushed line by line.
The next run takes finished records from the journal and from the output of an earlier run; the
journal is removed when the output is complete.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

import orjson

from vtk.errors import InputError, OutputError
from vtk.output import os_errors
from vtk.span import Span, load

Key = bytes


class ResumeJournal:
    """The finished records of `output`, by span; uses about 150 bytes of memory for each.

    Opens the journal; a context manager that closes it. Raises OutputError if it cannot be written.
    """

    def __init__(self, output: str) -> None:
        self._path = Path(os.path.realpath(output) + ".part")
        self._sources: list[BinaryIO] = []
        self._places: dict[Key, tuple[int, int]] = {}
        for path in (Path(os.path.realpath(output)), self._path):
            with suppress(FileNotFoundError):
                try:
                    self._sources.append(open(path, "rb"))  # noqa: SIM115
                except OSError as error:
                    if isinstance(error, FileNotFoundError):
                        raise
                    raise OutputError(f"cannot read {path}: {error.strerror}") from None
                self._index(len(self._sources) - 1)
        with os_errors(self._path):
            self._file = open(self._path, "ab")  # noqa: SIM115
            if self._path.stat().st_size:
                self._file.write(b"\n")  # the last line may be truncated

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for file in (*self._sources, self._file):
            with suppress(OSError):
                file.close()

    def _index(self, number: int) -> None:
        source, at = self._sources[number], 0
        for line in source:
            if (span := _span(line)) is not None and not span.failed:
                self._places[_key(span)] = (number, at)
            at += len(line)

    def lookup(self, span: Span, made: Mapping[str, Any]) -> Span | None:
        """Return the finished record of a span; None if there is none with this provenance.

        The last `made` entry of the record must match `made`; the entries before it must be those
        of the span.
        """
        place = self._places.get(_key(span))
        if place is None:
            return None
        source = self._sources[place[0]]
        source.seek(place[1])
        found = _span(source.readline())
        if found is None or not _follows(found, span, made):
            return None
        return found

    def append(self, span: Span) -> None:
        """Append a new record to the journal, unless it is an error record."""
        if not span.failed:
            with os_errors(self._path):
                self._file.write(span.dump())
                self._file.flush()

    def remove(self) -> None:
        """Remove the journal, as the output is complete."""
        self._path.unlink(missing_ok=True)


def _span(line: bytes) -> Span | None:
    """Parse a line to a record; None if it is truncated or invalid."""
    try:
        return load(line)
    except InputError:
        return None


def _follows(found: Span, span: Span, made: Mapping[str, Any]) -> bool:
    """Whether the provenance of a record is that of `span` plus one entry that matches `made`."""
    before = span.get("made", [])
    entries = found.get("made", [])
    if len(entries) != len(before) + 1 or entries[:-1] != before:
        return False
    last = entries[-1]
    return all(last.get(key) == value for key, value in made.items() if value is not None)


def _key(span: Span) -> Key:
    from hashlib import blake2b  # loads OpenSSL, which only a run with --resume needs

    named = [span.video, span.get("start"), span.get("end"), span.get("kind")]
    return blake2b(orjson.dumps(named), digest_size=8).digest()
