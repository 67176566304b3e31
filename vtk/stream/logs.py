"""Log messages on standard error, as text or JSON Lines."""

import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from vtk.stream.terminal import CLEAR, is_drawn_on, printable


class _Text(logging.Formatter):
    """``vtk split: film.mp4: cannot open``, with a traceback only if VTK_TRACEBACK is set."""

    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command

    def format(self, record: logging.LogRecord) -> str:
        level = "" if record.levelno >= logging.ERROR else f"{record.levelname.lower()}: "
        text = f"vtk {self.command}: {level}{printable(record.getMessage())}"
        if record.exc_info:
            if os.environ.get("VTK_TRACEBACK"):
                text += "\n" + self.formatException(record.exc_info)
            else:
                text += " (a bug in vtk; VTK_TRACEBACK=1 shows where)"
        return text


class _Above(_Text):
    """Overwrites the progress bar of this or another process, which is redrawn below."""

    def format(self, record: logging.LogRecord) -> str:
        return CLEAR + super().format(record)


class _Json(_Text):
    """One object a message, as `as_json` describes."""

    def format(self, record: logging.LogRecord) -> str:
        about = dict(getattr(record, "about", {}))
        if record.exc_info:
            about["traceback"] = self.formatException(record.exc_info)
        level, message = record.levelname.lower(), record.getMessage()
        return as_json(record.created, level, f"vtk {self.command}", message, about)


def as_json(
    seconds: float, level: str, command: str, message: str, about: Mapping[str, object]
) -> str:
    """Return a message as a line of JSON: `time` (ISO 8601, UTC), level, command, message.

    `about` adds what it is about: `video`, `start`, `end`, the `type` of an error.
    """
    time = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    told = {"time": time.replace("+00:00", "Z"), "level": level, "command": command}
    return orjson.dumps({**told, "message": printable(message), **about}).decode()


class _Once(logging.Filter):
    """Lets no message through that says word for word what the one before it said.

    One that is marked as said `once` comes no second time at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self._latest = ""
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        said, self._latest = self._latest, record.getMessage()
        if getattr(record, "once", False):
            if self._latest in self._said:
                return False
            self._said.add(self._latest)
        return said != self._latest


def configure(command: str, *, quiet: bool, log_json: bool) -> None:
    """Send vtk's log messages to standard error, equal ones in a row once; `quiet`: only errors."""
    handler = logging.StreamHandler(sys.stderr)
    form = _Json if log_json else _Above if is_drawn_on(sys.stderr) else _Text
    handler.setFormatter(form(command))
    handler.addFilter(_Once())
    logger = logging.getLogger("vtk")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.ERROR if quiet else logging.INFO)
    logger.propagate = False
