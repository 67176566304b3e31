"""Bytes of non-key packets over time, a measure of how much changes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.container import open_container
from vtk.media.container.streams import main_stream, stated_range
from vtk.media.video import ROUNDING
from vtk.media.video.keyframe_index import UNKNOWN, packet_table


class ChangeBytes(NamedTuple):
    """The presentation time of each frame, and cumulative bytes of non-key packets."""

    times: NDArray[np.float64]  # (frames,), seconds, ascending
    bytes: NDArray[np.float64]  # (frames + 1,), the sum over all frames before

    def within(self, start: float, end: float) -> tuple[int, float]:
        """Return the number of frames in [start, end) seconds, and their non-key bytes."""
        low, high = np.searchsorted(self.times, [start - ROUNDING, end - ROUNDING])
        return int(high - low), float(self.bytes[high] - self.bytes[low])


def change_bytes(video: str) -> ChangeBytes:
    """Return the change bytes of the main video stream, from the file or its cached packet table.

    Keyframes count as 0: their size reflects detail, not change. Frames without timestamps are
    assumed to follow one another at the stated rate. Raises OpenError, and MediaError if there is
    no video stream.
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
    """Replace unknown times (nan), counting on from the last known time at the frame rate."""
    with open_container(video) as container:
        stream = main_stream(container)
        start, _ = stated_range(container, stream)
        rate = float(stream.average_rate or stream.guessed_rate or 25)
    places = np.arange(len(times))
    last = np.maximum.accumulate(np.where(np.isnan(times), -1, places))
    known = np.where(last < 0, start, times[last])
    return known + (places - np.maximum(last, 0)) / rate
