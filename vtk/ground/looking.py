"""search: windows proposed, checked by a model's yes or no, and split where it says yes.

As in TimeSearch's reflection, the most promising window is looked at next, and its halves after it,
until moments are short or the looks are spent. Windows are proposed by the words of the query where
the video has any, else evenly.
"""

import heapq
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vtk.errors import GoneError, ModelError
from vtk.ground.moments import Found, all_passages, by_video, widened
from vtk.ground.pictures import extents, frames
from vtk.ground.task import Task, Wanted
from vtk.media.video import VideoCache
from vtk.models.llm.rerank import relevance
from vtk.span import Span
from vtk.text import Analyzer

log = logging.getLogger("vtk")

LOOKS = 64  # windows that are looked at for a query in a video, if --looks does not say
FRAMES = 4  # of a window
FIRST = 0.5  # share of the looks that goes to the first windows
SHORTEST = 2.0  # seconds of a window that is not split
LIKELY = 0.5  # probability of yes from which a window is split, and is a moment

Check = Callable[[float, float], float | ModelError]


@dataclass(frozen=True)
class Window:
    """A stretch in seconds, and the probability that it shows the query."""

    start: float
    end: float
    yes: float


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield, for each query in turn, the stretches that a model affirms; error records first.

    `score` is the probability of yes, at least LIKELY or `task.threshold`. At most `task.looks`
    windows are looked at for a query in a video; first windows that this leaves out are counted in
    a warning. A video about which the model cannot answer becomes an error record.
    """
    with ExitStack() as stack:
        model = stack.enter_context(closing(task.models.need_language()()))
        videos = stack.enter_context(VideoCache())
        least = LIKELY if task.threshold is None else task.threshold
        unseen = 0

        def work(spans: list[Span], queries: Sequence[Wanted]) -> list[list[Found]]:
            nonlocal unseen
            video = videos(spans[0].video)
            stretched = extents(video, spans)
            found = []
            for each in queries:
                prior = _prior(spans, each.text, task.language)

                def check(start: float, end: float, query: str = each.text) -> float | ModelError:
                    shown = frames(video, _times(start, end))
                    return next(relevance(model, query, [shown]))

                windows, left = explore(stretched, prior, check, task.looks or LOOKS, least)
                unseen += left
                found.append([_shaped(w, stretched, task.lengths) for w in windows])
            return found

        made = {"method": "search", "model": model.name, "sha256": model.sha256}
        yield from by_video(source, task, work, **made)
        if unseen:
            log.warning("windows of videos that were not looked at: %d (see --looks)", unseen)


def explore(
    stretched: Sequence[tuple[float, float]],
    prior: Callable[[float, float], float],
    check: Check,
    looks: int,
    least: float = LIKELY,
) -> tuple[list[Window], int]:
    """Return windows that were affirmed, joined where they touch, and how many had no look at all.

    `check` gives the probability of yes for [start, end) seconds, `prior` how likely words make it.
    Raises ModelError if no window was answered.
    """
    seconds = sum(end - start for start, end in stretched)
    length = max(seconds / max(int(FIRST * looks), 1), SHORTEST)
    first = [part for start, end in stretched for part in _split(start, end, length)]
    # The likely ones first; of equal ones, those far from each other first, so that few looks are
    # spread over the whole.
    order = sorted(range(len(first)), key=lambda n: (-prior(*first[n]), _reversed_bits(n)))
    waiting = [(-math.inf, place, first[n]) for place, n in enumerate(order)]
    heapq.heapify(waiting)
    leaves, errors, count = [], [], 0
    while waiting and count < looks:
        _, _, (start, end) = heapq.heappop(waiting)
        answer = check(start, end)
        count += 1
        if isinstance(answer, GoneError):
            raise answer
        if isinstance(answer, ModelError):
            errors.append(answer)
            continue
        if answer >= least and end - start >= 2 * SHORTEST:
            middle = (start + end) / 2
            for part in ((start, middle), (middle, end)):
                heapq.heappush(waiting, (-answer, count, part))
        elif answer >= least:
            leaves.append(Window(start, end, answer))
    # Halves that the looks did not suffice for count as the window that they are halves of.
    leaves += [Window(*part, -yes) for yes, _, part in waiting if not math.isinf(yes)]
    if errors and len(errors) == count:
        raise errors[-1]
    return _joined(leaves), sum(math.isinf(yes) for yes, _, _ in waiting)


def _split(start: float, end: float, length: float) -> list[tuple[float, float]]:
    count = max(1, round((end - start) / length))
    edges = np.linspace(start, end, count + 1).tolist()
    return list(pairwise(edges))


def _reversed_bits(number: int) -> int:
    """The bits of a number in reverse, which orders numbers so that neighbours are far apart."""
    return int(f"{number:032b}"[::-1], 2)


def _joined(windows: Iterable[Window]) -> list[Window]:
    """Windows that touch as one, with the mean of their probabilities by time."""
    found: list[list[Window]] = []
    for window in sorted(windows, key=lambda w: w.start):
        if found and window.start <= found[-1][-1].end + 1e-6:
            found[-1].append(window)
        else:
            found.append([window])
    return [
        Window(
            run[0].start,
            run[-1].end,
            sum(w.yes * (w.end - w.start) for w in run) / sum(w.end - w.start for w in run),
        )
        for run in found
    ]


def _times(start: float, end: float) -> list[float]:
    return [start + (end - start) * (n + 0.5) / FRAMES for n in range(FRAMES)]


def _prior(
    spans: Sequence[Span], query: str, language: str | None
) -> Callable[[float, float], float]:
    """How many distinct words of the query a stretch has, by the texts that the spans have."""
    analyzer = Analyzer(language or "en")
    terms, stop = analyzer.query(query)
    told = [
        (p.start, p.end, set(analyzer.terms(p.text, stop=stop)) & set(terms))
        for p in all_passages(spans)
    ]
    told = [each for each in told if each[2]]

    def words(start: float, end: float) -> float:
        inside = (found for low, high, found in told if low < end and high > start)
        return float(len(set().union(*inside)))

    return words


def _shaped(
    window: Window, stretched: Sequence[tuple[float, float]], lengths: tuple[float, float]
) -> Found:
    limits = next(each for each in stretched if each[0] <= window.start < each[1])
    start, end = widened(window.start, window.end, lengths[0], limits)
    return Found(start, min(end, start + lengths[1]), window.yes)
