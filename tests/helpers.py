"""Abilities for tests that need one in another process, and the commands there are."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import TypeVar
from unittest import mock

from tests.command_line import COMMAND_LINE
from vtk.span import Span

T = TypeVar("T")


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


def reading_commands() -> Iterator[str]:
    """The words of every command that reads spans, by the table of commands."""
    group = COMMAND_LINE.app()
    for name in COMMAND_LINE.COMMANDS:
        command = group.get_command(mock.Mock(), name)
        assert command is not None
        for word, each in getattr(command, "commands", {"": command}).items():
            if any(parameter.name == "inputs" for parameter in each.params):
                yield f"{name} {word}".strip()


def settled(value: Callable[[], T], quiet: float = 0.15) -> T:
    """A value that other threads change, once it has stayed the same for `quiet` seconds."""
    latest, since = value(), time.monotonic()
    while time.monotonic() - since < quiet:
        time.sleep(0.01)
        if (now := value()) != latest:
            latest, since = now, time.monotonic()
    return latest
