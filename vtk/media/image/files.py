"""Image files: fit images into a box, encode, name and write them atomically."""

import io
import os
import re
from fractions import Fraction
from hashlib import blake2b
from pathlib import Path
from typing import Literal, cast
from unicodedata import category

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vtk.errors import MediaError, MissingError, OutputError, UsageError
from vtk.media.image import png
from vtk.media.image.scheduling import preserved_scheduling
from vtk.media.image.to_rgb import RGB, to_rgb
from vtk.output import open_sink

Format = Literal["jpg", "webp", "png", "avif"]
Box = tuple[int, int]  # maximum width and height in pixels

LARGEST = 16383  # maximum pixels per side, the limit of WebP
ENCODERS = {"jpg": "mjpeg", "webp": "libwebp", "png": "png", "avif": "libsvtav1"}
_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?")


def check_format(file_format: str) -> None:
    """Raise UsageError for an unknown format, MissingError if PyAV lacks its encoder.

    Call this first, before doing work that would be lost.
    """
    if file_format not in ENCODERS:
        raise UsageError(f"picture formats are {', '.join(ENCODERS)}, not {file_format!r}")
    if ENCODERS[file_format] not in av.codecs_available:
        raise MissingError(
            f"this PyAV has no encoder for {file_format} ({ENCODERS[file_format]}): "
            "pip install --force-reinstall --only-binary av av, or choose another format"
        )


def encode_image(picture: RGB, file_format: Format, quality: int = 85) -> bytes:
    """Return the bytes of an image file; `quality` is 1 to 100, ignored for PNG (lossless).

    Raises MediaError for an image that is too large, or too small for AVIF.
    """
    if max(picture.shape[:2]) > LARGEST:
        raise MediaError(f"a picture of {picture.shape[1]} by {picture.shape[0]} is too large")
    if file_format == "png":
        return png.encode_png(picture)
    if file_format == "avif":
        return _avif(picture, quality)
    context = cast(VideoCodecContext, av.CodecContext.create(ENCODERS[file_format], "w"))
    context.height, context.width = picture.shape[:2]
    context.pix_fmt = "yuvj420p" if file_format == "jpg" else "yuv420p"
    context.time_base = Fraction(1, 1)
    context.thread_count = 1
    if file_format == "jpg":
        # mjpeg's quantizer goes from 2 (best) to 31; a quality of 85 maps to 4.
        scale = str(round(2 + (100 - quality) * 0.15))
        context.options = {"qmin": scale, "qmax": scale, "flags": "+bitexact"}
    else:
        context.options = {"quality": str(quality)}
    frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(
        format=context.pix_fmt, dst_colorspace="itu601" if file_format == "jpg" else None
    )
    packets = [*context.encode(frame), *context.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def _avif(picture: RGB, quality: int) -> bytes:
    if min(picture.shape[:2]) < 4:
        raise MediaError(
            "an AVIF picture needs at least 4 pixels on each side: choose another --format"
        )
    os.environ.setdefault("SVT_LOG", "1")  # keep SVT-AV1 from printing its settings, not errors
    file = io.BytesIO()
    with av.open(file, "w", format="avif", container_options={"fflags": "+bitexact"}) as container:
        stream = cast(VideoStream, container.add_stream(ENCODERS["avif"], rate=1))
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = "yuv420p"
        crf = round(63 - 0.53 * quality)  # from 0 (best) to 63
        stream.options = {"crf": str(crf), "preset": "8", "svtav1-params": "avif=1:lp=1"}
        with preserved_scheduling():
            stream.codec_context.open()
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return file.getvalue()


def parse_size(text: str) -> Box:
    """Parse ``640`` (the longest side) or ``640x360`` to a box. Raises UsageError."""
    match = _SIZE.fullmatch(text.strip())
    box = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= min(box) <= max(box) <= LARGEST:
        raise UsageError(f"not a picture size: {text!r}; write 640 (longest side) or 640x360")
    return box


def fitted(frame: VideoFrame, aspect: Fraction | None, box: Box | None) -> RGB:
    """Convert a frame to RGB as displayed, scaled down if it does not fit into `box`."""
    if box is None:
        return to_rgb(frame, aspect)
    wide, tall = frame.width * float(aspect or 1), float(frame.height)
    if round(frame.rotation / 90) % 2:
        wide, tall = tall, wide
    scale = min(box[0] / wide, box[1] / tall)
    return to_rgb(frame, aspect, max(int(tall * scale + 1e-6), 1) if scale < 1 else None)


def safe_stem(video: str, *, ascii_only: bool = False) -> str:
    """Return a file name stem for a video: letters and digits, and a hash to avoid collisions."""
    kept = (c if c.isascii() or not ascii_only else " " for c in Path(video).stem)
    safe = (c if c in "-_" or category(c)[0] in "LMN" else " " for c in kept)
    stem = "_".join("".join(safe).split()).strip("_")[:60].encode()[:150].decode("utf-8", "ignore")
    stem = stem or "video"
    return f"{stem}-{blake2b(video.encode(), digest_size=3).hexdigest()}"


def image_name(video: str, time: float, suffix: str) -> str:
    """Return the file name of a video's image: stem, hash, time in milliseconds (m: minus)."""
    sign = "m" if time < 0 else ""
    return f"{safe_stem(video)}-{sign}{round(abs(time) * 1000):09d}.{suffix}"


def write_image(path: Path, picture: RGB, file_format: Format, quality: int = 85) -> None:
    """Write an image file atomically. Raises OutputError, and MediaError as `encode_image`."""
    write_bytes(path, encode_image(picture, file_format, quality))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically. Raises OutputError."""
    with open_sink(os.path.abspath(path)) as sink:
        sink(data)


def make_folder(folder: Path) -> None:
    """Create a folder if it does not exist. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from None
