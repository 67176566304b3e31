"""The progress bar: how far a run is, how fast it goes and how long it will still take.

It uses only numbers that a run has anyway. A separate thread draws the bar a few times a second, so
reporting progress costs only a few assignments.
"""

import math
import os
import sys
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, Self

from vtk.output import is_pipe
from vtk.span import Span
from vtk.stream.meter import Facts, Speed, as_rate, as_times, fit_columns, lasting
from vtk.stream.terminal import Drawn, Line, is_drawn_on, is_terminal, printable

STDIN = {"-", "/dev/stdin"}  # input names that mean standard input
OF_VIDEO = ("split", "keyframes", "transcribe", "ocr", "caption")  # speed relative to real time


class Progress:
    """The interface to report progress; this base class shows nothing."""

    def taken(self, span: Span, share: float | None) -> None:
        """Report that an input span is taken up, with the `share` of all input up to its end.

        The share is None if the total size of the input is unknown.
        """

    def done(self, unit: list[Span]) -> None:
        """Report that a unit is done; used by worker processes, where spans are taken ahead."""

    def read(self) -> None:
        """Report that all input is read."""

    def span(self, span: Span) -> None:
        """Report an output span."""

    def moved(self, video: str, done: float, total: float) -> None:
        """Report that `done` of `total` seconds of the current span are processed."""

    def loaded(self, file: str, done: int, total: int) -> None:
        """Report that `done` of `total` bytes of a file are processed; a total of 0 is unknown."""

    def rest(self) -> None:
        """Report that no work is in progress until the next call."""

    def above(self) -> AbstractContextManager[None]:
        """Hide the bar while the block writes on the terminal."""
        return nullcontext()

    def clear(self) -> None:
        """Erase the bar from the terminal."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Bar(Progress):
    """A progress bar on one line of the terminal, drawn while the `with` block runs.

    `shared` tells that the output of the run goes to the same terminal.
    """

    def __init__(self, command: str, *, shared: bool, line: Drawn | None = None) -> None:
        self._head, self._shared = f"vtk {command}", shared
        self._line = line or Line(self._text)
        self._speed = Speed()

    def facts(self) -> Facts | None:
        """Return the current contents of the bar, or None to show nothing."""
        raise NotImplementedError

    def above(self) -> AbstractContextManager[None]:
        """Hide the bar while the block writes on the terminal."""
        return self._line.above() if self._shared else nullcontext()

    def clear(self) -> None:
        """Erase the bar from the terminal."""
        self._line.clear()

    def __enter__(self) -> Self:
        self._line.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.__exit__()

    def _text(self, columns: int) -> str:
        facts = self.facts()
        return fit_columns(self._head, facts, columns) if facts else ""

    def _time(self, share: float | None, rate: float) -> str:
        if share is not None and rate > 0:
            return f"{lasting((1 - share) / rate)} left"
        return f"{lasting(self._speed.elapsed)} so far"


class State(NamedTuple):
    """How far a run is: the `share` done (0 to 1) of all input or of the span's video."""

    span: Span | None  # the current one
    share: float | None
    of_all: bool
    spans: int
    rate: float  # share a second
    speed: float  # seconds of video, or spans, a second


