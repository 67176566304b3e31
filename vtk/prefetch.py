"""Prefetch items of an iterable in a background thread."""

import os
import sys
import threading
from collections.abc import Generator, Iterable
from contextlib import suppress
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

BEHIND = 10  # niceness of the thread: model threads synchronize, so delaying one delays all
PATIENCE = 1.0  # seconds to wait for the thread at the end; it may be blocked in a read


def prefetch(items: Iterable[T], count: int) -> Generator[T, None, None]:
    """Yield the items in order, produced in a thread at most `count` ahead of the consumer.

    An exception from `items` is raised in its place in the order. Closing the generator ends the
    thread, which closes `items`.
    """
    room = threading.Semaphore(count)
    made: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()
    over = threading.Event()

    def make() -> None:
        if sys.platform == "linux":  # where niceness is per thread and inherited by new threads
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
