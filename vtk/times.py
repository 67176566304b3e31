"""Parse and format durations (``90s``, ``1m30s``, ``1:30``) and clock times.

Inside vtk a time is a float in seconds, rounded to microseconds where it enters a record.
"""

import math
import re

from vtk.errors import UsageError

SHORTEST = 0.001  # seconds
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_UNIT_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|min|s|m|h)")
# The normal play time of RFC 2326, as used by W3C Media Fragments 1.0, section 4.2.1.
_CLOCK = re.compile(r"(?:(?:(\d+):)?([0-5]?\d):)?(\d+(?:\.\d*)?)")


def rounded(seconds: float) -> float:
    """Round seconds to microseconds, the precision of ``start`` and ``end``."""
    return round(seconds, 6) + 0.0  # + 0.0 turns -0.0 into 0.0


def parse_clock(text: str) -> float:
    """Parse ``12.5``, ``1:30`` or ``1:02:03.5`` to seconds. Raises ValueError."""
    text = text.strip()
    sign = -1 if text.startswith("-") else 1
    match = _CLOCK.fullmatch(text.removeprefix("-"))
    if not match:
        raise ValueError(f"not a time: {text!r}")
    hours, minutes, seconds = match.groups()
    if minutes is not None and float(seconds) >= 60:
        raise ValueError(f"not a time: {text!r}")
    return sign * (int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds))


def parse_duration(text: str) -> float:
    """Parse ``30s``, ``1m30s``, ``500ms``, ``1:30`` or plain ``30`` to seconds.

    Raises UsageError if the text is not a duration, or is under SHORTEST or infinite.
    """
    text = text.strip()
    parts = _UNIT_PART.findall(text)
    try:
        if parts and "".join(number + unit for number, unit in parts) == text:
            seconds = sum(float(number) * UNITS[unit] for number, unit in parts)
        else:
            seconds = parse_clock(text)
    except ValueError:
        raise UsageError(f"not a duration: {text!r}; write 30s, 1m30s or 1:30") from None
    if not SHORTEST <= seconds < math.inf:
        raise UsageError(f"a duration must be at least {SHORTEST} s and finite, not {text[:40]!r}")
    return seconds


def clock(seconds: float, *, decimals: int = 0) -> str:
    """Format seconds as ``1:02:03`` or ``2:03``, rounded down to the decimals shown."""
    scale = 10**decimals
    ticks = int(max(seconds, 0.0) * scale + 1e-6)
    whole, fraction = divmod(ticks, scale)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
    return f"{text}.{fraction:0{decimals}d}" if decimals else text


def stamp(seconds: float) -> str:
    """Format seconds as ``01:02:03.456``; negative times become 0."""
    minutes, rest = divmod(max(0, round(seconds * 1000)), 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
