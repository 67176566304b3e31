"""The stream: spans from arguments and standard input, spans to standard output or a file.

Everything a command does with the outside of vtk is here: reading lines, writing lines, what goes
to standard error, and the one place where errors become exit statuses.
"""

import codecs
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from typing import BinaryIO, NoReturn

from vtk.errors import (
    InputError,
    InternalError,
    MissingError,
    OpenError,
    OutputError,
    UsageError,
    VtkError,
)
from vtk.output import open_sink
from vtk.pipeline import Ability, failure, group_by_video
from vtk.span import Span, load, parse
from vtk.store.journal import ResumeJournal
from vtk.stream.lines import LONGEST_LINE, STRETCH, holds_spans, named, own_input, pieces
from vtk.stream.logs import configure
from vtk.stream.progress import STDIN, Progress, span_bar
from vtk.stream.signals import install_handlers, interrupt_when_reader_leaves, silence_broken_stdout
from vtk.stream.terminal import is_terminal

log = logging.getLogger("vtk")


class ExitStatus(IntEnum):
    """What the process says to the shell when it ends."""

    OK = 0  # all well
    FAILED = 1  # some records failed and came out as error records
    USAGE = 2  # wrong usage
    INPUT = 65  # input is not JSON Lines of spans
    NO_INPUT = 66  # no input could be opened
    MISSING = 69  # a backend, model or optional package is missing; the message says how to get it
    INTERNAL = 70  # a bug in vtk
    OUTPUT = 74  # the output could not be written
    INTERRUPTED = 130  # interrupted (Ctrl-C)


# What an error that ends the run comes to; the first kind that fits.
STATUSES: tuple[tuple[type[VtkError], ExitStatus], ...] = (
    (UsageError, ExitStatus.USAGE),
    (InputError, ExitStatus.INPUT),
    (MissingError, ExitStatus.MISSING),
    (OutputError, ExitStatus.OUTPUT),
    (VtkError, ExitStatus.FAILED),
)


