"""chapter: join the spans of a video into chapters at changes of topic, each with a title.

The first chapter begins where the video begins, and chapters follow each other without gaps, as
video platforms want them.
"""

from collections.abc import Iterable, Iterator

from vtk.chapter.task import ChapterMethod, Mark, Task
from vtk.methods import Methods
from vtk.span import Span

__all__ = ["METHODS", "ChapterMethod", "Mark", "Task", "chapter"]

METHODS = Methods[ChapterMethod]("chapter")
TITLING = ("llm", "existing")  # methods that ask a model for titles by themselves


def chapter(
    spans: Iterable[Span], task: Task | None = None, *, method: str = "text"
) -> Iterator[Span]:
    """Yield the chapters of every video, as spans with `title`, `score` (0 to 1) and `parts`.

    The spans of a video must be consecutive in `spans`; one video is held in memory at a time.
    Videos whose spans have no text fields are captioned first where the method reads them. Raises
    UsageError for an unknown method, MissingError if it needs a model that `task` does not open.
    """
    task = task or Task()
    found = METHODS.load(method)(spans, task)
    if task.title_by != "model" or method in TITLING:
        return found
    from vtk.chapter.naming import with_model_titles

    return with_model_titles(found, task)
