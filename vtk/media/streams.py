"""Which stream of a container is meant, and where it begins and ends."""

from fractions import Fraction

import av
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from vtk.errors import MediaError
from vtk.times import rounded


def main_stream(container: InputContainer) -> VideoStream:
    """The video stream that a player would show: of the default ones the largest, no cover art.

    Raises MediaError where the file has no pictures.
    """
    shown = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
        and stream.codec_context is not None
    ]
    if not shown:
        what = "only sound" if container.streams.audio else "no pictures"
        raise MediaError(f"the file has {what}: there is no video stream to decode")
    default = [s for s in shown if s.disposition & av.stream.Disposition.default]
    return max(default or shown, key=lambda s: s.width * s.height)


def leading_stream(container: InputContainer) -> Stream | None:
    """The stream that says how long the file is: the pictures, or the sound where it has none."""
    try:
        return main_stream(container)
    except MediaError:
        return next(iter(container.streams.audio), None)


def extent(container: InputContainer, stream: Stream | None) -> tuple[float, float]:
    """Start and end in seconds of a stream as stated, or of the container where that is not.

    The end is the start where nothing is stated.
    """
    start = Fraction(container.start_time or 0, av.time_base)
    if stream is not None and stream.start_time is not None and stream.time_base:
        start = stream.start_time * stream.time_base
    if stream is not None and stream.duration and stream.time_base:
        end = start + stream.duration * stream.time_base
    else:
        end = Fraction(container.duration or 0, av.time_base)
        # Matroska counts its duration from zero, other containers from their first timestamp.
        if not container.format.name.startswith("matroska"):
            end += Fraction(container.start_time or 0, av.time_base)
    return rounded(float(start)), rounded(float(max(start, end)))
