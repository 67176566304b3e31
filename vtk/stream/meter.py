"""The text of the progress bar, fitted to the terminal: percentage, speed, time left."""

import sys
import time
from collections import deque
from dataclasses import dataclass

WIDEST, NARROWEST = 20, 8  # columns of the bar
SHORTEST = 8  # least columns for a truncated name to be shown
GAP = "  "
RECENT = 10.0  # seconds over which speed is measured, or over the last half of the run if longer


@dataclass
class Facts:
    """The contents of the progress bar."""

    share: float | None  # share done, 0 to 1
    speed: str
    lasts: str  # time left, or time elapsed if that is unknown
    amount: str
    name: str  # name of the current file
    of_all: bool = True  # whether `share` is of all the work; else of the current file


class Speed:
    """Measures how fast a share and an amount grow, over the recent part of the run."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._seen: deque[tuple[float, float, float]] = deque()  # time, share, amount

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._begun

    def __call__(self, share: float, amount: float) -> tuple[float, float]:
        """Record the current share and amount; return how much each grows per second."""
        now, seen = time.monotonic(), self._seen
        if seen and share < seen[-1][1]:  # the next video has begun
            seen.clear()
        if not seen or now - seen[-1][0] >= (now - self._begun) / 200:
            seen.append((now, share, amount))
        since = now - max(RECENT, (now - self._begun) / 2)
        while len(seen) > 1 and seen[1][0] <= since:
            seen.popleft()
        then, share_then, amount_then = seen[0]
        if now <= then:
            return 0.0, 0.0
        return (share - share_then) / (now - then), (amount - amount_then) / (now - then)


def fit_columns(head: str, facts: Facts, columns: int) -> str:
    """Format the bar in at most `columns` columns, dropping the less important parts first."""
    from rich.cells import cell_len, set_cell_size

    percent = "" if facts.share is None else f"{min(int(facts.share * 100), 99):2}%"
    room = columns + len(GAP)
    shown = []
    for part in (head, percent, facts.lasts, facts.speed, facts.amount):
        fits = part and len(part) + len(GAP) <= room
        shown.append(part if fits else "")
        room -= len(part) + len(GAP) if fits else 0
    head, percent, lasts, speed, amount = shown
    bar = ""
    width = min(WIDEST, columns // 7)
    if percent and width >= NARROWEST and width + len(GAP) <= room:
        bar = _bar(facts.share or 0.0, width)
        room -= width + len(GAP)
    between = GAP if facts.of_all or not percent else " of "
    name = _end(facts.name, room - len(between))
    if between != GAP and name:
        percent, name = f"{percent}{between}{name}", ""
    text = GAP.join(part for part in (head, bar, percent, speed, lasts, amount, name) if part)
    return text if cell_len(text) <= columns else set_cell_size(text, columns)


def _end(name: str, columns: int) -> str:
    """Return as much of the end of a name as fits; "" if that would be too little."""
    from rich.cells import cell_len

    if cell_len(name) <= columns:
        return name
    if columns < SHORTEST:
        return ""
    while cell_len(name) >= columns:
        name = name[1:]
    return f"…{name}"


def _bar(share: float, width: int) -> str:
    full, empty = "━─" if (sys.stderr.encoding or "").lower().startswith("utf") else "#-"
    filled = min(int(share * width), width)
    return full * filled + empty * (width - filled)


def as_times(speed: float) -> str:
    """Format a speed in seconds of video per second: ``3.2x real time``."""
    return f"{_short(speed)}x real time" if speed > 0 else ""


def as_rate(speed: float) -> str:
    """Format a speed in spans per second: ``3.2 spans/s``."""
    return f"{_short(speed)} spans/s" if speed > 0 else ""


def _short(number: float) -> str:
    if number < 0.1:
        return f"{number:.1g}"
    return f"{number:,.{0 if number >= 100 else 1 if number >= 1 else 2}f}"


def lasting(seconds: float) -> str:
    """Format a duration as ``5 s``, ``12 min`` or ``1 h 05 min``."""
    if seconds < 60:
        return f"{int(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
