"""text: find chapters where what is said, read and seen changes together.

A candidate boundary is as strong as the valley of similarity around it is deep (TextTiling, see
`vtk.text_tiling`), for the words around it and for the colour layouts of the keyframes (ISO/IEC
15938-3, the colour layout descriptor). Which candidates become boundaries is decided for the whole
video at once, by dynamic programming, so that no chapter is shorter than allowed.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from vtk.caption import videos_with_captions
from vtk.chapter.boundaries import best_boundaries
from vtk.chapter.joined import grouped, joined, ordered
from vtk.chapter.task import Mark, Task
from vtk.chapter.titles import titles
from vtk.entries import SpeechEntry
from vtk.passages import Passage, passages
from vtk.pipeline import map_videos
from vtk.span import Span
from vtk.speech import speech_sentences
from vtk.text import Analyzer
from vtk.text_tiling import TermTimeline, valley_depth

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
FORBIDDEN = -10.0  # added where a boundary would cut a sentence: more than any strength is worth


@dataclass(frozen=True)
class Thresholds:
    """Limits and weights by which a chapter begins.

    The result is tested on made-up talks and pictures,
    `python -m pytest tests/chapter/test_chapter.py`.
    """

    # Terms compared on either side of a candidate, for short and for long videos:
    window: tuple[int, int] = (30, 120)
    windows: int = 16  # number of windows in a video, where `window` allows so many
    fewest_windows: int = 6  # number of windows in a video of few terms, then shorter than `window`
    frames: int = 3  # keyframes compared on either side
    words_share: float = 0.75  # weight of the words in a boundary's strength; the rest: pictures
    look_scale: float = 400.0  # distance of colour layouts at which similarity has fallen to 1/e
    # A chapter may also begin with a sentence where no span begins for more than `uncut` seconds in
    # which at least `uncut_sentences` sentences begin, `apart` seconds or more from either span.
    uncut: float = 30.0
    uncut_sentences: int = 6
    apart: float = 1.0
    opening: float = 0.08  # added to the strength where a sentence opens a topic (OPENING)
    # Seconds into a sentence that a boundary may lie, as the times of cues are not exact:
    inside: float = 0.5
    faint: float = 0.06  # strength below which a boundary is no change of topic


THRESHOLDS = Thresholds()


def chapters(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield the chapters of each video, where words and pictures change together."""
    videos = videos_with_captions(source, language=task.language)
    return map_videos("chapter", videos, partial(_of_video, task=task))


def _of_video(spans: list[Span], task: Task) -> list[Span]:
    """Return the chapters of one video; all spans have an end and none has failed."""
    spans = ordered(spans)
    language, end = task.spoken, max(span.end for span in spans)
    said = speech_sentences(_distinct_speech(spans))
    times = _candidates(spans, said)
    strength = _strengths(times, spans, said, language)
    shortest = task.shortest(end - spans[0].start)
    chosen = _chosen(times, strength, (spans[0].start, end), task.count, shortest)
    starts = [spans[0].start, *(times[place] for place in chosen)]
    strength = np.where(strength < 0, strength - FORBIDDEN, strength)
    scores = [1.0, *(float(strength[place]) for place in chosen)]
    names = titles(grouped(spans, starts), language)
    marks = [Mark(*each) for each in zip(starts, names, scores, strict=True)]
    return joined(spans, marks, "text")


def _distinct_speech(spans: Sequence[Span]) -> list[SpeechEntry]:
    cues: Iterator[SpeechEntry] = (cue for span in spans for cue in span.get("speech", []))
    return list({(cue["start"], cue["end"], cue["text"]): cue for cue in cues}.values())


def _candidates(spans: Sequence[Span], said: Sequence[Passage]) -> list[float]:
    """Return the times where a chapter may begin: the starts of spans, and those of sentences if
    much is said without a cut, as in the single shot of a lecture."""
    limits = THRESHOLDS
    first, end = spans[0].start, max(span.end for span in spans)
    cuts = sorted({span.start for span in spans} - {first})
    clean = [first, *(t for t, inside in zip(cuts, _inside(cuts, said), strict=True) if not inside)]
    starts = sorted({sentence.start for sentence in said})
    for a, b in pairwise([*clean, end]):
        low, high = a + limits.apart, b - limits.apart
        between = starts[bisect_left(starts, low) : bisect_left(starts, high)]
        if b - a > limits.uncut and len(between) >= limits.uncut_sentences:
            cuts += between
    # No chapter begins with a sentence in a gap between two spans.
    begins = [span.start for span in spans]
    reach = list(accumulate((span.end for span in spans), max))
    return [t for t in sorted(set(cuts)) if reach[bisect_right(begins, t) - 1] > t]


