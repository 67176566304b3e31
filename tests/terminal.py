"""A terminal to run commands on, and what a person sees on its screen."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from pathlib import Path
from typing import Self

import pyte

from tests.command_line import OURS, VTK

PATIENCE = 60.0  # seconds until what is waited for counts as never coming


class Terminal:
    """A shell command on a terminal of its own, which it is interrupted and ended by."""

    def __init__(
        self,
        command: str,
        *,
        columns: int = 500,
        folder: Path | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, 24)
        self.written = b""
        self._stream = pyte.ByteStream(self.screen)
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        path = f"{Path(VTK).parent}:{os.environ['PATH']}"
        self.run = subprocess.Popen(
            ["bash", "-c", command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env=os.environ | OURS | {"TERM": "xterm", "PATH": path} | (env or {}),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # where Ctrl-C comes from
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._ours)  # which hangs up
        self.run.wait(PATIENCE)

    @property
    def lines(self) -> list[str]:
        """The lines on the screen, without the empty ones at its end."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip("\n").split("\n")

    def until(self, pattern: str) -> str:
        """Wait until a line on the screen matches, and give the match."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for line in self.lines:
                if match := re.search(pattern, line):
                    return match[0]
            assert self._read(deadline), f"{pattern} never came:\n" + "\n".join(self.lines)

    def end(self) -> int:
        """Wait for the end of the command, and give its exit status."""
        while self._read(time.monotonic() + PATIENCE):
            pass
        return self.run.wait(PATIENCE)

    def types(self, text: str) -> None:
        """Type it; `\\x03` is Ctrl-C."""
        os.write(self._ours, text.encode())

    def _read(self, deadline: float) -> bool:
        """Read what is written next; false at the end."""
        assert select.select([self._ours], [], [], deadline - time.monotonic())[0], self.lines
        try:
            part = os.read(self._ours, 65536)
        except OSError:  # how Linux tells that the other side is closed
            return False
        self.written += part
        self._stream.feed(part)
        return bool(part)
