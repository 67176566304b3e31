"""Encode images as PNG, which is lossless."""

from fractions import Fraction

import av
import numpy as np
from av.video.frame import VideoFrame

from vtk.media.image.to_rgb import RGB


def encode_png(picture: RGB) -> bytes:
    """Return the bytes of a PNG file."""
    context = av.CodecContext.create("png", "w")
    context.height, context.width = picture.shape[:2]
    context.pix_fmt = "rgb24"
    context.time_base = Fraction(1, 1)
    context.thread_count = 1
    # Takes 6 ms for 854 by 480 pixels; level 6 takes four times as long to save 20 % of the bytes.
    context.options = {"compression_level": "1", "pred": "up"}
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])
