"""How many processor cores this process may keep busy.

All that it may run on, as `taskset` and containers limit them, or `VTK_THREADS` where that is less.
"""

import os

from vtk.errors import UsageError

VARIABLE = "VTK_THREADS"


def cores() -> int:
    """The number of cores, at least 1. Raises UsageError for a VTK_THREADS that is no number."""
    there = _available()
    wanted = os.environ.get(VARIABLE) or str(there)
    if not (wanted.isdecimal() and int(wanted)):
        raise UsageError(f"{VARIABLE} must be a number of threads, 1 or more, not {wanted!r}")
    return min(there, int(wanted))


def limit_cores(count: int) -> None:
    """Let this process and those that it starts keep no more than `count` cores busy."""
    os.environ[VARIABLE] = str(count)


def _available() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
