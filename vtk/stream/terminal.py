"""A status line at the bottom of a terminal, redrawn while other output is written above it.

Drawing starts at the left edge and clears the rest of the line, so it is independent of what was
there; any writer to the terminal clears the line first. The cursor is never hidden, so nothing has
to be restored when a run is killed.
"""

import fcntl
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol, Self, TextIO

CLEAR = "\r\x1b[K"
EVERY = 0.25  # seconds between redraws; a shorter run shows no line
PLAIN = ("", "dumb", "unknown")  # values of TERM for terminals that cannot clear a line
JOINERS = "\u200c\u200d"  # zero-width joiners, used in Persian, Hindi and emoji


def is_terminal(file: TextIO | None) -> bool:
    """Whether a file is a terminal."""
    return file is not None and not file.closed and file.isatty()


def is_drawn_on(file: TextIO | None) -> bool:
    """Whether a file is a terminal on which a line can be drawn and cleared."""
    return is_terminal(file) and os.environ.get("TERM", "") not in PLAIN


def printable(text: str) -> str:
    """Escape control characters and lone surrogates, so that a terminal can show the text."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return "".join(
        c if c.isprintable() or c in JOINERS else c.encode("unicode_escape").decode() for c in text
    )


class Drawn(Protocol):
    """Something that shows how far a run is, inside a `with` block."""

    def above(self) -> AbstractContextManager[None]:
        """Hide it while the block writes on the terminal."""

    def clear(self) -> None:
        """Erase it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Line:
    """A status line on standard error, drawn by a separate thread inside the `with` block.

    `text` returns the line for a number of columns, or "" for no line. Of several processes on
    one terminal, one draws at a time, and never a background process.
    """

    def __init__(self, text: Callable[[int], str]) -> None:
        self._text = text
        self._file = sys.stderr.fileno()
        self._writing = threading.Lock()
        self._ended = threading.Event()
        self._drawn = False
        self._key: int | None = None  # descriptor of the terminal; the process that draws locks it
        self._locked = False
        self._ours = self._is_our_turn()

    def __enter__(self) -> Self:
        threading.Thread(target=self._draw, daemon=True, name="progress").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.clear()
        self._give_way()

    @contextmanager
    def above(self) -> Iterator[None]:
        """Clear the line and do not redraw it while the block writes on the terminal."""
        with self._writing:
            if self._drawn or not self._ours:  # another process may have drawn one
                self._write(CLEAR)
                self._drawn = False
            yield

    def clear(self) -> None:
        """Clear the line until the next redraw."""
        held = self._writing.acquire(timeout=EVERY)  # the holder may be blocked for ever
        if self._drawn:
            self._write(CLEAR)
            self._drawn = False
        if held:
            self._writing.release()

    def _draw(self) -> None:
        while not self._ended.wait(EVERY):
            self._ours = self._is_our_turn()
            if not self._ours:
                continue
            text = self._text(self._columns() - 1)  # some terminals wrap in the last column
            with self._writing:
                if self._ended.is_set():
                    return
                if text:
                    self._write(f"\r{text}\x1b[K")
                elif self._drawn:
                    self._write(CLEAR)
                self._drawn = bool(text)

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._file).columns or 80
        except OSError:
            return 80

    def _write(self, text: str) -> None:
        with suppress(OSError):  # the terminal is gone
            os.write(self._file, text.encode(sys.stderr.encoding, "replace"))

    def _is_our_turn(self) -> bool:
        with suppress(OSError):  # the terminal is not our controlling terminal
            if os.tcgetpgrp(self._file) != os.getpgrp():
                self._give_way()
                return False
        if not self._locked:
            try:
                if self._key is None:
                    flags = os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK
                    self._key = os.open(os.ttyname(self._file), flags)
                fcntl.flock(self._key, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except OSError:
                pass  # the terminal has no name or no locks: better two status lines than none
            self._locked = True
        return True

    def _give_way(self) -> None:
        if self._key is not None:
            os.close(self._key)
        self._key, self._locked = None, False
