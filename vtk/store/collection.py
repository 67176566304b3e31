"""The interface of a set of spans that can be searched: a stream held in memory, or an index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import inf
from posixpath import basename
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.span import Span

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]
Vectors = NDArray[np.float32]


class Hits(NamedTuple):
    """Spans that a search found, as row numbers of their collection, the best first."""

    rows: Rows
    scores: Scores


NONE = Hits(np.zeros(0, np.int64), np.zeros(0, np.float32))


def best(rows: Rows, scores: Scores, n: int = 0) -> Hits:
    """The `n` best hits (0: all), the best first; equal scores stay in the order of rows."""
    if n and n < len(rows):
        least = np.partition(scores, len(scores) - n)[len(scores) - n]
        rows, scores = rows[scores >= least], scores[scores >= least]
    order = np.lexsort((rows, -scores))[: n or None]
    return Hits(rows[order].astype(np.int64), scores[order].astype(np.float32))


@dataclass(frozen=True)
class Where:
    """Which spans take part in a search: all that fulfil every condition.

    `videos` are names or shell patterns, one of which must fit, as `matches` says; `tags` must all
    be there. Times are in seconds.
    """

    videos: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    after: float = -inf  # the span starts no earlier
    before: float = inf  # it ends no later
    longer: float = 0.0  # it is at least that long
    shorter: float = inf  # at most

    def accepts(self, span: Span) -> bool:
        """Whether a span fulfils every condition."""
        return (
            (not self.videos or matches(span.video, self.videos))
            and {*self.tags} <= {entry["tag"] for entry in span.get("tags", [])}
            and (not self.kinds or span.get("kind", "") in self.kinds)
            and self.after <= span.start
            and span.end <= self.before
            and self.longer <= span.end - span.start <= self.shorter
        )


EVERYTHING = Where()


def is_named(video: str, name: str) -> bool:
    """Whether a text is the name of a video, or the last part of its path."""
    return name in (video, basename(video))


def matches(video: str, patterns: Iterable[str]) -> bool:
    """Whether a video has one of some names, or of some shell patterns.

    What stands in brackets may be a part of a name: each is a name first and a pattern then.
    """
    last = basename(video)
    return any(
        is_named(video, each) or fnmatchcase(video, each) or fnmatchcase(last, each)
        for each in patterns
    )


class Collection(Protocol):
    """Spans numbered by row, searched by the words in them and by their embeddings."""

    def __len__(self) -> int: ...

    def models(self, of: str) -> Sequence[str]:
        """The names of the models that embedded "words" or "looks" of these spans."""
        ...

    def words(
        self, terms: Sequence[str], n: int, sources: Sequence[str] = (), where: Where = EVERYTHING
    ) -> Hits:
        """Search by BM25 for the terms of `vtk.text.Analyzer`, in the texts of `sources`.

        `sources` are those of `vtk.passages.Passage`; without any, all texts count. At most `n`
        hits (0: all), each with a score above 0.
        """
        ...

    def nearest(
        self, of: str, model: str, vector: Vectors, n: int, where: Where = EVERYTHING
    ) -> Hits:
        """Search by cosine for a unit vector (dim,): a span counts by the nearest of its own.

        At most `n` hits (0: all). The scores are exact, what is found may be approximate.
        """
        ...

    def vectors(self, of: str, model: str, rows: Sequence[int]) -> list[Vectors]:
        """All vectors of each row by a model, in order: shapes (vectors, dim), maybe (0, 0)."""
        ...

    def listed(self, where: Where, n: int = 0) -> Rows:
        """The first `n` rows (0: all) that fulfil conditions, by video and start."""
        ...

    def kinds(self) -> Sequence[str]:
        """The kinds of spans that there are, in order."""
        ...

    def extents(self, videos: Iterable[str]) -> dict[str, tuple[float, float]]:
        """The first start and the last end of the spans of each video, in seconds; maybe inf."""
        ...

    def spans(self, rows: Sequence[int]) -> list[Span]:
        """The records of rows, in that order."""
        ...
