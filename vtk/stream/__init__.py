"""The stream: spans from arguments and standard input, spans to standard output or a file.

A command says what to do as a `Job`, and the one place that runs jobs is here. So is everything
that they do with the outside of vtk: reading lines, writing lines, what goes to standard error,
and the one place where errors become exit statuses.
"""

import codecs
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from typing import BinaryIO

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
from vtk.pipeline import group_by_video
from vtk.span import Span, load, local_path, parse
from vtk.store.journal import ResumeJournal
from vtk.stream.job import Job
from vtk.stream.lines import LONGEST_LINE, bounded_lines, holds_spans, own_input, span_named_by
from vtk.stream.logs import configure
from vtk.stream.progress import STDIN, Progress, span_bar
from vtk.stream.signals import (
    end_if_told,
    install_handlers,
    interrupt_when_reader_leaves,
    silence_broken_stdout,
)
from vtk.stream.terminal import is_terminal
from vtk.stream.writer import Lines, Output

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
    """One run of one command: where spans come from, where they go, and how the run speaks.

    Ends no process: `run` gives the status with which to end it.
    """

    command: str
    inputs: list[str] = field(default_factory=list)
    output: str | None = None
    jobs: int = 1
    quiet: bool = False
    log_json: bool = False
    null: bool = False
    bad_lines: int = 0
    bugs: int = 0
    failed: int = 0
    unopened: int = 0
    converts: bool = False  # into what cannot be read again as spans
    good: int = 0
    reading: int = 0  # number of the input that is read
    within: float | None = 1.0  # how much of it is read, 0 to 1; None where that is not known
    progress: Progress = field(default_factory=Progress)

    def run(self, command: Callable[[], Job | str]) -> ExitStatus:
        """Run what a command comes to: send the spans of the input through a job, or print a text.

        What the command itself raises, for wrong options, is told as what its job raises.
        """
        return self.status(lambda: self._do(command()))

    def status(self, write: Callable[[], None]) -> ExitStatus:
        """Run `write` and turn whatever it raises into a message and an exit status."""
        configure(self.command, quiet=self.quiet, log_json=self.log_json)
        reader_left = threading.Event()
        if self.output in (None, "-"):
            interrupt_when_reader_leaves(reader_left)
        install_handlers(self._tell_of_waiting, lambda: self.progress.clear())
        try:
            try:
                write()
            finally:
                end_if_told()  # then an error, or none, is only what the interrupt left behind
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
                if self.converts:
                    self._keep_apart(argument, "read here")
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
        for number, line in enumerate(bounded_lines(file, b"\0" if null else b"\n"), 1):
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
            if (name := span_named_by(text)) is not None:
                yield name.error(self.command, error)
        except Exception as error:  # ends this line only
            self._bug(error, f"{where}: ")
        else:
            self._keep_apart(local_path(span.video), "the video itself")
            yield span

    def _keep_apart(self, path: str | None, what: str) -> None:
        """Raise UsageError where the output would take the place of that file."""
        if path is None or self.output in (None, "-"):
            return
        with suppress(OSError, ValueError):  # of what is not there
            if os.path.samefile(path, str(self.output)) and os.path.isfile(path):
                raise UsageError(f"{self.output} is {what}: name another file with -o")

    def _bug(self, error: Exception, where: str = "") -> None:
        self.bugs += 1
        log.error("%sinternal error: %s: %s", where, type(error).__name__, error, exc_info=error)

    def _do(self, job: Job | str) -> None:
        if isinstance(job, str):
            with open_sink(None) as sink:
                sink(job.encode())
            return
        self.inputs = self.inputs if job.inputs is None else list(job.inputs)
        self.jobs = self.jobs if job.processes else 1
        self.converts = job.writer != Lines()
        with self._journal(job) as journal, self._bar(job) as self.progress:
            if job.hint and self.talks:
                log.info("%s", job.hint)
            output = Output(self.output, self.command, self._done, self._kept, self.progress.above)
            job.writer.write(self._results(job, journal), output)
        if journal is not None and self._kept():
            journal.remove()

    def _results(self, job: Job, journal: ResumeJournal | None) -> Iterator[Span]:
        ability = partial(job.ability, journal=journal) if job.resumes else job.ability
        if self.jobs == 1:
            if job.tells_progress:
                ability = partial(ability, on_progress=self.progress.moved)
            return ability(self._told())
        from vtk.stream.workers import map_ordered

        spans = self._told()
        return map_ordered(
            self.command,
            ability,
            group_by_video(spans) if job.by_video else ([span] for span in spans),
            self.jobs,
            by_video=job.by_video,
            settings=partial(configure, self.command, quiet=self.quiet, log_json=self.log_json),
            done=self.progress.done,
        )

    def _told(self) -> Iterator[Span]:
        """The spans of the input; the progress is told of each."""
        for span in self.spans():
            self.progress.taken(span, self._share)
            yield span
        self.progress.read()

    def _done(self, span: Span) -> None:
        """Count a span that the writer has dealt with."""
        end_if_told()
        self.progress.span(span)
        if not span.failed:
            self.good += 1
        elif span["error"]["type"] == OpenError.__name__:
            self.unopened += 1
        elif span["error"]["type"] == InternalError.__name__:
            self.bugs += 1
        else:
            self.failed += 1

    def _journal(self, job: Job) -> AbstractContextManager[ResumeJournal | None]:
        if not job.resumes:
            return nullcontext()
        output = self.output or "-"
        if output == "-" or (os.path.exists(output) and not os.path.isfile(output)):
            raise UsageError("--resume continues a file: name it with -o FILE")
        return ResumeJournal(output)

    def _tell_of_waiting(self) -> None:
        if self.talks:
            log.warning("stopping after the current step; press Ctrl-C again to stop now")

    @property
    def talks(self) -> bool:
        """Whether somebody watches."""
        return is_terminal(sys.stderr) and not self.quiet and not self.log_json

    def _bar(self, job: Job) -> Progress:
        if not self.talks:
            return Progress()
        return span_bar(
            self.command,
            self.inputs,
            self.output,
            whole_lines=job.writer.whole_lines,
            ahead=self.jobs > 1,
            gathers=job.by_video,
        )

    def _kept(self) -> bool:
        """Whether the output is to take the place of a file that is there."""
        return self._verdict() != ExitStatus.NO_INPUT

    def _verdict(self) -> ExitStatus:
        if self.bugs:
            return ExitStatus.INTERNAL
        if self.bad_lines:
            return ExitStatus.INPUT
        if self.unopened and not self.good and not self.failed:
            return ExitStatus.NO_INPUT
        return ExitStatus.FAILED if self.failed or self.unopened else ExitStatus.OK
