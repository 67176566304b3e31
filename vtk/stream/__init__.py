"""The stream: spans from arguments and standard input, spans to standard output or a file.

A command describes its work as a `Job`; this package is the only place that runs jobs. It also
does all their input and output: reading lines, writing lines and messages on standard error, and
it alone turns errors into exit statuses.
"""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from vtk.errors import InternalError, OpenError, UsageError, VtkError
from vtk.output import is_replaceable, open_sink
from vtk.pipeline import Ability, group_by_video
from vtk.span import Span
from vtk.stream.exit_status import STATUSES, ExitStatus
from vtk.stream.job import Job
from vtk.stream.logs import configure
from vtk.stream.places import Absolute
from vtk.stream.progress import Progress, span_bar
from vtk.stream.reader import Reader, log_bug
from vtk.stream.signals import (
    end_if_told,
    install_handlers,
    interrupt_when_reader_leaves,
    silence_broken_stdout,
)
from vtk.stream.tally import Tally
from vtk.stream.terminal import is_terminal
from vtk.stream.writer import Lines, Output

if TYPE_CHECKING:
    from vtk.store.journal import ResumeJournal
    from vtk.store.units import UnitJournal

    Journal = ResumeJournal | UnitJournal | None

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
    absolute: bool = False
    verbose: bool = False
    progress_fd: int | None = None  # where records of progress are written instead of a bar
    options: str = ""  # of the command; what --resume kept was made with the same
    bugs: int = 0
    failed: int = 0
    unopened: int = 0
    passed: int = 0  # error records of the input, which count as neither of these
    gone: int = 0  # those of them that tell of what could not be opened
    worst: ExitStatus = ExitStatus.OK  # of all errors told
    reader: Reader = field(default_factory=Reader)
    fails_empty: bool = False  # a run without results fails
    explain: Callable[[str], str] = str  # adds to wrong usage which file gave the value
    good: int = 0
    tally: Tally | None = None  # of the job that runs
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
            self.bugs += 1
            log_bug(error)
        finally:
            silence_broken_stdout()
            did = self.tally and (self.tally.spans or self.tally.errors or not self.worst)
            if self.tally and did and (self.verbose or self.log_json):
                self.tally.tell()
        return self.worst or self._verdict()

    def fail(self, error: VtkError) -> None:
        """Log an error; the run ends with its status, or with that of a worse one."""
        wrong = isinstance(error, UsageError)
        told = self.explain(str(error)) if wrong else error
        log.error("%s", told, extra={"about": {"type": type(error).__name__}})
        self.worst = max(self.worst, *(s for kind, s in STATUSES if isinstance(error, kind)))

    def _do(self, job: Job | str) -> None:
        if isinstance(job, str):
            with open_sink(None) as sink:
                sink(job.encode())
            return
        self.inputs = self.inputs if job.inputs is None else list(job.inputs)
        self.jobs = self.jobs if job.processes else 1
        self.reader = Reader(
            self.command,
            self.inputs,
            self.output,
            converts=job.writer != Lines(),
            quiet=self.quiet,
            null=self.null,
            absolute=self.absolute,
        )
        self.fails_empty = job.fails_empty
        self.tally = Tally()
        with self._journal(job) as journal, self._bar(job) as self.progress:
            if job.hint and self.talks:
                log.info("%s", job.hint)
            output = Output(self.output, self.command, self._done, self._kept, self.progress.above)
            try:
                results = self._results(job, journal)
                job.writer.write(map(Absolute(), results) if self.absolute else results, output)
            finally:
                if self.passed and isinstance(job.writer, Lines):  # exports tell of them
                    several = "s" * (self.passed > 1)
                    origin = "input or of an earlier run" if job.keeps and journal else "input"
                    log.warning(
                        "%d error record%s of the %s passed on", self.passed, several, origin
                    )
            if journal is not None:
                self.tally.kept = journal.kept
                if self._kept():
                    journal.finish()

    def _results(self, job: Job, journal: "Journal") -> Iterator[Span]:
        ability = partial(job.ability, journal=journal) if job.resumes else job.ability
        spans = job.before(self._told()) if job.before else self._told()
        if self.jobs == 1:
            if job.tells_progress:
                ability = partial(ability, on_progress=self.progress.moved)
            if job.tells_losses:
                ability = partial(ability, lost=lambda: self.reader.lost)
            if not job.keeps:
                return ability(spans)
        units = group_by_video(spans) if job.by_video else ([span] for span in spans)
        spread = partial(self._in_processes, ability, job.by_video)
        if not job.keeps:
            return spread(units, lambda _: None)
        from vtk.store.units import UnitJournal
        from vtk.stream.resume import by_unit, resumed

        assert isinstance(journal, UnitJournal)
        run = spread if self.jobs > 1 else by_unit(ability, by_video=job.by_video)
        return resumed(run, units, journal, self.reader.passed)

    def _in_processes(
        self,
        ability: Ability,
        by_video: bool,
        units: Iterator[list[Span]],
        done: Callable[[list[Span]], None],
    ) -> Iterator[Span]:
        from vtk.stream.workers import map_ordered

        def told(unit: list[Span]) -> None:
            self.progress.done(unit)
            done(unit)

        settings = partial(configure, self.command, quiet=self.quiet, log_json=self.log_json)
        return map_ordered(
            self.command,
            ability,
            units,
            self.jobs,
            by_video=by_video,
            settings=settings,
            done=told,
        )

    def _told(self) -> Iterator[Span]:
        """Yield the input spans and report each to the progress bar."""
        for span in self.reader.spans():
            self.progress.taken(span, self.reader.share)
            yield span
        self.progress.read()

    def _done(self, span: Span) -> None:
        """Count a span, or an error record, that the writer has finished."""
        end_if_told()
        self.progress.span(span)
        assert self.tally
        self.tally.span(span)
        kind = span["error"]["type"] if span.failed else None
        if kind is None:
            self.good += 1
        elif self.reader.passed[kind]:
            self.reader.passed[kind] -= 1
            self.passed += 1
            self.gone += kind == OpenError.__name__
        elif kind == OpenError.__name__:
            self.unopened += 1
        elif kind == InternalError.__name__:
            self.bugs += 1
        else:
            self.failed += 1

    def _journal(self, job: Job) -> "AbstractContextManager[Journal]":
        if not job.resumes and not job.keeps:
            return nullcontext()
        output = self.output or "-"
        if output == "-" or not is_replaceable(output):
            named = f"which {output} is not" if self.output else "name it with -o FILE"
            raise UsageError(f"--resume continues a file: {named}")
        if job.resumes:
            from vtk.store.journal import ResumeJournal

            return ResumeJournal(output)
        from vtk.store.units import UnitJournal

        return UnitJournal(output, self.command, self.options)

    def _tell_of_waiting(self) -> None:
        if self.talks:
            log.warning("stopping after the current step; press Ctrl-C again to stop now")

    @property
    def talks(self) -> bool:
        """Whether progress and hints are shown: on a terminal, without --quiet or --log-json."""
        return is_terminal(sys.stderr) and not self.quiet and not self.log_json

    def _bar(self, job: Job) -> Progress:
        ahead = self.jobs > 1
        if self.progress_fd is not None:
            from vtk.stream.progress_feed import SpanFeed

            gathers = job.by_video and not ahead
            return SpanFeed(self.command, self.progress_fd, ahead=ahead, gathers=gathers)
        if not self.talks:
            return Progress()
        return span_bar(
            self.command,
            self.inputs,
            self.output,
            whole_lines=job.writer.whole_lines,
            ahead=ahead,
            gathers=job.by_video,
        )

    def _kept(self) -> bool:
        """Whether the output file may replace an existing one."""
        return self._verdict() != ExitStatus.NO_INPUT

    def _verdict(self) -> ExitStatus:
        if self.bugs or self.reader.bugs:
            return ExitStatus.INTERNAL
        if self.reader.bad:
            return ExitStatus.INPUT
        opened = self.good or self.failed or self.reader.good > self.unopened
        if self.unopened + self.gone and not opened and self.passed == self.gone:
            return ExitStatus.NO_INPUT
        failed = self.failed or self.unopened or self.passed or (self.fails_empty and not self.good)
        return ExitStatus.FAILED if failed else ExitStatus.OK
