"""Divide a video into units of a skim: at shots, between sentences, and in quiet places."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from vtk.entries import SpeechEntry
from vtk.media.video import Video
from vtk.skim.knapsack import Unit
from vtk.speech import speech_sentences

Quiet = Callable[[float, float], float]  # the quietest moment in [low, high] seconds

LEAST = 1.0  # seconds; a shorter unit belongs to a neighbour
PAD = 0.15  # seconds before and after a sentence that are shown with it, where nothing else is said
NEAR = 0.25  # seconds around the guessed end of a sentence in which a quieter place is looked for
FRAME = 0.1  # seconds by which the edges of stretches may move to where a picture ends
SAID = 12.0  # seconds; a longer sentence is divided between its cues


def units(
    extent: tuple[float, float],
    cuts: Iterable[float],
    speech: Sequence[SpeechEntry],
    longest: float,
    quiet: Quiet,
) -> list[Unit]:
    """Return units that cover `extent`, [start, end) seconds, in order and without gaps.

    An edge is a cut (a shot's start) that lies in no sentence, or stands between two sentences.
    Units in which nothing is said are at most `longest` seconds long; `quiet` says where else to
    divide them.
    """
    start, end = extent
    said = _said(speech, start, end)
    inner = sorted({cut for cut in cuts if start < cut < end and not _inside(cut, said)})
    edges = _merged(_edges(said, start, end, quiet), inner, start, end)
    return [
        Unit(*each) for pair in pairwise(edges) for each in _divided(pair, said, longest, quiet)
    ]


def on_frames(video: Video, chosen: Sequence[Unit]) -> list[Unit]:
    """Return units, apart and in order, with edges where a picture begins or ends.

    Else the rest of one would flash up at a joint, for less than a frame lasts.
    """
    edges = [edge for unit in chosen for edge in (unit.start, unit.end)]
    # The end of the video, at which no frame is on screen, stays.
    for place, frame in enumerate(video.frames_at(edges)):
        times = frame.time, video.seconds(frame.pts + frame.duration)
        nearest = min(times, key=lambda time: abs(time - edges[place]))
        if abs(nearest - edges[place]) <= FRAME:
            edges[place] = nearest
    pairs = zip(chosen, edges[::2], edges[1::2], strict=True)
    return [unit._replace(start=start, end=end) for unit, start, end in pairs]


def _said(speech: Sequence[SpeechEntry], start: float, end: float) -> list[tuple[float, float]]:
    """Return the stretches that are not to be divided: sentences, or the cues of long ones."""
    cues = sorted((entry["start"], entry["end"]) for entry in speech)
    begun = [cue[0] for cue in cues]
    found: list[tuple[float, float]] = []
    for sentence in speech_sentences(speech):
        parts = [sentence.start]
        if sentence.end - sentence.start > SAID:
            first, last = (bisect_left(begun, t) for t in (sentence.start + 1, sentence.end - 1))
            parts += begun[first:last]
        found += pairwise([*parts, sentence.end])
    joined: list[tuple[float, float]] = []
    for low, high in sorted(
        (max(a, start), min(b, end)) for a, b in found if a < end and b > start
    ):
        if joined and low < joined[-1][1] - 0.01 and high - joined[-1][0] <= 2 * SAID:
            joined[-1] = joined[-1][0], max(high, joined[-1][1])  # two people speak at once
        else:
            joined.append((max(low, joined[-1][1]) if joined else low, high))
    return [(low, high) for low, high in joined if high > low]


def _edges(
    said: Sequence[tuple[float, float]], start: float, end: float, quiet: Quiet
) -> list[float]:
    """Return where sentences may be parted from each other, and from what is silent."""
    found = []
    for (_, over), (begun, _) in pairwise([(start, start), *said, (end, end)]):
        if begun - over < 2 * PAD:
            middle = (over + begun) / 2
            inner = start < middle < end
            found.append(quiet(middle - NEAR, middle + NEAR) if inner else middle)
        else:
            found += [over + PAD, begun - PAD]
    return sorted({min(max(edge, start), end) for edge in found})


def _inside(time: float, said: Sequence[tuple[float, float]]) -> bool:
    place = bisect_left(said, (time, time)) - 1
    return place >= 0 and time < said[place][1]


def _merged(
    between: Sequence[float], cuts: Sequence[float], start: float, end: float
) -> list[float]:
    """Return all edges, with none nearer than LEAST to the next; of two, a cut stays."""
    firm = set(cuts)
    found = [start]
    for edge in sorted({*between, *firm}):
        if edge - start < LEAST or end - edge < LEAST:
            continue
        if edge - found[-1] >= LEAST:
            found.append(edge)
        elif edge in firm and found[-1] not in firm and len(found) > 1:
            found[-1] = edge
    return [*found, end]


def _divided(
    pair: tuple[float, float], said: Sequence[tuple[float, float]], longest: float, quiet: Quiet
) -> list[tuple[float, float]]:
    """Divide a unit in which nothing is said into parts of at most `longest` seconds."""
    low, high = pair
    count = -(-(high - low) // max(longest, LEAST))
    if count < 2 or any(a < high - PAD and b > low + PAD for a, b in said):
        return [pair]
    part = (high - low) / count
    near = min(part / 4, 1.0)
    middles = [low + part * number for number in range(1, int(count))]
    return list(pairwise([low, *(quiet(m - near, m + near) for m in middles), high]))
