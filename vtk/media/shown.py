"""Frames as people see them: upright and in shape."""

from fractions import Fraction
from typing import cast

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

RGB = NDArray[np.uint8]  # (height, width, 3)


def displayed(frame: VideoFrame, aspect: Fraction | None = None, height: int | None = None) -> RGB:
    """The frame as it is shown: sample aspect ratio and rotation applied.

    `height` scales the shown picture to that many pixels of height.
    """
    wide = max(round(frame.width * float(aspect or 1)), 1)
    turned = round(frame.rotation / 90) % 4
    tall = frame.height
    if height:
        scale = height / (wide if turned % 2 else tall)
        wide, tall = max(round(wide * scale), 1), max(round(tall * scale), 1)
    picture = frame.reformat(width=wide, height=tall, format="rgb24").to_ndarray()
    return cast(RGB, np.ascontiguousarray(np.rot90(picture, turned)))
