"""Crop frames to the visible area that the container states.

That is MP4's clean aperture (`clap`, ISO/IEC 14496-12, 12.1.4) or Matroska's PixelCrop (RFC 9559,
5.1.4.1.28).

Decoders apply the cropping that the video stream itself states. The cropping that the container
states is read by FFmpeg but not exposed by PyAV; so this makes FFmpeg write it to the header of a
file in memory, and parses that header.
"""

import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import av
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

STATING = ("mov", "matroska")  # demuxers of formats that can state cropping
WITHIN = {0x18538067, 0x1654AE6B, 0xAE, 0xE0}  # Segment, Tracks, TrackEntry, Video
SIDES = (0x54CC, 0x54BB, 0x54DD, 0x54AA)  # PixelCropLeft, Top, Right and Bottom
CLAP = struct.pack(">I4s", 40, b"clap")  # the start of the box: its size and type


class Margins(NamedTuple):
    """The number of samples to crop at each side of a frame."""

    left: int
    top: int
    right: int
    bottom: int

    def cropped_size(self, width: int, height: int) -> tuple[int, int]:
        """Return the width and height after cropping; 0 or less if nothing is left."""
        return width - self.left - self.right, height - self.top - self.bottom


NO_MARGINS = Margins(0, 0, 0, 0)


def margins(container: InputContainer, stream: VideoStream) -> Margins:
    """Return the cropping that the container states for a stream.

    Does not read from the file. Margins that would leave nothing are ignored.
    """
    if not container.format.name.startswith(STATING):
        return NO_MARGINS
    found = _of_matroska(stream) or _of_mov(stream) or NO_MARGINS
    sound = min(found) >= 0 and min(found.cropped_size(stream.width, stream.height)) > 0
    return found if sound else NO_MARGINS


def _of_matroska(stream: VideoStream) -> Margins | None:
    """Return the margins stated by Matroska; None for a codec that Matroska does not support."""
    head = _head(stream, "matroska", {})
    said = dict(_elements(head))
    return Margins(*(said.get(side, 0) for side in SIDES)) if head else None


def _elements(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the IDs and values of the EBML (RFC 8794) elements that state the margins."""
    at = 0
    while at < len(data):
        width = 9 - data[at].bit_length()
        name, at = int.from_bytes(data[at : at + width]), at + width
        width = 9 - data[at].bit_length()
        # An unknown size has all bits set, so the slice extends to the end of the data.
        size = int.from_bytes(data[at : at + width]) & (1 << 7 * width) - 1
        content, at = data[at + width : at + width + size], at + width + size
        if name in WITHIN:
            yield from _elements(content)
        elif name in SIDES:
            yield name, int.from_bytes(content)


def _of_mov(stream: VideoStream) -> Margins | None:
    """Return the margins of QuickTime's clean aperture, stated as its size and centre offset."""
    _, box, said = _head(stream, "mov", {"movflags": "empty_moov"}).partition(CLAP)
    if not box:
        return None
    wide, _, tall, _, *offsets = struct.unpack_from(">8i", said)
    across, down = stream.width - wide, stream.height - tall
    left = int(Fraction(across, 2) + Fraction(*offsets[:2]))
    top = int(Fraction(down, 2) + Fraction(*offsets[2:]))
    return Margins(left, top, across - left, down - top)


def _head(stream: VideoStream, form: str, options: dict[str, str]) -> bytes:
    """Return the header of a file of format `form` with the stream; empty if unsupported."""
    file = io.BytesIO()
    try:
        with av.open(file, "w", format=form, container_options=options) as out:
            out.add_stream_from_template(stream, opaque=True)
            out.start_encoding()
            return file.getvalue()
    except (av.FFmpegError, ValueError):
        return b""


class Cropper:
    """Crops the frames of a stream without copying them. Not thread-safe."""

    def __init__(self, margins: Margins) -> None:
        self._margins = margins
        self._graph = Graph()
        self._form: tuple[int, int, str] | None = None  # the frame size and pixel format it takes

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """Return the visible part of a frame, with the frame's metadata."""
        size = frame.width, frame.height
        inner = self._margins.cropped_size(*size)
        if min(inner) <= 0:  # a frame smaller than the previous ones
            return frame
        form = (*size, frame.format.name)
        if form != self._form:
            self._graph, self._form = _cropping(frame, self._margins, inner), form
        self._graph.vpush(frame)
        return self._graph.vpull()


def _cropping(frame: VideoFrame, margins: Margins, inner: tuple[int, int]) -> Graph:
    graph = Graph()
    graph.threads = 1
    base = frame.time_base or Fraction(1, 1_000_000)
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=base
    )
    # Without `exact`, sizes and offsets would be rounded to whole chroma samples.
    where = f"{inner[0]}:{inner[1]}:{margins.left}:{margins.top}:exact=1"
    graph.link_nodes(source, graph.add("crop", where), graph.add("buffersink"))
    graph.configure()
    return graph