class SpanBar(Bar):
    """The bar of a stream command; with `gathers`, a span that was read is not yet processed."""

    def __init__(
        self,
        command: str,
        *,
        shared: bool,
        ahead: bool,
        gathers: bool,
        line: Drawn | None = None,
    ) -> None:
        super().__init__(command, shared=shared, line=line)
        self._of_video, self._gathers = command in OF_VIDEO, gathers
        self._ahead: deque[tuple[Span, float | None]] | None = deque() if ahead else None
        self._spans_taken = self._spans_out = 0
        self._all_read = False
        self._taken: Span | None = None
        self._last: Span | None = None  # last output span since `_taken`
        self._moved = 0.0  # seconds of `_taken` that are done
        self._total = 0.0  # length of `_taken` in seconds; 0 if unknown
        self._before: float | None = 0.0  # share of the input before `_taken`
        self._after: float | None = 0.0  # share of the input up to the end of `_taken`
        self._seconds = 0.0  # seconds of video in output spans
        self._passed = 0.0  # seconds of video that were done when `_taken` was set
        self._length: tuple[str, float | None] = ("", None)

    def taken(self, span: Span, share: float | None) -> None:
        if self._ahead is None:
            self._take(span, share)
        else:
            self._ahead.append((span, share))

    def _take(self, span: Span, share: float | None) -> None:
        self._passed = self._seconds = self._played
        self._last, self._moved, self._total = None, 0.0, 0.0
        self._before, self._after = self._after, share
        self._taken = span
        self._spans_taken += 1

    def done(self, unit: list[Span]) -> None:
        assert self._ahead is not None
        for _ in unit:
            self._take(*self._ahead.popleft())
        self._before, self._last = self._after, self._taken

    def read(self) -> None:
        self._all_read = True

    def span(self, span: Span) -> None:
        self._last = span
        self._spans_out += 1
        if "end" in span:
            self._seconds += max(span.end - span.start, 0.0)

    def moved(self, video: str, done: float, total: float) -> None:
        self._moved, self._total = done, total if 0 < total < math.inf else 0.0

    def state(self) -> State:
        """Return how far the run is."""
        span = self._last if self._gathers and self._all_read else self._taken
        of_all = self._after is not None and not (self._gathers and self._all_read)
        share = None if span is None else self._share_of_all(span) if of_all else self._place(span)
        count = self._spans_taken if self._gathers else self._spans_out
        rate, speed = self._speed(share or 0.0, self._played if self._of_video else count)
        return State(span, share, of_all, count, rate, speed)

    def facts(self) -> Facts | None:
        now = self.state()
        return Facts(
            now.share,
            as_times(now.speed) if self._of_video else as_rate(now.speed),
            self._time(now.share, now.rate),
            f"{now.spans:,} span{'s' * (now.spans != 1)}{' read' * self._gathers}",
            printable(os.path.basename(now.span.video)) if now.span else "",
            now.of_all,
        )

    @property
    def _played(self) -> float:
        """Seconds of video processed."""
        return max(self._seconds, self._passed + self._moved)

    def _share_of_all(self, span: Span) -> float:
        before, after = self._before or 0.0, self._after or 0.0
        if self._total:
            end = span.start + self._total
        else:
            end = span.end if "end" in span else self._length_of(span.video) or 0.0
        inside = (self._reached(span) - span.start) / (end - span.start) if end > span.start else 0
        return before + (after - before) * min(max(inside, 0.0), 1.0)

    def _place(self, span: Span) -> float | None:
        """Return the share of the span's video up to the current position."""
        length = self._length_of(span.video)
        return min(self._reached(span) / length, 1.0) if length else None

    def _reached(self, span: Span) -> float:
        """Return the position in seconds up to which the span's video is processed."""
        last = self._last
        if last is not None and last.video == span.video and "end" in last:
            return max(span.start + self._moved, last.end)
        return span.start + self._moved

    def _length_of(self, video: str) -> float | None:
        """Return the length of a video in seconds, cached; None if it is not quickly known."""
        if self._length[0] != video:
            from vtk.media.container.timing import stated_length

            try:
                self._length = (video, stated_length(video))
            except Exception:  # processing the video will report the error
                self._length = (video, None)
        return self._length[1]


class FileBar(Bar):
    """The bar of a command that processes whole files, in bytes."""

    def __init__(self, command: str, *, shared: bool) -> None:
        super().__init__(command, shared=shared)
        self._file: tuple[str, int, int] | None = None

    def loaded(self, file: str, done: int, total: int) -> None:
        if self._file is None or self._file[0] != file:
            self._speed = Speed()  # resumed bytes must not count towards the speed
        self._file = (file, done, total)

    def rest(self) -> None:
        self._file = None
        self.clear()

    def facts(self) -> Facts | None:
        from rich.filesize import decimal

        if self._file is None:
            return None
        name, done, total = self._file
        share = done / total if total else None
        rate, speed = self._speed(share or 0.0, done)
        amount = f"{decimal(done)} of {decimal(total)}" if total else decimal(done)
        per_second = f"{decimal(int(speed))}/s" if speed > 0 else ""
        return Facts(share, per_second, self._time(share, rate), amount, printable(name))


class StepBar(Bar):
    """The bar of a command that takes a known number of steps."""

    def __init__(self, command: str, *, shared: bool) -> None:
        super().__init__(command, shared=shared)
        self._step: tuple[str, float, float] | None = None

    def moved(self, video: str, done: float, total: float) -> None:
        self._step = (video, done, total)

    def facts(self) -> Facts | None:
        if self._step is None:
            return None
        name, done, total = self._step
        rate, _ = self._speed(done / total, done)
        return Facts(done / total, "", self._time(done / total, rate), f"{done} of {total}", name)


def span_bar(
    command: str,
    inputs: list[str],
    output: str | None,
    *,
    whole_lines: bool,
    ahead: bool,
    gathers: bool,
) -> Progress:
    """Return the bar of a stream command, if it does not interfere with other terminal output."""
    typed = not STDIN.isdisjoint(inputs or STDIN) and is_terminal(sys.stdin)
    shared = output in (None, "-") and is_terminal(sys.stdout)
    if typed or (shared and not whole_lines) or not has_bar(output):
        return Progress()
    # With spans taken ahead, `gathers` is not needed, as `done` reports the units.
    return SpanBar(command, shared=shared, ahead=ahead, gathers=gathers and not ahead)


def file_bar(command: str, watched: bool) -> Progress:
    """Return the bar of a file command that writes to standard output, if `watched`."""
    if not watched or not has_bar(None):
        return Progress()
    return FileBar(command, shared=is_terminal(sys.stdout))


def step_bar(command: str, watched: bool) -> Progress:
    """Return the bar of a command of steps that writes to standard output, if `watched`."""
    if not watched or not has_bar(None):
        return Progress()
    return StepBar(command, shared=is_terminal(sys.stdout))


def has_bar(output: str | None) -> bool:
    """Whether a run that writes to `output` draws a bar: on a terminal, unless it is a pipe.

    A program that reads the pipe may draw too, so only the last command of a pipeline draws.
    """
    return is_drawn_on(sys.stderr) and not is_pipe(output)
