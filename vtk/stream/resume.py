"""Run an ability on the units that no earlier run finished, with all results in order."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator

from vtk.pipeline import Ability
from vtk.span import Span
from vtk.store.units import UnitJournal

Unit = list[Span]
# Yields the results of units in order, and calls a function after those of each.
Run = Callable[[Iterator[Unit], Callable[[Unit], None]], Iterator[Span]]


def resumed(
    run: Run, units: Iterable[Unit], journal: UnitJournal, passed: Counter[str]
) -> Iterator[Span]:
    """Yield the results of all units in order: those of the journal, and of `run` on the others.

    Each unit that `run` finishes is noted in the journal at once. Error records that come from
    there are counted in `passed`, by their type.
    """
    order: deque[tuple[Unit, list[Span] | None]] = deque()  # units with what is known of them
    ready: deque[Span] = deque()
    pending: list[Span] = []  # results of the first unit that is being made

    def lacking() -> Iterator[Unit]:
        for unit in units:
            order.append((unit, journal.find(unit)))
            if order[-1][1] is None:
                yield unit

    def settle() -> None:
        while order and (known := order[0][1]) is not None:
            unit, _ = order.popleft()
            journal.keep(unit)
            failed = Counter(span["error"]["type"] for span in known if span.failed)
            passed.update(failed - Counter(s["error"]["type"] for s in unit if s.failed))
            ready.extend(known)

    def done(_: Unit) -> None:
        settle()
        journal.add(order.popleft()[0], pending)
        pending.clear()

    for span in run(lacking(), done):
        settle()
        while ready:
            yield ready.popleft()
        pending.append(span)
        yield span
    settle()
    yield from ready


def by_unit(ability: Ability, *, by_video: bool) -> Run:
    """Return how to run an ability in this process: with `by_video` anew on the spans of a video.

    Otherwise it is called once, and must finish a span before it asks for the next.
    """

    def of_videos(units: Iterator[Unit], done: Callable[[Unit], None]) -> Iterator[Span]:
        for unit in units:
            yield from ability(iter(unit))
            done(unit)

    def of_spans(units: Iterator[Unit], done: Callable[[Unit], None]) -> Iterator[Span]:
        def feed() -> Iterator[Span]:
            for unit in units:
                yield from unit
                done(unit)

        return ability(feed())

    return of_videos if by_video else of_spans
