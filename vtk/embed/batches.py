"""Embed what many spans hold in full batches, and give each span its vectors, in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MissingError, ModelError, OutputError, UsageError
from vtk.pipeline import failure
from vtk.span import Span

T = TypeVar("T")
Vector = NDArray[np.float32]

COMMAND = "embed"
HELD = 512  # most spans whose vectors are awaited, or that wait behind such a span


@dataclass
class _Held:
    """A span that waits for the vectors of its items."""

    span: Span
    vectors: list[Vector] = field(default_factory=list)
    given: int = 0  # items that the model has been given
    read: bool = False  # whether these are all

    @property
    def done(self) -> bool:
        return self.read and len(self.vectors) == self.given


def embed_batches(
    spans: Iterable[Span],
    items: Callable[[Span], Iterable[T]],
    model: Callable[[Iterable[T]], Iterator[Vector]],
    result: Callable[[Span, list[Vector]], Span],
) -> Iterator[Span]:
    """Yield `result` of each span and of the vectors of its `items` by `model`, in order.

    The model may take items ahead of the vectors that it yields, in a thread. Error records and
    spans without items are yielded as they are. A span whose items cannot be read, or that the
    model refuses, becomes an error record.
    """
    source, over = iter(spans), False
    held: deque[_Held] = deque()
    raised: list[Exception] = []

    def read() -> Iterator[T]:
        """The items of the next spans, which are put into `held`."""
        nonlocal over
        for _ in range(HELD):
            try:
                span = next(source, None)
            except Exception as error:  # raised below, when the spans before it are done
                raised.append(error)
                span = None
            if span is None:
                over = True
                return
            held.append(each := _Held(span))
            try:
                for item in () if span.failed else items(span):
                    each.given += 1
                    yield item
            except (MissingError, UsageError, OutputError):
                raise
            except Exception as error:
                each.span = failure(COMMAND, span, error)
            each.read = True

    def finished() -> Iterator[Span]:
        while held and held[0].done:
            each = held.popleft()
            changed = each.vectors and not each.span.failed
            yield result(each.span, each.vectors) if changed else each.span

    while not over:
        try:
            for vector in model(read()):
                yield from finished()
                held[0].vectors.append(vector)
        except ModelError:
            yield from finished()
            yield _alone(held.popleft().span, items, model, result)
            source, over = chain([each.span for each in held], source), False
            held.clear()
        yield from finished()
    if raised:
        raise raised[0]


def _alone(
    span: Span,
    items: Callable[[Span], Iterable[T]],
    model: Callable[[Iterable[T]], Iterator[Vector]],
    result: Callable[[Span, list[Vector]], Span],
) -> Span:
    """The span embedded on its own: what a server refused may have been the next one's."""
    try:
        return result(span, list(model(items(span))))
    except Exception as error:
        return failure(COMMAND, span, error)
