"""Spans as text: on standard output, in a file, or in a folder with a file for each video."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from vtk.errors import UsageError
from vtk.export import tell_left_out
from vtk.media.image.files import make_folder, safe_stem
from vtk.output import Sink, open_sink
from vtk.pipeline import Ability, map_spans
from vtk.span import Span
from vtk.split import with_shots
from vtk.stream.terminal import printable
from vtk.stream.writer import Output

with_times: Callable[[Iterable[Span]], Iterator[Span]] = partial(with_shots, timed=True)


@dataclass(frozen=True)
class TextFormat:
    """A text format, which writes spans to the output of a run.

    Where that is a folder, each video has a file of its own in it, and the spans of a video must
    come together. Error records are left out, and a file that was there stays where there is
    nothing else.
    """

    name: str  # of the subcommand
    ending: str  # of the names of files in a folder
    text: Callable[[Iterator[Span]], Iterator[str]]  # the spans of a file to pieces of its text
    check: Callable[[Span], object] = lambda span: None  # raises where a span cannot be written
    prepare: Ability = with_times  # gives spans what the text tells of them
    mixed: bool = False  # whether a file may be of several videos
    whole_lines: bool = False  # pieces may end within a line

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Write spans that are prepared.

        Raises UsageError for several videos in one file of a format that holds only one,
        OutputError.
        """
        written = failed = 0

        def good() -> Iterator[Span]:
            nonlocal written, failed
            for span in map_spans(output.command, spans, self._checked):
                output.done(span)
                failed += span.failed
                written += not span.failed
                if not span.failed:
                    yield span

        if output.folder:
            self._write_each(good(), output.folder)
        else:
            with output.open(lambda: written > 0 or not failed) as sink:
                self._write_file(good() if self.mixed else self._of_one(good()), sink)
        tell_left_out(failed)

    def _write_each(self, spans: Iterator[Span], folder: Path) -> None:
        """Write a file for each video."""
        make_folder(folder)
        seen = set()
        for video, group in groupby(spans, lambda span: span.video):
            if video in seen:
                raise UsageError(
                    f"{video} appears again after other videos: sort the spans by video"
                )
            seen.add(video)
            with open_sink(str(folder / f"{safe_stem(video)}.{self.ending}")) as sink:
                self._write_file(group, sink)

    def _write_file(self, spans: Iterator[Span], sink: Sink) -> None:
        for piece in self.text(spans):
            sink(piece.encode())

    def _checked(self, span: Span) -> Iterator[Span]:
        self.check(span)
        yield span

    def _of_one(self, spans: Iterator[Span]) -> Iterator[Span]:
        """The spans, as long as they are of one video."""
        first = None
        for span in spans:
            first = first or span.video
            if span.video != first:
                raise UsageError(
                    f"a file of {self.name} holds one video, and {span.video} follows {first}: "
                    "write one file per video with -o FOLDER/"
                )
            yield span


def label(span: Span) -> str:
    """What a span is called in a list: its title, caption or summary, else kind and number."""
    known = next((span[key] for key in ("title", "caption", "summary") if span.get(key)), "")
    kind = str(span.get("kind", "span")).capitalize()
    return one_line(known) or (f"{kind} {span['index'] + 1}" if "index" in span else kind)


def one_line(text: str) -> str:
    """Text on one line, of characters that can be seen."""
    return printable(" ".join(text.split()))
