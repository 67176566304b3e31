"""Open the video stream of a file without needless trial decoding.

FFmpeg decodes the first frames of H.264 to find out how many frames the decoder has to hold back
for reordering, which takes as long as decoding some thirty others. This is unnecessary if the
header of an MP4 file states the number, or if the file was opened before.
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

HEADED = ("mov", "matroska")  # demuxers of formats whose header lists all streams
NEVER_REORDERED = "Constrained Baseline"  # profile of H.264 (ITU-T H.264, A.2.1.1)
USUAL = (NEVER_REORDERED, "Main", "High")  # profiles whose pixel format is USUAL_FORM
USUAL_FORM = "yuv420p"


class StreamInfo(NamedTuple):
    """Parameters of a file's main video stream, kept for opening the file again."""

    number: int  # index of the stream
    start: float  # presentation timestamp of the first frame, in seconds, as stated
    end: float
    margins: Margins
    quick: bool  # whether `form` and `reordered` make trial decoding unnecessary
    form: str | None  # pixel format
    reordered: int  # frames that the decoder holds back


def open_pictures(
    name: str, stack: ExitStack, hwaccel: HWAccel | None, known: StreamInfo | None
) -> tuple[InputContainer, VideoStream, StreamInfo]:
    """Return the open container, its main video stream, and the parameters of the stream.

    `stack` closes the container. Raises OpenError, and MediaError if there is no video stream.
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
    """Return whether `name` is a local, reopenable file that begins like an MP4 file."""
    path = local_path(name)
    if path is None or not seekable(name):
        return False
    try:
        with open(path, "rb") as file:
            return file.read(8)[4:] == b"ftyp"
    except (OSError, ValueError):  # ValueError: a null byte in the name
        return False


def _tells(codec: VideoCodecContext) -> bool:
    """Return whether the file header stated everything needed for decoding."""
    reordering = codec.reorder_depth > 0 or codec.profile == NEVER_REORDERED
    return codec.name == "h264" and codec.profile in USUAL and reordering
