"""The numbers of frames: which frame, counted from 0, is shown at a time."""

import math
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from av.stream import Discard
from numpy.typing import NDArray

from vtk.errors import MediaError
from vtk.media.container import open_container
from vtk.media.streams import main_stream
from vtk.media.video import ROUNDING, Video


class FrameIndex(NamedTuple):
    """When each frame of a video is shown."""

    pts: NDArray[np.int64]  # (frames,), presentation timestamps in order
    time_base: Fraction  # seconds

    def number(self, seconds: float) -> int:
        """The number of the first frame shown at that time or later; of all, after the last."""
        pts = math.ceil((seconds - ROUNDING) / self.time_base)
        return int(np.searchsorted(self.pts, pts))

    @property
    def start(self) -> float:
        """When the first frame is shown, in seconds."""
        return float(int(self.pts[0]) * self.time_base)


def frame_index(video: str) -> FrameIndex:
    """The index of the main video stream, from the timestamps of its packets.

    Reads the whole file and decodes it only where packets bear no timestamps. What an edit list
    hides is no frame. Raises OpenError, and MediaError without pictures.
    """
    with open_container(video) as container:
        stream = main_stream(container)
        base = stream.time_base or Fraction(1, 1_000_000)
        for other in container.streams:
            if other is not stream:
                other.discard = Discard.all
        stamps: list[int | None] = []
        try:
            for packet in container.demux(stream):
                if packet.size and not packet.is_discard:
                    stamps.append(packet.pts)
        except av.FFmpegError:
            pass  # a truncated file: the frames up to there
    known = np.array([pts for pts in stamps if pts is not None], np.int64)
    if len(known) < len(stamps):
        with Video(video, pictures_seen=False) as opened:
            known = np.array([frame.pts for frame in opened.frames()], np.int64)
    if not known.size:
        raise MediaError("the file holds no frames")
    return FrameIndex(np.unique(known), base)
