"""The part of the pictures that a container says is meant to be seen: MP4's clean aperture (`clap`,
ISO/IEC 14496-12, 12.1.4), Matroska's PixelCrop (RFC 9559, 5.1.4.1.28).

What the stream of pictures itself states, decoders crop. What the container does, FFmpeg reads and
PyAV keeps to itself; so FFmpeg is let write it to the head of a file in memory, and that is read.
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

STATING = ("mov", "matroska")  # the demuxers of formats that can state it
WITHIN = {0x18538067, 0x1654AE6B, 0xAE, 0xE0}  # Segment, Tracks, TrackEntry, Video
SIDES = (0x54CC, 0x54BB, 0x54DD, 0x54AA)  # PixelCropLeft, Top, Right and Bottom
CLAP = struct.pack(">I4s", 40, b"clap")  # how the box begins: its size and name


class Margins(NamedTuple):
    """Samples at each side of a picture that are not to be seen."""

    left: int
    top: int
    right: int
    bottom: int

    def cropped_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of what is left of a picture; not above 0 where nothing is."""
        return width - self.left - self.right, height - self.top - self.bottom


NO_MARGINS = Margins(0, 0, 0, 0)


def margins(container: InputContainer, stream: VideoStream) -> Margins:
    """What the container says to crop of the pictures of a stream.

    Reads nothing of the file. What would leave no picture is ignored.
    """
    if not container.format.name.startswith(STATING):
        return NO_MARGINS
    found = _of_matroska(stream) or _of_mov(stream) or NO_MARGINS
    sound = min(found) >= 0 and min(found.cropped_size(stream.width, stream.height)) > 0
    return found if sound else NO_MARGINS


def _of_matroska(stream: VideoStream) -> Margins | None:
    """The margins as Matroska states them; None for a codec that it has no name for."""
    head = _head(stream, "matroska", {})
    said = dict(_elements(head))
    return Margins(*(said.get(side, 0) for side in SIDES)) if head else None


def _elements(data: bytes) -> Iterator[tuple[int, int]]:
    """Names and values of the elements of EBML (RFC 8794) that lead to the margins."""
    at = 0
    while at < len(data):
        width = 9 - data[at].bit_length()
        name, at = int.from_bytes(data[at : at + width]), at + width
        width = 9 - data[at].bit_length()
        # A size that is not known has all its bits set, and so goes to the end.
        size = int.from_bytes(data[at : at + width]) & (1 << 7 * width) - 1
        content, at = data[at + width : at + width + size], at + width + size
        if name in WITHIN:
            yield from _elements(content)
        elif name in SIDES:
            yield name, int.from_bytes(content)


def _of_mov(stream: VideoStream) -> Margins | None:
    """The margins as QuickTime states them, by the size and the centre of what is inside them."""
    _, box, said = _head(stream, "mov", {"movflags": "empty_moov"}).partition(CLAP)
    if not box:
        return None
    wide, _, tall, _, *offsets = struct.unpack_from(">8i", said)
    across, down = stream.width - wide, stream.height - tall
    left = int(Fraction(across, 2) + Fraction(*offsets[:2]))
    top = int(Fraction(down, 2) + Fraction(*offsets[2:]))
    return Margins(left, top, across - left, down - top)


def _head(stream: VideoStream, form: str, options: dict[str, str]) -> bytes:
    """The head of a file of that format with the stream; empty where it does not fit into one."""
    file = io.BytesIO()
    try:
        with av.open(file, "w", format=form, container_options=options) as out:
            out.add_stream_from_template(stream, opaque=True)
            out.start_encoding()
            return file.getvalue()
    except (av.FFmpegError, ValueError):
        return b""


class Cropper:
    """Crops the pictures of a stream, without a copy. Not safe between threads."""

    def __init__(self, margins: Margins) -> None:
        self._margins = margins
        self._graph = Graph()
        self._form: tuple[int, int, str] | None = None  # of the pictures that it takes

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """What is to be seen of a frame, with all that the frame says of itself."""
        size = frame.width, frame.height
        inner = self._margins.cropped_size(*size)
        if min(inner) <= 0:  # a picture smaller than those before
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
    # exact: else sizes and places are rounded to whole samples of chroma.
    where = f"{inner[0]}:{inner[1]}:{margins.left}:{margins.top}:exact=1"
    graph.link_nodes(source, graph.add("crop", where), graph.add("buffersink"))
    graph.configure()
    return graph
