"""Frames of stretches of a video for models, and stretches fitted to what the frames look like."""

import logging
from collections.abc import Sequence
from typing import Self

import numpy as np

from vtk.errors import MediaError
from vtk.ground.moments import Found
from vtk.ground.stretch import joined
from vtk.ground.topic import runs, smoothed
from vtk.media.image.files import fitted
from vtk.media.video import OUTSIDE, Video, VideoCache
from vtk.models.embed.image_text import ImageTextModel
from vtk.prompting.frames import TimedFrame
from vtk.span import Span
from vtk.times import rounded

log = logging.getLogger("vtk")

PIXELS = 448  # longest side of a frame
AROUND = 0.5  # share of a stretch, and at least NEAR seconds, that is looked at on either side
NEAR = 4.0
LOOKS = 48  # frames that a stretch is fitted by
LEVEL = 0.5  # where a stretch ends, from the usual similarity around it (0) to the best (1)


def frames(video: Video, times: Sequence[float], pixels: int = PIXELS) -> list[TimedFrame]:
    """Return the frames at ascending times in seconds, each once, with their own times."""
    found: dict[int, TimedFrame] = {}
    aspect = video.stream.sample_aspect_ratio
    for frame in video.frames_at(times):
        if frame.pts not in found:
            found[frame.pts] = (rounded(frame.time), fitted(frame.image, aspect, (pixels, pixels)))
    return list(found.values())


def extents(video: Video, spans: Sequence[Span]) -> list[tuple[float, float]]:
    """Return the stretches of a video that its spans cover, joined where they touch, in order.

    Spans that lie outside the video are told of in a warning. Raises MediaError if all of them do.
    """
    clear = sorted(video.clamp(span.start, span.end) for span in spans)
    inside = [(start, end) for start, end in clear if start < min(end, video.end)]
    if not inside:
        raise MediaError(OUTSIDE)
    if left := len(clear) - len(inside):
        log.warning("%s: spans that lie outside it, and are left out: %d", video.name, left)
    return joined(inside, 1e-3)


class Refiner:
    """Fits stretches to the frames around them by an image-text model.

    A stretch becomes the run of frames nearest to it that look more like the query than half way
    from what is usual around it to the best of them. One that has no such run stays, as do those of
    a video without pictures, which are counted.
    """

    def __init__(self, model: ImageTextModel) -> None:
        self.model, self.unseen = model, 0
        self._open = VideoCache()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.__exit__(*exception)

    def __call__(self, name: str, query: str, found: Sequence[Found]) -> list[Found]:
        """Return the stretches of a video for a query, fitted."""
        return [self._fit(name, query, each) for each in found]

    def tell(self) -> None:
        """Warn of stretches that could not be looked at."""
        if self.unseen:
            log.warning("moments not fitted to pictures, as none could be read: %d", self.unseen)

    def _fit(self, name: str, query: str, found: Found) -> Found:
        try:
            video = self._open(name)
            margin = max(AROUND * (found.end - found.start), NEAR)
            low, high = video.clamp(found.start - margin, found.end + margin)
            step = (high - low) / LOOKS
            seen = frames(video, [low + step * (n + 0.5) for n in range(LOOKS)])
        except (MediaError, OSError):
            seen = []
        if len(seen) < 3:
            self.unseen += 1
            return found
        (text,) = self.model.texts([query])
        times = np.array([time for time, _ in seen])
        likeness = np.array([v @ text for v in self.model.images(p for _, p in seen)], np.float64)
        curve = smoothed(likeness, 1.0)
        usual, best = float(np.median(curve)), float(curve.max())
        middle = (found.start + found.end) / 2
        edges = np.concatenate(([low], (times[1:] + times[:-1]) / 2, [high]))
        fitting = [
            (float(edges[a]), float(edges[b]))
            for a, b in runs(curve > usual + LEVEL * (best - usual))
            if edges[a] < found.end and edges[b] > found.start
        ]
        if not fitting:
            return found
        start, end = min(fitting, key=lambda run: abs(run[0] + run[1] - 2 * middle))
        return found._replace(start=rounded(start), end=rounded(end))
