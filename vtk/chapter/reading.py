"""Ask a model about the lines of a video in windows that overlap; join what it finds in each."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from vtk.chapter.model_titles import Usage
from vtk.chapter.task import Mark
from vtk.models.llm.prompt import LanguageModel
from vtk.passages import Passage
from vtk.prompting.dialogue import Dialogue
from vtk.prompting.windows import LEAST, Reading, Window, ask_windows, letters_for, windows

ANSWER = 1500  # tokens of an answer at most
OVERLAP = 0.15  # share of a window that the next one reads again,
REPEATED = 300  # and letters, at least: two or three sentences
# A start in seconds. The schema leaves the range of a window open: not every server keeps to it
# while it writes, and one start outside is left out more easily than asked for with all others.
START = {"type": "integer", "minimum": 0, "maximum": 999_999}  # no run of digits without an end
AROUND = 16  # letters of a line before its text: the second, and what is not said


def answer_tokens(model: LanguageModel) -> int:
    """How many tokens an answer may have, so that most of the context is left for the text."""
    return ANSWER if model.context is None else min(ANSWER, max(model.context // 3, 64))


def in_windows(
    lines: Sequence[Passage],
    model: LanguageModel,
    usage: Usage,
    ask: Callable[[int, Window, int], Dialogue],
    marks: Callable[[dict[str, Any]], Iterable[Mark]],
    beside: int = 0,
) -> tuple[list[Mark], int]:
    """Ask about lines in windows; return what is found in all, and how much lay outside of its own.

    `ask` gets the number of a window, the window, and how many there are; `marks` its answer. The
    prompt has `beside` letters that belong to no line. Raises ModelError if no window is answered.
    """
    letters = max(letters_for(model, answer_tokens(model)) - beside, LEAST)
    overlap = max(OVERLAP, REPEATED / letters)
    asked = list(enumerate(windows(lines, letters, overlap, AROUND), 1))
    found = ask_windows(
        model, asked, lambda number, window: ask(number, window, len(asked)), overlap=overlap
    )
    readings = [reading for _, reading in found]
    for reading in readings:
        usage.add(reading.outcome)
    if readings and usage.unanswered == len(readings):
        error = readings[-1].outcome.error
        assert error
        raise error
    return _merged([(each, list(marks(each.outcome.fields))) for each in readings])


def _merged(readings: Sequence[tuple[Reading, list[Mark]]]) -> tuple[list[Mark], int]:
    """The marks of windows, each of which has its say up to the edge that parts it from the next.

    A window begins with a chapter because it must; only that of the first one counts.
    """
    inside, outside = list[list[Mark]](), 0
    for n, ((window, _), marks) in enumerate(readings):
        low, high = int(window[0].start), window[-1].end
        own = [m for m in marks if low <= m.start <= high]
        outside += len(marks) - len(own)
        inside.append([m for m in own if n == 0 or int(m.start) > low])
    edges = [
        _edge(a[0], b[0], [m.start for m in (*before, *after)])
        for (a, b), (before, after) in zip(pairwise(readings), pairwise(inside), strict=True)
    ]
    limits = pairwise([float("-inf"), *edges, float("inf")])
    parts = zip(inside, limits, strict=True)
    return [m for own, (low, high) in parts for m in own if low <= m.start < high], outside


def _edge(one: Reading, other: Reading, starts: Iterable[float]) -> float:
    """Up to when the first of two windows has its say, of what both have read.

    It lies where the most time passes without a chapter of either, so that a chapter on which they
    differ by some seconds is neither lost nor there twice.
    """
    low = other.window[0].start
    high = max(one.window[-1].start, low)
    if one.outcome.error or other.outcome.error:
        return low if one.outcome.error else high
    points = sorted({low, high, *(start for start in starts if low < start < high)})
    a, b = max(pairwise(points), key=lambda pair: pair[1] - pair[0], default=(low, low))
    return (a + b) / 2
