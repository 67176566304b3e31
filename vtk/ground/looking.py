"""search: windows proposed, checked by a model's yes or no, and split where it says yes.

As in TimeSearch's reflection, the most promising window is looked at next, and its halves after it,
until moments are short or the looks are spent. Windows are proposed by looks where there is an
image-text model, by the words of the query where the video has any, else evenly.
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
from vtk.ground.moments import Found, all_passages, by_video
from vtk.ground.pictures import extents, frames
from vtk.ground.stretch import widened
from vtk.ground.task import Task, Wanted
from vtk.media.video import Video, VideoCache
from vtk.models.embed.image_text import ImageTextModel
from vtk.models.llm.rerank import relevance
from vtk.span import Span
from vtk.text import Analyzer

log = logging.getLogger("vtk")

LOOKS = 64  # windows that are looked at for a query in a video, if --looks does not say
FRAMES = 4  # of a window
FIRST = 0.5  # share of the looks that goes to even windows
FINER = 2  # windows proposed a look, where words or looks tell them apart
SHORTEST = 2.0  # seconds of a window that is not split
LIKELY = 0.5  # probability of yes from which a window is split, and is a moment

Stretch = tuple[float, float]
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
    if not task.models.clip:
        task.need_words()
    with ExitStack() as stack:
        model = stack.enter_context(closing(task.models.need_language()()))
        clip = stack.enter_context(task.models.clip()) if task.models.clip else None
        videos = stack.enter_context(VideoCache())
        least = LIKELY if task.threshold is None else task.threshold
        unseen = 0

        def work(spans: list[Span], queries: Sequence[Wanted]) -> list[list[Found]]:
            nonlocal unseen
            video = videos(spans[0].video)
            stretched = extents(video, spans)
            found = []
            for each in queries:
                prior = (
                    _by_looks(clip, video, each.text)
                    if clip
                    else _by_words(spans, each.text, task.language)
                )

                def check(start: float, end: float, query: str = each.text) -> float | ModelError:
                    shown = frames(video, _times(start, end))
                    return next(relevance(model, query, [shown]))

                windows, left = explore(stretched, prior, check, task.looks or LOOKS, least)
                unseen += left
                found.append([_shaped(w, stretched, task.lengths) for w in windows])
            return found

        made = {"method": "search", "model": model.name, "sha256": model.sha256}
        yield from by_video(source, task, work, **made, clip=clip.name if clip else None)
        if unseen:
            log.warning("windows of videos that were not looked at: %d (see --looks)", unseen)


def explore(
    stretched: Sequence[Stretch],
    prior: Callable[[Sequence[Stretch]], Sequence[float]],
    check: Check,
    looks: int,
    least: float = LIKELY,
) -> tuple[list[Window], int]:
    """Return windows that were affirmed, joined where they touch, and how many had no look at all.

    `check` gives the probability of yes for [start, end) seconds, `prior` how promising windows
    are, 0 or more, before any was looked at. Where it tells them apart, more and shorter windows
    are proposed than are looked at, and the likeliest come first; else they are even, and
    neighbours are looked at far from each other in time. Raises ModelError if no window was
    answered.
    """
    waiting = _proposed(stretched, prior, looks)
    unseen = {part for _, _, part in waiting}
    heapq.heapify(waiting)
    leaves, errors, count = [], [], 0
    while waiting and count < looks:
        _, _, (start, end) = heapq.heappop(waiting)
        unseen.discard((start, end))
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
    leaves += [Window(*part, -yes) for yes, _, part in waiting if part not in unseen]
    if errors and len(errors) == count:
        raise errors[-1]
    return _joined(leaves), len(unseen)


def _proposed(
    stretched: Sequence[Stretch],
    prior: Callable[[Sequence[Stretch]], Sequence[float]],
    looks: int,
) -> list[tuple[float, int, Stretch]]:
    """Return first windows, each after what it waits for: the lowest number is looked at next."""
    seconds = sum(end - start for start, end in stretched)

    def windows(count: int) -> list[Stretch]:
        length = max(seconds / max(count, 1), SHORTEST)
        return [part for start, end in stretched for part in _split(start, end, length)]

    first = windows(FINER * looks)
    likely = prior(first)
    best = max(likely, default=0.0)
    if best > min(likely, default=0.0):
        return [(-p / best, _reversed_bits(n), first[n]) for n, p in enumerate(likely)]
    # Nothing tells them apart: all are looked at before any is split.
    evenly = windows(int(FIRST * looks))
    return [(-math.inf, _reversed_bits(n), part) for n, part in enumerate(evenly)]


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


def _by_words(
    spans: Sequence[Span], query: str, language: str | None
) -> Callable[[Sequence[Stretch]], list[float]]:
    """How many distinct words of the query a window has, by the texts that the spans have."""
    analyzer = Analyzer(language or "en")
    terms, stop = analyzer.query(query)
    read = ((p, {*analyzer.terms(p.text, stop=stop)} & {*terms}) for p in all_passages(spans))
    told = [(p, found) for p, found in read if found]

    def likely(windows: Sequence[Stretch]) -> list[float]:
        return [
            float(len(set().union(*(f for p, f in told if p.start < end and p.end > start))))
            for start, end in windows
        ]

    return likely


def _by_looks(
    clip: ImageTextModel, video: Video, query: str
) -> Callable[[Sequence[Stretch]], list[float]]:
    """How much the middle of a window looks like the query, above the least of all windows."""

    def likely(windows: Sequence[Stretch]) -> list[float]:
        (text,) = clip.texts([query])
        middles = [(start + end) / 2 for start, end in windows]
        seen = frames(video, middles)
        if not seen:
            return [0.0] * len(windows)
        found = [float(vector @ text) for vector in clip.images(picture for _, picture in seen)]
        # A frame that stands for two windows is there once: each takes the one nearest in time.
        times = np.array([time for time, _ in seen])
        nearest = [found[int(np.abs(times - middle).argmin())] for middle in middles]
        return [each - min(nearest) for each in nearest]

    return likely


def _shaped(window: Window, stretched: Sequence[Stretch], lengths: tuple[float, float]) -> Found:
    limits = next(each for each in stretched if each[0] <= window.start < each[1])
    start, end = widened(window.start, window.end, lengths[0], limits)
    return Found(start, min(end, start + lengths[1]), window.yes)
