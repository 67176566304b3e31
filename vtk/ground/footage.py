"""The frames of a stretch of video by number, and what an image-text model sees in some of them.

The packets are read, without decoding, for the time of every frame and for what the encoder found
new: keyframes, and packets much larger than those around them. A frame is looked at once at most.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MediaError
from vtk.media.image.to_rgb import to_rgb
from vtk.media.video import OUTSIDE, Video
from vtk.media.video.keyframe_index import UNKNOWN, packet_table
from vtk.span import local_path

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel

Numbers = NDArray[np.int64]

NEWS = 1.35  # times the largest packet around it from which a packet tells of something new
AROUND = 6  # packets on either side that are around one; keyframes, which are large, do not count
APART = 0.3  # least seconds between two frames of the coarse grid
GAP = 8.0  # most seconds between them: half of an arm of FOCUS (arXiv 2510.27280)


class Frames(NamedTuple):
    """Frames in the order of presentation: arrays (frames,)."""

    times: NDArray[np.float64]  # seconds
    keys: NDArray[np.bool_]  # keyframes
    sizes: NDArray[np.float64]  # bytes of their packets


def frames_of(video: Video) -> Frames:
    """Return all frames of a video; of one that is not a local file, only where they should be.

    Raises MediaError if it has none.
    """
    if local_path(video.name) is None:
        step = 1 / float(video.rate)
        times = np.arange(video.start, video.end, step)
        return Frames(times, np.zeros(len(times), np.bool_), np.ones(len(times)))
    table = packet_table(video.name)
    shown = ~table.hidden & (table.pts != UNKNOWN)
    order = np.argsort(table.pts[shown], kind="stable")
    base = table.time_base
    times = table.pts[shown][order] * (base.numerator / base.denominator)
    return Frames(times, table.key[shown][order], table.size[shown][order].astype(np.float64))


class Footage:
    """The frames shown in [start, end) seconds, numbered from 0, and the looks of some of them."""

    def __init__(self, video: Video, frames: Frames, start: float, end: float) -> None:
        """Raises MediaError if no frame is shown."""
        low = max(0, int(np.searchsorted(frames.times, start + 1e-6, "right")) - 1)
        high = int(np.searchsorted(frames.times, end - 1e-6))
        if low >= high:
            raise MediaError(OUTSIDE)
        self._video = video
        self.start, self.end = max(start, float(frames.times[low])), end
        self.times = frames.times[low:high]
        self.news = _news(frames, low, high)
        self.looks: dict[int, NDArray[np.float32]] = {}

    def __len__(self) -> int:
        return len(self.times)

    def edge(self, number: int) -> float:
        """The seconds at which frame `number` begins, as an edge of a moment in the stretch."""
        if number >= len(self):
            return self.end
        return max(self.start, float(self.times[number]))

    def grid(self) -> list[int]:
        """The frames of the coarse grid: where something is new, and between at most GAP apart."""
        chosen: list[int] = []
        for number in [0, *np.flatnonzero(self.news).tolist()]:
            if not chosen or self.times[number] - self.times[chosen[-1]] >= APART:
                chosen.append(number)
        filled: list[int] = []
        last = len(self) - 1
        for low, high in zip(chosen, [*chosen[1:], last], strict=True):
            parts = max(1, int(np.ceil((self.times[high] - self.times[low]) / GAP)))
            inner = np.linspace(self.times[low], self.times[high], parts + 1)[1:-1]
            filled += [low, *np.searchsorted(self.times, inner).tolist()]
        return sorted({*filled, last})

    def see(self, numbers: Iterable[int], model: "ImageTextModel") -> None:
        """Look at frames that have not been looked at, in one pass over the stretch."""
        new = sorted({*numbers} - self.looks.keys())
        for number, vector in model.tagged(self._pictures(new)):
            self.looks[number] = vector

    def _pictures(self, numbers: list[int]) -> "Iterator[tuple[int, NDArray[np.uint8]]]":
        shown = self._video.frames_at(float(self.times[number]) for number in numbers)
        aspect = self._video.stream.sample_aspect_ratio
        for number, frame in zip(numbers, shown, strict=False):
            yield number, to_rgb(frame.image, aspect)


def _news(frames: Frames, low: int, high: int) -> NDArray[np.bool_]:
    """Whether the encoder found something new in each of the frames [low, high)."""
    keys = frames.keys[low:high]
    sizes = np.pad(np.where(keys, 0.0, frames.sizes[low:high]), AROUND)
    windows = np.lib.stride_tricks.sliding_window_view(sizes, 2 * AROUND + 1)
    around = np.maximum(windows[:, :AROUND].max(axis=1), windows[:, AROUND + 1 :].max(axis=1))
    larger: NDArray[np.bool_] = frames.sizes[low:high] > NEWS * around
    return keys | larger
