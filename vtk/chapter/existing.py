"""existing: the chapters that the file has, or a text beside it, checked, snapped and titled."""

import logging
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from vtk.chapter.given import in_video
from vtk.chapter.joined import joined, ordered
from vtk.chapter.lines import lines_of
from vtk.chapter.mending import nearest
from vtk.chapter.model_titles import Usage
from vtk.chapter.naming import titled
from vtk.chapter.starts import places_of
from vtk.chapter.task import Mark, Task
from vtk.chapter.videos import by_video, heard, start_of
from vtk.chapter_files import ChapterList, read
from vtk.errors import MediaError
from vtk.span import Span, local_path
from vtk.times import rounded

log = logging.getLogger("vtk")

# Beside talk.mp4: talk.chapters.txt and so on, then what yt-dlp writes, then show notes.
LISTS = ("txt", "xml", "json", "vtt", "ffmeta", "csv", "cue")
BESIDE = (*(f".chapters.{ending}" for ending in LISTS), ".description", ".shownotes.md", ".md")
REACH = 1.5  # seconds to the next place where a chapter may begin, within which it is put there
# A title that only counts, as programs give it where nobody did: Chapter 3, 00:12:00.000.
COUNTED = re.compile(r"\W*(?:(?:chapter|kapitel|chapitre|part|track)\W*)?[\d:.]*\W*", re.I)


def chapters(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield the chapters that each video has: in the file, or in a text beside it (BESIDE).

    One within REACH of a place where a chapter may begin is put there; what has no title gets one.
    `made` names the text, and counts under `mended` what was `outside` of the video, `unordered`
    or `repeated`, and how many were `snapped`. A video without chapters becomes an error record.
    """
    return by_video(source, task, partial(_of_video, task=task), wordless=True)


def _of_video(spans: list[Span], task: Task) -> list[Span]:
    spans = ordered(spans)
    task = heard(task, spans)
    limits = spans[0].start, max(span.end for span in spans)
    found, beside = _found(spans[0].video, limits[1], task.language)
    zero = start_of(spans[0].video) if beside else 0.0
    for remark in found.remarks:
        log.warning("%s: %s", beside or spans[0].video, remark)
    listed = [
        Mark(
            rounded(chapter.start + zero),
            None if COUNTED.fullmatch(chapter.title) else chapter.title,
            level=min(chapter.level, 2),
        )
        for chapter in found.chapters
    ]
    marks, done = in_video([m for m in listed if m.level <= task.levels], limits)
    places = places_of(spans, lines_of(spans), task.snap)
    snapped = [_snapped(mark, places) for mark in marks]
    if len({m.start for m in snapped if m.level == 1}) == sum(m.level == 1 for m in marks):
        done["snapped"] = sum(a.start != b.start for a, b in zip(marks, snapped, strict=True))
        marks = snapped
    marks = titled(spans, marks, task, None, Usage())
    told = {"file": Path(beside).name} if beside else {}
    return joined(
        spans, marks, "existing", language=task.guessed, **told, mended=dict(+done) or None
    )


def _snapped(mark: Mark, places: list[float]) -> Mark:
    place = nearest(places, mark.start)
    return replace(mark, start=place) if abs(place - mark.start) <= REACH else mark


def _found(video: str, seconds: float, language: str | None) -> tuple[ChapterList, str | None]:
    """The chapters of a file, else of the first text beside it that has some, with its path."""
    own = read(video, language=language)
    if own.chapters:
        return own, None
    path = local_path(video)
    stem = os.path.splitext(path)[0] if path else ""
    for text in (stem + ending for ending in BESIDE if stem and os.path.isfile(stem + ending)):
        try:
            return read(text, language=language, duration=seconds), text
        except MediaError as error:
            log.warning("%s: %s", text, error)
    beside = ", ".join(f"*{ending}" for ending in (".chapters.txt", ".description", ".md"))
    raise MediaError(f"no chapters are in it, nor in a text beside it ({beside})")
