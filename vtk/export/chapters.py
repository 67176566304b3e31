"""Spans as chapters: in a text for other programs, or in copies of their videos."""

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

from vtk.chapter import chapter
from vtk.chapter_files import FORMATS, Chapter, Format
from vtk.export.clock import timings
from vtk.export.copies import Copies
from vtk.export.files import TextFormat, label
from vtk.media.chapter_copy import copy_with_chapters
from vtk.media.container.timing import Timing
from vtk.pipeline import fill_missing
from vtk.span import Span

log = logging.getLogger("vtk")

GAP = 1.0  # least seconds between chapters that are told where a format states no ends


def with_chapters(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, whole videos divided into chapters with the defaults."""
    return fill_missing(
        spans, lambda span: span.is_whole_video or not {"start", "end"} <= span.keys(), chapter
    )


def chapters(form: str = "description") -> TextFormat:
    """A format of chapters, a name in FORMATS: one chapter for each span of a video.

    The title is the title, caption or summary of the span, else its kind and number; sections
    among its `parts` are kept by formats that have them. Times count from the first picture of
    the video, as in a player. What the format loses, or its readers would refuse, is warned of.
    Holds the chapters of one video in memory. Raises UsageError for an unknown format.
    """
    wanted = FORMATS.load(form)
    known = timings(needed=False)
    return TextFormat(
        "chapters",
        wanted.ending,
        partial(_text, known, form, wanted),
        lambda span: known(span.video),
        prepare=with_chapters,
    )


def embedded_chapters(replace: bool = False) -> Copies:
    """Copies of videos with a chapter for each span.

    `replace` allows the chapters that a video has already to be replaced.
    """

    def copy(group: list[Span], target: Path) -> None:
        found = list(told_chapters(group, 0.0))
        _tell_sections(found, "the list in a file")
        copy_with_chapters(group[0].video, _outer(found), target, replace=replace)

    return Copies(copy)


def told_chapters(spans: Iterable[Span], zero: float) -> Iterator[Chapter]:
    """Yield a chapter for each span, and its sections, with times counted from `zero` seconds."""
    for span in spans:
        low, high = max(0.0, span.start - zero), max(0.0, span.end - zero)
        yield Chapter(low, label(span), high, span.get("url"), span.get("image"))
        for part in span.get("parts", []):
            if part.get("kind") == "section":
                section = Span({**part, "video": span.video})
                start, end = max(0.0, section.start - zero), max(0.0, section.end - zero)
                yield Chapter(start, label(section), end, level=2)


def _text(
    known: Callable[[str], Timing], form: str, wanted: Format, spans: Iterator[Span]
) -> Iterator[str]:
    group = list(spans)
    name = Path(group[0].video).name if group else ""
    found = list(told_chapters(group, known(group[0].video).start if group else 0.0))
    if not wanted.levels:
        _tell_sections(found, form)
        found = _outer(found)
    if group:
        _tell_faults(group[0].video, form, wanted, found)
    yield from wanted.text(found, name)


def _outer(found: list[Chapter]) -> list[Chapter]:
    return [chapter for chapter in found if chapter.level == 1]


def _tell_sections(found: list[Chapter], form: str) -> None:
    if inner := len(found) - len(_outer(found)):
        many = "1 section" if inner == 1 else f"{inner} sections"
        log.warning("left out %s: %s has one level", many, form)


def _tell_faults(video: str, form: str, wanted: Format, found: list[Chapter]) -> None:
    """Warn of what readers of the format would not take, or would take otherwise."""
    for fault in wanted.faults(found):
        log.warning("%s: %s", video, fault)
    if any(two.start < one.start for one, two in pairwise(found)):
        log.warning("%s: the chapters are not in order of time", video)
    elif not wanted.ends and any(
        one.end is not None and two.start - one.end >= GAP for one, two in pairwise(found)
    ):
        log.warning("%s: there are gaps between chapters, which %s cannot tell", video, form)
