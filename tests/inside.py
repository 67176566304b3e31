"""The command line in the process of the tests, for what takes many runs, and its commands."""

import contextlib
import io
import json
import logging
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest

# By name, as type checkers know no mapping of the folder commands/.
COMMAND_LINE = import_module("vtk.commands")


class Ran(NamedTuple):
    """How a run ended, what it wrote, and what it said."""

    status: int
    written: bytes
    messages: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """What it wrote, where that is records."""
        found = self.written.splitlines() if self.written.startswith(b'{"') else []
        return [json.loads(line) for line in found]


def reading_commands() -> Iterator[str]:
    """The words of every command that reads spans, by the table of commands."""
    group = COMMAND_LINE.app()
    for name in COMMAND_LINE.COMMANDS:
        command = group.get_command(mock.Mock(), name)
        assert command is not None
        for word, each in getattr(command, "commands", {"": command}).items():
            if any(parameter.name == "inputs" for parameter in each.params):
                yield f"{name} {word}".strip()


def inside(folder: Path, *arguments: str | Path) -> Ran:
    """Run ``vtk`` in this process; `folder` is for its output and stands for the user's own."""
    out, messages, log = folder / "out", io.StringIO(), logging.getLogger("vtk")
    out.unlink(missing_ok=True)
    with (
        mock.patch.multiple(log, handlers=[], level=log.level, propagate=log.propagate),
        mock.patch("vtk.stream.install_handlers"),  # it watches signals for the rest of the process
        mock.patch.dict(os.environ, {"XDG_CONFIG_HOME": str(folder), "VTK_TRACEBACK": "1"}),
        contextlib.redirect_stderr(messages),
        pytest.raises(SystemExit) as end,
    ):
        COMMAND_LINE.main([*map(str, arguments), "-o", str(out)])
    assert isinstance(end.value.code, int)
    return Ran(end.value.code, out.read_bytes() if out.exists() else b"", messages.getvalue())
