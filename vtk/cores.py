"""The number of CPU cores that this process may use.

These are the cores that `taskset` and containers allow it, or `VTK_THREADS` if that is lower.
"""

import os

from vtk.errors import UsageError

VARIABLE = "VTK_THREADS"
MOST_PER_CORE = 4  # threads that may be asked for; more than one per core are of no use
LEAST_LIMIT = 32  # threads that may be asked for in any case


def cores() -> int:
    """Return the number of cores, at least 1. Raises UsageError if VTK_THREADS is invalid."""
    there = _available()
    wanted = os.environ.get(VARIABLE) or str(there)
    if not (wanted.isdecimal() and int(wanted)):
        raise UsageError(f"{VARIABLE} must be a number of threads, 1 or more, not {wanted!r}")
    return min(there, int(wanted))


def sensible_threads(count: int | None) -> int | None:
    """Return a number of threads that was asked for. Raises UsageError if it is far too many."""
    most = max(MOST_PER_CORE * _available(), LEAST_LIMIT)
    if count is not None and count > most:
        raise UsageError(
            f"--threads must be at most {most} here, as there are {_available()} cores"
        )
    return count


def limit_cores(count: int) -> None:
    """Limit this process and its child processes to `count` cores, through VTK_THREADS."""
    os.environ[VARIABLE] = str(count)


def _available() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
