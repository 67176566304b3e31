"""Preserve the scheduling of threads while SVT-AV1 is opened.

Run as root, SVT-AV1 makes the thread that opens it real-time (SCHED_FIFO, priority 99) and leaves
it so; the threads that it starts inherit that, and take precedence over all else on the machine.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def preserved_scheduling() -> Iterator[None]:
    """On exit, restore the scheduling of this thread, and apply it to threads started meanwhile.

    Open the encoder inside this context; encoding and closing do not change the scheduling. Does
    nothing on platforms where Python cannot set a thread's scheduling, such as macOS.
    """
    if not hasattr(os, "sched_setscheduler"):
        yield
        return
    others, policy, priority = _threads(), os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        for thread in {0} | _threads() - others:  # 0 is the calling thread
            with suppress(ProcessLookupError):  # the thread has ended
                if os.sched_getscheduler(thread) == os.SCHED_FIFO:
                    os.sched_setscheduler(thread, policy, priority)


def _threads() -> set[int]:
    """Return the thread IDs of this process; none where the system lacks Linux's /proc."""
    try:
        return {int(name) for name in os.listdir("/proc/self/task")}
    except OSError:
        return set()
