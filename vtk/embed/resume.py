"""A run of embed that goes on where an earlier one was cut short."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from vtk.errors import VtkError
from vtk.media.video import Video
from vtk.span import Span
from vtk.store.journal import ResumeJournal

Source = tuple[str, str, str | None, bool]  # of vectors: of what, model, SHA-256, pooled

log = logging.getLogger("vtk")


def resumed(spans: Iterable[Span], journal: ResumeJournal, sources: set[Source]) -> Iterator[Span]:
    """Yield the spans, and instead of each its finished record if there is one that fits.

    That is one which has all that the span has, and no vectors of an earlier run but of `sources`.
    What it lacks of these is embedded as for any span. Warns of the first record that does not fit.
    """
    told = False
    for span in spans:
        found = None if span.failed else journal.find(span) or _timed(span, journal)
        if found is None or _fits(found, span, sources):
            yield found or span
            continue
        if not told:
            told = True
            log.warning(
                "%s: this and other finished records were made with another model, option or "
                "input, and are made anew",
                span.fragment,
            )
        yield span


def _timed(span: Span, journal: ResumeJournal) -> Span | None:
    """The finished record of a span that lacked a start or an end, which the record has."""
    if {"start", "end"} <= span.keys():
        return None
    with suppress(VtkError), Video(span.video) as video:
        return journal.find(span.with_times(*video.clamp(span.start, span.end)))
    return None  # what is wrong with the video is told by who embeds it


def _fits(found: Span, span: Span, sources: set[Source]) -> bool:
    before = span.get("made", [])
    new = found.get("made", [])[len(before) :]
    theirs = {
        (each["of"], each["model"], each.get("sha256"), each.get("pooled", False))
        for each in new
        if each["by"] == "vtk embed"
    }
    return theirs <= sources and _has(found, span)


def _has(found: Any, given: Any) -> bool:
    """Whether one value holds all of another: entries may have been added, and vectors of them."""
    if isinstance(given, dict):
        return isinstance(found, dict) and all(
            key in found and (_begins if key in ("made", "embedding") else _has)(found[key], value)
            for key, value in given.items()
        )
    if isinstance(given, list):
        return len(found) == len(given) and all(map(_has, found, given))
    return bool(found == given)


def _begins(found: list[Any], given: list[Any]) -> bool:
    return found[: len(given)] == given
