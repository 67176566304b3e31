"""Spans as text: to standard output, to a file, or to a folder with one file per video."""

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
from vtk.show.files import cue
from vtk.show.hits import around
from vtk.span import Span
from vtk.split import with_shots
from vtk.stream.terminal import printable
from vtk.stream.writer import Output

LETTERS = 200  # about how many of the words of a result are told
WORDED = ("evidence", "speech", "screen_text", "caption")  # fields with words

with_timed_shots: Callable[[Iterable[Span]], Iterator[Span]] = partial(with_shots, timed=True)


@dataclass(frozen=True)
class TextFormat:
    """A text format, which writes spans to the output of a run.

    If the output is a folder, each video gets its own file there, and the spans of a video must be
    consecutive. Error records are left out; if there are only error records, an existing file is
    kept.
    """

    name: str  # name of the subcommand
    ending: str  # extension of the files in a folder
    text: Callable[[Iterator[Span]], Iterator[str]]  # turns the spans of a file into its text
    check: Callable[[Span], object] = lambda span: None  # raises if a span cannot be written
    prepare: Ability = with_timed_shots  # adds the fields that the text needs to the spans
    mixed: bool = False  # whether a file may hold spans of several videos
    whole_lines: bool = False  # False, as a piece of text may end within a line

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Write spans that went through `prepare`.

        Raises UsageError for several videos in one file of a format that holds only one, and
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
        """Write one file for each video."""
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
        """The spans unchanged. Raises UsageError if they are not all of one video."""
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
    """A label for a span: its title, what cue it is, caption or summary, or its kind and number."""
    if "cue" in span and not span.get("title"):
        return one_line(cue(span["cue"]))
    known = next((span[key] for key in ("title", "caption", "summary") if span.get(key)), "")
    kind = str(span.get("kind", "span")).capitalize()
    return one_line(known) or (f"{kind} {span['index'] + 1}" if "index" in span else kind)


def remarks(span: Span) -> list[str]:
    """What was searched for, and the words around what answers it, of a result of a search."""
    query = one_line(str(span.get("query", "")))
    if not query:
        return []
    said = one_line(around(span, LETTERS).text) if any(map(span.get, WORDED)) else ""
    return [f"Query: {query}", *([f"Words: {said}"] if said else [])]


def one_line(text: str) -> str:
    """The text on one line, with printable characters only."""
    return printable(" ".join(text.split()))
