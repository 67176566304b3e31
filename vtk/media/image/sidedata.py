"""Read the side data of a frame: its orientation and peak luminance."""

import struct
from typing import NamedTuple

from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame


def _unnamed(cls: type[Type], value: object) -> Type:
    member = object.__new__(cls)
    member._name_ = f"UNNAMED_{value}"
    member._value_ = value  # type: ignore[assignment]
    return member


# FFmpeg knows kinds of side data for which PyAV has no name, such as the EXIF of a photo; without
# this, it could read none of such a frame.
Type._missing_ = classmethod(_unnamed)  # type: ignore[assignment,method-assign]


class Orientation(NamedTuple):
    """The operations that bring an image upright: first transpose, then flip."""

    transposed: bool = False
    upside_down: bool = False  # swap top and bottom
    mirrored: bool = False  # swap left and right

    @property
    def is_mirrored(self) -> bool:
        """Whether left and right are swapped, apart from any rotation."""
        return self.transposed ^ self.upside_down ^ self.mirrored

    @property
    def rotation(self) -> int:
        """The clockwise rotation before mirroring, in degrees: 0, 90, 180 or 270."""
        return (90 if self.transposed else 0) + (180 if self.upside_down else 0)


def orientation(frame: VideoFrame) -> Orientation:
    """Return the orientation from the display matrix of a frame, rounded to quarter turns."""
    matrix = _data(frame, Type.DISPLAYMATRIX)
    if matrix is None:
        return Orientation()
    # A sample at (x, y) is shown at (a x + c y, b x + d y); rows of the matrix are a b u, c d v.
    a, b, _, c, d = struct.unpack_from("=5i", matrix)
    transposed = abs(b) + abs(c) > abs(a) + abs(d)
    across, down = (c, b) if transposed else (a, d)
    return Orientation(transposed, down < 0, across < 0)


def peak_luminance(frame: VideoFrame) -> float | None:
    """Return the peak luminance in cd/m²: of the content, else of the mastering display.

    None if neither is stated.
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
    # Avoid frame.side_data: it creates a reference cycle with the frame, which Python's garbage
    # collector finds only after hundreds of frames.
    for data in SideDataContainer(frame):  # type: ignore[call-arg]
        if data.type == kind:
            return bytes(data)
    return None
