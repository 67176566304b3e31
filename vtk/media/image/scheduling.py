"""Threads that stay scheduled as they were while SVT-AV1 is opened.

Run as root, SVT-AV1 makes the thread that opens it real-time (SCHED_FIFO, priority 99), and leaves
it so; the threads that it starts inherit that. They go before all else on the machine.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def preserved_scheduling() -> Iterator[None]:
    """At its end this thread, and those started meanwhile, are scheduled as this one was before.

    Open the encoder in it: encoding and closing change nothing. Does nothing where Python cannot
    set how a thread is scheduled, as on macOS.
    """
    if not hasattr(os, "sched_setscheduler"):
        yield
        return
    others, policy, priority = _threads(), os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        for thread in {0} | _threads() - others:  # 0 is this one
            with suppress(ProcessLookupError):  # it has ended
                if os.sched_getscheduler(thread) == os.SCHED_FIFO:
                    os.sched_setscheduler(thread, policy, priority)


def _threads() -> set[int]:
    """The threads of this process; none where the system lists them elsewhere than Linux does."""
    try:
        return {int(name) for name in os.listdir("/proc/self/task")}
    except OSError:
        return set()
