"""The times of spans as editors and players count them: frames, timecodes, time from the start."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from vtk.errors import MediaError, OpenError, UsageError
from vtk.media.container.timing import Timing, has_pictures, standard_rate, timing
from vtk.timecode import TIMECODE, frame_number, has_drop_frames, timecode

log = logging.getLogger("vtk")

KEPT = 512  # videos; results of a search go back and forth between them
FASTEST = 99  # highest frame rate (frames per second) that two digits can count


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
    """Return a function that gives the timing of a video, which it keeps for the latest KEPT.

    For a video that does not open the function raises OpenError; if the timing is not `needed`, it
    logs a warning instead, and times count from 0.
    """

    @lru_cache(maxsize=KEPT)
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

    @lru_cache(maxsize=KEPT)
    def count(video: str) -> FrameClock:
        about = known(video)
        used = rate or about.rate
        if used is None:
            fault = "its frame rate varies" if has_pictures(video) else "it has no frame rate"
            raise MediaError(f"{fault}: give the rate of the edit with --rate", whole=True)
        if not 1 <= round(used) <= FASTEST:
            raise MediaError(
                f"there are no timecodes at {float(used):g} frames per second: give a --rate",
                whole=True,
            )
        match = TIMECODE.fullmatch(about.timecode or "")
        dropping = has_drop_frames(used) and (
            match is None or match[4] != ":" if drop is None else drop
        )
        return FrameClock(used, dropping, frame_number(match[0], used) if match else 0, about)

    return count


def same_counts(
    count: Callable[[str], FrameClock], first: str, drop: bool | None
) -> Callable[[str], FrameClock]:
    """Return `count` for a list that counts frames as the video `first` does.

    The frames of a video with another rate are counted at that of the list, with a warning.
    """
    whole = count(first)
    known = counts(whole.rate, whole.drop if drop is None else drop)

    @lru_cache(maxsize=KEPT)
    def counted(video: str) -> FrameClock:
        own = count(video)
        if own.rate != whole.rate:
            log.warning(
                "%s has %g frames per second, and the list counts %g as %s; --rate sets them",
                *(video, float(own.rate), float(whole.rate), first),
            )
        return known(video)

    return counted


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
