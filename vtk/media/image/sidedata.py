"""What a frame says beside its samples: how to turn it, how bright it was made."""

import struct
from typing import NamedTuple

from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame


class Orientation(NamedTuple):
    """How a picture is brought upright: first transposed, then flipped."""

    transposed: bool = False
    upside_down: bool = False  # top and bottom change places
    mirrored: bool = False  # left and right change places

    @property
    def is_mirrored(self) -> bool:
        """Whether left and right change places beside all rotation."""
        return self.transposed ^ self.upside_down ^ self.mirrored

    @property
    def rotation(self) -> int:
        """The rotation before that, in degrees: 0, 90, 180 or 270."""
        return (90 if self.transposed else 0) + (180 if self.upside_down else 0)


def orientation(frame: VideoFrame) -> Orientation:
    """The turn that the display matrix of a frame asks for, to the nearest quarter."""
    matrix = _data(frame, Type.DISPLAYMATRIX)
    if matrix is None:
        return Orientation()
    # A sample at (x, y) is shown at (a x + c y, b x + d y); rows of the matrix are a b u, c d v.
    a, b, _, c, d = struct.unpack_from("=5i", matrix)
    transposed = abs(b) + abs(c) > abs(a) + abs(d)
    across, down = (c, b) if transposed else (a, d)
    return Orientation(transposed, down < 0, across < 0)


def peak_luminance(frame: VideoFrame) -> float | None:
    """The brightest pixel, cd/m²: as stated for the content, else for the screen it was made on.

    None where neither is stated.
    """
    content = _data(frame, Type.CONTENT_LIGHT_LEVEL)
    screen = _data(frame, Type.MASTERING_DISPLAY_METADATA)
    if content is not None and (level := struct.unpack_from("=I", content)[0]):  # MaxCLL
        return float(level)
    if screen is not None:  # AVMasteringDisplayMetadata: max_luminance, a fraction, at byte 72
        top, below, _, known = struct.unpack_from("=4i", screen, 72)
        return top / below if known and below and top > 0 else None
    return None


def _data(frame: VideoFrame, kind: Type) -> bytes | None:
    # Not frame.side_data: the frame would keep that, and that the frame, until Python looks for
    # such cycles, which takes it hundreds of frames.
    for data in SideDataContainer(frame):  # type: ignore[call-arg]
        if data.type == kind:
            return bytes(data)
    return None
