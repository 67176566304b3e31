"""vtk keyframes: the few frames that stand for a span."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.errors import UsageError

from .options import streaming

if TYPE_CHECKING:
    from vtk.stream import Stream


@streaming
def keyframes(
    stream: "Stream",
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="Frames per span.")] = 1,
    method: Annotated[
        Literal["diverse", "uniform"],
        typer.Option(
            help="diverse: sharp, away from transitions, unlike each other; uniform: at even "
            "distances.",
        ),
    ] = "diverse",
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write a picture of each keyframe into the folder DIR."),
    ] = None,
    image_format: Annotated[
        Literal["jpg", "webp"], typer.Option("--format", help="Format of the pictures.")
    ] = "jpg",
    height: Annotated[
        int | None,
        typer.Option(
            metavar="PIXELS",
            min=1,
            max=16383,
            show_default="the video's",
            help="Height of the pictures.",
        ),
    ] = None,
    quality: Annotated[
        int, typer.Option(metavar="1-100", min=1, max=100, help="Quality of the pictures.")
    ] = 85,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a contact sheet of all keyframes (.jpg, .webp)."),
    ] = None,
) -> None:
    """Pick the frames that stand for each span.

    Gives each span with `keyframes`: time, exact timestamp, score and colour layout of each. A
    whole video is split into shots first. Exactly N frames come out where the span has as many.
    Decodes from the keyframe of the encoding before the span to the last frame chosen.

    \b
    Examples:
      vtk keyframes talk.mp4
      vtk split talk.mp4 | vtk keyframes -k 3 --images frames/
      vtk keyframes --sheet overview.jpg talk.mp4 > /dev/null
    """
    from functools import partial

    from vtk.keyframes import Images
    from vtk.keyframes import keyframes as find

    if sheet is not None and stream.jobs > 1:
        raise UsageError("--sheet needs --jobs 1: the sheet is made in one process")
    wanted = Images(images, image_format, height, quality) if images else None
    stream.run(partial(find, k=k, method=method, images=wanted, sheet=sheet))
