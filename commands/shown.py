"""Spans as text, which is what people read on a terminal."""

import os
import sys
from dataclasses import replace
from shutil import get_terminal_size
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtk.stream.job import Job
    from vtk.stream.writer import Lines


def shown(width: int | None = None, *, plain: bool = False) -> "Lines":
    """A writer of spans as text, as wide as the terminal, if standard output is one."""
    from vtk.show import WIDTH, printer
    from vtk.stream.terminal import is_drawn_on, is_terminal
    from vtk.stream.writer import Lines

    if width is None:
        width = (
            max(get_terminal_size((WIDTH, 24)).columns, 20) if is_terminal(sys.stdout) else WIDTH
        )
    bold = is_drawn_on(sys.stdout) and not plain and "NO_COLOR" not in os.environ
    return Lines(printer(width, bold=bold, plain=plain))


def as_wanted(command: "Callable[[], Job | str]", *, raw: bool) -> "Callable[[], Job | str]":
    """A command whose spans are shown as text if standard output is a terminal, unless `raw`."""

    def job() -> "Job | str":
        from vtk.stream.terminal import is_terminal
        from vtk.stream.writer import Lines

        found = command()
        if raw or isinstance(found, str) or found.writer != Lines() or not is_terminal(sys.stdout):
            return found
        return replace(found, writer=shown())

    return job
