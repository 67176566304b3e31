"""What readers of chapters are told beside the text, and how they read times."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

_CLOCK = re.compile(r"(?:(?:(\d{1,9}):)?(\d{1,9}):)?(\d{1,12}(?:[.,]\d+)?)")


@dataclass(frozen=True)
class Context:
    """What a reader may need to know; see `vtk.chapter_files.read`."""

    language: str | None = None
    duration: float | None = None  # seconds
    rate: Fraction | None = None  # frames per second
    tell: Callable[[str], object] = lambda remark: None  # takes what was left out or guessed


def seconds(text: str) -> float:
    """Parse ``1:02:03.456``, ``62:03,456`` or ``3723.456``, in seconds. Raises ValueError."""
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise ValueError(f"not a time: {text.strip()[:40]!r}")
    hours, minutes, rest = match.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(rest.replace(",", "."))
