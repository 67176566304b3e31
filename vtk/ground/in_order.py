"""in-order: many sentences at once, each in one stretch of a video, in their order.

Steps of a recipe, lines of a script and titles of chapters come in the order of the video. All of
them are placed together by dynamic programming over their similarity to what is said, seen or
written at each time, so that the sum of what their stretches gain is the largest possible. It is
the alignment without training that "A Strong Baseline for Temporal Video-Text Alignment" begins
with; a sentence that fits nowhere is passed over.
"""

import logging
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from vtk.caption import with_captions
from vtk.ground.moments import Found, all_passages, by_video, evidence
from vtk.ground.pictures import extents, frames
from vtk.ground.stretch import widened
from vtk.ground.task import Task, Wanted
from vtk.ground.topic import smoothed
from vtk.media.video import VideoCache
from vtk.models.embed.image_text import ImageTextModel
from vtk.models.embed.text_model import TextModel
from vtk.passages import Passage
from vtk.span import Span
from vtk.text import Analyzer

log = logging.getLogger("vtk")

Matrix = NDArray[np.float64]  # (sentences, cells)

CELLS = 1000  # most steps of time that a video is divided into
FINEST = 0.5  # seconds of a step, at least
BLUR = 2.0  # seconds by which similarities are smoothed
CENTRE = 0.5  # where a time begins to count for a sentence, from its usual (0) to its best (1)
PLACE = 0.5  # what placing a sentence costs, in seconds at its best similarity


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield, for each query in turn, its stretch of each video, best video first; errors first.

    Queries are compared with pictures by `task.models.clip` if there is one, else with texts by
    `task.models.embedder`, else by the words that they share. Those that fit nowhere get no stretch
    and are counted in a warning. `score` is the mean similarity inside: the share of the weight of
    its words, or a cosine. One video is held at a time.
    """
    absent = 0
    if not (task.models.clip or task.models.embedder):
        task.need_words()
    with ExitStack() as stack:
        models, videos = task.models, stack.enter_context(VideoCache())
        clip = stack.enter_context(models.clip()) if models.clip else None
        embedder = stack.enter_context(models.embedder()) if models.embedder and not clip else None

        def work(spans: list[Span], queries: Sequence[Wanted]) -> list[list[Found]]:
            nonlocal absent
            texts = [each.text for each in queries]
            if clip:
                found = _by_looks(clip, videos, spans, texts, task)
            else:
                found = _by_words(embedder, all_passages(spans), texts, task)
            absent += sum(not each for each in found)
            return found

        model = clip or embedder
        made = {"method": "in-order", "model": model.name if model else None}
        known = source if clip else with_captions(source, timed=True, language=task.language)
        yield from by_video(known, task, work, **made)
    if absent:
        log.warning("sentences without a place in a video: %d", absent)


def aligned(gains: Matrix, cost: float) -> list[tuple[int, int] | None]:
    """Return the stretch [first, last) of each sentence, or None, so that the sum is largest.

    `gains` (sentences, cells) is what a sentence gains by a cell; stretches are in the order of the
    sentences and share no cell, and each costs `cost`. Takes time and memory proportional to the
    number of gains.
    """
    count, cells = gains.shape
    # The largest sum up to a time: with the first k sentences placed or passed over, and in the
    # middle of sentence k.
    outside = np.zeros((cells + 1, count + 1))
    inside = np.full((cells + 1, count), -np.inf)
    for t in range(1, cells + 1):
        inside[t] = gains[:, t - 1] + np.maximum(inside[t - 1], outside[t - 1, :-1] - cost)
        ended = np.concatenate(([0.0], inside[t]))
        outside[t] = np.maximum.accumulate(np.maximum(outside[t - 1], ended))
    found: list[tuple[int, int] | None] = [None] * count
    t, k = cells, count
    while t and k:
        if outside[t, k] == outside[t - 1, k]:
            t -= 1
        elif outside[t, k] == outside[t, k - 1]:
            k -= 1
        else:
            k, last, t = k - 1, t, t - 1
            while inside[t, k] >= outside[t, k] - cost:
                t -= 1
            found[k] = (t, last)
    return found


def placed(
    likeness: Matrix, step: float, start: float, end: float, task: Task
) -> list[tuple[float, float, float] | None]:
    """Return start, end and mean likeness of each sentence in a video, or None.

    A stretch that is shorter than it may be grows up to those of its neighbours.
    `likeness` (sentences, cells) is given for cells of `step` seconds from `start` on.
    """
    curve = np.array([smoothed(row, max(BLUR / step, 0.5)) for row in likeness])
    usual, best = curve.mean(1, keepdims=True), curve.max(1, keepdims=True)
    centre = usual + CENTRE * (best - usual)
    room = np.where(best - centre > 1e-9, best - centre, np.inf)
    gains = np.where(np.isinf(room), -1.0, (curve - centre) / room) * step
    stretches = aligned(gains, PLACE)
    begins = [start + found[0] * step for found in stretches if found]
    results: list[tuple[float, float, float] | None] = []
    before = start  # where the stretch of the last sentence ends, beyond which none is widened
    for row, found in zip(likeness, stretches, strict=True):
        if found is None:
            results.append(None)
            continue
        first, last = found
        own = begins.pop(0)
        limits = (before, begins[0] if begins else end)
        low, high = widened(own, min(end, start + last * step), task.lengths[0], limits)
        before = min(high, low + task.lengths[1])
        results.append((low, before, float(np.clip(row[first:last].mean(), 0, 1))))
    return results


def _by_words(
    embedder: TextModel | None, told: Sequence[Passage], queries: Sequence[str], task: Task
) -> list[list[Found]]:
    if not told:
        return [[] for _ in queries]
    start, end = min(p.start for p in told), max(p.end for p in told)
    step = max((end - start) / CELLS, FINEST)
    likeness = np.zeros((len(queries), max(math.ceil((end - start) / step), 1)))
    similar = _meaning(embedder, told, queries) if embedder else _shared(told, queries, task)
    for passage, column in zip(told, similar.T, strict=True):
        first = min(int((passage.start - start) / step), likeness.shape[1] - 1)
        last = max(math.ceil((passage.end - start) / step), first + 1)
        cells = likeness[:, first:last]
        np.maximum(cells, column[:, None], out=cells)
    found = placed(likeness, step, start, end, task)
    return [
        [Found(*each, evidence([p for p in told if p.start < each[1] and p.end > each[0]]))]
        if each
        else []
        for each in found
    ]


def _shared(told: Sequence[Passage], queries: Sequence[str], task: Task) -> Matrix:
    """The share of the weight of each query's words that each passage has (queries, passages)."""
    analyzer = Analyzer(task.language or "en")
    counts = [Counter(analyzer.terms(p.text, stop=False, characters=True)) for p in told]
    there = Counter(term for each in counts for term in each)
    found = np.zeros((len(queries), len(told)))
    for row, query in zip(found, queries, strict=True):
        terms = analyzer.query(query)[0]
        weights = {t: math.log1p((len(told) - there[t] + 0.5) / (there[t] + 0.5)) for t in terms}
        whole = sum(weights.values())
        row[:] = [sum(weights[t] for t in terms if t in each) / whole for each in counts]
    return found


def _meaning(embedder: TextModel, told: Sequence[Passage], queries: Sequence[str]) -> Matrix:
    documents = np.array(list(embedder.documents(p.text for p in told)), np.float64)
    found: Matrix = np.array(list(embedder.queries(queries)), np.float64) @ documents.T
    return found


def _by_looks(
    clip: ImageTextModel,
    videos: VideoCache,
    spans: Sequence[Span],
    queries: list[str],
    task: Task,
) -> list[list[Found]]:
    video = videos(spans[0].video)
    covered = extents(video, spans)
    start, end = covered[0][0], covered[-1][1]
    count = min(task.looks or CELLS, max(int((end - start) / FINEST), 1))
    step = (end - start) / count
    times = [start + step * (n + 0.5) for n in range(count)]
    times = [t for t in times if any(low <= t < high for low, high in covered)]
    texts = np.asarray(clip.texts(queries), np.float64)
    likeness = np.zeros((len(queries), count))
    seen = frames(video, times)
    for (time, _), vector in zip(seen, clip.images(p for _, p in seen), strict=True):
        cell = min(int((time - start) / step), count - 1)
        likeness[:, cell] = texts @ vector
    return [[Found(*each)] if each else [] for each in placed(likeness, step, start, end, task)]
