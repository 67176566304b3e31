"""Where a clip lies in films, by the signatures of their frames.

Frames of the clip vote for the films, and the offsets in them, where frames look alike (Douze,
Jégou and Schmid, "An Image-Based Approach to Video Copy Detection with Spatio-Temporal
Post-Filtering", IEEE Transactions on Multimedia 12(4), 2010, section IV). What looks like many
places counts little: similarities are taken over that of the place that ranks CROWD, the score
normalisation of "The 2021 Image Similarity Dataset and Challenge" (Douze et al. 2021, section 5).
The offsets with the most votes are then aligned frame by frame, at every speed.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.embedding import unit
from vtk.media.image.signature import DIM, Signatures, views
from vtk.media.video.signing import Signed

Array = NDArray[Any]
Times = NDArray[np.float64]
Places = tuple[float, ...]

ANCHORS = 32  # frames of the clip that vote
CELL = 20  # signatures of a film that have one vote together
CROWD = 100  # the cell, by similarity, that frames must look more alike than
LEAST = 0.6  # cosine below which frames are not alike, however few there are
BLOCK = 8000  # signatures compared at once
BIN = 2.0  # seconds of offset that votes are collected in
TRIES = 12  # offsets that are aligned
COARSE = ((0.9,), (0.0, 0.5, 1.0))  # views in which frames vote
FINE = ((0.95, 0.9), (0.0, 0.5, 1.0))  # views in which they are aligned
SLACK = 3.0  # seconds by which voted offsets may be wrong
STEP = 0.125  # seconds between offsets that are tried
SPEEDS = np.arange(0.90, 1.101, 0.02)
APART = 0.4  # mean cosine of frames that are not the same
DOUBT = 4  # frames without likeness that the score counts besides
MISSED = 0.5  # how much a frame counts that is not in the stretch that matches best
BESIDE = 2.0  # seconds at the ends of a clip that count as found with the rest
UNUSUAL = 0.3  # share by which a match at a speed of 2 would count less
NEAR = 0.3  # seconds within which a frame of the clip stands for a time


class Match(NamedTuple):
    """A stretch of a film that shows a stretch of the clip, each in seconds."""

    film: int
    start: float
    end: float
    clip_start: float
    clip_end: float
    speed: float  # seconds of film a second of clip
    mirrored: bool
    score: float
    cosine: float  # mean of the frames that were compared
    frames: int  # of the film that were compared


class Votes(NamedTuple):
    """Frames of films that look like each anchor: arrays (anchors, frames)."""

    score: Array
    film: Array
    time: Array


def align(clip: Signed, films: Sequence[Signed]) -> list[Match]:
    """Return where the clip may lie, the best first."""
    if not len(clip.times):
        return []
    chosen = np.unique(np.linspace(0, len(clip.times) - 1, ANCHORS).round().astype(int))
    votes = _votes(clip.vectors[chosen], films)
    floor = np.full(len(chosen), LEAST)
    if votes.score.shape[1] >= CROWD:
        floor = np.maximum(floor, votes.score.min(axis=1))
    # On a frame of the clip, so that a copy without a shift in time is among the offsets tried.
    middle = float(clip.times[len(clip.times) // 2])
    every = np.interp(clip.times, clip.times[chosen], floor)
    seen = in_views(clip.vectors, *FINE)
    found = [
        align_at(clip, seen, every, number, films[number], middle, offset)
        for number, offset, _ in offsets(votes, floor, clip.times[chosen] - middle)
    ]
    return sorted((m for m in found if m), key=lambda match: -match.score)


def in_views(vectors: Array, shares: Places, places: Places) -> Signatures:
    """Signatures (n, DIM) in all views: shape (views, n, DIM)."""
    return unit(vectors @ views(shares, places).transpose(0, 2, 1)).astype(np.float32)


def _votes(anchors: Array, films: Sequence[Signed]) -> Votes:
    seen = in_views(anchors, *COARSE).reshape(-1, DIM)
    best = Votes(*np.empty((3, len(anchors), 0)))
    for number, film in enumerate(films):
        for low in range(0, len(film.times), BLOCK):
            vectors = np.asarray(film.vectors[low : low + BLOCK], np.float32)
            alike = (seen @ vectors.T).reshape(-1, len(anchors), len(vectors)).max(axis=0)
            cells = -(-len(vectors) // CELL)
            padded = np.full((len(anchors), cells * CELL), -1, np.float32)
            padded[:, : len(vectors)] = alike
            where = padded.reshape(len(anchors), cells, CELL).argmax(axis=2)
            where += np.arange(cells) * CELL
            score = np.take_along_axis(padded, where, 1)
            new = Votes(score, np.full(score.shape, number), film.times[low + where])
            best = _best(best, new)
    return best


def _best(one: Votes, other: Votes) -> Votes:
    both = Votes(*(np.concatenate(pair, axis=1) for pair in zip(one, other, strict=True)))
    if both.score.shape[1] <= CROWD:
        return both
    kept = np.argpartition(-both.score, CROWD - 1, axis=1)[:, :CROWD]
    return Votes(*(np.take_along_axis(part, kept, 1) for part in both))


def offsets(votes: Votes, floor: Array, since: Array) -> Iterator[tuple[int, float, float]]:
    """Yield films, the times in them of the middle of the clip, and votes, the most first.

    `since` are the seconds from the middle of the clip to each of its anchors, and `floor` how
    alike a frame must look more than, to have a vote.
    """
    worth = np.maximum(votes.score - floor[:, None], 0) / (1 - floor[:, None])
    where = (votes.time - since[:, None]) / BIN
    tally: dict[tuple[int, int], float] = {}
    for film, place, vote in zip(votes.film.flat, where.flat, worth.flat, strict=True):
        if vote > 0:
            for near in (int(np.floor(place)), int(np.floor(place)) + 1):
                tally[int(film), near] = tally.get((int(film), near), 0) + vote
    ranked = sorted(tally, key=lambda key: (-tally[key], key))
    done: set[tuple[int, int]] = set()
    for film, near in ranked:
        if len(done) == TRIES:
            return
        if not {(film, near - 1), (film, near + 1)} & done:
            done.add((film, near))
            yield film, near * BIN, tally[film, near]


def align_at(
    clip: Signed,
    seen: Signatures,
    floor: Array,
    number: int,
    film: Signed,
    middle: float,
    at: float,
) -> Match | None:
    """The best speed and offset near one at which the middle of the clip is at `at` seconds.

    `seen` are the signatures of the clip in the views of FINE, `floor` as in `offsets`.
    """
    reach = (clip.times[-1] - clip.times[0]) / 2 * SPEEDS[-1] + SLACK + BIN
    low, high = np.searchsorted(film.times, [at - reach, at + reach])
    times = film.times[low:high]
    if not len(times):
        return None
    alike = seen @ np.asarray(film.vectors[low:high], np.float32).T  # (views, clip, film)
    worth = np.maximum(alike - floor[:, None], 0) / (1 - floor[:, None])
    view = int(worth.max(axis=2).sum(axis=1).argmax())
    offsets = at + np.arange(-SLACK, SLACK + STEP / 2, STEP)
    # When each frame of the film is shown in the clip: (speeds, offsets, film).
    when = middle + (times - offsets[:, None]) / SPEEDS[:, None, None]
    place = _nearest(clip.times, when)
    valid = np.abs(clip.times[place] - when) <= NEAR
    count = valid.sum(axis=-1)
    total = (worth[view][place, np.arange(len(times))] * valid).sum(axis=-1)
    mean = total / np.maximum(count, max(1, 0.8 * count.max()))
    mean *= 1 - UNUSUAL * np.abs(SPEEDS - 1)[:, None]
    speed, offset = np.unravel_index(int(mean.argmax()), mean.shape)
    shown = np.flatnonzero(valid[speed, offset])
    if not len(shown):
        return None
    cosines = alike[view][place[speed, offset, shown], shown]
    first, last = _largest_sum(cosines - APART)
    own, rate = shown[first : last + 1], float(SPEEDS[speed])
    counted = len(own) + DOUBT + MISSED * (len(shown) - len(own))
    begin, end = _extent(clip, when[speed, offset, own])
    start = float(offsets[offset])
    return Match(
        film=number,
        start=start + (begin - middle) * rate,
        end=start + (end - middle) * rate,
        clip_start=begin,
        clip_end=end,
        speed=rate,
        mirrored=bool(view >= len(seen) // 2),
        score=float(cosines[first : last + 1].sum()) / counted,
        cosine=float(cosines[first : last + 1].mean()),
        frames=len(own),
    )


def _nearest(times: Times, when: Array) -> NDArray[np.intp]:
    """The places of the times that are nearest."""
    after = np.searchsorted(times, when).clip(0, len(times) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(when - times[before] < times[after] - when, before, after)


def _largest_sum(values: Array) -> tuple[int, int]:
    """The first and the last place of the stretch whose sum is the largest."""
    after = np.concatenate([[0], np.cumsum(values)])
    gain = after[1:] - np.minimum.accumulate(after)[:-1]
    last = int(gain.argmax())
    return int(after[: last + 1].argmin()), last


def _extent(clip: Signed, when: Array) -> tuple[float, float]:
    """The stretch of the clip whose frames match, and what little there is beside it."""
    low, high = float(clip.times[0]), float(clip.times[-1])
    begin, end = max(low, float(when[0])), min(high, float(when[-1]))
    return low if begin - low <= BESIDE else begin, high if high - end <= BESIDE else end
