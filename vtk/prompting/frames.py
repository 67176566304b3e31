"""Select, scale and lay out the frames of a span for a prompt."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vtk.errors import MediaError, UsageError
from vtk.media.image.files import fitted
from vtk.media.video import OUTSIDE, Video
from vtk.models.llm.prompt import Picture, with_time_labels
from vtk.span import Span
from vtk.times import rounded

TimedFrame = tuple[float, Picture]  # presentation time in seconds, and the picture
Parts = tuple[str | Picture, ...]

MOST = 8  # most frames if no number is given and keyframes have no size
# Share of a stretch left out at either end, where the next shot may show through. This is less than
# for keyframes, because the first and the last frame tell a model what moves.
EDGE = 0.08
RUN, STEP = 4, 0.25  # frames per run of the layout `clip`, and seconds between them
FULL = 4  # the layout `thumbnail` repeats one in FULL frames at full size
GAP = 2  # pixels between the cells of a grid


@dataclass(frozen=True)
class FrameOptions:
    """How the frames of a span are selected and laid out for a model.

    `count` is the number of frames; None takes the keyframes of the span, or a few frames if it has
    none. `pixels` is the longest side of a picture in the prompt. With `pairs`, for a model that
    merges them, the layouts `frames` and `clip` join two successive frames.
    """

    layout: str = "frames"
    count: int | None = None
    pixels: int = 640
    pairs: bool = False

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            raise UsageError(f"no layout {self.layout!r}; there are {', '.join(LAYOUTS)}")
        if self.count is not None and self.count < 1:
            raise UsageError("a model needs at least one frame")
        if self.pixels < 16:
            raise UsageError("pictures need at least 16 pixels on each side")


def select_frames(video: Video, span: Span, options: FrameOptions) -> list[TimedFrame]:
    """Return the selected frames of a span in time order, each decoded once.

    A keyframe that has a `size` is shown no larger than that. Raises MediaError if the span
    contains no picture.
    """
    start, end = video.clamp(span.start, span.end)
    times = frame_times(span, start, end, options)
    pixels = max(options.pixels // 2, 16) if options.layout == "clip" else options.pixels
    aspect = video.stream.sample_aspect_ratio
    sizes = {k["t"]: k["size"] for k in span.get("keyframes", []) if "size" in k}
    found: dict[int, TimedFrame] = {}
    for time, frame in zip(times, video.frames_at(times), strict=False):
        if frame.pts not in found:
            wide, tall = sizes.get(time, (pixels, pixels))
            box = min(wide, pixels), min(tall, pixels)
            found[frame.pts] = (rounded(frame.time), fitted(frame.image, aspect, box))
    if not found:
        raise MediaError(OUTSIDE)
    return list(found.values())


def frame_times(span: Span, start: float, end: float, options: FrameOptions) -> list[float]:
    """Return the times of the frames to select, in seconds, ascending.

    These are the times of keyframes if there are enough, else times spread over the span without
    the transitions at its ends. The layout `clip` adds a short run of frames after each (F2C: as
    many tokens as single frames, at half the size).
    """
    inside = [k for k in span.get("keyframes", []) if start <= k["t"] < end]
    marked = sorted(k["t"] for k in inside)
    most = len(marked) if all("size" in k for k in inside) else MOST  # as many as their sizes allow
    count = options.count or min(len(marked), most) or DEFAULT_COUNTS[options.layout]
    run = (RUN - 1) * STEP if options.layout == "clip" else 0.0
    low, high = span.without_transitions(start, end)
    even = evenly_spaced(low, max(high - run, low), count)
    chosen = _even(marked, count) if len(marked) >= count else even
    if not run:
        return chosen
    over = high - EDGE * (high - low)
    return sorted({round(min(t + n * STEP, max(over, t)), 6) for t in chosen for n in range(RUN)})


def evenly_spaced(start: float, end: float, count: int) -> list[float]:
    """Return `count` evenly spaced times, the outer ones near the ends; one time is the middle."""
    if count == 1:
        return [(start + end) / 2]
    low, high = start + EDGE * (end - start), end - EDGE * (end - start)
    return [low + (high - low) * n / (count - 1) for n in range(count)]


def _even(values: list[Any], count: int) -> list[Any]:
    return [values[(2 * n + 1) * len(values) // (2 * count)] for n in range(count)]


def one_by_one(shown: Sequence[TimedFrame], options: FrameOptions) -> Parts:
    """Lay out one picture after the other, each after its time."""
    return tuple(with_time_labels(shown))


def in_pairs(shown: Sequence[TimedFrame], options: FrameOptions) -> Parts:
    """Lay out one picture after the other, two by two with `options.pairs`."""
    return tuple(with_time_labels(shown, pairs=options.pairs))


def grid(shown: Sequence[TimedFrame], options: FrameOptions) -> Parts:
    """Lay out all frames in one picture, row by row (IG-VLM, Kim et al. 2024)."""
    if len(shown) == 1:
        return one_by_one(shown, options)
    times = ", ".join(f"{time:.1f}" for time, _ in shown)
    columns = math.ceil(math.sqrt(len(shown)))
    told = f"Frames of a video in one picture, row by row, {columns} a row, at {times} seconds:"
    return told, tile([picture for _, picture in shown], columns, options.pixels)


def thumbnail(shown: Sequence[TimedFrame], options: FrameOptions) -> Parts:
    """Lay out a grid of all frames, then every fourth at full size (TS-LLaVA, Qu et al. 2024)."""
    if len(shown) == 1:
        return one_by_one(shown, options)
    return *grid(shown, options), *one_by_one(
        _even(list(shown), max(1, len(shown) // FULL)), options
    )


Layout = Callable[[Sequence[TimedFrame], FrameOptions], Parts]
LAYOUTS: dict[str, Layout] = {
    "frames": in_pairs,
    "grid": grid,
    "thumbnail": thumbnail,
    "clip": in_pairs,
    "none": lambda shown, options: (),
}
DEFAULT_COUNTS = {
    "frames": 4,
    "grid": 6,
    "thumbnail": 8,
    "clip": 2,
    "none": 1,
}  # number of frames if a span has no keyframes


def tile(pictures: Sequence[Picture], columns: int, pixels: int) -> Picture:
    """Tile pictures of one size into a grid whose longest side is at most `pixels`."""
    rows = -(-len(pictures) // columns)
    tall, wide = pictures[0].shape[:2]
    scale = min(
        1.0,
        (pixels - GAP * (rows - 1)) / (rows * tall),
        (pixels - GAP * (columns - 1)) / (columns * wide),
    )
    tall, wide = max(int(tall * scale), 1), max(int(wide * scale), 1)
    sheet = np.zeros((rows * (tall + GAP) - GAP, columns * (wide + GAP) - GAP, 3), np.uint8)
    for number, picture in enumerate(pictures):
        y, x = number // columns * (tall + GAP), number % columns * (wide + GAP)
        sheet[y : y + tall, x : x + wide] = downscaled(picture, tall, wide)
    return sheet


def downscaled(picture: Picture, tall: int, wide: int) -> Picture:
    """Downscale a picture by area averaging."""
    if picture.shape[:2] == (tall, wide):
        return picture
    rows = np.linspace(0, picture.shape[0], tall + 1).astype(int)
    columns = np.linspace(0, picture.shape[1], wide + 1).astype(int)
    sums = np.add.reduceat(picture.astype(np.uint32), rows[:-1], axis=0)
    sums = np.add.reduceat(sums, columns[:-1], axis=1)
    area = np.maximum(np.diff(rows), 1)[:, None, None] * np.maximum(np.diff(columns), 1)[:, None]
    small: Picture = (sums // area).astype(np.uint8)
    return small
