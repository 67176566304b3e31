"""What vtk says on standard error: messages, as text or JSON Lines, and a progress bar."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import orjson

from vtk import times
from vtk.span import Span


class _Text(logging.Formatter):
    """``vtk split: film.mp4: cannot open``, with the traceback only where it was asked for."""

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


class _Json(_Text):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": times.rounded(record.created),
            "level": record.levelname.lower(),
            "command": f"vtk {self.command}",
            "message": printable(record.getMessage()),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(entry).decode()


JOINERS = "\u200c\u200d"  # of letters in Persian and Hindi, and of emoji


def printable(text: str) -> str:
    """Text safe for a terminal and for UTF-8: control characters and lone bytes escaped."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return "".join(
        c if c.isprintable() or c in JOINERS else c.encode("unicode_escape").decode() for c in text
    )


def configure(command: str, *, quiet: bool, log_json: bool) -> None:
    """Send vtk's messages to standard error; `quiet` leaves only errors."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(command) if log_json else _Text(command))
    logger = logging.getLogger("vtk")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.ERROR if quiet else logging.INFO)
    logger.propagate = False


class Progress:
    """What a run tells of its progress. This one keeps it to itself."""

    def span(self, span: Span) -> None:
        """A span has come out."""

    def moved(self, video: str, done: float, total: float) -> None:
        """The work on a video has come to `done` of `total` seconds."""


@contextmanager
def progress_bar(command: str, inputs: int) -> Iterator[Progress]:
    """A line on the terminal: how far, how many spans, which video; messages go above it.

    `inputs` is the number of inputs, 0 where it is not known; then there is no bar.
    """
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    class Shown(Progress):
        count, begun, share, video = 0, 0, 0.0, ""

        def span(self, span: Span) -> None:
            self.count += 1
            self._at(span.video, times.clock(span.end) if "end" in span else "")

        def moved(self, video: str, done: float, total: float) -> None:
            self.share = min(done / total, 1.0) if total > 0 else 0.0
            self._at(video, times.clock(done))

        def _at(self, video: str, place: str) -> None:
            if video != self.video:
                self.video, self.begun = video, self.begun + 1
            name = printable(os.path.basename(video))[-40:]
            bar.update(
                task,
                completed=min(self.begun - 1 + self.share, inputs or 0),
                description=f"{self.count:,} spans  {name} {place}",
            )

    columns = [
        SpinnerColumn(),
        TextColumn(f"vtk {command}"),
        *([BarColumn(20)] if inputs else []),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    ]
    handler = logging.getLogger("vtk").handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    with Bar(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=inputs or None)
        handler.setStream(sys.stderr)  # rich's stand-in, which prints above the bar
        try:
            yield Shown()
        finally:
            handler.setStream(sys.__stderr__)
