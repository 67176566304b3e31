"""ground: find the exact moments that answer queries."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from vtk.ground.scores import SCORED, no_scores
from vtk.ground.task import GroundingMethod, Task, Wanted, read_queries
from vtk.methods import Methods
from vtk.models.openers import Openers
from vtk.query import Query
from vtk.span import Span
from vtk.store.collection import EVERYTHING
from vtk.videos import Errors, takes_videos

__all__ = ["METHODS", "GroundingMethod", "Task", "Wanted", "ground", "read_queries"]

log = logging.getLogger("vtk")

METHODS = Methods[GroundingMethod]("ground")


@takes_videos
def ground(
    spans: Iterable[Span],
    query: str | Wanted | Sequence[str | Wanted] = (),
    *,
    method: str = "density",
    n: int = 5,
    threshold: float | None = None,
    min_length: float = 0.0,
    max_length: float = 120.0,
    language: str | None = None,
    models: Openers | None = None,
    looks: int | None = None,
    scores: bool = False,
    errors: Errors = "record",
) -> Iterator[Span]:
    """Yield the best `n` moments for each query (0: all) over all videos, best first.

    The method `highlights` takes no query, and gives the best `n` of each video.

    Each has `score` (0 to 1), `rank`, `query` and the `evidence` for it. Moments of a query in a
    video never overlap. The spans may come in any order; only they are searched. The whole stream
    is read before the first result; error records pass through. `threshold` is the least score,
    whose meaning is the method's; by default density takes all, scan what it takes for no accident.
    With `scores`, there are no moments but a record for each video and query, with `scores` about
    once a second; `density`, `topic`, `highlights` and `scan` have them.
    `min_length` and `max_length` are in seconds, `looks` is the most that a model looks at a video
    (scan: for all queries, else for each). Queries about videos that are not in the stream are
    counted in a warning. Raises UsageError for invalid values, MissingError if the method needs a
    model that `models` does not open.
    """
    search = METHODS.load(method)
    if scores and method not in SCORED:
        raise no_scores(method)
    several = [query] if isinstance(query, str | Wanted) else query
    wanted = tuple(Wanted(each) if isinstance(each, str) else each for each in several)
    for each in wanted:
        _tell_of_ignored(each, method)
    lengths = (min_length, max_length)
    found = models or Openers()
    task = Task(wanted, n, threshold, lengths, language, found, looks, scores)
    seen: Counter[str] = Counter()
    return _told(search(_counted(spans, wanted, seen), task), task, seen, named=method)


def _tell_of_ignored(wanted: Wanted, method: str) -> None:
    """Tell of what a query says and no method heeds, and of the command that does."""
    query = Query(wanted.text)
    parts = [part for step in query.steps for part in step.parts]
    ignored = {
        "conditions": query.where != EVERYTHING,
        "fields": any(part.sources for part in parts),
        "words that are not wanted": any(part.weight < 0 for part in parts),
        "words or phrases that must be there": method != "words"
        and any(part.required and part.weight > 0 for part in parts),
        "an order": len(query.steps) > 1,
    }
    if names := [name for name, is_there in ignored.items() if is_there]:
        told = "%r: ground does not heed %s: put `vtk retrieve -n 0 QUERY` before it"
        log.warning(told, wanted.text, ", ".join(names))


def _told(found: Iterable[Span], task: Task, seen: Counter[str], *, named: str) -> Iterator[Span]:
    """Yield what was found; tell of the queries for which that is nothing."""
    answered: set[object] = set()
    for result in found:
        answered.add((result.get("query"), result.get("query_id")))
        yield result
    for each in dict.fromkeys(task.queries if seen else ()):  # an empty input speaks for itself
        if (each.text, each.id) not in answered:
            searched = sum(count for video, count in seen.items() if each.concerns(video))
            told = "nothing found for %r by %s; spans searched: %d"
            log.warning(told, each.text, named, searched)


def _counted(
    spans: Iterable[Span], queries: Sequence[Wanted], seen: Counter[str]
) -> Iterator[Span]:
    """Yield spans and count them by video; at their end, tell of queries about other videos."""
    for span in spans:
        seen[span.video] += not span.failed
        yield span
    asked = [each for each in queries if each.video is not None]
    if missing := [each for each in asked if not any(map(each.concerns, seen))]:
        log.warning("queries about videos that are not in the input: %d", len(missing))
