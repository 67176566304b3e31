"""The journal of finished records, from which an interrupted run resumes.

Each new record of a run is appended at once to a journal beside its output, flushed line by line.
The next run takes finished records from the journal and from the output of an earlier run. When the
output is complete, the journal is removed, or keeps what the run had no use for. A record with
`step` is an answer on the way to another one, such as that about a part of a video.
"""

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

import orjson

from vtk.errors import InputError, OutputError, UsageError
from vtk.output import atomic, os_errors
from vtk.span import Span, load

Key = bytes

log = logging.getLogger("vtk")


class ResumeJournal:
    """The finished records of `output`, by span; uses about 150 bytes of memory for each.

    Opens the journal; a context manager that closes it. Raises OutputError if it cannot be written.
    """

    def __init__(self, output: str) -> None:
        self._path = Path(os.path.realpath(output) + ".part")
        self._sources: list[BinaryIO] = []
        self._places: dict[Key, tuple[int, int]] = {}
        self._met: set[Key] = set()  # spans that were looked up
        self.kept = 0  # records that were taken from earlier runs
        self._told = False  # whether it was said that records were made otherwise
        for path in (Path(os.path.realpath(output)), self._path):
            try:
                self._sources.append(open(path, "rb"))  # noqa: SIM115
            except FileNotFoundError:
                continue
            except OSError as error:
                raise OutputError(f"cannot read {path}: {error.strerror}") from None
            found = self._index(len(self._sources) - 1)
            if not found and path != self._path and path.stat().st_size:
                self._sources[0].close()
                raise UsageError(f"--resume would replace {path}, in which no line is a record")
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

    def _index(self, number: int) -> int:
        """Note where the finished records of a source are; return how many lines are records."""
        source, at, found = self._sources[number], 0, 0
        for line in source:
            if (span := _span(line)) is not None:
                found += 1
                if not span.failed:
                    self._places[_key(span)] = (number, at)
                if "step" in span:  # it is part of a record, and wanted until that is complete
                    self._met.add(_key(span))
            at += len(line)
        return found

    def find(self, span: Span) -> Span | None:
        """Return the finished record of a span, whatever made it; None if there is none."""
        key = _key(span)
        self._met.add(key)
        return _span(self._line(key)) if key in self._places else None

    def lookup(self, span: Span, made: Mapping[str, Any]) -> Span | None:
        """Return the finished record of a span; None if there is none with this provenance.

        The last `made` entry of the record must match `made`; the entries before it must be those
        of the span. Warns of the first record that was made otherwise.
        """
        found = self.find(span)
        if found is None or _follows(found, span, made):
            self.kept += found is not None
            return found
        if not self._told and "prompt" in found.get("made", [{}])[-1] and not _same(found, span):
            self._told = True
            log.warning(
                "%s: this and other finished records were made with another model, prompt, option "
                "or input, and are made anew",
                span.fragment,
            )
        return None

    def _line(self, key: Key) -> bytes:
        number, at = self._places[key]
        self._sources[number].seek(at)
        return self._sources[number].readline()

    def append(self, span: Span) -> None:
        """Append a record to the journal, unless it is an error record or there already."""
        if not span.failed and self.find(span) != span:
            with os_errors(self._path):
                self._file.write(span.dump())
                self._file.flush()

    def finish(self) -> None:
        """Remove the journal of a complete output; or keep what that lacks, and warn of it."""
        output = self._path.with_suffix("")
        with open(output, "rb") as file:
            written = {_key(span) for line in file if (span := _span(line)) is not None}
        left = self._places.keys() - self._met - written
        if not left:
            self._path.unlink(missing_ok=True)
            return
        with atomic(self._path) as kept:
            for key in self._places:
                if key in left:
                    kept.write(self._line(key).rstrip(b"\n") + b"\n")
        log.warning(
            "finished records of %s that are not in this input: %d, kept in %s",
            output.name,
            len(left),
            self._path,
        )


def _span(line: bytes) -> Span | None:
    """Parse a line to a record; None if it is truncated or invalid."""
    try:
        return load(line)
    except InputError:
        return None


def _same(found: Span, span: Span) -> bool:
    """Whether a record is the input itself, with nothing done to it yet."""
    return bool(found.get("made", []) == span.get("made", []))


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

    named = [span.video, span.get("start"), span.get("end"), span.get("kind"), span.get("step")]
    return blake2b(orjson.dumps(named), digest_size=8).digest()
