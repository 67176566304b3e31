"""Cheap views of a decoded frame: NumPy arrays over FFmpeg's planes, without conversion.

Reading planes in place costs some ten microseconds per frame; a conversion by swscale
(`reformat`, `to_ndarray`) costs 30 to 75 % of the decoding time. Formats read in place: planar
YCbCr of 8 to 16 bits, NV12 and its variants, P010 and its variants, gray. All others (RGB,
palettes, big-endian, packed) are converted once. Limited and full range are not distinguished:
the frames compared here come from one stream, whose range does not change.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, NamedTuple

import av
import numpy as np
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

Array = NDArray[Any]

FULL_RANGE = 2  # FFmpeg's AVCOL_RANGE_JPEG
TOGETHER = 8  # thumbnails made per batch
LIMITED, FULL = (16.0, 235.0), (0.0, 255.0)  # ITU-R BT.601 and 709; JFIF

_PLANAR = re.compile(r"(?:gray|yuvj?a?4(?:20|22|44|40|11|10)p)(\d+le)?")
_INTERLEAVED = re.compile(r"nv(?:12|16|24)|p[024]1[026]le")  # luma, then interleaved Cb and Cr


class Thumbnail(NamedTuple):
    """A small YCbCr picture, float32 in 0..255, that does not share memory with its frame.

    `luma` is (height, width); `cb` and `cr` have half that size, rounded up, and are 128 for gray.
    """

    luma: NDArray[np.float32]
    cb: NDArray[np.float32]
    cr: NDArray[np.float32]


def thumbnail(frame: av.VideoFrame, width: int = 48, height: int = 27) -> Thumbnail:
    """Return a thumbnail of `width` x `height` samples, each the mean of four from its block.

    Four samples instead of one halve the differences caused by mere noise and slow motion, and
    cost ten microseconds. The shape is the same for every frame; samples of smaller frames are
    repeated. The aspect ratio and the rotation for display are not applied.
    """
    return next(thumbnails([frame], width, height))


def thumbnails(
    frames: Iterable[av.VideoFrame], width: int = 48, height: int = 27
) -> Iterator[Thumbnail]:
    """Yield the thumbnail of each frame.

    They are made in batches of TOGETHER, which costs less than one by one; no frame is kept.
    """
    waiting = iter(frames)
    small = (-(-height // 2), -(-width // 2))
    gray = np.full(small, 128, np.float32)
    while some := [_taken(frame, width, height) for frame in islice(waiting, TOGETHER)]:
        for (scale, *_), like in groupby(some, key=_Taken.form):
            parts = [
                _means(part, scale) for part in zip(*(each.parts for each in like), strict=True)
            ]
            if len(parts) == 1:
                parts += 2 * [np.broadcast_to(gray, (len(parts[0]), *small))]
            yield from map(Thumbnail, *parts)


def luma(frame: av.VideoFrame) -> Array:
    """Return the luma of `frame` at full resolution, (height, width) uint8 in 0..255.

    For 8-bit formats a read-only view of the frame's memory, which stays valid while referenced;
    a copy for higher bit depths and for formats that must be converted.
    """
    parts = planes_of(frame)
    if parts is None:
        parts = planes_of(_converted(frame, "gray"))
        assert parts is not None  # gray is read in place
    samples = parts[0]
    if samples.dtype == np.uint8:
        return samples
    return (samples >> (_bits(frame.format.name) - 8)).astype(np.uint8)


def as_readable(frame: av.VideoFrame) -> tuple[av.VideoFrame, Array, int]:
    """Return a frame readable in place: the frame itself, or one converted to limited range.

    Also returns its luma, (height, width) uint8 or uint16, a read-only view of the frame's memory,
    and the size of one step of 8-bit luma in units of that luma.
    """
    parts = planes_of(frame)
    if parts is None:
        frame = _converted(frame, "yuv444p")
        parts = planes_of(frame)
        assert parts is not None  # yuv444p is read in place
    return frame, parts[0], 2 ** (_bits(frame.format.name) - 8)


def luma_range(frame: av.VideoFrame) -> tuple[float, float]:
    """Return the luma of black and white in 0..255, by the range stated by a readable frame."""
    name = frame.format.name
    full = frame.color_range == FULL_RANGE or name.startswith(("yuvj", "gray"))
    return FULL if full else LIMITED


def planes_of(frame: av.VideoFrame) -> tuple[Array, ...] | None:
    """Return views of luma, Cb and Cr of `frame`, each (rows, columns); only luma for gray.

    uint8, or uint16 with the bit depth of the format. None for formats not readable in place.
    """
    samples = _samples(frame)
    return None if samples is None else tuple(each.picture() for each in samples)


class _Samples(NamedTuple):
    """A component in FFmpeg's memory: sample (y, x) is `stored[first + y * line + x * step]`."""

    stored: Array  # (n,)
    rows: int
    columns: int
    line: int
    step: int = 1
    first: int = 0

    def picture(self) -> Array:
        """Return a view of the component, (rows, columns)."""
        end = self.first + self.step * self.columns
        return self.stored.reshape(self.rows, self.line)[:, self.first : end : self.step]


