"""How far a run is, how fast it goes and how long it still takes: the progress bar.

Nothing is counted that a run would not know anyway, and the bar reads what it is told a few times
a second, in a thread of its own: telling costs a few assignments.
"""

import math
import os
import sys
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from typing import Self

from vtk.output import is_pipe
from vtk.span import Span
from vtk.stream.meter import Facts, Speed, as_rate, as_times, fit_columns, lasting
from vtk.stream.terminal import Line, is_drawn_on, is_terminal, printable

STDIN = {"-", "/dev/stdin"}  # as names of inputs
OF_VIDEO = ("split", "keyframes", "transcribe", "ocr", "caption")  # as fast as so many videos play


class Progress:
    """What a run tells of its progress. This one keeps it to itself."""

    def taken(self, span: Span, share: float | None) -> None:
        """The work on a span of the input begins. The input up to its end is `share` of it all.

        The share is None where nobody knows how much is still to come.
        """

    def done(self, unit: list[Span]) -> None:
        """The work on these is done: told where spans are taken long before the work on them."""

    def read(self) -> None:
        """All input is read."""

    def span(self, span: Span) -> None:
        """A span has come out."""

    def moved(self, video: str, done: float, total: float) -> None:
        """The work on a span of a video has come to `done` of `total` seconds."""

    def loaded(self, file: str, done: int, total: int) -> None:
        """The work on a file has come to `done` of `total` bytes, 0 where that is not known."""

    def rest(self) -> None:
        """Nothing is at work until the next call."""

    def above(self) -> AbstractContextManager[None]:
        """Keep the terminal to what the block writes on it."""
        return nullcontext()

    def clear(self) -> None:
        """Leave nothing on the terminal, whatever the run is at."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Bar(Progress):
    """A line on the terminal that says it while the block runs.

    `shared` says that what the run writes goes to the same terminal.
    """

    def __init__(self, command: str, *, shared: bool) -> None:
        self._head, self._shared = f"vtk {command}", shared
        self._line = Line(self._text)
        self._speed = Speed()

    def facts(self) -> Facts | None:
        """What there is to say now; None for nothing."""
        raise NotImplementedError

    def above(self) -> AbstractContextManager[None]:
        """Keep the terminal to what the block writes on it."""
        return self._line.above() if self._shared else nullcontext()

    def clear(self) -> None:
        """Leave nothing on the terminal, whatever the run is at."""
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


class SpanBar(Bar):
    """The bar of a command on a stream. `gathers`: what it has read is not thereby done."""

    def __init__(self, command: str, *, shared: bool, ahead: bool, gathers: bool) -> None:
        super().__init__(command, shared=shared)
        self._of_video, self._gathers = command in OF_VIDEO, gathers
        self._ahead: deque[tuple[Span, float | None]] | None = deque() if ahead else None
        self._spans_taken = self._spans_out = 0
        self._all_read = False
        self._taken: Span | None = None
        self._last: Span | None = None  # that came out since
        self._moved = 0.0  # seconds of the span that was taken that are done
        self._total = 0.0  # seconds of it in all; 0 where it does not tell
        self._before: float | None = 0.0  # the share of the input that comes before it
        self._after: float | None = 0.0  # and with it
        self._seconds = 0.0  # of video, of spans that came out
        self._passed = 0.0  # of video, done when the span was taken
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

    def facts(self) -> Facts | None:
        span = self._last if self._gathers and self._all_read else self._taken
        of_all = self._after is not None and not (self._gathers and self._all_read)
        share = None if span is None else self._share_of_all(span) if of_all else self._place(span)
        count = self._spans_taken if self._gathers else self._spans_out
        rate, speed = self._speed(share or 0.0, self._played if self._of_video else count)
        return Facts(
            share,
            as_times(speed) if self._of_video else as_rate(speed),
            self._time(share, rate),
            f"{count:,} span{'s' * (count != 1)}{' read' * self._gathers}",
            printable(os.path.basename(span.video)) if span else "",
            of_all,
        )

    @property
    def _played(self) -> float:
        """Seconds of video that are done."""
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
        """The share of its video that lies before the place that the work has reached."""
        length = self._length_of(span.video)
        return min(self._reached(span) / length, 1.0) if length else None

    def _reached(self, span: Span) -> float:
        """The second up to which its video is done."""
        last = self._last
        if last is not None and last.video == span.video and "end" in last:
            return max(span.start + self._moved, last.end)
        return span.start + self._moved

    def _length_of(self, video: str) -> float | None:
        """Seconds of a video, asked for once; None where it cannot be told at once."""
        if self._length[0] != video:
            from vtk.media.container.timing import stated_length

            try:
                self._length = (video, stated_length(video))
            except Exception:  # the work on it will tell what is wrong with it
                self._length = (video, None)
        return self._length[1]


class FileBar(Bar):
    """The bar of what works on files, byte by byte."""

    def __init__(self, command: str, *, shared: bool) -> None:
        super().__init__(command, shared=shared)
        self._file: tuple[str, int, int] | None = None

    def loaded(self, file: str, done: int, total: int) -> None:
        if self._file is None or self._file[0] != file:
            self._speed = Speed()  # what was here when it began is no part of the speed
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


def span_bar(
    command: str,
    inputs: list[str],
    output: str | None,
    *,
    whole_lines: bool,
    ahead: bool,
    gathers: bool,
) -> Progress:
    """The bar of a command on a stream, where it can be kept apart from what else is written."""
    typed = not STDIN.isdisjoint(inputs or STDIN) and is_terminal(sys.stdin)
    shared = output in (None, "-") and is_terminal(sys.stdout)
    if typed or (shared and not whole_lines) or not has_bar(output):
        return Progress()
    # Where spans are taken ahead it is told of those that are done.
    return SpanBar(command, shared=shared, ahead=ahead, gathers=gathers and not ahead)


def file_bar(command: str, watched: bool) -> Progress:
    """The bar of a command on files that writes to standard output, where somebody watches."""
    if not watched or not has_bar(None):
        return Progress()
    return FileBar(command, shared=is_terminal(sys.stdout))


def has_bar(output: str | None) -> bool:
    """Whether a run that writes to `output` draws: a program that reads it may write there too.

    So of a pipeline the last command draws.
    """
    return is_drawn_on(sys.stderr) and not is_pipe(output)
