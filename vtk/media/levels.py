"""The luma of pictures as stored, without a copy: its samples, and which are black and white."""

import av

from vtk.media.planes import Array, components

FULL_RANGE = 2  # FFmpeg's AVCOL_RANGE_JPEG
LIMITED, FULL = (16.0, 235.0), (0.0, 255.0)  # ITU-R BT.601 and 709; JFIF


def readable(frame: av.VideoFrame) -> tuple[av.VideoFrame, Array, int]:
    """The frame itself where `planes` reads it in place, else one converted, limited range.

    With it its luma, (height, width) uint8 or uint16, a read-only view of the frame's own memory,
    and what one step of 8-bit luma is in it.
    """
    parts = components(frame)
    if parts is None:
        frame = frame.reformat(format="yuv444p")
        parts = components(frame)
        assert parts is not None  # yuv444p is read in place
    if parts[0].dtype.itemsize == 1:
        return frame, parts[0], 1
    if frame.format.name.startswith("p"):  # P010 and its like keep their bits at the top of 16
        return frame, parts[0], 256
    return frame, parts[0], 2 ** (frame.format.components[0].bits - 8)


def black_and_white(frame: av.VideoFrame) -> tuple[float, float]:
    """Luma of black and of white in 0..255, by the range that a readable frame states."""
    name = frame.format.name
    full = frame.color_range == FULL_RANGE or name.startswith(("yuvj", "gray"))
    return FULL if full else LIMITED
