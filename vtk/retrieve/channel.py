"""The parts of a search: channels that find spans, and stages that work on what they found."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from vtk.query import Query
from vtk.span import Span, join
from vtk.store.collection import Collection, Hits, Scores


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

    def evidence(
        self, collection: Collection, query: Query, hits: Hits, rows: Sequence[int]
    ) -> Scores:
        """How much speaks for each of `rows`, on a scale that channels share: shape (rows,).

        0 is what any span has, 1 what the best of chance would have; `hits` are those of the query.
        """
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


class Fuse(Protocol):
    """Makes the hits of the search from those of every channel."""

    def __call__(
        self, collection: Collection, query: Query, found: Sequence[tuple[Channel, Hits]]
    ) -> Hits:
        """The spans that any channel found, the best first."""
        ...

    def told(self, channels: Sequence[Channel]) -> dict[str, Any]:
        """How it was done, for the record; empty with a single channel."""
        ...


class Normalise(Protocol):
    """Makes scores of a set of queries comparable."""

    @property
    def told(self) -> str:
        """How it was done, for the record."""
        ...

    def __call__(
        self,
        collection: Collection,
        channel: Channel,
        queries: Sequence[Query],
        found: list[Hits],
    ) -> list[Hits]:
        """The hits of a channel for each query, from those it found."""
        ...


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
