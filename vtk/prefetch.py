"""Work ahead in a thread: what comes next is made while what came before is used."""

import os
import sys
import threading
from collections.abc import Generator, Iterable
from contextlib import suppress
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

BEHIND = 10  # niceness of the thread: threads of a model wait for one another, and for it
PATIENCE = 1.0  # seconds to wait for the thread at the end; it may hang in a read


def prefetch(items: Iterable[T], count: int) -> Generator[T, None, None]:
    """The items in order, made in a thread, at most `count` before they are asked for.

    What making one raises is raised when its turn comes. Closing this ends the thread, which
    closes `items`.
    """
    room = threading.Semaphore(count)
    made: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()
    over = threading.Event()

    def make() -> None:
        if sys.platform == "linux":  # where each thread has a niceness, which those it starts share
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)
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
