"""What an encoder spent on changes: the bytes of every packet that is no keyframe."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.container import open_container
from vtk.media.container.streams import main_stream, stated_range
from vtk.media.video import ROUNDING
from vtk.media.video.keyframe_index import UNKNOWN, packet_table


class ChangeBytes(NamedTuple):
    """When each frame is shown, ascending, in seconds, and the bytes of changes up to it."""

    times: NDArray[np.float64]  # (frames,)
    bytes: NDArray[np.float64]  # (frames + 1,), of all frames before

    def within(self, start: float, end: float) -> tuple[int, float]:
        """How many frames are shown in [start, end) seconds, and the bytes of their changes."""
        low, high = np.searchsorted(self.times, [start - ROUNDING, end - ROUNDING])
        return int(high - low), float(self.bytes[high] - self.bytes[low])


def change_bytes(video: str) -> ChangeBytes:
    """What was spent on the main video stream; reads the file, or what is kept of it.

    A keyframe counts for nothing: it costs as much as its picture is detailed. Frames without
    timestamps follow one another at the rate that is stated. Raises OpenError, and MediaError
    where there are no pictures.
    """
    table = packet_table(video)
    stamps = np.where(table.pts == UNKNOWN, table.dts, table.pts)[~table.hidden]
    times = stamps * float(table.time_base)
    if UNKNOWN in stamps:
        times = _following(video, np.where(stamps == UNKNOWN, np.nan, times))
    sizes = np.where(table.key, 0.0, table.size)[~table.hidden]
    order = np.argsort(times, kind="stable")
    return ChangeBytes(times[order], np.r_[0.0, np.cumsum(sizes[order])])


def _following(video: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """The times, those that are not known (nan) each by the last known before it and the rate."""
    with open_container(video) as container:
        stream = main_stream(container)
        start, _ = stated_range(container, stream)
        rate = float(stream.average_rate or stream.guessed_rate or 25)
    places = np.arange(len(times))
    last = np.maximum.accumulate(np.where(np.isnan(times), -1, places))
    known = np.where(last < 0, start, times[last])
    return known + (places - np.maximum(last, 0)) / rate
