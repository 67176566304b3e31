"""Writers of the output spans of a run: the interface, and the JSON Lines writer."""

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
    """The destination of a run, and callbacks for its writer."""

    name: str | None = None  # name of a file or a folder; None or - is standard output
    command: str = "write"  # command name in error records
    done: Callable[[Span], object] = lambda _: None  # called with each finished span
    keep: Callable[[], bool] = lambda: True  # whether to put the output file in place at the end
    above: Callable[[], AbstractContextManager[None]] = nullcontext  # hides a progress bar

    @property
    def folder(self) -> Path | None:
        """The output folder; None if the output is a file or standard output."""
        if self.name and (self.name.endswith("/") or os.path.isdir(self.name)):
            return Path(self.name)
        return None

    @contextmanager
    def open(self, keep: Callable[[], bool] | None = None) -> Iterator[Sink]:
        """Return a function that writes bytes, as `open_sink`; `keep` overrides the run's."""
        with open_sink(self.name, keep or self.keep) as sink:

            def write(line: bytes) -> None:
                with self.above():
                    sink(line)

            yield write


class Writer(Protocol):
    """Writes the spans of a run in some format.

    It must call `output.done` once for every span: with the span itself after writing it, or with
    an error record if it cannot be written. Error records from earlier stages are among the spans
    and are passed to `output.done` too. `whole_lines` tells that standard output receives only
    whole lines, so that a progress bar can be drawn below them.
    """

    @property
    def whole_lines(self) -> bool: ...

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Write the spans. Raises OutputError and UsageError, which end the run."""


@dataclass(frozen=True)
class Lines:
    """Writes one line per span immediately; `dump` formats the line, by default as JSON."""

    dump: Callable[[Span], bytes] = Span.dump
    whole_lines: bool = True

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Write the spans; a span that `dump` fails on becomes an error record."""
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


@dataclass(frozen=True)
class Conclusion:
    """Writes no span, but a line at the end, for a terminal on which nobody reads records."""

    line: Callable[[], str]
    whole_lines: bool = True

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Take the spans, and write the line."""
        with output.open() as sink:
            for span in spans:
                output.done(span)
            sink(f"{self.line()}\n".encode())
