"""Join neighbouring shots into scenes, which end where look and words change together.

Images are compared as in SceneTilling (Wang et al., "VideoLLaMB: Long Streaming Video
Understanding with Recurrent Memory Bridges", 2024) and words by TextTiling (`vtk.text_tiling`): a
boundary between shots is as strong as the valley of similarity around it is deep. Each of a few
shots on one side is compared with the most similar shot on the other side, so that two shots that
alternate, as in a dialogue, form one scene. Peaks are looked for among a few neighbours only, so
that scenes are yielded while the video is still being read.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.entries import SpeechEntry, TransitionEntry
from vtk.span import Span
from vtk.speech import speech_sentences
from vtk.split.regroup.lengths import merged
from vtk.text import Analyzer
from vtk.text_tiling import TermTimeline, valley_depth

Floats = NDArray[np.float64]

BLOCK = 5  # shots compared on either side of a boundary
REACH = 8  # boundaries on either side among which the peaks of similarity are looked for
NEAR = 1  # boundaries on either side that must not be deeper than a scene's boundary
AHEAD = BLOCK + REACH + NEAR  # shots after a boundary that its decision depends on


@dataclass(frozen=True)
class SceneThresholds:
    """Limits and weights by which a boundary of shots begins a scene.

    The result is tested on shots of known colours and words,
    `python -m pytest tests/split/test_scenes.py`.
    """

    depth: float = 0.14  # minimum depth of the valley, 0..1, at the boundary of two scenes
    fading: float = 0.7  # weight of a shot, relative to the next one nearer to the boundary
    long: float = 12.0  # seconds: a longer shot is a peak by itself, as it is alike all along
    terms: int = 30  # words compared on either side of a boundary
    talk: float = 60.0  # seconds from a boundary within which words are compared
    # Weight of the words in the depth, where enough is said; the rest is that of the look.
    words_share: float = 0.4


THRESHOLDS = SceneThresholds()


class ColourHistograms(Protocol):
    """Provides `scenes` with the colours of the frames."""

    def colour_histogram(self, start: int, end: int) -> Floats:
        """Return the share of each colour in the frames from pts `start` to `end`."""
        ...

    def forget(self, before: int) -> None:
        """Discard what is known of frames before that pts; it is not asked for again."""
        ...


class _Shot(NamedTuple):
    span: Span
    look: Floats


class _Alike(NamedTuple):
    """Similarity of the two sides of a boundary, 0..1; None if there is nothing to compare."""

    look: float | None
    words: float | None


def scenes(
    shots: Iterable[Span], seen: ColourHistograms, speech: list[SpeechEntry]
) -> Iterator[Span]:
    """Yield the scenes, with `shots`, their number, and `score`, derived from the valley's depth.

    `speech` is what is said in the video. A scene is yielded once `AHEAD` shots after its end are
    known. Error records come after the scenes.
    """
    scene: list[Span] = []
    failed: list[Span] = []

    def looks() -> Iterator[_Shot]:
        for shot in shots:
            if shot.failed:
                failed.append(shot)
                continue
            yield _Shot(shot, seen.colour_histogram(*shot["pts"]))
            seen.forget(shot["pts"][1])

    for shot, valley in _parted(
        looks(), TermTimeline(speech_sentences(speech), Analyzer(talk=True))
    ):
        if valley and scene:
            yield merged(scene, "scene", shots=len(scene)).with_provenance("split", "scenes")
            scene = []
        scene.append(_begun(shot, valley) if valley else shot)
    if scene:
        yield merged(scene, "scene", shots=len(scene)).with_provenance("split", "scenes")
    yield from failed


def _begun(shot: Span, valley: dict[str, float]) -> Span:
    """Return the first shot of a scene with the measurements and score of the valley before it."""
    valley = {name: round(value, 4) for name, value in valley.items()}
    new = Span({**shot, "score": round(valley["depth"] / (valley["depth"] + THRESHOLDS.depth), 4)})
    begun: TransitionEntry | None = shot.get("transition")
    if begun:
        new["transition"] = {**begun, "why": {**begun.get("why", {}), **valley}}
    return new


def _parted(
    shots: Iterable[_Shot], words: TermTimeline
) -> Iterator[tuple[Span, dict[str, float] | None]]:
    """Yield each shot, and the measurements of the valley before it if a scene begins there."""
    known: list[_Shot] = []
    alike: list[_Alike] = []  # at the boundary before each known shot, as far as compared
    here = 0  # the shot to decide on

    def step() -> Iterator[tuple[Span, dict[str, float] | None]]:
        nonlocal here
        yield known[here].span, _valley(known, alike, here)
        here += 1
        if here > AHEAD:
            del known[0], alike[0]
            here -= 1

    for shot in shots:
        known.append(shot)
        if len(known) > len(alike) + BLOCK:
            alike.append(_compared(known, len(alike), words))
        if len(known) > here + AHEAD:
            yield from step()
    while len(alike) < len(known):
        alike.append(_compared(known, len(alike), words))
    while here < len(known):
        yield from step()


def _compared(known: Sequence[_Shot], here: int, words: TermTimeline) -> _Alike:
    """Return the similarity of the shots before and after the boundary before the shot `here`.

    Each shot is compared with the most similar shot on the other side. At the ends of the video,
    where one side has fewer shots, only the shots of that side count.
    """
    if here == 0:
        return _Alike(None, None)
    before = np.sqrt([shot.look for shot in known[max(0, here - BLOCK) : here][::-1]])
    after = np.sqrt([shot.look for shot in known[here : here + BLOCK]])
    # Bhattacharyya coefficient of any two shots: 1 if the shares of all colours agree.
    pairs = before @ after.T
    best = [pairs.max(axis=axis) for axis in (1, 0) if pairs.shape[1 - axis] <= pairs.shape[axis]]
    look = np.mean(
        [np.average(row, weights=THRESHOLDS.fading ** np.arange(len(row))) for row in best]
    )
    return _Alike(float(look), _words_alike(words, known[here].span.start))


def _valley(known: Sequence[_Shot], alike: Sequence[_Alike], here: int) -> dict[str, float] | None:
    """Return the measurements of the valley before shot `here`; None if no scene begins there."""
    depth = _depth(known, alike, here)
    if depth < THRESHOLDS.depth:
        return None
    near = [i for i in range(max(0, here - NEAR), min(len(alike), here + NEAR + 1)) if i != here]
    if any(_depth(known, alike, i) > depth for i in near):
        return None
    measured = {"depth": depth, "look": alike[here].look, "words": alike[here].words}
    return {name: value for name, value in measured.items() if value is not None}


def _depth(known: Sequence[_Shot], alike: Sequence[_Alike], here: int) -> float:
    """Return how deep the boundary before shot `here` lies below the peaks around it, 0..1."""
    long = {n for n, shot in enumerate(known) if shot.span.end - shot.span.start > THRESHOLDS.long}
    look = valley_depth([a.look for a in alike], here, REACH, long)
    if alike[here].words is None:
        return look
    words = valley_depth([a.words for a in alike], here, REACH)
    return (1 - THRESHOLDS.words_share) * look + THRESHOLDS.words_share * words


def _words_alike(said: TermTimeline, time: float) -> float | None:
    """Return the cosine of the terms before and after a time in seconds; None if few are said."""
    t = THRESHOLDS
    here = bisect_left(said.times, time)
    low = max(here - t.terms, bisect_left(said.times, time - t.talk))
    high = min(here + t.terms, bisect_left(said.times, time + t.talk))
    return said.similarity(low, here, high) if min(here - low, high - here) >= t.terms / 2 else None