def _inside(times: Sequence[float], said: Sequence[Passage]) -> list[bool]:
    """Return for each time whether it lies well inside a sentence."""
    starts = [sentence.start for sentence in said]
    ends = list(accumulate((sentence.end for sentence in said), max))
    slack = THRESHOLDS.inside
    before = [bisect_left(starts, time - slack) for time in times]
    return [bool(n) and ends[n - 1] > t + slack for t, n in zip(times, before, strict=True)]


def _strengths(
    times: Sequence[float], spans: Sequence[Span], said: Sequence[Passage], language: str
) -> Floats:
    """Return the strength, 0 to 1, of a boundary at each time, plus FORBIDDEN in a sentence."""
    strength = np.zeros(len(times))
    if not times:
        return strength
    words = _word_similarity(times, spans, said, language)
    looks = _look_similarity(times, spans)
    if words is not None:
        strength += _depths(words) * (THRESHOLDS.words_share if looks is not None else 1.0)
    if looks is not None:
        strength += _depths(looks) * (1 - THRESHOLDS.words_share if words is not None else 1.0)
    openings = sorted(sentence.start for sentence in said if OPENING.match(sentence.text))
    near = np.array([_near(time, openings) for time in times])
    strength = np.clip(strength + THRESHOLDS.opening * near * (strength > 0), 0.0, 0.999)
    return strength + FORBIDDEN * np.array(_inside(times, said))


def _depths(similarity: Floats) -> Floats:
    values = similarity.tolist()
    return np.array([valley_depth(values, here) for here in range(len(values))])


def _near(time: float, moments: Sequence[float]) -> bool:
    """Return whether one of the moments, in ascending order, equals `time` within `inside`."""
    place = bisect_left(moments, time - THRESHOLDS.inside)
    return place < len(moments) and moments[place] <= time + THRESHOLDS.inside


def _word_similarity(
    times: Sequence[float], spans: Sequence[Span], said: Sequence[Passage], language: str
) -> Floats | None:
    """Return the cosine of the terms before and after each time; None if there are no terms."""
    t = THRESHOLDS
    texts = {
        passage: None for span in spans for passage in passages(span) if passage.source != "speech"
    }
    timeline = TermTimeline([*said, *texts], Analyzer(language, talk=True))
    total = len(timeline.terms)
    if not total:
        return None
    size = min(max(total // t.windows, t.window[0]), t.window[1], max(total // t.fewest_windows, 8))
    places = [bisect_left(timeline.times, time) for time in times]
    similarity = np.array([timeline.similarity(p - size, p, p + size) for p in places])
    # Near the ends of the video a window is short and its similarity uncertain: near the mean.
    full = np.array([min(p, total - p, size) / size for p in places])
    guessed: Floats = full * similarity + (1 - full) * similarity.mean()
    return _smoothed(guessed)


def _smoothed(values: Floats) -> Floats:
    """Return weighted means with both neighbours, so that small dips do not hide a peak."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    return np.asarray((padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4)


def _look_similarity(times: Sequence[float], spans: Sequence[Span]) -> Floats | None:
    """Return the similarity, 0 to 1, of the keyframes before and after each time.

    None if fewer than two keyframes have a `look`.
    """
    t = THRESHOLDS
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
        left, right = looks[max(0, place - t.frames) : place], looks[place : place + t.frames]
        if len(left) and len(right):
            distance = float(np.linalg.norm(left.mean(axis=0) - right.mean(axis=0)))
            similarity[i] = math.exp(-distance / t.look_scale)
    return similarity


def _chosen(
    times: Sequence[float],
    strength: Floats,
    limits: tuple[float, float],
    count: int | None,
    min_length: float,
) -> list[int]:
    """Return the indices of the candidates that become boundaries, in order."""
    length = limits[1] - limits[0]
    if count is None:
        most = round(2 + 2 * math.sqrt(length / 60))
        least = 3 if length >= 30 and len(times) >= 2 else 1
        allowed = strength[strength > FORBIDDEN / 2]
        cutoff = max(THRESHOLDS.faint, float(allowed.mean())) if len(allowed) else 0.0
    else:
        least = most = count
        cutoff = 0.0
    return best_boundaries(
        times, strength - cutoff, limits, (least - 1, max(most, least) - 1), min_length
    )
