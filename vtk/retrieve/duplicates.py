"""Copies and near-copies among the videos of an index."""

import logging
from collections.abc import Iterator

import numpy as np

from vtk.media.image.signature import MODEL
from vtk.media.video import ROUNDING
from vtk.media.video.signing import RATE, Signed
from vtk.retrieve.alignment import DOUBT, FINE, LEAST, Match, Votes, align_at, in_views, offsets
from vtk.retrieve.copies import ENOUGH, Seeker, add_matches, as_span, pieces, with_ends
from vtk.retrieve.likeness import Likeness
from vtk.span import Span

COMMAND = "index"
STRIDE = 2  # signatures of a video, each of which is an anchor
BLOCK = 25  # pieces of a video that are sought at once
POSSIBLE = 1.5  # votes from which an offset is aligned, if it is among the first
FIRST = 4
LIKELY = 4.0  # votes from which any is
BESIDE = (4.0, 20.0)  # seconds by which a stretch is moved to see how well it fits by chance
SHARPLY = 0.5  # what is missing to a perfect fit, at most, in parts of what is missing when moved
PERFECT = 0.01  # what may always be missing: the noise of encoding
CERTAIN = 20.0  # sum over frames of the logarithms of what is missing when moved to what is here

log = logging.getLogger("vtk")


def duplicates(place: str, *, threshold: float = ENOUGH, min_length: float = 0.0) -> Iterator[Span]:
    """Yield the stretches of the videos of an index that are also in another video.

    Each is a span of the shorter video of a pair (of the later name, where they are as long), of
    kind "moment", with `score` and `copy` as `vtk.retrieve.copies` gives them, and `copy.share`,
    which part of the shorter video it is. The shortest videos come first, and stretches of a video
    in order of time. What fits as well a few seconds beside its place is left out: stills, and
    views that hardly change. `min_length` is in seconds. Videos without signatures are counted and
    told. Raises what opening the index raises.
    """
    films, extents = _read(place)
    yield from _among(films, extents, threshold, min_length)


def _read(place: str) -> tuple[dict[str, Signed], dict[str, tuple[float, float]]]:
    """The signatures of the videos of an index, and from which second to which they have some."""
    from vtk.store.index import open_index

    seeker = Seeker()
    with open_index(place) as index:
        every = len(index.videos())
        for _, span in index.every():
            seeker.add(span)
    extents = seeker.extents()
    if lacking := every - len(extents):
        log.warning(
            "%d of %d videos have no signatures and are not compared: vtk embed --signature "
            "RECORDS | vtk index add %s, with the records that were added, gives them some",
            lacking,
            every,
            place,
        )
    return seeker.films(), extents


def _among(
    films: dict[str, Signed],
    extents: dict[str, tuple[float, float]],
    threshold: float,
    min_length: float,
) -> Iterator[Span]:
    lengths = {name: high - low for name, (low, high) in extents.items()}
    later = sorted(films, reverse=True)
    names = sorted(later, key=lambda name: lengths[name])
    likeness = Likeness([films.pop(name) for name in names])
    for number, name in enumerate(names[:-1]):
        clip = likeness.film(number)
        found = [with_ends(match, extents[name]) for match in _copies(clip, number, likeness)]
        for match in sorted(found, key=lambda match: (match.clip_start, -match.score, match.film)):
            long = match.clip_end - match.clip_start >= min_length - ROUNDING
            if long and match.score >= threshold:
                yield _result(match, name, names[match.film], lengths[name])


def _copies(clip: Signed, number: int, likeness: Likeness) -> list[Match]:
    """Where stretches of a film are in those after it."""
    found: list[Match] = []
    every = list(pieces(clip, RATE))
    for low in range(0, len(every), BLOCK):
        block = [
            each._replace(vectors=each.vectors.astype(np.float32))
            for each in every[low : low + BLOCK]
        ]
        anchors = [piece.vectors[::STRIDE] for piece in block]
        votes = likeness.votes(np.concatenate(anchors), number)
        at = 0
        for piece, own in zip(block, anchors, strict=True):
            some = Votes(*(part[at : at + len(own)] for part in votes))
            at += len(own)
            add_matches(found, _aligned(piece, some, likeness))
    return [_scored(match) for match in found if _is_certain(clip, match)]


def _aligned(piece: Signed, votes: Votes, likeness: Likeness) -> list[Match]:
    """The matches of a piece of which enough anchors look like frames in a row."""
    floor = np.maximum(votes.score[:, -1], LEAST)
    anchors = piece.times[::STRIDE]
    middle = float(piece.times[0] + piece.times[-1]) / 2
    voted = [
        (film, at)
        for place, (film, at, count) in enumerate(offsets(votes, floor, anchors - middle))
        if count >= (POSSIBLE if place < FIRST else LIKELY)
    ]
    if not voted:
        return []
    seen = in_views(piece.vectors, *FINE)
    every = np.interp(piece.times, anchors, floor)
    matches = [
        align_at(piece, seen, every, film, likeness.film(film), middle, at) for film, at in voted
    ]
    return sorted((_scored(match) for match in matches if match), key=lambda match: -match.score)


def _scored(match: Match) -> Match:
    """The match with the score that it has if the clip is no more than what matches."""
    return match._replace(score=match.cosine * match.frames / (match.frames + DOUBT))


def _is_certain(clip: Signed, match: Match) -> bool:
    """Whether the match fits so much better where it is than some seconds beside it.

    How much of the clip looks like itself some seconds later tells how well it fits by chance: a
    still, or a view that hardly changes, fits anywhere in another one like it. What is missing to
    a cosine of 1 is taken for the variance of a frame, whose logarithm is what a frame adds.
    """
    by_chance = 1 - _beside(clip, match.clip_start, match.clip_end)
    here = max(1 - match.cosine, PERFECT)
    return here <= SHARPLY * by_chance and match.frames * np.log(by_chance / here) >= CERTAIN


def _beside(clip: Signed, start: float, end: float) -> float:
    """The largest mean cosine of a stretch of a film with what is some seconds later."""
    own = clip.within(start, end + 0.5 / RATE)
    least = round(min(BESIDE[0], (end - start) / 2) * RATE)
    likest = 0.0
    for shift in np.arange(least, round(BESIDE[1] * RATE) + 1) / RATE:
        place = np.searchsorted(clip.times, own.times + shift - ROUNDING)
        place = place.clip(0, len(clip.times) - 1)
        there = np.abs(clip.times[place] - own.times - shift) < 0.5 / RATE
        if there.sum() * 2 >= len(there):
            pairs = own.vectors[there].astype(np.float32) * clip.vectors[place[there]]
            likest = max(likest, float(pairs.sum(axis=1).mean()))
    return likest


def _result(match: Match, name: str, video: str, length: float) -> Span:
    """The match as a span of the shorter video."""
    turned = match._replace(
        start=match.clip_start,
        end=match.clip_end,
        clip_start=match.start,
        clip_end=match.end,
        speed=1 / match.speed,
    )
    share = min(1.0, (match.clip_end - match.clip_start) / length)
    found = as_span(turned, name, video, share=share)
    return found.with_provenance(COMMAND, "duplicates", model=MODEL)
