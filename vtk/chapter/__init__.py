"""chapter: join the spans of a video into chapters at changes of topic, each with a title.

The first chapter begins where the video begins, and chapters follow each other without gaps, as
video platforms want them.
"""

from collections.abc import Iterable, Iterator

from vtk.chapter.task import ChapterMethod, Mark, Task
from vtk.methods import Methods
from vtk.span import Span
from vtk.videos import Errors, takes_videos

__all__ = ["METHODS", "ChapterMethod", "Mark", "Task", "chapter"]

METHODS = Methods[ChapterMethod]("chapter")
TITLING = ("llm", "existing")  # methods that ask a model for titles by themselves


@takes_videos
def chapter(
    spans: Iterable[Span],
    task: Task | None = None,
    *,
    method: str = "text",
    errors: Errors = "record",
) -> Iterator[Span]:
    """Yield the chapters of every video, as spans with `title`, `score` (0 to 1) and `parts`.

    The spans of a video must be consecutive in `spans`; one video is held in memory at a time.
    Videos whose spans have no text fields are captioned first where the method reads them. Where
    `task` gives boundaries or titles, only the others are found (`vtk.chapter.given`). Raises
    UsageError for an unknown method, MissingError if it needs a model that `task` does not open.
    """
    task = task or Task()
    found = METHODS.load(method)
    if task.at or task.titles:
        from vtk.chapter.given import chapters

        own = method == "llm" and (task.titles or task.title_by is None)
        return chapters(spans, task, asks=bool(own) or (bool(task.at) and task.title_by == "model"))
    if task.title_by != "model" or method in TITLING:
        return found(spans, task)
    from vtk.chapter.naming import with_model_titles

    return with_model_titles(found(spans, task), task)