def _samples(frame: av.VideoFrame) -> list[_Samples] | None:
    """Return luma, Cb and Cr of `frame` in place, or only luma; None if not readable in place."""
    bits = _bits(frame.format.name)
    planes = frame.planes[:3]
    if not bits or any(plane.line_size <= 0 for plane in planes):  # stored bottom up
        return None
    dtype = np.dtype(np.uint8 if bits == 8 else "<u2")
    found = [
        _Samples(
            np.frombuffer(memoryview(plane), dtype),
            plane.height,
            plane.width,
            plane.line_size // dtype.itemsize,
        )
        for plane in planes
    ]
    if len(found) == 2:
        pairs = found.pop()
        found += [pairs._replace(step=2), pairs._replace(step=2, first=1)]
    return found


def _converted(
    frame: av.VideoFrame, name: str, width: int | None = None, height: int | None = None
) -> av.VideoFrame:
    """Convert a frame to another pixel format, always by BT.601, whatever matrix it states."""
    matrix = Colorspace.ITU601
    return frame.reformat(width, height, name, src_colorspace=matrix, dst_colorspace=matrix)


class _Taken(NamedTuple):
    """Four samples of each block of a frame: (4, rows, columns) for each component."""

    parts: list[Array]
    scale: float  # factor that converts samples to 8 bits

    def form(self) -> tuple[float, int, np.dtype[Any]]:
        """Return the key of frames whose samples can be processed in one batch."""
        return self.scale, len(self.parts), self.parts[0].dtype


def _taken(frame: av.VideoFrame, width: int, height: int) -> _Taken:
    parts = _samples(frame)
    if parts is None:
        frame = _converted(frame, "yuv444p", 4 * width, 4 * height)
        parts = _samples(frame)
        assert parts is not None  # yuv444p is read in place
    luma, *chroma = parts
    small = (-(-height // 2), -(-width // 2))
    taken = [_four(luma, height, width), *(_four(part, *small) for part in chroma)]
    return _Taken(taken, 2.0 ** (8 - _bits(frame.format.name)))


def _four(part: _Samples, height: int, width: int) -> Array:
    """Return four samples of each block of a component, (4, height, width)."""
    if part.rows < 8 * height or part.columns < 8 * width:
        # Blocks of whole samples would leave out too much of the picture.
        y, x = _nearest(part.rows, 2 * height), _nearest(part.columns, 2 * width)
        four = part.picture()[y[:, None], x].reshape(height, 2, width, 2)
        return four.transpose(1, 3, 0, 2).reshape(4, height, width)
    return part.stored.take(_places(*part[1:], height, width), mode="clip")


def _means(fours: Sequence[Array], scale: float) -> NDArray[np.float32]:
    """Return the means of the four samples of each block, for several frames, times `scale`."""
    total: NDArray[np.float32] = np.add.reduce(np.stack(fours), 1, np.float32)
    total *= np.float32(scale / 4)
    return total


@lru_cache(maxsize=64)
def _places(
    rows: int, columns: int, line: int, step: int, first: int, height: int, width: int
) -> NDArray[np.intp]:
    """Return the memory indices of the four samples of each block, (4, height, width)."""
    down, across = rows // height, columns // width
    top = (rows - down * height) // 2 + down // 4
    left = (columns - across * width) // 2 + across // 4
    y = (top + down * np.arange(height))[:, None] + np.array([[[0]], [[down // 2]]])
    x = left + across * np.arange(width) + np.array([[[0]], [[across // 2]]])
    places: NDArray[np.intp] = first + line * y[:, None] + step * x
    return places.reshape(4, height, width)


@lru_cache(maxsize=64)
def _nearest(size: int, count: int) -> NDArray[np.intp]:
    """Return the indices of the samples nearest to the middles of `count` equal parts of `size`."""
    return ((np.arange(count) + 0.5) * size / count).astype(np.intp)


@lru_cache(maxsize=64)
def _bits(name: str) -> int:
    """Return the stored bits per sample of pixel format `name`; 0 if not readable in place."""
    planar = _PLANAR.fullmatch(name)
    if planar:
        return int((planar[1] or "8le").removesuffix("le"))
    if _INTERLEAVED.fullmatch(name):
        return 16 if name.startswith("p") else 8  # P010 uses the high bits of 16
    return 0
