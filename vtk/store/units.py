"""What a run with --resume has finished, unit by unit: the spans of a video, or one span.

A unit's records are appended to ``OUTPUT.part`` once all of them are there, with a mark behind.
When the output is complete, its marks go to ``OUTPUT.done``, so that a later run makes only what
is new or has changed. What the output then lacks of earlier units stays in ``OUTPUT.part``.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import orjson

from vtk.errors import InputError, OutputError, UsageError
from vtk.output import atomic, os_errors
from vtk.span import Span, load, local_path

# Errors that the same file gives again; others, as of a file that is not there, may be over.
LASTING = {"MediaError", "NoStreamError"}

log = logging.getLogger("vtk")


class _Place(NamedTuple):
    """Where the records of a unit stand, and what they were made of and with."""

    source: int
    at: int
    records: int
    state: str


class UnitJournal:
    """The finished units of `output`, made by a command with `options` (as text).

    Opens the journal; a context manager that closes it. Raises OutputError if it cannot be written,
    UsageError if the output is a file without records.
    """

    def __init__(self, output: str, command: str, options: str) -> None:
        self._target = Path(os.path.realpath(output))
        self._part, self._done = (Path(f"{self._target}.{end}") for end in ("part", "done"))
        self._made_with = f"{command} {options}"
        self._sources: list[BinaryIO] = []
        self._places: dict[str, _Place] = {}
        self._met: set[str] = set()
        self._marks: list[bytes] = []  # of the units of the new output, in its order
        self.kept = 0  # units that were taken from earlier runs
        self._read_output()
        with os_errors(self._part):
            self._file = open(self._part, "ab")  # noqa: SIM115
            if self._part.stat().st_size:
                self._file.write(b"\n")  # the last line may be truncated
                self._file.flush()
        self._read(self._part, _lines(self._part))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for file in (*self._sources, self._file):
            with suppress(OSError):
                file.close()

    def _read_output(self) -> None:
        """Note the units of a complete output. Raises UsageError if it has no records."""
        if not self._target.exists():
            return
        with suppress(OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            head, *marks = self._done.read_bytes().splitlines()
            if orjson.loads(head)["of"] == _stamp(self._target):
                self._read(self._target, _woven(_lines(self._target), marks))
                return
        with os_errors(self._target), open(self._target, "rb") as file:
            size = self._target.stat().st_size
            if size and not any(_is_record(line) for line in file):
                raise UsageError(
                    f"--resume would replace {self._target}, in which no line is a record"
                )
        log.warning(
            "%s was not made with --resume, or changed since: it is made anew", self._target
        )

    def _read(self, path: Path, lines: Iterable[tuple[int, bytes]]) -> None:
        """Note the places of all units in a file, given its lines and marks with their places."""
        source, starts = len(self._sources), []
        self._sources.append(open(path, "rb"))  # noqa: SIM115
        for at, line in lines:
            mark = _mark(line)
            if mark is None:
                starts.append(at)
                continue
            unit, count = mark.get("unit"), mark["records"]
            if unit is not None and count <= len(starts):
                start = starts[len(starts) - count] if count else at
                self._places[unit] = _Place(source, start, count, mark["state"])
            starts.clear()

    def find(self, unit: Sequence[Span]) -> list[Span] | None:
        """Return the records of a unit that an earlier run finished, if nothing has changed since.

        What counts is the input, the command with its options, and the local file of the video
        with the subtitle files of its name: their sizes and times.
        """
        key = _key(unit)
        self._met.add(key)
        place = self._places.get(key)
        if place is None or place.state != self._state(unit):
            return None
        file = self._sources[place.source]
        file.seek(place.at)
        try:
            records = [load(file.readline()) for _ in range(place.records)]
        except InputError:  # somebody writes to it
            return None
        return records

    def keep(self, unit: Sequence[Span]) -> None:
        """Note that the records of a unit that was found come next in the new output."""
        place = self._places[_key(unit)]
        self.kept += 1
        self._marks.append(_marked(_key(unit), place.state, place.records))

    def add(self, unit: Sequence[Span], records: Sequence[Span]) -> None:
        """Note a unit with all its records; one with an error that may be over is made again."""
        given = [span for span in unit if span.failed]
        new = [span for span in records if span.failed and span not in given]
        if any(span["error"]["type"] not in LASTING for span in new):
            self._marks.append(_marked(None, "", len(records)))
            return
        mark = _marked(_key(unit), self._state(unit), len(records))
        with os_errors(self._part):
            self._file.write(b"".join(span.dump() for span in records) + mark)
            self._file.flush()
        self._marks.append(mark)

    def finish(self) -> None:
        """Note the units of the complete output; keep what it lacks of others, and warn of it."""
        with atomic(self._done) as file:
            file.write(orjson.dumps({"of": _stamp(self._target)}) + b"\n")
            file.writelines(self._marks)
        left = {key: place for key, place in self._places.items() if key not in self._met}
        if not left:
            self._part.unlink(missing_ok=True)
            return
        with atomic(self._part) as kept:
            for key, place in left.items():
                source = self._sources[place.source]
                source.seek(place.at)
                kept.writelines(source.readline() for _ in range(place.records))
                kept.write(_marked(key, place.state, place.records))
        log.warning(
            "finished inputs of %s that are not among these: %d, kept in %s",
            *(self._target.name, len(left), self._part),
        )

    def _state(self, unit: Sequence[Span]) -> str:
        files = sorted({path for span in unit for path in _files(span.video)})
        return _digest([self._made_with, [[path, *_stamp(Path(path))] for path in files]])


def _files(video: str) -> Iterator[str]:
    from vtk.media.subtitles.sidecars import find_sidecars

    path = local_path(video)
    if path is not None and os.path.isfile(path):
        yield path
        yield from (each.path for each in find_sidecars(path))


def _stamp(path: Path) -> list[int]:
    try:
        status = path.stat()
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns]


def _key(unit: Sequence[Span]) -> str:
    return _digest(list(unit))


def _digest(value: Any) -> str:
    return blake2b(orjson.dumps(value), digest_size=12).hexdigest()


def _marked(key: str | None, state: str, records: int) -> bytes:
    return orjson.dumps({"unit": key, "state": state, "records": records}) + b"\n"


def _mark(line: bytes) -> dict[str, Any] | None:
    """Return the mark in a line; None if it holds something else."""
    if not line.startswith(b'{"unit":'):
        return None
    with suppress(orjson.JSONDecodeError):
        match orjson.loads(line):
            case {"unit": str() | None, "state": str(), "records": int()} as mark:
                return dict(mark)
    return None


def _is_record(line: bytes) -> bool:
    try:
        load(line)
    except InputError:
        return False
    return True


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their places, without empty ones."""
    at = 0
    try:
        with open(path, "rb") as file:
            for line in file:
                if line.strip():
                    yield at, line
                at += len(line)
    except OSError as error:
        raise OutputError(f"cannot read {path}: {error.strerror}") from None


def _woven(lines: Iterator[tuple[int, bytes]], marks: list[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of an output with the marks of its units behind their records."""
    for mark in marks:
        for _ in range(orjson.loads(mark)["records"]):
            yield next(lines, (0, b""))
        yield 0, mark
