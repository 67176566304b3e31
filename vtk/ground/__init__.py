"""ground: find the exact moments that answer queries."""

import logging
from collections.abc import Iterable, Iterator, Sequence

from vtk.ground.scores import SCORED, no_scores
from vtk.ground.task import GroundingMethod, Task, Wanted, read_queries
from vtk.methods import Methods
from vtk.models.openers import Openers
from vtk.query import Query
from vtk.span import Span
from vtk.store.collection import EVERYTHING

__all__ = ["METHODS", "GroundingMethod", "Task", "Wanted", "ground", "read_queries"]

log = logging.getLogger("vtk")

METHODS = Methods[GroundingMethod]("ground")


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
        if Query(each.text).where != EVERYTHING:
            told = "%r: conditions choose no spans here: put `vtk retrieve -n 0 CONDITION` before"
            log.warning(told, each.text)
    lengths = (min_length, max_length)
    found = models or Openers()
    task = Task(wanted, n, threshold, lengths, language, found, looks, scores)
    return search(_counted(spans, wanted), task)


def _counted(spans: Iterable[Span], queries: Sequence[Wanted]) -> Iterator[Span]:
    """Yield spans; at their end, count the queries about videos that were not among them."""
    missing = [each for each in queries if each.video is not None]
    known: set[str] = set()
    for span in spans:
        if missing and span.video not in known:
            known.add(span.video)
            missing = [each for each in missing if not each.concerns(span.video)]
        yield span
    if missing:
        log.warning("queries about videos that are not in the input: %d", len(missing))
