"""Where a picture is shown: the stretches of videos with a frame that it is a copy of.

The signature of the picture, in views for crops and mirrored, is compared with two signatures a
second of each video; near the best of them every frame is compared, where the video is there. What
it takes to be a copy was set on real films, where pictures of other films reach a cosine of 0.68
and nearly all of the very ones 0.9 and more, encoded anew, recoloured, or cropped by a tenth.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from vtk import times
from vtk.errors import MediaError, OpenError, UsageError
from vtk.media.image.signature import DIM, MODEL, Signatures, signatures
from vtk.media.video import Video
from vtk.media.video.signing import RATE, Signed, sign, small_luma
from vtk.retrieve.alignment import Array, in_views
from vtk.retrieve.copies import COMMAND, Seeker, fill
from vtk.span import Span

VIEWS = ((0.95, 0.9, 0.85), (0.0, 0.5, 1.0))  # crops of the picture, and what it may be a crop of
POSSIBLE = 0.6  # cosine of a signature from which the frames beside it are compared
TRIES = 20  # places where they are
EVERY = 30.0  # frames a second that are compared there
ENOUGH = 0.85  # cosine from which a frame is a copy
BLOCK = 8000  # signatures compared at once

log = logging.getLogger("vtk")


class _Place(NamedTuple):
    """Successive signatures of a film that look like the picture; times in seconds."""

    film: str
    start: float
    end: float
    best: float
    cosine: float


def stills(
    spans: Iterable[Span],
    picture: str,
    *,
    index: str | None = None,
    n: int = 10,
    threshold: float | None = None,
) -> Iterator[Span]:
    """Yield the stretches of the videos of `spans` that show the picture in a file, best first.

    Each is a span of kind "moment" with `score`, `rank`, `query`, the file, and in `keyframes` the
    time of the frame that is most like it. The score is the cosine of their signatures; copies
    score from 0.85 on (`threshold`). Spans without signatures get them; error records pass through.
    With `index`, a folder or a URL, it is searched, and the spans are not read. Raises UsageError
    for invalid values and for a file that is no picture or has no pattern, MissingError if no span
    of the index has signatures.
    """
    if n < 0:
        raise UsageError(f"the number of results must be 0 (all) or more, not {n}")
    seen = _seen(picture)
    seeker = Seeker()
    yield from fill(seeker, spans, index)
    found = [place for name, film in seeker.films().items() for place in _places(name, film, seen)]
    likeliest = sorted(found, key=lambda place: -place.cosine)[:TRIES]
    refined = sorted((_refined(place, seen) for place in likeliest), key=lambda each: -each.cosine)
    least = ENOUGH if threshold is None else threshold
    good = [place for place in refined if place.cosine >= least]
    for rank, place in enumerate(good[: n or None], 1):
        span = Span(
            video=place.film,
            start=times.rounded(place.start),
            end=times.rounded(place.end),
            kind="moment",
            score=round(place.cosine, 6),
            rank=rank,
            query=picture,
            keyframes=[{"t": times.rounded(place.best)}],
        )
        yield span.with_provenance(COMMAND, "same", model=MODEL)
    if not good:
        log.warning("%s is not shown; videos searched: %d", picture, len(seeker.films()))


def _seen(file: str) -> Signatures:
    """The signatures of the picture in a file in all views: shape (views, DIM)."""
    try:
        with Video(file) as video:
            frame = next(iter(video.frames_at([video.start])), None)
            if frame is None:
                raise OpenError("it has no picture")
            luma = small_luma(frame.image)
    except (MediaError, OSError) as error:
        raise UsageError(f"--image {file}: {error}") from None
    found = signatures(luma[None])
    if not found.any():
        raise UsageError(f"--image {file}: it has no pattern, so nothing can be compared")
    return in_views(found, *VIEWS).reshape(-1, DIM)


def _alike(seen: Signatures, film: Signed) -> Array:
    """How alike each frame of a film is to the picture: shape (frames,)."""
    blocks = [
        (seen @ film.vectors[low : low + BLOCK].astype(np.float32).T).max(0)
        for low in range(0, len(film.times), BLOCK)
    ]
    return np.concatenate([np.empty(0, np.float32), *blocks])


def _places(name: str, film: Signed, seen: Signatures) -> Iterator[_Place]:
    """Yield the stretches of a film whose signatures are like the picture."""
    alike = _alike(seen, film)
    rows = np.flatnonzero(alike >= POSSIBLE)
    apart = np.flatnonzero(np.diff(film.times[rows]) > 1.5 / RATE) + 1
    for run in np.split(rows, apart):
        if len(run):
            best = int(run[alike[run].argmax()])
            cosine = float(alike[best])
            near = run[alike[run] >= min(ENOUGH, cosine)]
            low = high = int(np.searchsorted(near, best))
            while low > 0 and near[low - 1] == near[low] - 1:
                low -= 1
            while high + 1 < len(near) and near[high + 1] == near[high] + 1:
                high += 1
            start, end = film.times[near[low]], film.times[near[high]] + 1 / RATE
            yield _Place(name, float(start), float(end), float(film.times[best]), cosine)


def _refined(place: _Place, seen: Signatures) -> _Place:
    """The place with the time and the likeness of the best frame beside its best signature."""
    try:
        with Video(place.film) as video:
            end = min(place.end, video.end)
            beside = sign(video, place.best - 1 / RATE, min(place.best + 1 / RATE, end), EVERY)
    except MediaError:  # an index may outlive its videos
        return place
    alike = _alike(seen, beside)
    if not len(alike) or alike.max() <= place.cosine:
        return place._replace(end=end)
    best = float(beside.times[int(alike.argmax())])
    start, end = min(place.start, best), max(end, best)
    return place._replace(start=start, end=end, best=best, cosine=float(alike.max()))
