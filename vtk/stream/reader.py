"""Reading spans: from arguments, files and standard input, as JSON Lines or what else is meant."""

import codecs
import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

import orjson

from vtk.errors import InputError, NotJsonError, OpenError, UsageError
from vtk.pipeline import about
from vtk.span import Span, load, local_path, parse
from vtk.stream.folders import videos_in
from vtk.stream.json_text import JsonText
from vtk.stream.lines import (
    LONGEST_LINE,
    bounded_lines,
    file_behind,
    holds_spans,
    may_be_json,
    own_input,
    span_named_by,
)
from vtk.stream.places import Absolute, Beside
from vtk.stream.progress import STDIN

SEPARATOR = b"\x1e"  # before each record in application/json-seq, as of `jq --seq`

log = logging.getLogger("vtk")


@dataclass
class Reader:
    """The input of one run of one command; counts what is no span."""

    command: str = ""
    inputs: Sequence[str] = ()
    output: str | None = None  # a file that no input may be
    converts: bool = False  # the output cannot be read again as spans
    quiet: bool = False
    null: bool = False
    absolute: bool = False  # local files get their absolute names
    bad: int = 0  # texts that are no span
    lost: int = 0  # texts of which no record tells
    bugs: int = 0
    good: int = 0  # spans that are no error records
    passed: Counter[str] = field(default_factory=Counter)  # error records, by their type
    reading: int = 0  # index of the current input
    within: float | None = 1.0  # share of the current input that is read, 0 to 1; None if unknown

    def __post_init__(self) -> None:
        self._absolute = [Absolute()] if self.absolute else []
        self._renaming: Sequence[Callable[[Span], Span]] = self._absolute

    def spans(self) -> Iterator[Span]:
        """Yield the spans of the arguments or of standard input.

        A bad line is logged, not raised, and yields an error record if it names a video.
        With arguments, standard input is read only if one of them is ``-`` or ``/dev/stdin``.
        """
        for number, argument in enumerate(self.inputs or ["-"]):
            self.reading, self._renaming = number, self._absolute
            if argument in STDIN:
                if sys.stdin is None:
                    raise InputError("standard input is closed")
                try:
                    with own_input(sys.stdin.fileno()) as file:
                        self._look_beside(file_behind(file))
                        yield from self._read(file, "standard input", null=self.null)
                except OSError as error:
                    raise InputError(f"cannot read standard input: {error.strerror}") from None
            elif holds_spans(argument):
                if self.converts:
                    self._keep_apart(argument, "read here")
                self._look_beside(argument)
                try:
                    with open(argument, "rb") as file:
                        yield from self._read(file, argument)
                except OSError as error:
                    yield self._unreadable(Span(video=argument), error)
            else:
                self.within = 1.0
                yield from self._named(argument, "argument")

    @property
    def share(self) -> float | None:
        """The share of all input that is read, 0 to 1; None if the total size is unknown."""
        if self.within is None:
            return None
        return (self.reading + self.within) / max(len(self.inputs), 1)

    def _look_beside(self, records: str | None) -> None:
        """Look for files that are not found from here beside this file of records."""
        if records and (beside := Beside(records)).elsewhere:
            self._renaming = [beside, *self._absolute]

    def _unreadable(self, span: Span, error: OSError) -> Span:
        reason = OpenError(f"cannot read: {error.strerror}")
        log.error("%s: %s", span.video, reason, extra=about(span, reason))
        return span.with_error(self.command, reason)

    def _read(self, file: BinaryIO, name: str, *, null: bool = False) -> Iterator[Span]:
        if file.isatty() and not self.quiet:
            log.warning("reading paths or spans from the terminal; end with Ctrl-D")
        read, size = 0, os.fstat(file.fileno()).st_size  # size 0: a pipe
        json, since = JsonText(), ""
        for number, line in enumerate(bounded_lines(file, b"\0" if null else b"\n"), 1):
            read += len(line) + null
            self.within = min(read / size, 1.0) if size else None
            where = f"{name}, line {number}"
            if len(line) > LONGEST_LINE:
                raise InputError(f"{where}: longer than {LONGEST_LINE} bytes, so not JSON Lines")
            if number == 1 and b"\0" in line:  # a video or UTF-16: the rest is no better
                raise InputError(
                    f"{where}: not text: give a video by its name, and -0 for names that end in NUL"
                )
            text = line if null else line.rstrip(b"\r\n").removeprefix(SEPARATOR)
            if number == 1:
                text = text.removeprefix(codecs.BOM_UTF8)
            if not text.strip() or (not null and json.is_rest(text)):
                continue
            if null or not (json.inside or may_be_json(text)):
                yield from self._named(os.fsdecode(text), where)
                continue
            since = since if json.in_record else where
            yield from self._values(json, text, where, since)
        if json.inside:
            yield from self._bad(NotJsonError("not JSON: it ends inside a value"), b"", since)

    def _values(self, json: JsonText, line: bytes, where: str, since: str) -> Iterator[Span]:
        """Yield the span of a line of JSON, or those that end in it if it is no record by itself.

        A record that begins a line is one even inside another, which was cut off there.
        """
        try:
            if not json.in_record:
                yield from self._parsed(load, line, where)
                return
            if line.startswith(b"{"):
                span = load(line)
                json.give_up()
                yield from self._bad(NotJsonError("not JSON: it is cut off"), b"", since)
                yield span
                return
        except InputError:  # it is more or less than a record
            pass
        try:
            for record in json.feed(line):
                if record.startswith(b'"'):
                    yield from self._named(orjson.loads(record), where)
                else:
                    yield from self._parsed(load, record, where)
        except NotJsonError as error:
            json.give_up()
            yield from self._bad(error, line, since)
            if where != since and not (json.is_rest(line) or may_be_json(line)):
                yield from self._named(os.fsdecode(line), where)

    def _named(self, text: str, where: str) -> Iterator[Span]:
        """Yield the span that a text names, or those of the videos in a folder."""
        videos = videos_in(text) if os.path.isdir(text) else []
        try:
            for name in videos or [text]:
                yield from self._parsed(parse, name, where)
        except NotJsonError as error:
            yield from self._bad(error, text, where)

    def _parsed(self, reader: Callable[..., Span], text: bytes | str, where: str) -> Iterator[Span]:
        """Yield the span that `reader` makes of a text, or an error record. Raises NotJsonError."""
        try:
            span = reader(text)
        except NotJsonError:
            raise
        except InputError as error:
            yield from self._bad(error, text, where)
        except Exception as error:  # a bug affects only this line
            self.lost += 1
            self.bugs += 1
            log_bug(error, f"{where}: ")
        else:
            for renamed in self._renaming:
                span = renamed(span)
            if self.output is not None:
                self._keep_apart(local_path(span.video), "the video itself")
            if span.failed:
                self.passed[span["error"]["type"]] += 1
            else:
                self.good += 1
            yield span

    def _bad(self, error: InputError, text: bytes | str, where: str) -> Iterator[Span]:
        """Tell of a text that is no span; yield an error record if it names a video."""
        self.bad += 1
        name = span_named_by(text)
        log.error("%s: %s", where, error, extra=about(name or Span(), error))
        if name is not None:
            yield name.with_error(self.command, error)
        else:
            self.lost += 1

    def _keep_apart(self, path: str | None, what: str) -> None:
        """Raise UsageError if the output would overwrite the file `path`, described by `what`."""
        if path is None or self.output in (None, "-"):
            return
        with suppress(OSError, ValueError):  # one of the files does not exist
            if os.path.samefile(path, str(self.output)) and os.path.isfile(path):
                raise UsageError(f"{self.output} is {what}: name another file with -o")


def log_bug(error: Exception, where: str = "") -> None:
    """Tell of an error that is a fault of vtk."""
    log.error("%sinternal error: %s: %s", where, type(error).__name__, error, exc_info=error)
