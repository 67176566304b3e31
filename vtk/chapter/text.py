"""text: find chapters where what is said, read and seen changes.

Terms of speech, screen text and captions, and what sentences mean where an embedder is named, part
the video as `vtk.chapter.segments` tells. A place counts more where the pictures around it differ,
by the depth of the valley of similarity (`vtk.text_tiling`) between the colour layouts of keyframes
(ISO/IEC 15938-3), and where the speaker opens a topic in words.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vtk.chapter.joined import joined, ordered
from vtk.chapter.lines import words_of
from vtk.chapter.mending import section_length
from vtk.chapter.model_titles import Usage
from vtk.chapter.naming import titled
from vtk.chapter.segments import Evidence, Meanings, Terms, partition, strengths
from vtk.chapter.starts import INSIDE, near, places_of
from vtk.chapter.task import Mark, Task
from vtk.chapter.videos import by_video, heard, marks_given
from vtk.models.embed.text_model import TextModel
from vtk.span import Span
from vtk.text import Analyzer
from vtk.text_tiling import valley_depth

Floats = NDArray[np.float64]

# How speakers of English open a topic (Hirschberg & Litman, "Empirical Studies on the
# Disambiguation of Cue Phrases", Computational Linguistics 19(3), 1993).
OPENING = re.compile(
    r"(?:(?:okay|ok|so|and|well|right|alright)[, ]+)*"
    r"(?:now|next|today|finally|first|second|third|last|let's|let us|moving on|on to|that brings"
    r"|that's it|our|in this|in the|the (?:first|second|third|fourth|next|last|final|end|other)"
    r"|it is time|it's time|what|how|why|where|when)\b",
    re.I,
)
FRAMES = 3  # keyframes compared on either side
LOOK_SCALE = 400.0  # distance of colour layouts at which similarity has fallen to 1/e
# What a change of pictures of depth 1, and an opening, is worth, in costs of a chapter; without
# words pictures have to suffice.
LOOKS, LOOKS_ALONE, OPENS = 0.8, 8.0, 0.3


def chapters(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield the chapters of each video, where words and pictures change together."""
    with ExitStack() as stack:
        opener = task.models.embedder
        embedder = stack.enter_context(opener()) if opener else None
        yield from by_video(source, task, partial(_of_video, task=task, embedder=embedder))


def _of_video(spans: list[Span], *, task: Task, embedder: TextModel | None) -> list[Span]:
    """Return the chapters of one video; all spans have an end and none has failed."""
    spans = ordered(spans)
    task = heard(task, spans)
    video = Units(spans, task, embedder)
    marks = marks_given(spans, task)
    marks = marks or video.parted(task)
    model = {"model": embedder.name, "sha256": embedder.sha256} if embedder else {}
    return joined(
        spans, titled(spans, marks, task, None, Usage()), "text", language=task.guessed, **model
    )


class Units:
    """A video between the places where a chapter may begin: the terms and looks of each unit."""

    def __init__(self, spans: Sequence[Span], task: Task, embedder: TextModel | None) -> None:
        lines = words_of(spans)
        first, *inner = places_of(spans, lines, task.snap)
        self.times = np.array([first, *inner, max(span.end for span in spans)])
        self.count = len(self.times) - 1
        self.analyzer, self.embedder = Analyzer(task.spoken, talk=True), embedder
        self.terms: list[list[str]] = [[] for _ in range(self.count)]
        units = [bisect_right(inner, (p.start + p.end) / 2) for p in lines]
        for unit, line in zip(units, lines, strict=True):
            self.terms[unit] += self.analyzer.terms(line.text)
        self.vectors: Floats | None = None
        if embedder and lines:
            self.vectors = np.zeros((self.count, embedder.dim))
            found = np.array(list(embedder.documents(line.text for line in lines)))
            np.add.at(self.vectors, units, found)
        self.bonus = np.zeros(self.count)
        looks = _look_similarity(inner, spans)
        if looks is not None:
            self.bonus[1:] += (LOOKS if any(self.terms) else LOOKS_ALONE) * _valleys(looks)
        openings = [p.start for p in lines if p.source == "speech" and OPENING.match(p.text)]
        self.bonus[1:] += OPENS * np.array([near(t, openings, INSIDE) for t in inner])

    def parted(self, task: Task) -> list[Mark]:
        """Return the marks of chapters, and of sections where `task` wants them."""
        seconds = float(self.times[-1] - self.times[0])
        shortest, most = task.shortest(seconds), task.max_length or math.inf
        starts = self._starts(0, self.count, (shortest, most), task.count)
        chapters = self._marks(starts, self.count, level=1)
        if task.levels == 1:
            return chapters
        marks = []
        for mark, (first, last) in zip(chapters, pairwise([*starts, self.count]), strict=True):
            inner = self._starts(first, last, (section_length(seconds, task), math.inf), None)
            sections = self._marks(inner, last, level=2)
            marks += [mark, *(sections if len(sections) > 1 else ())]
        return marks

    def _evidence(self, first: int, last: int) -> list[Evidence]:
        """Return what tells how well units of [first, last) go together."""
        found: list[Evidence] = [Terms(self.terms[first:last])]
        if self.vectors is not None:
            found.append(Meanings(self.vectors[first:last]))
        return found

    def _starts(
        self, first: int, last: int, lengths: tuple[float, float], count: int | None
    ) -> list[int]:
        """Return the first units of the stretches that [first, last) is parted into."""
        times, bonus = self.times[first : last + 1], self.bonus[first:last]
        found = partition(self._evidence(first, last), bonus, times, lengths, count)
        return [first + each for each in found]

    def _marks(self, starts: Sequence[int], end: int, level: int) -> list[Mark]:
        """Return marks at units, with the strengths of their boundaries, up to the unit `end`."""
        first = starts[0]
        evidence, bonus = self._evidence(first, end), self.bonus[first:end]
        scores = strengths(evidence, bonus, [each - first for each in starts])
        timed = zip(self.times[[*starts]].tolist(), scores, strict=True)
        return [Mark(time, None, score, level) for time, score in timed]


def _valleys(similarity: Sequence[float]) -> Floats:
    """Return how deep each valley of similarity is, 0 to 1, at its bottom; 0 elsewhere."""
    depths = [valley_depth(similarity, place) for place in range(len(similarity))]
    around = np.concatenate([[np.inf], similarity, [np.inf]])
    bottom = np.asarray(similarity) <= np.minimum(around[:-2], around[2:])
    return np.where(bottom, depths, 0.0)


def _look_similarity(times: Sequence[float], spans: Sequence[Span]) -> list[float] | None:
    """Return the similarity, 0 to 1, of the keyframes before and after each time.

    None if fewer than two keyframes have a `look`.
    """
    frames = {
        frame["t"]: frame["look"]
        for span in spans
        for frame in span.get("keyframes", [])
        if "look" in frame
    }
    if len(frames) < 2:
        return None
    shown = sorted(frames)
    looks = np.array([frames[t] for t in shown], dtype=np.float64)
    similarity = np.ones(len(times))
    for i, time in enumerate(times):
        place = bisect_left(shown, time)
        left, right = looks[max(0, place - FRAMES) : place], looks[place : place + FRAMES]
        if len(left) and len(right):
            distance = float(np.linalg.norm(left.mean(axis=0) - right.mean(axis=0)))
            similarity[i] = math.exp(-distance / LOOK_SCALE)
    return [float(each) for each in similarity]
