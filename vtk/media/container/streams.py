"""Select the main stream of a container, and determine its start and end."""

import os
from contextlib import suppress
from fractions import Fraction

import av
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from vtk.errors import MediaError
from vtk.times import rounded

# Formats without an index or a header: raw streams of concatenated audio packets.
GUESSED = ("aac", "ac3", "dts", "dtshd", "eac3", "loas", "mlp", "mp3", "truehd")


def main_stream(container: InputContainer) -> VideoStream:
    """Return the video stream a player would show: the largest default one, never cover art.

    Raises MediaError if the file has no video stream.
    """
    shown = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
        and stream.codec_context is not None
    ]
    if not shown:
        what = "only sound" if container.streams.audio else "no pictures"
        raise MediaError(f"the file has {what}: there is no video stream to decode", whole=True)
    default = [s for s in shown if s.disposition & av.stream.Disposition.default]
    return max(default or shown, key=lambda s: s.width * s.height)


def leading_stream(container: InputContainer) -> Stream | None:
    """Return the stream that defines the file's length: the main video, else the first audio."""
    try:
        return main_stream(container)
    except MediaError:
        return next(iter(container.streams.audio), None)


def stated_range(container: InputContainer, stream: Stream | None) -> tuple[float, float]:
    """Return the stated start and end of a stream in seconds, falling back to the container's.

    If no duration is stated, the end equals the start. A local file is read to its end instead
    where FFmpeg would estimate the end from the bit rate of the first packets, which may be far
    off, and where it holds subtitles alone, which state none.
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
    local = os.path.isfile(container.name.removeprefix("file:"))
    if local and (is_estimated(container) or is_text(container)):
        end = last_packet_end(container)
        with suppress(av.FFmpegError):  # subtitles begin later
            container.seek(0)
    return rounded(float(start)), rounded(float(max(start, end)))


def played_range(
    container: InputContainer, stream: Stream | None, stated: tuple[float, float]
) -> tuple[float, float]:
    """Return the range in seconds in which something is seen or heard.

    `stated` is the `stated_range` of the main `stream`. Sound may begin before the first picture
    and go on after the last one; what has a time before zero is not played.
    """
    start, end = stated
    sound = container.streams.best("audio")
    if sound is None or sound is stream:
        return start, end
    first, last = stated_range(container, sound)
    return min(start, max(first, 0.0)), max(end, last)


def is_estimated(container: InputContainer) -> bool:
    """Return whether FFmpeg estimates the duration from the file size, as for raw audio streams."""
    return container.format.name in GUESSED


def is_text(container: InputContainer) -> bool:
    """Return whether a file has neither pictures nor sound, as one of subtitles."""
    return not container.streams.video and not container.streams.audio


def last_packet_end(container: InputContainer) -> Fraction:
    """Return the latest end, in seconds, of the remaining packets of all streams; 0 if none."""
    latest = Fraction(0)
    with suppress(av.FFmpegError):
        for packet in container.demux():
            if packet.pts is not None and packet.time_base and packet.size:
                latest = max(latest, (packet.pts + (packet.duration or 0)) * packet.time_base)
    return latest
