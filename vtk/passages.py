"""The texts of a span as passages, each with its own time range."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from vtk.entries import Facts, KeyframeEntry, SentenceEntry, SpeechEntry, TextEntry
from vtk.span import Span, within
from vtk.text import contains, join_texts


class Passage(NamedTuple):
    """A text of a span with its half-open time range in seconds.

    `source` is one of speech, screen_text, caption, title, summary.
    """

    text: str
    start: float
    end: float
    source: str


# The fields that hold text. An empty field means that the span was examined and has no text.
WORDS = ("caption", "title", "summary", "speech", "screen_text", "evidence")


def was_examined(span: Span) -> bool:
    """Whether any stage looked for text in the span or in its parts, even if it found none."""
    return any(key in stretch for stretch in with_parts(span) for key in WORDS)


def passages(span: Span) -> list[Passage]:
    """Return all texts of a span, each with the most precise time range known.

    What is measured of the pictures (``facts.picture``) is no text, and a caption that only quotes
    the speech counts once, as speech. Text read in a single frame is assigned the times that are
    nearer to it than to any other frame that was examined.
    """
    speech = _Speech(span.get("speech", []))
    found = [passage for stretch in with_parts(span) for passage in _told(stretch, speech)]
    for key, source in (("speech", "speech"), ("evidence", "caption")):
        for entry in span.get(key, []):
            start, end = entry["start"], max(entry["start"], entry["end"])
            found.append(Passage(entry["text"], start, end, entry.get("source", source)))
    found += _written(span)
    seen = dict.fromkeys(passage for passage in found if passage.text.strip())
    return sorted(seen, key=itemgetter(1, 2))  # by start and end


def with_parts(span: Span) -> Iterator[Span]:
    """Yield the span and, recursively, the spans that were joined into it."""
    yield span
    for part in span.get("parts", []):
        yield from with_parts(Span({**part, "video": span.video}))


class _Speech:
    """The speech of a span, indexed for repeated lookups by time range."""

    def __init__(self, entries: list[SpeechEntry]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry["start"])
        self.starts = [entry["start"] for entry in self.entries]
        self.longest = max((entry["end"] - entry["start"] for entry in entries), default=0)

    def within(self, start: float, end: float) -> str:
        """Return the speech from `start` to `end` seconds."""
        first = bisect_left(self.starts, start - self.longest)
        near = self.entries[first : bisect_left(self.starts, end)]
        return join_texts(entry["text"] for entry in near if within(entry, start, end))


def _told(span: Span, speech: _Speech) -> Iterator[Passage]:
    """Yield the title, summary and caption of a span or a part of one."""
    if title := span.get("title"):
        yield Passage(title, span.start, span.end, "title")
    sentences: list[SentenceEntry] = span.get("sentences", [])
    if sentences:
        yield from (Passage(s["text"], s["start"], s["end"], "summary") for s in sentences)
    elif summary := span.get("summary"):
        yield Passage(summary, span.start, span.end, "summary")
    caption = None if measured_caption(span) else span.get("caption")
    said = speech.within(span.start, span.end) if caption else ""
    if caption and not (said and contains(said, caption)):
        yield Passage(caption, span.start, span.end, "caption")


def measured_caption(span: Span) -> str | None:
    """Return the measurement sentence if the caption contains it, or if there is no caption."""
    facts: Facts | None = span.get("facts")
    picture = facts.get("picture") if facts else None
    if not picture:
        return None
    return picture if contains(span.get("caption") or picture, picture) else None


def _written(span: Span) -> Iterator[Passage]:
    entries: list[TextEntry] = span.get("screen_text", [])
    if not entries:
        return
    keyframes: list[KeyframeEntry] = span.get("keyframes", [])
    read = {entry["t"] for entry in entries if "start" not in entry}
    frames = sorted(read | {keyframe["t"] for keyframe in keyframes})
    edges = [span.start, *((a + b) / 2 for a, b in pairwise(frames)), span.end]
    cells = {t: (min(a, t), max(b, t)) for t, (a, b) in zip(frames, pairwise(edges), strict=False)}
    for entry in entries:
        known = (entry["start"], entry["end"]) if "start" in entry else cells[entry["t"]]
        yield Passage(entry["text"], *known, "screen_text")
