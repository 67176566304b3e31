"""The times of spans as editors and players count them: frames, timecodes, time from the start.

Timecodes follow SMPTE ST 12-1: two digits each for hours, minutes, seconds and frames. At 29.97
and 59.94 frames per second, timecodes that count every frame fall behind the clock; drop-frame
timecodes, written with a semicolon, skip the first two (four) frame numbers of every minute except
each tenth.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from vtk.errors import MediaError, OpenError, UsageError
from vtk.media.container.timing import Timing, standard_rate, timing

log = logging.getLogger("vtk")

FASTEST = 99  # highest frame rate (frames per second) that two digits can count
_TIMECODE = re.compile(r"(\d\d?):(\d\d):(\d\d)([:;.])(\d\d)")


@dataclass(frozen=True)
class FrameClock:
    """How the frames of a video are numbered and labelled with timecodes."""

    rate: Fraction  # frames per second
    drop: bool  # whether timecodes are drop-frame
    first: int  # number of the first frame, from the start timecode of the file
    timing: Timing

    def frame(self, seconds: float) -> int:
        """The number of the frame whose start is nearest to a time of the video."""
        return self.first + max(0, round((seconds - self.timing.start) * float(self.rate)))

    def timecode(self, frame: int) -> str:
        """The timecode of a frame number; it wraps around after 24 hours."""
        return timecode(frame, self.rate, self.drop)


def timings(*, needed: bool) -> Callable[[str], Timing]:
    """Return a function that gives the timing of a video and caches it for the latest video.

    For a video that does not open the function raises OpenError; if the timing is not `needed`, it
    logs a warning instead, and times count from 0.
    """

    @lru_cache(maxsize=1)
    def known(video: str) -> Timing:
        try:
            return timing(video)
        except OpenError as error:
            if needed:
                raise
            log.warning("%s: %s; its times count from 0", video, error)
            return Timing()

    return known


def counts(rate: Fraction | None, drop: bool | None = None) -> Callable[[str], FrameClock]:
    """Return a function that gives the frame clock of a video.

    `rate` defaults to the rate of the file. `drop` defaults to that of the start timecode of the
    file, or without one, to drop-frame wherever the rate has it. The function raises OpenError, and
    MediaError for a video whose rate is unknown or has no timecodes.
    """
    if drop and rate and not has_drop_frames(rate):
        raise UsageError("drop-frame timecodes exist only at 29.97 and 59.94 frames per second")
    known = timings(needed=rate is None)

    @lru_cache(maxsize=1)
    def count(video: str) -> FrameClock:
        about = known(video)
        used = rate or about.rate
        if used is None:
            raise MediaError("its frame rate varies: give the rate of the edit with --rate")
        if not 1 <= round(used) <= FASTEST:
            raise MediaError(
                f"there are no timecodes at {float(used):g} frames per second: give a --rate"
            )
        match = _TIMECODE.fullmatch(about.timecode or "")
        dropping = has_drop_frames(used) and (
            match is None or match[4] != ":" if drop is None else drop
        )
        return FrameClock(used, dropping, _number(match, used) if match else 0, about)

    return count


def has_drop_frames(rate: Fraction) -> bool:
    """Whether drop-frame timecodes exist for a frame rate."""
    return rate.denominator == 1001 and round(rate) in (30, 60)


def timecode(frame: int, rate: Fraction, drop: bool) -> str:
    """The timecode of a frame counted from 0: ``01:00:00:00``, drop-frame ``01:00:00;00``."""
    nominal = round(rate)
    left_out = nominal // 15 if drop else 0
    minute = 60 * nominal - left_out
    ten = 10 * minute + left_out
    frame %= 144 * ten
    tens, rest = divmod(frame, ten)
    frame += left_out * (9 * tens + max(0, (rest - left_out) // minute))
    seconds, frames = divmod(frame, nominal)
    minutes, second = divmod(seconds, 60)
    mark = ";" if drop else ":"
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{mark}{frames:02d}"


def _number(match: re.Match[str], rate: Fraction) -> int:
    """The frame number of a timecode."""
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3])
    minutes += 60 * hours
    nominal = round(rate)
    left_out = (
        nominal // 15 * (minutes - minutes // 10)
        if match[4] != ":" and has_drop_frames(rate)
        else 0
    )
    return (60 * minutes + seconds) * nominal + int(match[5]) - left_out


def parse_rate(text: str | None) -> Fraction | None:
    """Parse a frame rate such as ``25``, ``29.97`` or ``30000/1001``. Raises UsageError."""
    if text is None:
        return None
    try:
        rate = standard_rate(Fraction(text))
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= FASTEST:
        raise UsageError(f"not a frame rate from 1 to {FASTEST}: {text!r}; write 25 or 30000/1001")
    return rate


def stamp(seconds: float) -> str:
    """Format seconds as ``01:02:03.456``; negative times become 0."""
    minutes, rest = divmod(max(0, round(seconds * 1000)), 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
