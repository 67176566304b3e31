"""Pictures as files: encoded, named, written whole."""

import os
import re
from fractions import Fraction
from hashlib import blake2b
from pathlib import Path
from typing import Literal, cast

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from vtk.errors import MediaError, OutputError
from vtk.media.shown import RGB
from vtk.output import open_sink

Format = Literal["jpg", "webp"]

LARGEST = 16383  # pixels, of a side: what WebP can hold
_CODECS = {"jpg": ("mjpeg", "yuvj420p"), "webp": ("libwebp", "yuv420p")}


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
