"""The index: spans kept in a folder or an object store, to be searched by words and embeddings.

`open_index` opens one for readers, `open_writer` for whoever adds to it; what they return hides the
engine. Readers see the version that was there when they opened it, whatever is written meanwhile.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, Self

from vtk.span import Span
from vtk.store.collection import EVERYTHING, Collection, Where


class Index(Collection, Protocol):
    """An index as it was when it was opened; a context manager that closes it."""

    place: str  # folder or URL
    language: str  # of the words in it

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...

    def weights(self, of: str) -> dict[str, str]:
        """The SHA-256 of models that embedded "words" or "looks", by name, where it is known."""
        ...

    def videos(self) -> Sequence[str]:
        """The names of the videos, in order."""
        ...

    def every(self, where: Where = EVERYTHING) -> Iterator[tuple[int, Span]]:
        """Yield all spans with their rows, in the order of rows; holds few in memory."""
        ...

    def info(self) -> dict[str, Any]:
        """What is in the index, as a record of `vtk index info`."""
        ...


class Writer(Protocol):
    """Changes an index; each change is one new version, which comes whole or not at all."""

    place: str

    @property
    def report(self) -> object:
        """What was done so far: a sentence as `str`."""
        ...

    def add(
        self, spans: Iterable[Span], *, prune: bool = False, lost: Callable[[], int] = int
    ) -> Iterator[Span]:
        """Add spans and yield each once it is in the index; error records pass through.

        Without any, an index that is not there yet is made, empty.

        The spans of a video that is there already replace those, whose vectors and words go too.
        With `prune`, videos go that were not among the spans and whose files are not there. `lost`
        tells how many lines of the input, of whichever video, gave no span so far: the videos that
        come from there on may not be whole, and keep what the index has of them.
        """
        ...

    def drop(self, where: Where) -> int:
        """Drop the spans that fulfil all conditions; return how many."""
        ...

    def unknown(self, patterns: Iterable[str]) -> list[str]:
        """Return those of some patterns that no video of the index has."""
        ...

    def drop_model(self, model: str) -> int:
        """Drop the vectors of a model; return of how many spans."""
        ...

    def merge(self, others: Iterable[str]) -> None:
        """Add all spans of other indexes, one after the other. Raises as `open_index`."""
        ...


def open_index(place: str) -> Index:
    """Open the index at a folder or a URL (s3://bucket/name) to search it.

    Raises OpenError if there is none, UsageError if a newer vtk wrote it, MissingError if the
    packages of the extra `index` are not installed, and DamagedError, now or later, if it is
    damaged.
    """
    from vtk.store.index.place import Place
    from vtk.store.index.reader import LanceIndex

    found = Place(place)
    return LanceIndex(found, found.open())


def open_writer(place: str, language: str | None = None) -> Writer:
    """Open an index to change it; its first `add` makes it, with words of `language` (en).

    Raises as `open_index`, but for an index that is not there yet; UsageError for a folder that
    holds something else, and if the words of the index are of another language.
    """
    from vtk.store.index.place import Place
    from vtk.store.index.writer import LanceWriter

    return LanceWriter(Place(place), language)


def verify(place: str) -> Iterator[str]:
    """Yield what is wrong with an index, each as a sentence; nothing if all is well.

    Raises as `open_index`, but for a damaged index.
    """
    from vtk.store.index.inspection import verify
    from vtk.store.index.place import Place

    return verify(Place(place))


def compact(place: str, *, now: bool = False) -> None:
    """Make an index small and quick, and mend of it what can be made anew.

    Joins small files, indexes what is new or cannot be read, removes versions of an hour ago, and
    sets damaged versions aside, so that the last whole one counts; what that means is logged. With
    `now`, all old versions go: whoever reads one of them fails. Raises as `open_index`, and
    OutputError.
    """
    from vtk.store.index.place import Place
    from vtk.store.index.upkeep import tidy

    tidy(Place(place), now=now)


def remove(place: str) -> None:
    """Remove a whole index, be it damaged. Raises as `open_index`, and OutputError."""
    from vtk.store.index.place import Place

    found = Place(place)
    with found.locked():
        found.remove()
