"""What the progress bar says and how it fits: percent, speed, the time that is left."""

import sys
import time
from collections import deque
from dataclasses import dataclass

WIDEST, NARROWEST = 20, 8  # columns of the bar
SHORTEST = 8  # columns of a cut name that is worth to be there
GAP = "  "
RECENT = 10.0  # seconds over which speed is measured at least; else over the later half of the run


@dataclass
class Facts:
    """What the bar says."""

    share: float | None  # of all, 0 to 1
    speed: str
    lasts: str  # the time that is left, or that it took where that is not known
    amount: str
    name: str  # of the file at work
    of_all: bool = True  # the share; else of that file


class Speed:
    """How fast a share and an amount grow; how a run began is forgotten as it goes on."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._seen: deque[tuple[float, float, float]] = deque()  # time, share, amount

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._begun

    def __call__(self, share: float, amount: float) -> tuple[float, float]:
        """Both as they are now; how much they grow in a second."""
        now, seen = time.monotonic(), self._seen
        if seen and share < seen[-1][1]:  # of the next video
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
    """The line in so many columns at most: what matters less goes first where it is narrow."""
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
    """As much of the end of a name as has room; nothing of it if that is little."""
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
    """Seconds of video in a second: ``3.2x real time``."""
    return f"{_short(speed)}x real time" if speed > 0 else ""


def as_rate(speed: float) -> str:
    """Spans in a second: ``3.2 spans/s``."""
    return f"{_short(speed)} spans/s" if speed > 0 else ""


def _short(number: float) -> str:
    if number < 0.1:
        return f"{number:.1g}"
    return f"{number:,.{0 if number >= 100 else 1 if number >= 1 else 2}f}"


def lasting(seconds: float) -> str:
    """``5 s``, ``12 min``, ``1 h 05 min``."""
    if seconds < 60:
        return f"{int(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
