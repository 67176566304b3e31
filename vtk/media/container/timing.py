"""Read the timing of a file, frame rate, first timestamp, start timecode, and its names."""

from contextlib import suppress
from fractions import Fraction
from math import inf
from typing import NamedTuple

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from vtk.errors import MediaError
from vtk.media.container import open_container, seekable
from vtk.media.container.streams import (
    is_estimated,
    last_packet_end,
    leading_stream,
    played_range,
    stated_range,
)
from vtk.span import local_path

STANDARD = (
    *(Fraction(rate) for rate in range(1, 121)),
    *(Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60, 90, 120)),
)
NEAR = 0.0004  # relative tolerance of rates: below half the difference between 24 and 23.976
LAST = 2.0  # seconds before the stated end of a file in which packets are expected
MISSING = 1.0  # seconds that may be missing at the end before a file counts as truncated
MISSING_SHARE = 0.02  # the tolerance for missing time as a fraction of the stated length
EDGE = 0.1  # seconds by which a span may begin before or end after the pictures, as whole videos do
ROUNDING = 0.001  # seconds by which the times of a span may be off
STEADY = 0.02  # relative difference of average and guessed rate up to which the rate is constant


class Timing(NamedTuple):
    """The start and end of a file in seconds, its frame rate, timecode, reel name and title."""

    start: float = 0.0
    end: float | None = None
    rate: Fraction | None = None  # frames per second; None if variable
    timecode: str | None = None  # of the first frame, as 01:00:00:00; with a ; for drop-frame
    reel: str | None = None
    title: str = ""
    played: tuple[float, float] = (0.0, 0.0)  # seconds, with sound before and after the pictures

    def reach(self, start: float, end: float) -> tuple[float, float]:
        """Return [start, end) seconds, without a limit where the file begins or ends.

        The first span of a video has what is heard before its pictures too, the last one what is
        heard after them.
        """
        first, last = self.played
        begins = start <= first or -EDGE <= start - self.start <= ROUNDING
        ends = end >= last or (self.end is not None and -ROUNDING <= end - self.end <= EDGE)
        return -inf if begins else start, inf if ends else end

    def heard(self, start: float, end: float) -> tuple[float, float]:
        """Return the range of sound in seconds that a span from `start` to `end` stands for.

        Raises MediaError if the span lies outside the file.
        """
        first, last = self.played if self.played[1] > self.played[0] else (self.played[0], inf)
        if start >= last or end <= first:
            raise MediaError("nothing is heard in this span: it lies outside the video")
        low, high = self.reach(start, end)
        return max(low, first), min(high, last)


def timing(video: str) -> Timing:
    """Return the timing of a file from its header, without decoding. Raises OpenError."""
    with open_container(video) as container:
        stream = leading_stream(container)
        rate = _rate(stream) if isinstance(stream, VideoStream) else None
        start, end = stated = stated_range(container, stream)
        timecode, reel = (_tag(container, name) for name in ("timecode", "reel_name"))
        title = container.metadata.get("title", "")
        played = played_range(container, stream, stated)
        return Timing(start, end, rate, timecode, reel, title, played)


def has_pictures(video: str) -> bool:
    """Return whether a file has a video stream, other than cover art. Raises OpenError."""
    with open_container(video) as container:
        return isinstance(leading_stream(container), VideoStream)


def stated_length(video: str) -> float | None:
    """Return the length of a local file in seconds from its header; None if it is not stated.

    Takes milliseconds. Raises OpenError.
    """
    if local_path(video) is None or not seekable(video):
        return None
    with open_container(video, quick=True) as container:
        if is_estimated(container):  # an exact value would need the whole file to be read
            return None
        start, end = stated_range(container, leading_stream(container))
        return end - start or None


def is_cut_off(video: str) -> bool:
    """Return whether a file ends before its stated end; False if no end is stated.

    Reads only the packets near the stated end, and decodes nothing. Always False for a pipe, where
    this cannot be checked.
    """
    if not seekable(video):
        return False
    with open_container(video) as container:
        stream = leading_stream(container)
        start, end = played_range(container, stream, stated_range(container, stream))
        if end <= start:
            return False
        with suppress(av.FFmpegError):
            container.seek(round(max(end - LAST, start) * av.time_base))
        return is_truncated(float(last_packet_end(container)), end, start)


def is_truncated(reached: float, stated: float, start: float = 0.0) -> bool:
    """Return whether a file that ends at `reached` falls short of its `stated` end (seconds)."""
    return stated - reached > max(MISSING, MISSING_SHARE * (stated - start))


def standard_rate(rate: Fraction) -> Fraction:
    """Return the standard frame rate nearest to a rounded or measured one, else `rate` itself."""
    nearest = min(STANDARD, key=lambda known: abs(known - rate))
    return nearest if abs(nearest - rate) <= NEAR * nearest else rate


def _rate(stream: VideoStream) -> Fraction | None:
    """Return the stream's rate if its average is standard or agrees with FFmpeg's guess."""
    average = standard_rate(stream.average_rate or stream.guessed_rate or Fraction(0))
    guess = standard_rate(stream.guessed_rate or average)
    if average in STANDARD or abs(average - guess) > STEADY * guess:
        return average if average in STANDARD else None
    return guess or None


def _tag(container: InputContainer, name: str) -> str | None:
    """Return the first value of a tag (case-insensitive) in the streams, then in the container."""
    for tags in (*(stream.metadata for stream in container.streams), container.metadata):
        for key, value in tags.items():
            if key.lower() == name:
                return value
    return None
