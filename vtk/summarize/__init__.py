"""summarize: what a video, or each of its chapters, says, in a few sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from vtk.methods import Methods
from vtk.span import Span
from vtk.summarize.task import SummaryMethod, Task
from vtk.videos import Errors, takes_videos

if TYPE_CHECKING:
    from vtk.store.journal import ResumeJournal

__all__ = ["METHODS", "SummaryMethod", "Task", "summarize"]

METHODS = Methods[SummaryMethod]("summarize")


@takes_videos
def summarize(
    spans: Iterable[Span],
    task: Task | None = None,
    *,
    method: str = "extract",
    journal: "ResumeJournal | None" = None,
    errors: Errors = "record",
) -> Iterator[Span]:
    """Yield one span per video with `summary` and its `sentences`, or by chapter each chapter so.

    Each sentence has `start`, `end`, and in `cites` what of the video it rests on. The spans of a
    video must be consecutive in `spans`; one video is held in memory at a time. Titles of chapters
    are kept in `parts`. Videos whose spans have no text fields are captioned first. `journal` has
    answers of a model from an earlier run. Raises UsageError for an unknown method, MissingError if
    it needs a model that `task` does not open.
    """
    sum_up = METHODS.load(method)
    task = task or Task()
    return sum_up(spans, task if journal is None else replace(task, journal=journal))
