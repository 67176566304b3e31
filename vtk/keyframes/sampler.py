"""The input of every method: a span, frames sampled from it, and features to compare them."""

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

MOST = 8  # most frames measured per frame wanted, if all frames of the span are decoded
HELD = 96 * 2**20  # most bytes of frames kept; above that, chosen frames are decoded again
MODEL_BOX = (448, 448)  # most width and height of images for an image-text model, in pixels
GREY, SPREAD = 128.0, 51.0  # best exposed luma, and the standard deviation 0.2 of Mertens et al.


class Candidate(NamedTuple):
    """A frame that may be chosen, with its measurements."""

    pts: int
    time: float  # seconds
    thumbnail: Thumbnail
    sharpness: float  # see `descriptors.sharpness`
    exposure: float  # 0..1
    frame: Frame | None  # None if keeping all frames would take too much memory
    picture: RGB | None  # image for an image-text model


class Choice(NamedTuple):
    """A chosen frame, its score, and the measurements of the method."""

    candidate: Candidate
    score: float | None  # None for a frame that nobody looked at
    why: dict[str, float]
    box: list[float] | None = None  # part of interest, as fractions of the displayed picture
    size: tuple[int, int] | None = None  # most width and height for a model, in pixels


class Features(Protocol):
    """Features by which frames are compared."""

    pictures: bool  # whether candidates need images for a model
    same: float  # distance of fingerprints below which two frames are nearly the same
    order: float  # order of the norm for that distance

    def __call__(self, candidates: list[Candidate]) -> Points:
        """Feature vectors of frames; similar frames have a small Euclidean distance."""
        ...

    def fingerprints(self, candidates: list[Candidate]) -> Points:
        """Vectors that are close only if two frames are nearly the same everywhere."""
        ...


@dataclass(frozen=True)
class SpanSampler:
    """Samples and compares frames of one span, or of a piece of a span. Times in seconds."""

    video: Video
    start: float
    end: float
    low: float  # start of the part that is clear of transitions
    high: float  # end of the part that is clear of transitions
    features: Features
    gap: float = 0.0  # least time between two keyframes
    known: dict[int, NDArray[np.float32]] = field(default_factory=dict)  # feature vectors by pts

    @classmethod
    def of(cls, video: Video, span: Span, features: Features, gap: float) -> Self:
        """The sampler of a span. Raises MediaError if its end is not known."""
        start, end = video.clamp(span.start, span.end)
        return cls(video, start, end, *span.clear_part(start, end), features, gap)

    @property
    def rate(self) -> float:
        """Average frames per second stated in the file; 25 if none is stated."""
        return float(self.video.stream.average_rate or 25)

    @property
    def displayed(self) -> tuple[float, float]:
        """Width and height of the pictures in pixels, with square pixels, before any rotation."""
        stream = self.video.stream
        return stream.width * float(stream.sample_aspect_ratio or 1), float(stream.height)

    def sample(self, count: int, least: int, pair: float = 0.0) -> list[Candidate]:
        """Sample about `count` frames evenly from the clear part; at least `least` if possible.

        With `pair`, each frame is followed by the frame `pair` seconds later, but no later than
        halfway to the next sample.
        """
        wanted = 2 * count if pair else count
        if (self.end - self.start) * self.rate > 1.5 * wanted:
            step = (self.high - self.low) / count
            later = [0.0, min(pair, step / 2)] if pair else [0.0]
            first = [self.low + (i + 0.5 - 0.25 * bool(pair)) * step for i in range(count)]
            found = self.frames_at([time + more for time in first for more in later])
            if len(found) >= least:
                return found
        # The span has few frames, or the container's times are wrong: take all frames, or every
        # n-th frame.
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
        """Feature vectors of the frames, (frames, dimensions); each is computed only once."""
        new = [c for c in candidates if c.pts not in self.known]
        if new:
            self.known.update(zip((c.pts for c in new), self.features(new), strict=True))
        return np.stack([self.known[c.pts] for c in candidates])

    def fetch(self, choices: list[Choice]) -> Iterator[Frame]:
        """The frames of choices in time order; decoded again if they were not all kept."""
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
    """Mean edge strength at about 270 rows, to reduce the influence of noise and resolution."""
    brightness = luma(frame.image)
    step = max(brightness.shape[0] // 270, 1)
    return descriptors.sharpness(brightness[::step, ::step])


def exposure(small: Thumbnail) -> float:
    """How close the luma is to middle grey, 0..1: near 0 for a black or a white picture.

    The mean over the luma samples of the well-exposedness of Mertens, Kautz and Van Reeth (Exposure
    Fusion, 2007, section 3.1).
    """
    return float(np.exp(-((small.luma - GREY) ** 2) / (2 * SPREAD**2)).mean())
