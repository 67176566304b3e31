"""What an encoder spent on changes: the bytes of every packet that is no keyframe."""

from typing import NamedTuple

import av
import numpy as np
from av.stream import Discard
from numpy.typing import NDArray

from vtk.media.container import open_container
from vtk.media.streams import extent, main_stream
from vtk.media.video import ROUNDING


class Spent(NamedTuple):
    """When each frame is shown, ascending, in seconds, and the bytes of changes up to it."""

    times: NDArray[np.float64]  # (frames,)
    bytes: NDArray[np.float64]  # (frames + 1,), of all frames before

    def within(self, start: float, end: float) -> tuple[int, float]:
        """How many frames are shown in [start, end) seconds, and the bytes of their changes."""
        low, high = np.searchsorted(self.times, [start - ROUNDING, end - ROUNDING])
        return int(high - low), float(self.bytes[high] - self.bytes[low])


def spent(video: str) -> Spent:
    """What was spent on the main video stream; reads the file and decodes nothing.

    A keyframe counts for nothing: it costs as much as its picture is detailed. Frames without
    timestamps follow one another at the rate that is stated. Raises OpenError, and MediaError
    where there are no pictures.
    """
    times: list[float] = []
    sizes: list[int] = []
    with open_container(video) as container:
        stream = main_stream(container)
        start, _ = extent(container, stream)
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        for other in container.streams:
            if other is not stream:
                other.discard = Discard.all
        try:
            for packet in container.demux(stream):
                if packet.size and not packet.is_discard:
                    stamp = packet.pts if packet.pts is not None else packet.dts
                    following = times[-1] + 1 / rate if times else start
                    times.append(following if stamp is None else float(stamp * packet.time_base))
                    sizes.append(0 if packet.is_keyframe else packet.size)
        except av.FFmpegError:
            pass  # a truncated file: the frames up to there
    order = np.argsort(times, kind="stable")
    return Spent(np.array(times)[order], np.r_[0.0, np.cumsum(np.array(sizes, float)[order])])
