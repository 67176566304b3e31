"""Writers: what becomes of the spans that a run gives, beginning with JSON Lines."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vtk.output import Sink, open_sink
from vtk.pipeline import failure
from vtk.span import Span
from vtk.stream.lines import STRETCH


@dataclass(frozen=True)
class Output:
    """Where a run writes, and whom a writer tells of what it has dealt with."""

    name: str | None = None  # of a file or a folder; None or - is standard output
    command: str = "write"  # in error records
    done: Callable[[Span], object] = lambda _: None
    keep: Callable[[], bool] = lambda: True  # whether the file takes its name at the end
    above: Callable[[], AbstractContextManager[None]] = nullcontext  # a bar on the same terminal

    @property
    def folder(self) -> Path | None:
        """The folder that is named; None where a file is, or standard output."""
        if self.name and (self.name.endswith("/") or os.path.isdir(self.name)):
            return Path(self.name)
        return None

    @contextmanager
    def open(self, keep: Callable[[], bool] | None = None) -> Iterator[Sink]:
        """A function that writes bytes; `keep` is asked in place of the run's. As `open_sink`."""
        with open_sink(self.name, keep or self.keep) as sink:

            def write(line: bytes) -> None:
                with self.above():
                    sink(line)

            yield write


class Writer(Protocol):
    """Writes the spans of a run in some format.

    `output.done` is to be called with every span once it is dealt with: with the span itself, or
    with an error record in its place where it cannot be written. Error records among the spans are
    the result of stages before, and are passed to it as well. `whole_lines` says that standard
    output gets whole lines at a time, so that a progress bar can be drawn below them.
    """

    @property
    def whole_lines(self) -> bool: ...

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Write the spans. Raises OutputError and UsageError, which end the run."""


@dataclass(frozen=True)
class Lines:
    """A line for each span as soon as it comes; `dump` gives the line, by default as JSON."""

    dump: Callable[[Span], bytes] = Span.dump
    whole_lines: bool = True

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Write the spans; one that cannot be dumped as an error record of its stretch."""
        with output.open() as sink:
            for span in spans:
                try:
                    line = self.dump(span)
                except Exception as error:
                    stretch = Span({key: span[key] for key in STRETCH if key in span})
                    span = failure(output.command, stretch, error)
                    line = self.dump(span)
                sink(line)
                output.done(span)
