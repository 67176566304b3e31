"""Pictures out of frames: as people see them, upright and in shape, and as files."""

import os
import re
from fractions import Fraction
from hashlib import blake2b
from pathlib import Path
from typing import Literal, cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from vtk.errors import MediaError, OutputError
from vtk.output import open_sink

Format = Literal["jpg", "webp"]
RGB = NDArray[np.uint8]  # (height, width, 3)

LARGEST = 16383  # pixels, of a side: what WebP can hold
_CODECS = {"jpg": ("mjpeg", "yuvj420p"), "webp": ("libwebp", "yuv420p")}


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


def encode(picture: RGB, file_format: Format, quality: int = 85) -> bytes:
    """The bytes of a JPEG or WebP file; `quality` from 1 to 100."""
    if max(picture.shape[:2]) > LARGEST:
        raise MediaError(f"a picture of {picture.shape[1]} by {picture.shape[0]} is too large")
    codec, pixels = _CODECS[file_format]
    context = cast(VideoCodecContext, av.CodecContext.create(codec, "w"))
    context.height, context.width = picture.shape[:2]
    context.pix_fmt = pixels
    context.time_base = Fraction(1, 1)
    context.thread_count = 1
    if file_format == "jpg":
        # mjpeg counts from 2, best, to 31; 85 of 100 comes to 4.
        scale = str(round(2 + (100 - quality) * 0.15))
        context.options = {"qmin": scale, "qmax": scale, "flags": "+bitexact"}
    else:
        context.options = {"quality": str(quality)}
    frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(
        format=pixels, dst_colorspace="itu601" if file_format == "jpg" else None
    )
    packets = [*context.encode(frame), *context.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def safe_stem(video: str) -> str:
    """A file name that stands for a video: harmless characters, and a hash against mix-ups."""
    stem = re.sub(r"[^\w-]+", "_", Path(video).stem, flags=re.ASCII).strip("_")[:60] or "video"
    return f"{stem}-{blake2b(video.encode(), digest_size=3).hexdigest()}"


def image_name(video: str, time: float, file_format: Format) -> str:
    """The name of a picture of a video: stem, hash, time in milliseconds (m: minus)."""
    sign = "m" if time < 0 else ""
    return f"{safe_stem(video)}-{sign}{round(abs(time) * 1000):09d}.{file_format}"


def write(path: Path, picture: RGB, file_format: Format, quality: int = 85) -> None:
    """Write a picture file whole or not at all. Raises OutputError."""
    data = encode(picture, file_format, quality)
    with open_sink(os.path.abspath(path)) as sink:
        sink(data)


def make_folder(folder: Path) -> None:
    """Make a folder for pictures where there is none. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from None


SHEET_HEIGHT = 108  # pixels of a picture on a contact sheet
SHEET_PICTURES = 240  # at most; of more, every second, fourth, … is shown


class Sheet:
    """A contact sheet: pictures side by side, row by row. Memory does not grow with the film."""

    def __init__(self) -> None:
        self.pictures: list[RGB] = []
        self.stride = 1
        self.count = 0

    def add(self, picture: RGB) -> None:
        """Take a picture of SHEET_HEIGHT pixels of height."""
        if self.count % self.stride == 0:
            self.pictures.append(picture)
            if len(self.pictures) > SHEET_PICTURES:
                self.pictures = self.pictures[::2]
                self.stride *= 2
        self.count += 1

    def write(self, path: Path) -> None:
        """Write the sheet as JPEG or, by the name's end, WebP. Raises OutputError."""
        make_folder(path.parent)
        write(path, self.picture(), "webp" if path.suffix.lower() == ".webp" else "jpg")

    def picture(self, gap: int = 4) -> RGB:
        """All pictures on one, about as wide as two thirds more than it is high."""
        width = max((p.shape[1] for p in self.pictures), default=SHEET_HEIGHT)
        count = max(len(self.pictures), 1)
        columns = min(max(round((count * 1.6 * SHEET_HEIGHT / width) ** 0.5), 1), count)
        rows = -(-count // columns)
        cell = (SHEET_HEIGHT + gap, width + gap)
        sheet = np.full((rows * cell[0] + gap, columns * cell[1] + gap, 3), 32, np.uint8)
        for place, shown in enumerate(self.pictures):
            y, x = gap + place // columns * cell[0], gap + place % columns * cell[1]
            left = x + (width - shown.shape[1]) // 2
            sheet[y : y + shown.shape[0], left : left + shown.shape[1]] = shown
        return sheet
