"""vtk show: format a stream of spans as text for people."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vtk.stream.job import Job


def show(
    width: Annotated[
        int, typer.Option(metavar="COLUMNS", min=20, help="Width of the text in columns.")
    ] = 88,
) -> "Job":
    """Show spans as text to read instead of JSON.

    Chapters come as lines that YouTube takes as chapters (1:02 Title), a summary as a paragraph,
    results of a search with rank, score and place, anything else as times and the best words
    known of it.

    \b
    Examples:
      vtk chapter talk.mp4 | vtk show
      vtk retrieve 'a rocket lifts off' shots.jsonl | vtk show
    """
    from vtk.show import printer
    from vtk.stream.job import Job
    from vtk.stream.writer import Lines

    return Job(iter, writer=Lines(printer(width)))
