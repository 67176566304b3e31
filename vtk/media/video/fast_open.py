"""Opening the pictures of a file, without decoding any in vain.

FFmpeg finds out by decoding the first pictures of H.264 how many the decoder has to hold back to
put them in order, which takes as long as some thirty others. It need not where the head of an MP4
file says so, nor in a file that was opened before.
"""

from contextlib import ExitStack
from typing import NamedTuple, cast

from av.codec.hwaccel import HWAccel
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from vtk.media.container import open_container, seekable
from vtk.media.container.streams import main_stream, stated_range
from vtk.media.image.cropping import Margins, margins
from vtk.span import local_path

HEADED = ("mov", "matroska")  # demuxers of formats whose head names all streams
NEVER_REORDERED = "Constrained Baseline"  # profile of H.264 (ITU-T H.264, A.2.1.1)
USUAL = (NEVER_REORDERED, "Main", "High")  # profiles with pixels as in USUAL_FORM
USUAL_FORM = "yuv420p"


class StreamInfo(NamedTuple):
    """What opening a file told of its main video stream, for those who open it after that."""

    number: int  # of the stream
    start: float  # presentation timestamp of the first picture, in seconds, as stated
    end: float
    margins: Margins
    quick: bool  # whether FFmpeg need not decode pictures to find out the rest again:
    form: str | None  # of pixels
    reordered: int  # pictures that the decoder holds back


def open_pictures(
    name: str, stack: ExitStack, hwaccel: HWAccel | None, known: StreamInfo | None
) -> tuple[InputContainer, VideoStream, StreamInfo]:
    """The container, its main video stream, and what is known of it now.

    The stack closes it. Raises OpenError, and MediaError without pictures.
    """
    if known and known.quick:
        container = stack.enter_context(open_container(name, hwaccel, quick=True))
        stream = cast(VideoStream, container.streams[known.number])
        stream.codec_context.pix_fmt = known.form
        stream.codec_context.reorder_depth = known.reordered
        return container, stream, known
    if not known and _is_mp4(name):
        container = stack.enter_context(open_container(name, hwaccel, quick=True))
        stream = main_stream(container)
        if _tells(stream.codec_context):
            stream.codec_context.pix_fmt = USUAL_FORM
            return container, stream, _known(container, stream)
        stack.close()
    container = stack.enter_context(open_container(name, hwaccel))
    stream = main_stream(container)
    return container, stream, known or _known(container, stream)


def _known(container: InputContainer, stream: VideoStream) -> StreamInfo:
    codec, form = stream.codec_context, container.format.name
    quick = codec.name == "h264" and form.startswith(HEADED) and codec.pix_fmt is not None
    return StreamInfo(
        stream.index,
        *stated_range(container, stream),
        margins(container, stream),
        quick,
        codec.pix_fmt,
        codec.reorder_depth,
    )


def _is_mp4(name: str) -> bool:
    """Whether it is a file on this machine that begins as MP4 does."""
    path = local_path(name)
    if path is None or not seekable(name):
        return False
    try:
        with open(path, "rb") as file:
            return file.read(8)[4:] == b"ftyp"
    except (OSError, ValueError):  # ValueError: of a null byte in the name
        return False


def _tells(codec: VideoCodecContext) -> bool:
    """Whether the head of the file told all that is needed to decode it."""
    reordering = codec.reorder_depth > 0 or codec.profile == NEVER_REORDERED
    return codec.name == "h264" and codec.profile in USUAL and reordering
