"""ground: find the shortest stretches of time whose text answers a query."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from vtk.caption import with_captions
from vtk.errors import UsageError
from vtk.methods import Methods
from vtk.query import Query
from vtk.span import Span


class GroundingMethod(Protocol):
    """Finds the moments in a stream of spans that answer a query best."""

    def __call__(
        self, source: Iterable[Span], query: Query, *, lengths: tuple[float, float]
    ) -> Iterator[Span]:
        """Yield at most `query.n` moments of `lengths[0]` to `lengths[1]` seconds, best first."""


METHODS = Methods[GroundingMethod]("ground")


def ground(
    spans: Iterable[Span],
    query: str,
    *,
    method: str = "density",
    n: int = 5,
    threshold: float = 0.0,
    min_length: float = 0.0,
    max_length: float = 120.0,
    language: str | None = None,
) -> Iterator[Span]:
    """Yield the best `n` moments for a query (0: all) over all videos, best first.

    Each has `score` (0 to 1), `rank`, `query` and the `evidence` for it. Moments of a video never
    overlap. A moment made of several texts is at most `max_length` seconds long; one shorter than
    `min_length` is widened within the spans it comes from. The spans may come in any order. The
    whole stream is read before the first result; spans without text fields are captioned on the
    way, error records pass through. Raises UsageError for invalid values.
    """
    search = METHODS.load(method)
    if not 0 <= threshold <= 1:
        raise UsageError(f"the threshold must lie between 0 and 1, not at {threshold}")
    if not 0 <= min_length <= max_length:
        raise UsageError(
            f"moments cannot be at least {min_length:g} s (--min-length) and at most "
            f"{max_length:g} s (--max-length) long"
        )
    source = with_captions(spans, timed=True, language=language)
    return search(source, Query(query, language, n, threshold), lengths=(min_length, max_length))
