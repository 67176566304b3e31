"""What every method is given: a span to look at, a few frames of it, and how these are alike."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from vtk.media.image import descriptors
from vtk.media.image.files import fitted
from vtk.media.image.planes import Thumbnail, luma, thumbnail
from vtk.media.image.to_rgb import RGB
from vtk.media.video import ROUNDING, Frame, Video
from vtk.span import Span

Points = NDArray[np.float32]  # (frames, dimensions)

MOST = 8  # times as many frames as asked for are looked at where all have to be decoded
HELD = 96 * 2**20  # bytes of frames held while choosing; beyond that chosen ones are decoded again
MODEL_BOX = (448, 448)  # pixels, of the pictures that an image-text model is shown
GREY, SPREAD = 128.0, 51.0  # luma that is exposed best, and the deviation 0.2 of Mertens et al.


class Candidate(NamedTuple):
    """A frame that may be chosen, and what was measured of it."""

    pts: int
    time: float  # seconds
    thumbnail: Thumbnail
    sharpness: float  # see `descriptors.sharpness`
    exposure: float  # 0..1
    frame: Frame | None  # None where too many would have to be held
    picture: RGB | None  # for a model


class Choice(NamedTuple):
    """A chosen frame, how good it is (0..1), and what the method measured of it."""

    candidate: Candidate
    score: float
    why: dict[str, float]


class Features(Protocol):
    """How frames are compared."""

    pictures: bool  # whether candidates need pictures for a model
    same: float  # distance below which two frames are nearly the same
    order: float  # of the norm by which that is measured

    def __call__(self, candidates: list[Candidate]) -> Points:
        """The looks of frames as points; near in Euclidean distance where frames are alike."""
        ...

    def fingerprints(self, candidates: list[Candidate]) -> Points:
        """Points that are near only where two frames are nearly the same everywhere."""
        ...


@dataclass(frozen=True)
class SpanSampler:
    """One span of an open video, or a piece of one, as methods look at it. Times in seconds."""

    video: Video
    start: float
    end: float
    low: float  # start and end of its clear part
    high: float
    features: Features
    gap: float = 0.0  # between two keyframes at least
    known: dict[int, NDArray[np.float32]] = field(default_factory=dict)  # points by pts

    @classmethod
    def of(cls, video: Video, span: Span, features: Features, gap: float) -> Self:
        """The view of a span. Raises MediaError where its end is not known."""
        start, end = video.clamp(span.start, span.end)
        return cls(video, start, end, *span.clear_part(start, end), features, gap)

    @property
    def rate(self) -> float:
        """Frames a second, as the file states."""
        return float(self.video.stream.average_rate or 25)

    def sample(self, count: int, least: int, pair: float = 0.0) -> list[Candidate]:
        """About `count` frames spread over the clear part; `least` where the span has them.

        With `pair` each is followed by the frame so many seconds later, or halfway to the next.
        """
        wanted = 2 * count if pair else count
        if (self.end - self.start) * self.rate > 1.5 * wanted:
            step = (self.high - self.low) / count
            later = [0.0, min(pair, step / 2)] if pair else [0.0]
            first = [self.low + (i + 0.5 - 0.25 * bool(pair)) * step for i in range(count)]
            found = self.frames_at([time + more for time in first for more in later])
            if len(found) >= least:
                return found
        # Few frames, or times of the container that are wrong: look at all, or at every so many.
        frames = round((self.end - self.start) * self.rate)
        every = islice(
            self.video.frames(self.start, self.end), 0, None, max(frames // (MOST * wanted), 1)
        )
        found = list(self._measured(every, min(frames, MOST * wanted)))
        away = [c for c in found if self.low <= c.time < self.high]
        return away if len(away) >= least else found

    def frames_at(self, times: list[float]) -> list[Candidate]:
        """The frames on screen at ascending times."""
        return list(self._measured(self.video.frames_at(times), len(times)))

    def points(self, candidates: list[Candidate]) -> Points:
        """The frames as points, (frames, dimensions); each is worked out once."""
        new = [c for c in candidates if c.pts not in self.known]
        if new:
            self.known.update(zip((c.pts for c in new), self.features(new), strict=True))
        return np.stack([self.known[c.pts] for c in candidates])

    def fetch(self, choices: list[Choice]) -> Iterator[Frame]:
        """The frames of choices in time order; decoded again where they could not be held."""
        held = [choice.candidate.frame for choice in choices]
        if all(held):
            return (frame for frame in held if frame)
        return self.video.frames_at([choice.candidate.time for choice in choices])

    def _measured(self, frames: Iterable[Frame], expected: int) -> Iterator[Candidate]:
        stream = self.video.stream
        held = expected * stream.width * stream.height * 3 // 2 <= HELD
        aspect = stream.sample_aspect_ratio
        before: set[int] = set()
        for frame in frames:
            if frame.pts in before or frame.time >= self.end - ROUNDING:
                continue
            before.add(frame.pts)
            small = thumbnail(frame.image)
            shown = fitted(frame.image, aspect, MODEL_BOX) if self.features.pictures else None
            yield Candidate(
                frame.pts,
                frame.time,
                small,
                sharpness(frame),
                exposure(small),
                frame if held else None,
                shown,
            )


def sharpness(frame: Frame) -> float:
    """Mean strength of edges at about 270 rows, so that noise and the size of films count less."""
    brightness = luma(frame.image)
    step = max(brightness.shape[0] // 270, 1)
    return descriptors.sharpness(brightness[::step, ::step])


def exposure(small: Thumbnail) -> float:
    """How near the samples are to middle grey, 0..1: near 0 for a black or a white picture.

    The well-exposedness of Mertens, Kautz and Van Reeth (Exposure Fusion, 2007, section 3.1), its
    mean over the luma.
    """
    return float(np.exp(-((small.luma - GREY) ** 2) / (2 * SPREAD**2)).mean())
