"""Find chapters by tiling: boundaries lie where words and pictures change together.

A candidate boundary is as strong as the valley of similarity around it is deep (TextTiling, see
`vtk.text_tiling`), for the words around it and for the colour layouts of the keyframes (ISO/IEC
15938-3, the colour layout descriptor). Which candidates become boundaries is decided for the whole
video at once, by dynamic programming, so that no chapter is shorter than allowed.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from vtk.chapter.boundaries import best_boundaries
from vtk.chapter.titles import titles
from vtk.entries import SpeechEntry
from vtk.passages import Passage, measured_caption, passages
from vtk.span import TIMED_FIELDS, Span, join
from vtk.speech import speech_sentences
from vtk.text import Analyzer
from vtk.text_tiling import TermTimeline, valley_depth
from vtk.times import rounded

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
# Fields that a part keeps; timed fields are joined over the whole chapter.
PART = ("kind", "index", "score", "caption", "facts", "title", "summary", "parts")


@dataclass(frozen=True)
class TilingThresholds:
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


THRESHOLDS = TilingThresholds()


def chapters(
    spans: list[Span], *, count: int | None, min_length: float, language: str
) -> list[Span]:
    """Return the chapters of one video; all spans have an end and none has failed."""
    # Rounded, as are all times that they are compared with.
    spans = [Span(s, start=rounded(s.start), end=rounded(s.end)) for s in spans]
    spans.sort(key=lambda span: (span.start, span.end))
    end = max(span.end for span in spans)
    said = speech_sentences(_distinct_speech(spans))
    times = _candidates(spans, said)
    strength = _strengths(times, spans, said, language)
    chosen = _chosen(times, strength, (spans[0].start, end), count, min_length)
    edges = [spans[0].start, *(times[place] for place in chosen), end]
    strength = np.where(strength < 0, strength - FORBIDDEN, strength)
    scores = [1.0, *(float(strength[place]) for place in chosen)]
    groups = _grouped(spans, edges)
    names = titles(groups, language)
    return [
        _joined(group, index, start, end, score, title)
        for index, (group, (start, end), score, title) in enumerate(
            zip(groups, pairwise(edges), scores, names, strict=True)
        )
    ]


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


def _grouped(spans: Sequence[Span], edges: Sequence[float]) -> list[list[Span]]:
    """Return the spans that begin in each chapter; a span with an edge inside is cut there."""
    starts = {span.start for span in spans}
    inner = [edge for edge in edges[1:-1] if edge not in starts]
    groups: list[list[Span]] = [[] for _ in edges[1:]]
    for span in spans:
        cuts = [edge for edge in inner if span.start < edge < span.end]
        for piece in _cut(span, cuts) if cuts else [span]:
            groups[min(bisect_right(edges, piece.start), len(groups)) - 1].append(piece)
    return groups


def _cut(span: Span, cuts: Sequence[float]) -> list[Span]:
    """Cut a span at times inside it; descriptions of the whole are the best known of each piece."""
    told = {key: span[key] for key in ("kind", "facts", "title", "summary") if key in span}
    if caption := measured_caption(span) or span.get("caption"):
        told["caption"] = caption
    pieces = []
    for start, end in pairwise([span.start, *cuts, span.end]):
        piece = span.sub_span(start, end, "shot")
        piece.pop("kind")
        piece.update(told)
        pieces.append(piece)
    return pieces


def _joined(
    group: list[Span], index: int, start: float, end: float, score: float, title: str
) -> Span:
    """Join pieces into one chapter; their captions and times are kept in `parts`."""
    parts = [
        {
            "start": piece.start,
            "end": piece.end,
            **{key: piece[key] for key in PART if key in piece},
        }
        for piece in group
    ]
    fields = {"index": index, "title": title, "score": round(score, 4), "parts": parts}
    new = join(group, "chapter", **fields)
    new["start"], new["end"] = rounded(start), rounded(end)
    order = ["video", "start", "end", "kind", *fields, *TIMED_FIELDS]
    new = Span({key: new[key] for key in [*order, *new] if key in new})
    return new.with_provenance("chapter", "tiling")
