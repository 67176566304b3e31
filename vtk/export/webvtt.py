"""Spans as cues of a WebVTT file (https://www.w3.org/TR/webvtt1/): chapters or captions."""

import html
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from vtk.export.clock import timings
from vtk.export.files import TextFormat, label, one_line
from vtk.media.container.timing import Timing
from vtk.span import Span
from vtk.times import stamp

SHORTEST = 0.001  # least seconds of a cue, which must end after it starts


def webvtt(field: str | None = None) -> TextFormat:
    """The WebVTT format: one cue for each span.

    The text is that of `field`; without `field` it is the title, caption or summary, or else kind
    and number. A field with timed texts (speech, events) gives one cue per text. Times count from
    the first frame of the video, as in a player.
    """
    known = timings(needed=False)
    text = partial(_text, known, field)
    return TextFormat("webvtt", "vtt", text, lambda span: known(span.video))


def _text(
    known: Callable[[str], Timing], field: str | None, spans: Iterator[Span]
) -> Iterator[str]:
    yield "WEBVTT\n"
    latest: list[tuple[float, float, str]] = []
    for span in spans:
        zero = known(span.video).start
        found = list(_cues(span, field))
        fresh = [cue for cue in found if cue not in latest]  # speech across a cut is in two shots
        latest = found
        for start, end, text in fresh:
            low = round(max(0.0, start - zero), 3)
            times = f"{stamp(low)} --> {stamp(max(end - zero, low + SHORTEST))}"
            yield f"\n{times}\n{text}\n"


def _cues(span: Span, field: str | None) -> Iterator[tuple[float, float, str]]:
    """Start, end and escaped text of each cue of a span."""
    known: Any = label(span) if field is None else span.get(field)
    timed = known if isinstance(known, list) else [{"text": known}]
    for entry in timed:
        if isinstance(entry, dict) and isinstance(entry.get("text"), str):
            lines = [one_line(part) for part in entry["text"].splitlines()]
            # Without ">" there can be no "-->", which would begin another cue.
            text = html.escape("\n".join(part for part in lines if part), quote=False)
            start = entry.get("start", entry.get("t", span.start))
            if text and isinstance(start, int | float):
                yield start, max(start, _end(entry, span)), text


def _end(entry: dict[str, Any], span: Span) -> float:
    end = entry.get("end", span.end)
    return end if isinstance(end, int | float) else span.end
