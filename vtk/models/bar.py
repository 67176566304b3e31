"""A bar of bytes on the terminal: which file, how much of it, how fast."""

from typing import Self


class NoBar:
    """What tells of files and of bytes done and of all. This one keeps it to itself."""

    def __call__(self, file: str, done: int, total: int) -> None:
        """The work on a file has come to `done` of `total` bytes."""

    def clear(self) -> None:
        """Leave the line to what is to be written now."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()


class Bar(NoBar):
    """A line on standard error, which is there while there is something to tell."""

    def __init__(self, command: str) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._bar = Progress(
            TextColumn(f"vtk {command}"),
            BarColumn(20),
            TextColumn("{task.description}", markup=False),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
        )
        self._file = ""

    def __call__(self, file: str, done: int, total: int) -> None:
        if file != self._file:
            self.clear()
            # What was here when it began is no part of the speed.
            self._bar.add_task(file[-40:], total=total or None, completed=done)
            self._file = file
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done)

    def clear(self) -> None:
        if not self._file:
            return
        self._bar.stop()
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        self._file = ""
