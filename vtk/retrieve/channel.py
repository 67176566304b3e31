"""The parts of a search: channels that find spans, and stages that work on what they found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from vtk.query import Query
from vtk.span import Span, join
from vtk.store.collection import Collection, Hits


class Channel(Protocol):
    """One way to find spans: by words, by meaning, by looks."""

    @property
    def name(self) -> str: ...

    @property
    def needs(self) -> tuple[str, str] | None:
        """Which vectors of spans it compares: "words" or "looks", and the model; or none."""
        ...

    def __call__(self, collection: Collection, query: Query, n: int) -> Hits:
        """The best `n` spans for a query without order (0: all), the best first."""
        ...

    def why(self, collection: Collection, query: Query, row: int, span: Span) -> dict[str, Any]:
        """What in the span answers the query, for the field `why`; empty if nothing does."""
        ...


@dataclass(slots=True)
class Candidate:
    """A span that may be a result: one row of the collection, or several that follow in time."""

    rows: tuple[int, ...]
    score: float
    span: Span | None = None  # its record, once it was read
    why: dict[str, Any] = field(default_factory=dict)  # what stages say of it


# From the hits of every channel, by its name, to those of the search.
Fuse = Callable[[Query, Mapping[str, Hits]], Hits]
# From the hits of a channel for every query of a set to comparable ones.
Normalise = Callable[[Sequence[Query], list[Hits]], list[Hits]]
# Leaves out, adds to or reorders candidates, which come and go with the best first.
Stage = Callable[[Collection, Query, list[Candidate]], list[Candidate]]


def read(collection: Collection, candidates: Iterable[Candidate]) -> list[Span]:
    """The records of candidates, read where they were not yet."""
    known = list(candidates)
    missing = [each for each in known if each.span is None]
    for each, span in zip(
        missing, collection.spans([each.rows[0] for each in missing]), strict=True
    ):
        each.span = span
    return [each.span for each in known if each.span is not None]


def joined(spans: list[Span], kind: str, parts: list[dict[str, Any]]) -> Span:
    """One span over spans of a video; without an end if one of them has none."""
    whole = join(spans, kind, parts=parts)
    if any("end" not in span for span in spans):
        del whole["end"]
    return whole
