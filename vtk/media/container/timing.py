"""How a file counts its frames: frame rate, first timestamp, start timecode, name of the reel."""

from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from vtk.media.container import open_container, seekable
from vtk.media.container.streams import is_estimated, last_packet_end, leading_stream, stated_range
from vtk.span import local_path

STANDARD = (
    *(Fraction(rate) for rate in range(1, 121)),
    *(Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60, 90, 120)),
)
NEAR = 0.0004  # of a rate: less than half of what lies between 24 and 23.976
LAST = 2.0  # seconds before the end of a file in which something is to be stored
MISSING = 1.0  # seconds that may lack at the end before a file counts as truncated
MISSING_SHARE = 0.02  # of the length that the container states
STEADY = 0.02  # of a rate: the difference of average and guess that is no variable rate


class Timing(NamedTuple):
    """Where a file begins and ends, in seconds, and how its frames are counted."""

    start: float = 0.0
    end: float | None = None
    rate: Fraction | None = None  # frames in a second; None where it varies
    timecode: str | None = None  # of the first frame, 01:00:00:00, with a ; where frames drop
    reel: str | None = None


def timing(video: str) -> Timing:
    """The timing of a file, from its head; nothing is decoded. Raises OpenError."""
    with open_container(video) as container:
        stream = leading_stream(container)
        rate = _rate(stream) if isinstance(stream, VideoStream) else None
        names = ("timecode", "reel_name")
        return Timing(
            *stated_range(container, stream), rate, *(_tag(container, name) for name in names)
        )


def stated_length(video: str) -> float | None:
    """Seconds of a local file by its head, read in milliseconds; None where that cannot be told.

    Raises OpenError.
    """
    if local_path(video) is None or not seekable(video):
        return None
    with open_container(video, quick=True) as container:
        if is_estimated(container):  # a guess, which to mend takes the whole file
            return None
        start, end = stated_range(container, leading_stream(container))
        return end - start or None


def is_cut_off(video: str) -> bool:
    """Whether nothing is stored where a file ends by its own account; false where it has none.

    Reads what is near that end, and decodes nothing. Of a pipe that cannot be told: false.
    """
    if not seekable(video):
        return False
    with open_container(video) as container:
        start, end = stated_range(container, leading_stream(container))
        if end <= start:
            return False
        with suppress(av.FFmpegError):
            container.seek(round(max(end - LAST, start) * av.time_base))
        return is_truncated(float(last_packet_end(container)), end, start)


def is_truncated(reached: float, stated: float, start: float = 0.0) -> bool:
    """Whether a file that states to last from `start` to `stated` seconds ends too soon."""
    return stated - reached > max(MISSING, MISSING_SHARE * (stated - start))


def standard_rate(rate: Fraction) -> Fraction:
    """The standard frame rate that a rounded or measured one means; itself where there is none."""
    nearest = min(STANDARD, key=lambda known: abs(known - rate))
    return nearest if abs(nearest - rate) <= NEAR * nearest else rate


def _rate(stream: VideoStream) -> Fraction | None:
    """The rate of a stream, if its average is a standard one or agrees with FFmpeg's guess."""
    average = standard_rate(stream.average_rate or stream.guessed_rate or Fraction(0))
    guess = standard_rate(stream.guessed_rate or average)
    if average in STANDARD or abs(average - guess) > STEADY * guess:
        return average if average in STANDARD else None
    return guess or None


def _tag(container: InputContainer, name: str) -> str | None:
    """The first value of a tag, however it is spelled, of a stream or of the container."""
    for tags in (*(stream.metadata for stream in container.streams), container.metadata):
        for key, value in tags.items():
            if key.lower() == name:
                return value
    return None
