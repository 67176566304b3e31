"""Slides as OCR reads them: when each is shown, and the title of one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vtk.entries import TextEntry
from vtk.span import Span
from vtk.text import comparison_key, words

ROLES = ("slide", "title")  # of lines that belong to a slide
TALLER = 1.15  # a title is so much taller than the lines below it, unless it stands above all
TOP = 0.45  # a title stands in this part of the picture, from above
NOTHING = re.compile(r"^\W*(?:\d+\W*)+$|https?://|www\.|@\w", re.I)  # numbers and addresses
NUMBERED = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.):]?|[•‣▪●–—*-])\s+")


@dataclass(frozen=True)
class Slide:
    """A slide with its lines from above, and its title, which may be empty; times in seconds."""

    start: float
    lines: tuple[TextEntry, ...]
    title: str


def slides(spans: Sequence[Span]) -> list[Slide]:
    """Return the slides of a video in order: a new one begins where most lines change.

    A slide that is built up line by line, or whose title stays, is one.
    """
    lines = {(e["start"], e["text"]): e for span in spans for e in _lines(span)}
    found: list[Slide] = []
    shown: list[TextEntry] = []
    for time in sorted({start for start, _ in lines}):
        fresh = [e for (start, _), e in lines.items() if start == time]
        staying = [e for e in shown if e["end"] > time + 0.5]
        now = [*staying, *fresh]
        title = title_of(now)
        same = bool(found) and bool(staying) and 2 * len(staying) >= len(shown)
        same = same or bool(found and title and _key(title) == _key(found[-1].title))
        if same:
            found[-1] = Slide(found[-1].start, tuple(now), found[-1].title or title)
        else:
            found.append(Slide(time, tuple(now), title))
        shown = now
    return found


def slide_title(chapter: Sequence[Span]) -> str:
    """Return the title of the first slide of a chapter that has one; empty if none has."""
    return next((slide.title for slide in slides(chapter) if slide.title), "")


def title_of(lines: Sequence[TextEntry]) -> str:
    """Return the title of a slide: the tallest line in its upper part, on the whole; or empty."""
    placed = [e for e in lines if "box" in e and not NOTHING.search(e["text"]) and words(e["text"])]
    if not placed:
        return ""
    best = max(
        placed, key=lambda e: (_height(e) * (1.2 if e["box"][1] < TOP else 1.0), -e["box"][1])
    )
    others = [e for e in placed if e is not best]
    above = all(e["box"][1] >= best["box"][1] for e in others)
    if others and not above and _height(best) < TALLER * max(map(_height, others)):
        return ""
    # A title of two lines of one height, one below the other.
    below = [
        e
        for e in others
        if abs(_height(e) - _height(best)) < 0.1 * _height(best)
        and 0 < e["box"][1] - best["box"][1] < 1.8 * _height(best)
        and _height(best) > TALLER * min(map(_height, others))
    ]
    text = " ".join([best["text"], *(e["text"] for e in below[:1])])
    return NUMBERED.sub("", " ".join(text.split())).strip(" :;,-–—")


def _lines(span: Span) -> Iterator[TextEntry]:
    for entry in span.get("screen_text", []):
        if entry.get("role", "slide") in ROLES:
            timed = entry.copy()
            timed["start"] = entry.get("start", entry.get("t", span.start))
            timed["end"] = entry.get("end", span.end)
            yield timed


def _height(entry: TextEntry) -> float:
    return entry["box"][3] - entry["box"][1]


def _key(title: str) -> str:
    return comparison_key(title)
