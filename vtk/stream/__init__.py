"""The stream: spans from arguments and standard input, spans to standard output or a file.

A command describes its work as a `Job`; this package is the only place that runs jobs. It also
does all their input and output: reading lines, writing lines and messages on standard error, and
it alone turns errors into exit statuses.
"""

import codecs
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from vtk.errors import (
    InputError,
    InternalError,
    OpenError,
    UsageError,
    VtkError,
)
from vtk.output import is_replaceable, open_sink
from vtk.pipeline import group_by_video
from vtk.span import Span, load, local_path, parse
from vtk.stream.exit_status import STATUSES, ExitStatus
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

if TYPE_CHECKING:
    from vtk.store.journal import ResumeJournal

log = logging.getLogger("vtk")


@dataclass
class Stream:
    """One run of one command: its inputs, its output and its messages.

    Does not exit the process: `run` returns the exit status.
    """

    command: str
    inputs: list[str] = field(default_factory=list)
    output: str | None = None
    jobs: int = 1
    quiet: bool = False
    log_json: bool = False
    null: bool = False
    bad_lines: int = 0
    lost: int = 0  # lines of which no record tells
    bugs: int = 0
    failed: int = 0
    unopened: int = 0
    worst: ExitStatus = ExitStatus.OK  # of all errors told
    converts: bool = False  # the output format cannot be read again as spans
    fails_empty: bool = False  # a run without results fails
    good: int = 0
    reading: int = 0  # index of the current input
    within: float | None = 1.0  # share of the current input that is read, 0 to 1; None if unknown
    progress: Progress = field(default_factory=Progress)

    def run(self, command: Callable[[], Job | str]) -> ExitStatus:
        """Call a command and run the job it returns on the input spans, or print its text.

        Errors that the command itself raises, as for wrong options, are handled like its job's.
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
                end_if_told()  # a lost interrupt outranks any error that it may have caused
        except KeyboardInterrupt:
            # The flag tells a closed output pipe (`| head`) from Ctrl-C.
            return ExitStatus.OK if reader_left.is_set() else ExitStatus.INTERRUPTED
        except BrokenPipeError:
            return ExitStatus.OK
        except VtkError as error:
            self.fail(error)
        except Exception as error:
            self._bug(error)
        finally:
            silence_broken_stdout()
        return self.worst or self._verdict()

    def fail(self, error: VtkError) -> None:
        """Log an error; the run ends with its status, or with that of a worse one."""
        log.error("%s", error)
        self.worst = max(self.worst, *(s for kind, s in STATUSES if isinstance(error, kind)))

    def spans(self) -> Iterator[Span]:
        """Yield the spans of the arguments or of standard input.

        A bad line is logged, not raised, and yields an error record if it names a video.
        With arguments, standard input is read only if one of them is ``-`` or ``/dev/stdin``.
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
        """The share of all input that is read, 0 to 1; None if the total size is unknown."""
        if self.within is None:
            return None
        return (self.reading + self.within) / max(len(self.inputs), 1)

    def _unreadable(self, span: Span, error: OSError) -> Span:
        reason = OpenError(f"cannot read: {error.strerror}")
        log.error("%s: %s", span.video, reason)
        return span.with_error(self.command, reason)

    def _read(self, file: BinaryIO, name: str, *, null: bool = False) -> Iterator[Span]:
        if file.isatty() and not self.quiet:
            log.warning("reading paths or spans from the terminal; end with Ctrl-D")
        read, size = 0, os.fstat(file.fileno()).st_size  # size 0: a pipe
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
                yield name.with_error(self.command, error)
            else:
                self.lost += 1
        except Exception as error:  # a bug affects only this line
            self.lost += 1
            self._bug(error, f"{where}: ")
        else:
            self._keep_apart(local_path(span.video), "the video itself")
            yield span

    def _keep_apart(self, path: str | None, what: str) -> None:
        """Raise UsageError if the output would overwrite the file `path`, described by `what`."""
        if path is None or self.output in (None, "-"):
            return
        with suppress(OSError, ValueError):  # one of the files does not exist
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
        self.fails_empty = job.fails_empty
        with self._journal(job) as journal, self._bar(job) as self.progress:
            if job.hint and self.talks:
                log.info("%s", job.hint)
            output = Output(self.output, self.command, self._done, self._kept, self.progress.above)
            job.writer.write(self._results(job, journal), output)
            if journal is not None and self._kept():
                journal.finish()

    def _results(self, job: Job, journal: "ResumeJournal | None") -> Iterator[Span]:
        ability = partial(job.ability, journal=journal) if job.resumes else job.ability
        if self.jobs == 1:
            if job.tells_progress:
                ability = partial(ability, on_progress=self.progress.moved)
            if job.tells_losses:
                ability = partial(ability, lost=lambda: self.lost)
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
        """Yield the input spans and report each to the progress bar."""
        for span in self.spans():
            self.progress.taken(span, self._share)
            yield span
        self.progress.read()

    def _done(self, span: Span) -> None:
        """Count a span, or an error record, that the writer has finished."""
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

    def _journal(self, job: Job) -> "AbstractContextManager[ResumeJournal | None]":
        if not job.resumes:
            return nullcontext()
        output = self.output or "-"
        if output == "-" or not is_replaceable(output):
            named = f"which {output} is not" if self.output else "name it with -o FILE"
            raise UsageError(f"--resume continues a file: {named}")
        from vtk.store.journal import ResumeJournal

        return ResumeJournal(output)

    def _tell_of_waiting(self) -> None:
        if self.talks:
            log.warning("stopping after the current step; press Ctrl-C again to stop now")

    @property
    def talks(self) -> bool:
        """Whether progress and hints are shown: on a terminal, without --quiet or --log-json."""
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
        """Whether the output file may replace an existing one."""
        return self._verdict() != ExitStatus.NO_INPUT

    def _verdict(self) -> ExitStatus:
        if self.bugs:
            return ExitStatus.INTERNAL
        if self.bad_lines:
            return ExitStatus.INPUT
        if self.unopened and not self.good and not self.failed:
            return ExitStatus.NO_INPUT
        failed = self.failed or self.unopened or (self.fails_empty and not self.good)
        return ExitStatus.FAILED if failed else ExitStatus.OK
