"""Open image sequences as video: numbered files at a frame rate, and animated WebP.

`frames/%05d.png#rate=24` names the files frames/00001.png, frames/00002.png and so on, at 24
frames per second, starting at the first existing number; `frames/#rate=24` names the numbered
images of a folder. A name without `#rate=` is a single file, and an existing file with exactly
the given name takes precedence.
"""

import os
import re
import tempfile
from contextlib import ExitStack
from fractions import Fraction
from itertools import pairwise
from typing import IO, TYPE_CHECKING, NamedTuple

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vtk.errors import MissingError, OpenError
from vtk.media.container.source import Source

if TYPE_CHECKING:
    from PIL import ImageSequence

KINDS = frozenset(
    ["bmp", "dpx", "exr", "jpeg", "jpg", "pgm", "png", "ppm", "qoi", "tga", "tif", "tiff", "webp"]
)
PICTURES = {
    "jpeg_pipe": re.compile(rb"\xff\xd8\xff"),
    "png_pipe": re.compile(rb"\x89PNG"),
    "webp_pipe": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "tiff_pipe": re.compile(rb"II\*\0|MM\0\*"),
    "bmp_pipe": re.compile(rb"BM"),
}
LEAST_WEBP = 0.1  # seconds a picture without a stated duration is shown, as in browsers

_NAMED = re.compile(r"(?s)(?P<path>.+)#rate=(?P<rate>\d+(?:\.\d+)?(?:/\d+)?)")
_PATTERN = re.compile(r"(?s)(?P<before>.*)(?<!%)%(?:0(?P<width>\d))?d(?P<after>.*)")
_FILE = re.compile(r"(?s)(?P<before>.*?)(?P<number>\d+)(?P<after>\.(?P<kind>\w+))")


class _Numbered(NamedTuple):
    """A naming pattern: the text before the number, its minimum digits, the text after it."""

    before: str
    width: int
    after: str

    def name(self, number: int) -> str:
        return f"{self.before}{number:0{self.width}d}{self.after}"


def named(video: str) -> bool:
    """Return whether the ``video`` of a span names an image sequence."""
    return _NAMED.fullmatch(video) is not None and not os.path.lexists(video)


def hint(path: str) -> str:
    """Return a hint to append to a "no such file" message; empty if the name is no pattern."""
    if not _PATTERN.fullmatch(os.path.basename(path)):
        return ""
    return f"; numbered pictures are named with their rate, as in {path}#rate=25"


def series(video: str) -> Source:
    """Return how to open an image sequence. Raises OpenError if an image is missing."""
    match = _NAMED.fullmatch(video)
    assert match is not None
    path, rate = match["path"], match["rate"]
    top, _, below = rate.partition("/")
    if not float(top) or (below and not int(below)):
        raise OpenError(f"cannot open: {rate} is not a number of pictures per second")
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    try:
        names = os.listdir(folder or ".")
    except OSError as error:
        raise OpenError(f"cannot open: {error.strerror}") from None
    scheme = _alike(names) if folder == path else _pattern(os.path.basename(path))
    numbers = _numbers(scheme, names)
    for number, following in pairwise(numbers):
        if following != number + 1:
            raise OpenError(f"cannot open: {scheme.name(number + 1)} is missing")
    whole = os.path.join(_escaped(folder), f"{_escaped(scheme.before)}%0{scheme.width}d")
    options = {
        "protocol_whitelist": "file",
        "framerate": rate,
        "start_number": str(numbers[0]),
        "pattern_type": "sequence",
    }
    return Source(f"file:{whole}{_escaped(scheme.after)}", options, "image2")


def _pattern(name: str) -> _Numbered:
    match = _PATTERN.fullmatch(name)
    if match is None:
        raise OpenError(
            "cannot open: it is not a folder and has no %d or %05d for the picture numbers"
        )
    before, after = match["before"].replace("%%", "%"), match["after"].replace("%%", "%")
    return _Numbered(before, int(match["width"] or 1), after)


def _alike(names: list[str]) -> _Numbered:
    """Return the naming pattern of a folder's images. Raises OpenError unless all share one."""
    found = [match for name in names if (match := _FILE.fullmatch(name))]
    found = [match for match in found if match["kind"].lower() in KINDS]
    ways = {(match["before"], match["after"]) for match in found}
    if not ways:
        raise OpenError("cannot open: the folder holds no numbered pictures")
    if len(ways) > 1:
        raise OpenError(
            "cannot open: the folder holds pictures named in several ways; name those meant, as "
            "in frames/%05d.png#rate=25"
        )
    before, after = ways.pop()
    return _Numbered(before, min(len(match["number"]) for match in found), after)


def _numbers(scheme: _Numbered, names: list[str]) -> list[int]:
    """Return the numbers of the existing images, in order. Raises OpenError if there are none."""
    form = re.compile(rf"{re.escape(scheme.before)}(\d+){re.escape(scheme.after)}")
    found = sorted(int(match[1]) for name in names if (match := form.fullmatch(name)))
    here = set(names)
    numbers = [number for number in dict.fromkeys(found) if scheme.name(number) in here]
    if not numbers:
        raise OpenError("cannot open: no picture has such a name")
    return numbers


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def single(path: str) -> str | None:
    """Return the format of a picture that FFmpeg would take for a series by its name; else None."""
    ending = os.path.splitext(path)[1].lower().removeprefix(".")
    if (ending not in KINDS and "%" not in path) or not os.path.isfile(path):
        return None  # of what is no file, such as a pipe, nothing can be read twice
    with open(path, "rb") as file:
        head = file.read(12)
    form = next((form for form, begins in PICTURES.items() if begins.match(head)), None)
    return None if form == "png_pipe" and "%" not in path else form  # it may move


def is_animated_webp(path: str) -> bool:
    """Return whether a file is an animated WebP, which FFmpeg does not decode."""
    if not os.path.isfile(path):
        return False  # a pipe: bytes read are lost, and closing it may terminate the writer
    with open(path, "rb") as file:
        head = file.read(21)
    return head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and bool(head[20] & 2)


def from_webp(path: str, stack: ExitStack) -> Source:
    """Decode an animated WebP with Pillow into a lossless temporary file.

    `stack` closes the file, which deletes it. Raises OpenError, and MissingError without Pillow.
    """
    try:
        from PIL import Image, ImageSequence
    except ImportError:
        raise MissingError("animated WebP needs Pillow: pip install pillow") from None
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    try:
        with Image.open(path, formats=["WEBP"]) as animation:
            _rewrite(ImageSequence.Iterator(animation), file)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise OpenError(f"cannot open: damaged ({error})") from None
    file.seek(0)
    return Source(file, {"protocol_whitelist": "none"})


def _rewrite(images: "ImageSequence.Iterator", file: IO[bytes]) -> None:
    """Write images with their durations as lossless (FFV1) Matroska."""
    base, time = Fraction(1, 1000), 0
    with av.open(file, "w", format="matroska") as out:
        stream: VideoStream | None = None
        for image in images:
            picture = image.convert("RGBA")
            if stream is None:
                stream = out.add_stream("ffv1", rate=1000)
                stream.width, stream.height = picture.size
                stream.pix_fmt = "bgra"
                stream.time_base = stream.codec_context.time_base = base
            frame = VideoFrame.from_ndarray(np.asarray(picture), format="rgba")
            frame = frame.reformat(format="bgra")
            frame.pts, frame.time_base = time, base
            frame.duration = round(image.info.get("duration", 0)) or round(LEAST_WEBP / base)
            time += frame.duration
            out.mux(stream.encode(frame))
        if stream is not None:
            out.mux(stream.encode(None))