@dataclass
class Stream:
    """One run of one command: where spans come from, where they go, and how the run speaks."""

    command: str
    inputs: list[str] = field(default_factory=list)
    output: str | None = None
    jobs: int = 1
    quiet: bool = False
    log_json: bool = False
    null: bool = False
    hint: str = ""  # said once on a terminal
    journal: ResumeJournal | None = None  # of an earlier run, with which this one goes on
    resumes: bool = False  # whether to go on with an earlier run
    bad_lines: int = 0
    bugs: int = 0
    failed: int = 0
    unopened: int = 0
    good: int = 0
    reading: int = 0  # number of the input that is read
    within: float | None = 1.0  # how much of it is read, 0 to 1; None where that is not known
    progress: Progress = field(default_factory=Progress)

    def run(
        self,
        ability: Ability,
        *,
        by_video: bool = False,
        dump: Callable[[Span], bytes] | None = Span.dump,
    ) -> NoReturn:
        """Send the spans of the input through `ability` and end the process by its status.

        `by_video` says that the ability needs the spans of a video together; `dump` turns a span
        into what is written, and is None where the ability writes itself.
        """
        sys.exit(self.status(partial(self._through, ability, by_video, dump)))

    def status(self, write: Callable[[], None]) -> ExitStatus:
        """Run `write` and turn whatever it raises into a message and an exit status."""
        configure(self.command, quiet=self.quiet, log_json=self.log_json)
        reader_left = threading.Event()
        if self.output in (None, "-"):
            interrupt_when_reader_leaves(reader_left)
        install_handlers(self._tell_of_waiting, lambda: self.progress.clear())
        try:
            write()
        except KeyboardInterrupt:
            # A reader that left (`| head`) is told apart from Ctrl-C by the flag.
            return ExitStatus.OK if reader_left.is_set() else ExitStatus.INTERRUPTED
        except BrokenPipeError:
            return ExitStatus.OK
        except VtkError as error:
            log.error("%s", error)
            return next(status for kind, status in STATUSES if isinstance(error, kind))
        except Exception as error:
            self._bug(error)
        finally:
            silence_broken_stdout()
        return self._verdict()

    def spans(self) -> Iterator[Span]:
        """The spans of the arguments and of standard input; a bad line is reported, not raised.

        What it names, if a video, comes as an error record.
        With arguments, standard input is read only where one of them is ``-``.
        """
        for number, argument in enumerate(self.inputs or ["-"]):
            self.reading = number
            if argument in STDIN:
                if sys.stdin is None:
                    raise InputError("standard input is closed")
                try:
                    with own_input(sys.stdin.fileno()) as file:
                        yield from self._read(file, "standard input", null=self.null)
                except OSError as error:
                    raise InputError(f"cannot read standard input: {error.strerror}") from None
            elif holds_spans(argument):
                try:
                    with open(argument, "rb") as file:
                        yield from self._read(file, argument)
                except OSError as error:
                    yield self._unreadable(Span(video=argument), error)
            else:
                self.within = 1.0
                yield from self._parsed(parse, argument, "argument")

    @property
    def _share(self) -> float | None:
        """How much of the input is read, 0 to 1; None where nobody knows how much there is."""
        if self.within is None:
            return None
        return (self.reading + self.within) / max(len(self.inputs), 1)

    def _unreadable(self, span: Span, error: OSError) -> Span:
        reason = OpenError(f"cannot read: {error.strerror}")
        log.error("%s: %s", span.video, reason)
        return span.error(self.command, reason)

    def _read(self, file: BinaryIO, name: str, *, null: bool = False) -> Iterator[Span]:
        if file.isatty() and not self.quiet:
            log.warning("reading paths or spans from the terminal; end with Ctrl-D")
        read, size = 0, os.fstat(file.fileno()).st_size  # 0 of a pipe
        for number, line in enumerate(pieces(file, b"\0" if null else b"\n"), 1):
            read += len(line) + null
            self.within = min(read / size, 1.0) if size else None
            where = f"{name}, line {number}"
            if len(line) > LONGEST_LINE:
                raise InputError(f"{where}: longer than {LONGEST_LINE} bytes, so not JSON Lines")
            text = line if null else line.rstrip(b"\r\n")
            if number == 1:
                text = text.removeprefix(codecs.BOM_UTF8)
            if not text.strip():
                continue
            if text.lstrip()[:1] in (b"{", b"[", b'"') and not null and not os.path.lexists(text):
                yield from self._parsed(load, text, where)
            else:
                yield from self._parsed(parse, os.fsdecode(text), where)

    def _parsed(self, reader: Callable[..., Span], text: bytes | str, where: str) -> Iterator[Span]:
        try:
            span = reader(text)
        except InputError as error:
            self.bad_lines += 1
            log.error("%s: %s", where, error)
            if (name := named(text)) is not None:
                yield name.error(self.command, error)
        except Exception as error:  # ends this line only
            self._bug(error, f"{where}: ")
        else:
            yield span

    def _bug(self, error: Exception, where: str = "") -> None:
        self.bugs += 1
        log.error("%sinternal error: %s: %s", where, type(error).__name__, error, exc_info=error)

    def _through(
        self, ability: Ability, by_video: bool, dump: Callable[[Span], bytes] | None
    ) -> None:
        def keep() -> bool:
            return self._verdict() != ExitStatus.NO_INPUT

        with (
            self._open_journal() as self.journal,
            open_sink(self.output, keep) as sink,
            self._bar(by_video, writes_itself=dump is None) as self.progress,
        ):
            if self.hint and self.talks:
                log.info("%s", self.hint)
            for span in self._results(ability, by_video):
                if dump is not None:
                    span, line = self._dumped(span, dump)
                    with self.progress.above():
                        sink(line)
                self._count(span)
                self.progress.span(span)
        if self.journal is not None and keep():
            self.journal.remove()

    def _dumped(self, span: Span, dump: Callable[[Span], bytes]) -> tuple[Span, bytes]:
        """What is written of a span; where that fails, an error record of its stretch instead."""
        try:
            return span, dump(span)
        except Exception as error:
            failed = failure(self.command, Span({k: span[k] for k in STRETCH if k in span}), error)
            return failed, dump(failed)

    def _results(self, ability: Ability, by_video: bool) -> Iterator[Span]:
        if self.jobs == 1:
            return ability(self._told())
        from vtk.stream.workers import map_ordered

        spans = self._told()
        units: Iterable[list[Span]] = (
            group_by_video(spans) if by_video else ([span] for span in spans)
        )
        settings = partial(configure, self.command, quiet=self.quiet, log_json=self.log_json)
        done = self.progress.done
        return map_ordered(
            self.command, ability, units, self.jobs, by_video=by_video, settings=settings, done=done
        )

    def _told(self) -> Iterator[Span]:
        """The spans of the input; the progress is told of each."""
        for span in self.spans():
            self.progress.taken(span, self._share)
            yield span
        self.progress.read()

    def _count(self, span: Span) -> None:
        if not span.failed:
            self.good += 1
        elif span["error"]["type"] == OpenError.__name__:
            self.unopened += 1
        elif span["error"]["type"] == InternalError.__name__:
            self.bugs += 1
        else:
            self.failed += 1

    def _open_journal(self) -> AbstractContextManager[ResumeJournal | None]:
        if not self.resumes:
            return nullcontext()
        output = self.output or "-"
        if output == "-" or (os.path.exists(output) and not os.path.isfile(output)):
            raise UsageError("--resume continues a file: name it with -o FILE")
        return ResumeJournal(output)

    @property
    def on_progress(self) -> Callable[[str, float, float], None] | None:
        """To be told of places in a video; None where several processes work."""
        return self._moved if self.jobs == 1 else None

    def _moved(self, video: str, done: float, total: float) -> None:
        self.progress.moved(video, done, total)

    def _tell_of_waiting(self) -> None:
        if self.talks:
            log.warning("stopping after the current step; press Ctrl-C again to stop now")

    @property
    def talks(self) -> bool:
        """Whether somebody watches."""
        return is_terminal(sys.stderr) and not self.quiet and not self.log_json

    def _bar(self, by_video: bool, writes_itself: bool) -> Progress:
        if not self.talks:
            return Progress()
        settings = {"ahead": self.jobs > 1, "gathers": by_video, "writes_itself": writes_itself}
        return span_bar(self.command, self.inputs, self.output, **settings)

    def _verdict(self) -> ExitStatus:
        if self.bugs:
            return ExitStatus.INTERNAL
        if self.bad_lines:
            return ExitStatus.INPUT
        if self.unopened and not self.good and not self.failed:
            return ExitStatus.NO_INPUT
        return ExitStatus.FAILED if self.failed or self.unopened else ExitStatus.OK
