"""vtk show: format a stream of spans as text for people."""

import logging
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtk.span import Span
    from vtk.stream.job import Job


def show(
    width: Annotated[
        int | None,
        typer.Option(
            metavar="COLUMNS",
            min=20,
            show_default="that of the terminal, or 88",
            help="Width of the text in columns.",
        ),
    ] = None,
    plain: Annotated[
        bool,
        typer.Option(
            "--plain",
            help="For pasting: no headings of videos, no indented sections, no bold type.",
        ),
    ] = False,
) -> "Job":
    """Show spans as text to read instead of JSON.

    Chapters come as lines that YouTube takes as chapters (1:02 Title), a summary as a paragraph,
    results of a search with rank, score, place and the lines around the words that were found,
    files as what they hold, anything else as times and the best words known of it. On a terminal,
    commands that give spans show them so by themselves.

    \b
    Examples:
      vtk chapter talk.mp4 | vtk show
      vtk chapter talk.mp4 | vtk show --plain > chapters.txt
      vtk retrieve 'a rocket lifts off' shots.jsonl | vtk show
      vtk chapter talk.mp4 | vtk show --print '{start:hms} {title}'
    """
    from vtk.stream.job import Job

    from .shown import shown

    return Job(_told, writer=shown(width, plain=plain))


def _told(spans: "Iterator[Span]") -> "Iterator[Span]":
    """Pass spans on, and tell if there are none."""
    empty = True
    for span in spans:
        empty = False
        yield span
    if empty:
        logging.getLogger("vtk").warning("nothing to show: there are no spans in the input")
