"""Frame statistics of a video that are needed after boundary detection.

Keeps the step of each frame, the mean difference from the previous frame, and now and then its
look, a colour histogram. Both are a few numbers, so that hours of video fit into memory.
"""

import math
from array import array
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import Thumbnail, thumbnail
from vtk.media.video import VideoCache

Floats = NDArray[np.float64]

LIGHTS = np.array([48, 96, 144, 192], np.float32)  # bin edges of luma
TINTS = np.array([104, 116, 124, 132, 140, 152], np.float32)  # bin edges of Cb and Cr
BINS = (len(LIGHTS) + 1) * (len(TINTS) + 1) ** 2
LOOKS = 3  # frames decoded on demand for the colour histogram of an interval
BEFORE = 0.5  # seconds decoded on demand before an interval, so that its first frame has a step


class FrameStats:
    """Steps and colour histograms of frames pushed; times are presentation timestamps (pts)."""

    def __init__(self, *, steps: bool = False, look_every: float = math.inf) -> None:
        """Choose what to keep; `look_every` is in seconds, infinite for no histograms."""
        self._wants_steps, self._look_every = steps, look_every
        self._pts, self._steps = array("q"), array("f")
        self._look_pts = array("q")
        self._looks: list[NDArray[np.uint16]] = []
        self._last: Thumbnail | None = None
        self._next_look = -math.inf

    def push(self, pts: int, time: float, picture: Thumbnail) -> None:
        """Add the next frame, `time` in seconds."""
        if self._wants_steps:
            if self._last is not None:
                self._pts.append(pts)
                self._steps.append(_step(self._last, picture))
            self._last = picture
        if self._look_every < math.inf and time >= self._next_look:
            self._look_pts.append(pts)
            self._looks.append(_histogram(picture))
            self._next_look = time + self._look_every

    def differences(self, start: int, end: int) -> tuple[list[int], Floats]:
        """Return the pts and steps (0..255) of frames in [start, end], without the very first."""
        low, high = bisect_left(self._pts, start), bisect_left(self._pts, end + 1)
        return self._pts[low:high].tolist(), np.array(self._steps[low:high], np.float64)

    def colour_histogram(self, start: int, end: int) -> Floats:
        """Return the share of each colour in [start, end), (BINS,), or in a near frame if empty."""
        low, high = bisect_left(self._look_pts, start), bisect_left(self._look_pts, end)
        if low == high:
            low = max(0, low - 1)
        total = np.zeros(BINS) + sum(self._looks[low : max(high, low + 1)])
        return np.asarray(total / max(1.0, total.sum()))

    def forget(self, before: int) -> None:
        """Drop the data of frames before a timestamp, except the last histogram before it."""
        place = bisect_left(self._pts, before)
        del self._pts[:place], self._steps[:place]
        place = max(0, bisect_left(self._look_pts, before) - 1)
        del self._look_pts[:place], self._looks[:place]


class FrameStatsOnDemand:
    """Frame statistics for a video that was not fully decoded: decodes frames on demand."""

    def __init__(self, name: str, latest: VideoCache) -> None:
        self._name, self._latest = name, latest

    def differences(self, start: int, end: int) -> tuple[list[int], Floats]:
        """Like `FrameStats`; decodes the frames from the keyframe before `start` to `end`."""
        video, seen = self._latest(self._name), FrameStats(steps=True)
        for frame in video.frames(video.seconds(start) - BEFORE, video.seconds(end + 1)):
            seen.push(frame.pts, frame.time, thumbnail(frame.image))
        return seen.differences(start, end)

    def colour_histogram(self, start: int, end: int) -> Floats:
        """Like `FrameStats`, from a few frames; decodes each from the keyframe before it."""
        video, seen = self._latest(self._name), FrameStats(look_every=0.0)
        parts = ((2 * n + 1) / (2 * LOOKS) for n in range(LOOKS))
        for frame in video.frames_at(
            [video.seconds(start) + p * video.seconds(end - start) for p in parts]
        ):
            seen.push(frame.pts, frame.time, thumbnail(frame.image))
        return seen.colour_histogram(start, end)

    def forget(self, before: int) -> None:
        """Do nothing, as nothing is kept."""


def _step(one: Thumbnail, two: Thumbnail) -> float:
    """Return the mean absolute difference over all samples of luma, Cb and Cr."""
    total = sum(float(np.abs(b - a).sum()) for a, b in zip(one, two, strict=True))
    return total / sum(part.size for part in two)


def _histogram(picture: Thumbnail) -> NDArray[np.uint16]:
    """Return the number of samples of each colour: luma by Cb by Cr."""
    rows, columns = picture.cb.shape
    light = np.digitize(picture.luma[::2, ::2][:rows, :columns], LIGHTS)
    tints = [np.digitize(tint, TINTS) for tint in (picture.cb, picture.cr)]
    place = (light * (len(TINTS) + 1) + tints[0]) * (len(TINTS) + 1) + tints[1]
    return np.bincount(place.ravel(), minlength=BINS).astype(np.uint16)
