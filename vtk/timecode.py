"""Timecodes, which count frames.

They follow SMPTE ST 12-1: two digits each for hours, minutes, seconds and frames. At 29.97 and
59.94 frames per second, timecodes that count every frame fall behind the clock; drop-frame
timecodes, written with a semicolon, skip the first two (four) frame numbers of every minute except
each tenth.
"""

import re
from fractions import Fraction

TIMECODE = re.compile(r"(\d\d?):(\d\d):(\d\d)([:;.])(\d\d)")


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


def frame_number(code: str, rate: Fraction) -> int:
    """The frame number of a timecode, as TIMECODE describes it. Raises ValueError for others."""
    match = TIMECODE.fullmatch(code)
    if match is None:
        raise ValueError(f"not a timecode: {code!r}")
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3])
    minutes += 60 * hours
    nominal = round(rate)
    left_out = (
        nominal // 15 * (minutes - minutes // 10)
        if match[4] != ":" and has_drop_frames(rate)
        else 0
    )
    return (60 * minutes + seconds) * nominal + int(match[5]) - left_out
