"""Text of spans on standard output, in a file, or in a folder with a file for each video."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from vtk.errors import UsageError
from vtk.export import tell_left_out
from vtk.media.picture import make_folder, safe_stem
from vtk.output import Sink, open_sink
from vtk.pipeline import map_spans
from vtk.span import Span
from vtk.split import with_shots
from vtk.stream.terminal import printable


@dataclass(frozen=True)
class Form:
    """A text format."""

    name: str  # of the subcommand
    ending: str  # of the names of files in a folder
    text: Callable[[Iterator[Span]], Iterator[str]]  # the spans of a file to pieces of its text
    ready: Callable[[Span], object] = lambda span: None  # raises where a span cannot be written
    mixed: bool = False  # whether a file may be of several videos


def write(spans: Iterable[Span], output: str | None, form: Form) -> Iterator[Span]:
    """The spans, each written in a form to `output`; None or ``-`` is standard output.

    Where `output` is a folder, or ends in a slash, each video has a file of its own in it, and
    the spans of a video must come together. Whole videos are split into shots first. Error
    records are left out, and a file that was there stays where there is nothing else. Raises
    UsageError for several videos in one file of a form that holds only one, OutputError.
    """
    taken: list[Span] = []
    written = failed = 0

    def good() -> Iterator[Span]:
        nonlocal written, failed
        shots = with_shots(spans, timed=True)
        for span in map_spans(f"export {form.name}", shots, lambda span: _ready(form, span)):
            taken.append(span)
            failed += span.failed
            written += not span.failed
            if not span.failed:
                yield span

    def fill(sink: Sink, group: Iterator[Span]) -> Iterator[Span]:
        for piece in form.text(group):
            sink(piece.encode())
            yield from taken
            taken.clear()

    if output and (output.endswith("/") or os.path.isdir(output)):
        folder, seen = Path(output), set()
        make_folder(folder)
        for video, group in groupby(good(), lambda span: span.video):
            if video in seen:
                raise UsageError(
                    f"{video} appears again after other videos: sort the spans by video"
                )
            seen.add(video)
            with open_sink(str(folder / f"{safe_stem(video)}.{form.ending}")) as sink:
                yield from fill(sink, group)
    else:
        alike = good() if form.mixed else _of_one(form, good())
        with open_sink(output, lambda: written > 0 or not failed) as sink:
            yield from fill(sink, alike)
    yield from taken
    tell_left_out(failed)


def _ready(form: Form, span: Span) -> Iterator[Span]:
    form.ready(span)
    yield span


def _of_one(form: Form, spans: Iterator[Span]) -> Iterator[Span]:
    """The spans, as long as they are of one video."""
    first = None
    for span in spans:
        first = first or span.video
        if span.video != first:
            raise UsageError(
                f"a file of {form.name} holds one video, and {span.video} follows {first}: "
                "write one file per video with -o FOLDER/"
            )
        yield span


def words(span: Span) -> str:
    """What a span is called in a list: its title, caption or summary, else kind and number."""
    known = next((span[key] for key in ("title", "caption", "summary") if span.get(key)), "")
    kind = str(span.get("kind", "span")).capitalize()
    return line(known) or (f"{kind} {span['index'] + 1}" if "index" in span else kind)


def line(text: str) -> str:
    """Text on one line, of characters that can be seen."""
    return printable(" ".join(text.split()))
