"""What a grounding method is given: the queries, the moments wanted, and openers of models."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from vtk.errors import UsageError
from vtk.models.openers import Openers
from vtk.query_file import query_lines
from vtk.span import Span
from vtk.store.collection import is_named
from vtk.text import words

FIELDS = {"query": (str,), "id": (str, int, float), "video": (str,)}  # of a query as JSON


@dataclass(frozen=True)
class Wanted:
    """A query: its text, its name if it has one, and the only video it is about, if any.

    `video` is the name of a video, or the last part of its path; `where` is the file and line that
    the query stands in, for messages.
    """

    text: str
    id: str | None = None
    video: str | None = None
    where: str | None = field(default=None, compare=False)

    def concerns(self, video: str) -> bool:
        """Whether a video is searched for this query."""
        return self.video is None or is_named(video, self.video)

    @property
    def fields(self) -> dict[str, str]:
        """What a moment says of its query: `query`, and `query_id` if it has a name."""
        return {"query": self.text, **({} if self.id is None else {"query_id": self.id})}


@dataclass(frozen=True)
class Task:
    """The queries, and how many moments of which length and score each of them may get.

    Raises UsageError for invalid values.
    """

    queries: tuple[Wanted, ...]
    n: int = 5  # most moments of a query over all videos; 0: all
    threshold: float | None = None  # least score, 0 to 1; None: the method's own
    lengths: tuple[float, float] = (0.0, 120.0)  # seconds of a moment: at least, at most
    language: str | None = None  # of queries and texts, ISO 639; None: English
    models: Openers = field(default_factory=Openers)
    looks: int | None = None  # most looks at a video; None: the method's own
    scores: bool = False  # instead of moments, each video with its scores over time

    def __post_init__(self) -> None:
        if self.n < 0:
            raise UsageError(f"the number of moments must be 0 (all) or more, not {self.n}")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise UsageError(f"the threshold must lie between 0 and 1, not at {self.threshold}")
        if self.looks is not None and self.looks < 1:
            raise UsageError(f"a search needs at least one look, not {self.looks}")
        low, high = self.lengths
        if not 0 <= low <= high or math.isinf(low):
            raise UsageError(
                f"moments cannot be at least {low:g} s (--min-length) and at most {high:g} s "
                "(--max-length) long"
            )

    def need_words(self) -> None:
        """Raises UsageError, with its file and line, if a query has no words to compare."""
        for each in self.queries:
            if not words(each.text):
                place = f"{each.where}: " if each.where else ""
                raise UsageError(f"{place}the query {each.text!r} has no words")


class GroundingMethod(Protocol):
    """Finds the moments that answer queries."""

    def __call__(self, source: Iterable[Span], task: Task) -> Iterator[Span]:
        """Yield error records as they come, and the moments of each query.

        The queries have their turns in order, the moments of each come best first. Each has
        `score`, `rank` and `evidence` beside `Wanted.fields`. What a span lacks, the method fills.
        """


def read_queries(path: Path) -> tuple[Wanted, ...]:
    """Return the queries of a file: a query a line, or JSON with `query`, `id` and `video`.

    Raises as `vtk.query_file.query_lines`.
    """
    return tuple(_wanted(where, entry) for where, entry in query_lines(path, FIELDS))


def _wanted(where: str, entry: dict[str, Any]) -> Wanted:
    text = entry.get("query", "").strip()
    if not text:
        raise UsageError(f"{where}: there is no query")
    name = str(entry["id"]) if "id" in entry else None
    return Wanted(text, name, entry.get("video"), where)
