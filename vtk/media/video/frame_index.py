"""Frame numbers: which frame, counted from 0, is shown at a given time."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MediaError
from vtk.media.video import ROUNDING, Video
from vtk.media.video.keyframe_index import UNKNOWN, packet_table


class FrameIndex(NamedTuple):
    """When each frame of a video is shown."""

    pts: NDArray[np.int64]  # (frames,), presentation timestamps in ascending order
    time_base: Fraction  # seconds per tick

    def number(self, seconds: float) -> int:
        """Return the number of the first frame at or after a time; past the last, the count."""
        pts = math.ceil((seconds - ROUNDING) / self.time_base)
        return int(np.searchsorted(self.pts, pts))

    @property
    def start(self) -> float:
        """When the first frame is shown, in seconds."""
        return float(int(self.pts[0]) * self.time_base)


def frame_index(video: str) -> FrameIndex:
    """Return the frame index of the main video stream, from the timestamps of its packets.

    Reads the whole file, or its cached packet table, and decodes only if packets lack timestamps.
    Frames hidden by an edit list do not count. Raises OpenError, and MediaError if there is no
    video stream or no frame.
    """
    table = packet_table(video)
    pts = table.pts[~table.hidden]
    if (pts == UNKNOWN).any():
        with Video(video, loop_filter=False) as opened:
            pts = np.array([frame.pts for frame in opened.frames()], np.int64)
    if not pts.size:
        raise MediaError("the file holds no frames")
    return FrameIndex(np.unique(pts), table.time_base)
