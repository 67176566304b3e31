"""slides: chapters begin where the title of the slides changes, and have it as theirs."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from vtk.chapter.joined import joined, ordered
from vtk.chapter.lines import lines_of
from vtk.chapter.mending import mended
from vtk.chapter.model_titles import Usage
from vtk.chapter.naming import titled
from vtk.chapter.slide_titles import slides
from vtk.chapter.starts import places_of
from vtk.chapter.task import Mark, Task
from vtk.chapter.videos import by_video, heard
from vtk.errors import MediaError
from vtk.ocr import ocr
from vtk.pipeline import fill_missing
from vtk.span import Span

log = logging.getLogger("vtk")


def chapters(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield the chapters of each video by its slides, read first where nobody did.

    Starts are put to the nearest place where a chapter may begin, and what breaks the rules of
    `task` is mended (`vtk.chapter.mending`). A video without slides becomes an error record. Raises
    MissingError if they are to be read and cannot be.
    """
    read = fill_missing(source, _is_unread, ocr)
    return by_video(read, task, partial(_of_video, task=task))


def _is_unread(span: Span) -> bool:
    return not any("screen_text" in part for part in (span, *span.get("parts", [])))


def _of_video(spans: list[Span], task: Task) -> list[Span]:
    spans = ordered(spans)
    task = heard(task, spans)
    limits = spans[0].start, max(span.end for span in spans)
    found = slides(spans)
    if not found:
        raise MediaError("no slides are in it: --method text divides it by what is said")
    proposed = [Mark(slide.start, slide.title or None) for slide in found]
    marks, done = mended(proposed, places_of(spans, lines_of(spans), task.snap), limits, task)
    if task.title_by not in (None, "slide"):
        marks = [replace(mark, title=None) for mark in marks]
    marks = titled(spans, marks, task, None, Usage())
    return joined(
        spans, marks, "slides", language=task.guessed, mended=dict(done + Counter()) or None
    )
