"""The number of CPU cores that this process may use.

These are the cores that `taskset` and containers allow it, or `VTK_THREADS` if that is lower.
"""

import os

from vtk.errors import UsageError

VARIABLE = "VTK_THREADS"


def cores() -> int:
    """Return the number of cores, at least 1. Raises UsageError if VTK_THREADS is invalid."""
    there = _available()
    wanted = os.environ.get(VARIABLE) or str(there)
    if not (wanted.isdecimal() and int(wanted)):
        raise UsageError(f"{VARIABLE} must be a number of threads, 1 or more, not {wanted!r}")
    return min(there, int(wanted))


def limit_cores(count: int) -> None:
    """Limit this process and its child processes to `count` cores, through VTK_THREADS."""
    os.environ[VARIABLE] = str(count)


def _available() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
