"""Abilities for tests that need one in another process."""

import os
import signal
import time
from collections.abc import Iterator

from vtk.span import Span


def fatal(spans: Iterator[Span]) -> Iterator[Span]:
    """Pass spans on; a span that starts at 1 s kills the process, as a crash of a decoder does."""
    for span in spans:
        if span.start == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        yield span


def slow(spans: Iterator[Span]) -> Iterator[Span]:
    """Pass spans on, each after as many milliseconds as it says."""
    for span in spans:
        time.sleep(span["wait"] / 1000)
        yield span


def counted(spans: Iterator[Span]) -> Iterator[Span]:
    """Tell how many cores the process may keep busy."""
    for span in spans:
        span["limit"] = os.environ["VTK_THREADS"]
        yield span


def nothing() -> None:
    """Settings of a worker that needs none."""
