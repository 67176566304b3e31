"""vtk keyframes: pick the few frames that represent a span."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.errors import UsageError
from vtk.methods import Methods

METHODS: "Methods[KeyframeMethod]" = Methods("keyframes")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtk.keyframes.methods import KeyframeMethod
    from vtk.span import Span
    from vtk.stream.job import Job

    Method = str
else:
    Method = Literal[*METHODS]


def keyframes(
    jobs: int = 1,
    k: Annotated[
        int | None,
        typer.Option(
            "-k",
            metavar="N",
            min=1,
            show_default="1; 16 for maxinfo",
            help="Frames per span; for maxinfo, the most.",
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(metavar="R", help="Instead of -k: frames per second of each span."),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Instead of -k: frames of a whole video, more for spans that are longer or in "
            "which more changes.",
        ),
    ] = None,
    method: Annotated[Method, typer.Option(help=METHODS.help)] = "sharp",
    features: Annotated[
        Literal["colour", "clip"],
        typer.Option(
            help="How frames are compared: by colour and texture, or by an image-text model, "
            "named by --clip."
        ),
    ] = "colour",
    clip: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            envvar="VTK_CLIP",
            help="For --features clip: an open_clip model, or the URL of a server that embeds "
            "pictures.",
        ),
    ] = None,
    min_gap: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0.0, help="Least time between two keyframes of a span."
        ),
    ] = 0.0,
    distinct: Annotated[
        bool,
        typer.Option(
            "--distinct",
            help="Leave out frames that look nearly the same as an earlier keyframe of the "
            "video, which lists their times in `same_as`.",
        ),
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Put what was measured under `why` of each keyframe.")
    ] = False,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write a picture of each keyframe into the folder DIR."),
    ] = None,
    image_format: Annotated[
        Literal["jpg", "webp", "png", "avif"],
        typer.Option("--format", help="Format of the pictures."),
    ] = "jpg",
    size: Annotated[
        str | None,
        typer.Option(
            metavar="PIXELS",
            show_default="the video's",
            help="Longest side of the pictures (640) or a box that they fit in (640x360).",
        ),
    ] = None,
    quality: Annotated[
        int,
        typer.Option(
            metavar="1-100", min=1, max=100, help="Quality of the pictures; png loses nothing."
        ),
    ] = 85,
    sheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a contact sheet of all keyframes with their times (.jpg, .webp, .png, "
            ".avif); after 120 pictures it continues in FILE-2 and so on.",
        ),
    ] = None,
    gif: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write a short animated GIF of each span into the folder DIR."
        ),
    ] = None,
) -> "Job":
    """Pick the frames that stand for each span.

    Gives each span with `keyframes`: time, exact timestamp, score and colour layout of each. A
    whole video is split into shots first. Gives exactly N frames if the span has that many; maxinfo
    takes as few as it needs, and --min-gap and --distinct may leave fewer. A span in which packets
    did not decode says how many in `damaged`.

    Looks at a few frames of each span, and decodes from the keyframe of the encoding before each
    of them. --budget and --distinct give out the spans of a video together.

    \b
    Examples:
      vtk keyframes talk.mp4
      vtk split talk.mp4 | vtk keyframes -k 3 --images frames/ --format avif --size 640
      vtk keyframes --budget 40 --method cluster --sheet overview.jpg film.mkv > /dev/null
      vtk split --every 1m lecture.mp4 | vtk keyframes --method maxinfo --distinct
      vtk keyframes --rate 0.5 --min-gap 1 --why talk.mp4 | jq '.keyframes[].why'
      vtk keyframes --gif animations/ film.mkv | jq -r .gif
    """
    from functools import partial

    from vtk.keyframes import Images
    from vtk.keyframes import keyframes as find
    from vtk.stream.job import Job

    if sheet is not None and jobs > 1:
        raise UsageError("--sheet needs --jobs 1: the sheet is made in one process")
    if features == "clip" and not clip:
        raise UsageError("--features clip needs a model: --clip NAME (vtk models list)")
    box = None
    if size is not None:
        from vtk.media.image.files import parse_size

        box = parse_size(size)
    wanted = partial(
        find,
        k=k,
        rate=rate,
        budget=budget,
        method=method,
        min_gap=min_gap,
        distinct=distinct,
        why=why,
        images=Images(images, image_format, box, quality) if images else None,
        sheet=sheet,
        gif=gif,
    )
    if features == "colour":
        return Job(wanted, by_video=budget is not None or distinct)

    def by_clip(spans: "Iterator[Span]") -> "Iterator[Span]":
        from vtk.models.embed.image_text import open_image_text

        with open_image_text(clip or "", key=os.environ.get("VTK_API_KEY")) as model:
            yield from wanted(spans, clip=model)

    return Job(by_clip, processes=False)  # every worker process would load the model
