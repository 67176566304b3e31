"""Progress for programs: lines of JSON on a file descriptor that they opened."""

import fcntl
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, Self

import orjson

from vtk.errors import UsageError
from vtk.stream.progress import SpanBar

EVERY = 1.0  # seconds from one line to the next


class Feed:
    """Writes a record to a descriptor once a second and at the end of the `with` block.

    A reader that leaves or is slow does not hold up the run. Raises UsageError if nothing can be
    written to the descriptor.
    """

    def __init__(self, number: int, record: Callable[[bool], dict[str, Any]]) -> None:
        self._number, self._record = number, record
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True, name="progress")
        try:
            readable = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
        except (OSError, ValueError, OverflowError):
            readable = True
        if readable or number == 1:
            raise UsageError(
                f"--progress-fd {number} is not open for writing, or holds the results: open "
                "another, as in --progress-fd 3 3> progress.jsonl"
            )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=EVERY)

    def above(self) -> AbstractContextManager[None]:
        """There is nothing to hide."""
        return nullcontext()

    def clear(self) -> None:
        """There is nothing to erase."""

    def _write(self) -> None:
        with suppress(OSError):  # the reader has left
            ended = False
            while not ended:
                ended = self._ended.wait(EVERY)
                line = orjson.dumps(self._record(ended), option=orjson.OPT_APPEND_NEWLINE)
                os.write(self._number, line)


class SpanFeed(SpanBar):
    """The progress of a stream command as records, instead of a bar."""

    def __init__(self, command: str, number: int, *, ahead: bool, gathers: bool) -> None:
        feed = Feed(number, self._told)
        super().__init__(command, shared=False, ahead=ahead, gathers=gathers, line=feed)
        self._command = command

    def _told(self, ended: bool) -> dict[str, Any]:
        now = self.state()
        left = (1 - now.share) / now.rate if now.share is not None and now.rate > 0 else None
        left = 0.0 if ended else left
        return {
            "command": self._command,
            "video": now.span.video if now.span else None,
            "share": None if now.share is None else round(now.share, 4),
            "of": "input" if now.of_all else "video",
            "spans": now.spans,
            "elapsed": round(self._speed.elapsed, 1),
            "left": None if left is None else round(left, 1),
            "ended": ended,
        }
