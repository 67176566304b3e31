"""Work ahead in a thread: what comes next is made while what came before is used."""

import threading
from collections.abc import Generator, Iterable
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 1.0  # seconds to wait for the thread at the end; it may hang in a read


def ahead(items: Iterable[T], count: int) -> Generator[T, None, None]:
    """The items in order, made in a thread, at most `count` before they are asked for.

    What making one raises is raised when its turn comes. Closing this ends the thread, which
    closes `items`.
    """
    room = threading.Semaphore(count)
    made: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()
    over = threading.Event()

    def make() -> None:
        source = iter(items)
        try:
            while room.acquire() and not over.is_set():
                made.put((next(source),))
        except StopIteration:
            made.put(None)
        except BaseException as error:
            made.put(error)
        finally:
            if close := getattr(source, "close", None):
                close()

    thread = threading.Thread(target=make, daemon=True, name="ahead")
    thread.start()
    try:
        while (item := made.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            room.release()
            yield item[0]
    finally:
        over.set()
        room.release()
        thread.join(PATIENCE)
