"""Parts of frames as pictures for a prompt, with their places told.

A model is shown a frame at a few hundred pixels; what is small in it, such as a sign or a face, is
seen only when the part of the frame that holds it is a picture of its own.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from vtk.errors import MediaError, UsageError
from vtk.media.image.files import fitted
from vtk.media.video import OUTSIDE, Video
from vtk.models.llm.prompt import Picture
from vtk.prompting.frames import Parts, downscaled
from vtk.times import rounded

Box = Sequence[float]
"""Left, top, right and bottom in fractions of the displayed picture."""

LEAST = 32  # pixels of a crop's sides, fewer only where the frame is smaller


def crops(
    video: Video, places: Iterable[tuple[float, Box]], pixels: int = 640
) -> list[tuple[float, Picture]]:
    """Return the part of a frame in each box at a time in seconds, with the frame's time, in order.

    The frame on screen at that time is cut in its full resolution as it is displayed, and then
    scaled down to `pixels` on the longest side if it is larger. Each frame is decoded once. Raises
    UsageError for a box that is none, and MediaError if the video has no picture at a time.
    """
    wanted = [(time, checked_box(box)) for time, box in places]
    order = sorted(range(len(wanted)), key=lambda n: wanted[n][0])
    groups = [(time, list(each)) for time, each in groupby(order, lambda n: wanted[n][0])]
    found: dict[int, tuple[float, Picture]] = {}
    aspect = video.stream.sample_aspect_ratio
    frames = video.frames_at([time for time, _ in groups])
    for (_, numbers), frame in zip(groups, frames, strict=False):
        shown = fitted(frame.image, aspect, None)
        for number in numbers:
            found[number] = (rounded(frame.time), crop(shown, wanted[number][1], pixels))
    if len(found) < len(wanted):
        raise MediaError(OUTSIDE)
    return [found[number] for number in range(len(wanted))]


def crop(picture: Picture, box: Box, pixels: int = 640) -> Picture:
    """Return the part of a displayed picture in a box, at most `pixels` on its longest side.

    All pixels that the box touches are in it, and those around it where it is tiny. Raises
    UsageError for a box that is none.
    """
    left, top, right, bottom = checked_box(box)
    rows = _within(top, bottom, picture.shape[0])
    columns = _within(left, right, picture.shape[1])
    part = picture[rows, columns]
    tall, wide = part.shape[:2]
    scale = min(1.0, pixels / max(tall, wide))
    return downscaled(part, max(round(tall * scale), 1), max(round(wide * scale), 1))


def with_place(time: float, picture: Picture, box: Box) -> Parts:
    """Return a crop as parts of a prompt, after its time and place in words."""
    left, top, right, bottom = (round(100 * value) for value in checked_box(box))
    told = (
        f"Part of the picture at {time:.1f} seconds: from {left} % to {right} % of its "
        f"width (from the left) and from {top} % to {bottom} % of its height (from the top):"
    )
    return told, picture


def checked_box(box: Box) -> tuple[float, float, float, float]:
    """Return a box as four numbers. Raises UsageError unless it lies in the picture."""
    match [float(value) for value in box]:
        case [left, top, right, bottom] if 0 <= left < right <= 1 and 0 <= top < bottom <= 1:
            return left, top, right, bottom
    raise UsageError(
        f"not a box: {list(box)}; write left, top, right and bottom in fractions of the picture"
    )


def _within(low: float, high: float, size: int) -> slice:
    """Return the pixels of a side between two fractions of it, LEAST if that is possible."""
    start, stop = math.floor(low * size + 1e-6), math.ceil(high * size - 1e-6)
    missing = max(min(LEAST, size) - (stop - start), 0)
    start = min(max(start - missing // 2, 0), size - (stop - start) - missing)
    return slice(start, max(stop, start + min(LEAST, size)))
