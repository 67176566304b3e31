"""vtk split: videos into shots."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .options import streaming

if TYPE_CHECKING:
    from vtk.stream import Stream


@streaming
def split(
    stream: "Stream",
    method: Annotated[
        Literal["content"],
        typer.Option(help="content: boundaries from the pictures, every frame, no model."),
    ] = "content",
    every: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Windows of that length (30s, 1m30s) instead of shots; decodes nothing.",
        ),
    ] = None,
) -> None:
    """Split videos into shots.

    Gives one span per shot as soon as its end is certain, with the exact timestamp of its first
    frame, the score of the boundary and how the shot began: cut, dissolve, fade or wipe. A span
    given in is split up. Decodes every frame once; memory does not grow with the length of the
    video.

    \b
    Examples:
      vtk split film.mp4 > shots.jsonl
      vtk split 'film.mp4#t=60,120'
      vtk split --every 30s lecture.mp4 | vtk keyframes
      find . -name '*.mov' -print0 | vtk split -0 --jobs 2 -o shots.jsonl
    """
    from functools import partial

    from vtk.split import split as find
    from vtk.times import parse_duration

    seconds = None if every is None else parse_duration(every)
    stream.run(partial(find, method=method, every=seconds, on_progress=stream.on_progress))
