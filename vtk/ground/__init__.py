"""Grounding: the tightest stretches of time whose text answers a query."""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from vtk.caption import with_captions
from vtk.errors import UsageError
from vtk.span import Span
from vtk.text import Analyzer

METHODS = {"density": "vtk.ground.density"}


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
    """The best `n` moments for a query (0: all) over all videos, best first.

    Each has `score` (0 to 1), `rank`, `query` and the `evidence` it rests on. Moments of a video
    never overlap. A moment of several texts is at most `max_length` seconds long; one shorter
    than `min_length` is widened inside the spans it comes from. The spans may come in any order.
    The whole stream is looked at before the first result; spans in which nobody looked for words
    are captioned on the way, error records pass through. Raises UsageError for values without
    sense.
    """
    if method not in METHODS:
        raise UsageError(f"no grounding method {method!r}; there is {', '.join(METHODS)}")
    if n < 0:
        raise UsageError(f"the number of results must be 0 (all) or more, not {n}")
    if not 0 <= threshold <= 1:
        raise UsageError(f"the threshold must lie between 0 and 1, not at {threshold}")
    if not 0 <= min_length <= max_length:
        raise UsageError(
            f"moments cannot be at least {min_length:g} s (--min-length) and at most "
            f"{max_length:g} s (--max-length) long"
        )
    analyzer = Analyzer(language or "en")
    terms, stop = analyzer.query(query)
    search: Callable[..., Iterator[Span]] = import_module(METHODS[method]).search
    return search(
        with_captions(spans, timed=True, language=language),
        query,
        terms,
        analyzer,
        stop=stop,
        n=n,
        threshold=threshold,
        lengths=(min_length, max_length),
    )
