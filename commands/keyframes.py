"""vtk keyframes: pick the few frames that represent a span."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.errors import UsageError
from vtk.methods import Methods

from .options import Language, Opening
from .resume_option import Resume
from .search_options import Clip, open_embedders

METHODS: "Methods[KeyframeMethod]" = Methods("keyframes")
QUERY_METHODS: "Methods[QueryMethod]" = Methods("keyframes --query")

HINT = "without an image-text model (--clip), words alone decide which frames answer"

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vtk.keyframes.methods import KeyframeMethod
    from vtk.keyframes.query import Query
    from vtk.keyframes.query.methods import QueryMethod
    from vtk.media.image.contact_sheet import Sheet, Sheets
    from vtk.span import Span
    from vtk.stream.job import Job

    Method = str
else:
    Method = Literal[*METHODS, *QUERY_METHODS]


def keyframes(
    opening: Opening,
    jobs: int = 1,
    query: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="Pick the frames that answer this best; see the end of --method."
        ),
    ] = None,
    k: Annotated[
        int | None,
        typer.Option(
            "-k",
            metavar="N",
            min=1,
            show_default="1; 16 for maxinfo; 8 with --query",
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
    at: Annotated[
        str | None,
        typer.Option(
            metavar="T,T,…",
            help="Instead of a number and a method: the frames on screen at these times of the "
            "video, in seconds or as 1:02:03, each once and in order.",
        ),
    ] = None,
    method: Annotated[
        Method | None,
        typer.Option(
            show_default="sharp; clips with --query",
            help=f"{METHODS.help} With --query: {QUERY_METHODS.help}",
        ),
    ] = None,
    tokens: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="With --query: most tokens of a vision-language model that the pictures of a span "
            "may cost, at 28 x 28 pixels a token; their `size` follows. f2c without -k takes four "
            "frames of half the size where one would fit.",
        ),
    ] = None,
    crop: Annotated[
        bool,
        typer.Option(
            "--crop",
            help="With --query and --clip: find the part of each frame that answers best, as `box` "
            "in fractions of the picture; --images writes that part.",
        ),
    ] = False,
    clip: Clip = None,
    language: Language = None,
    features: Annotated[
        Literal["colour", "clip"],
        typer.Option(
            help="How frames are compared with each other: by colour and texture, or by the model "
            "of --clip."
        ),
    ] = "colour",
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
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write a contact sheet of the keyframes with their times, each video under its "
            "name (.jpg, .webp, .png, .avif); after 120 pictures it continues in FILE-2 and so on. "
            "With DIR/, a sheet for each video in that folder. What is all but black is left off.",
        ),
    ] = None,
    columns: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=100, show_default="as many as make a page", help="For --sheet."
        ),
    ] = None,
    cell: Annotated[
        int,
        typer.Option(
            metavar="PIXELS", min=32, max=1080, help="Height of the pictures on the --sheet."
        ),
    ] = 108,
    gif: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write a short animated GIF of each span into the folder DIR."
        ),
    ] = None,
    resume: Resume = False,
) -> "Job":
    """Pick the frames that stand for each span, or that answer a query.

    Gives each span with `keyframes`: time, exact timestamp, score and colour layout of each. A
    whole video is split into shots first. Gives exactly N frames if the span has that many; maxinfo
    takes as few as it needs, and --min-gap and --distinct may leave fewer. A span in which packets
    did not decode says how many in `damaged`.

    With --query or --at a whole video is one span. --query compares a frame a second with the words
    of the query by the image-text model of --clip; focus and tstar look at fewer, yesno asks the
    model of --model or --endpoint about 32, sevices asks it about captions, and tass compares with
    the query as it is captioned by that model, if one is named. Without --clip the
    words of captions, speech, subtitles and text on screen decide. `made` tells what decided, and
    how many frames were looked at. It does not go with --budget.

    Without --query, looks at a few frames of each span, and decodes from the keyframe of the
    encoding before each of them. With --budget or --distinct, a video's spans are
    written only when all of them are done.

    \b
    Examples:
      vtk keyframes talk.mp4
      vtk split talk.mp4 | vtk keyframes -k 3 --images frames/ --format avif --size 640
      vtk keyframes --query 'a rocket lifts off' --clip siglip2-b -k 8 --images frames/ talk.mp4
      vtk keyframes --query 'the honey bee' --method tass -k 3 --min-gap 2 --why talk.mp4
      vtk keyframes --at 1,2.5,0:03 --images frames/ talk.mp4
      vtk keyframes --budget 40 --method cluster --sheet overview.jpg film.mkv > /dev/null
      vtk keyframes --sheet sheets/ --columns 6 --cell 180 talk.mp4 film.mkv > /dev/null
      vtk split --every 1m lecture.mp4 | vtk keyframes --method maxinfo --distinct
      vtk keyframes --rate 0.5 --min-gap 1 --why talk.mp4 | jq '.keyframes[].why'
      vtk keyframes --gif animations/ film.mkv | jq -r .gif
    """
    from vtk.keyframes import Images
    from vtk.keyframes import keyframes as find
    from vtk.stream.job import Job

    paper = _sheet(sheet, columns, cell, image_format)
    each = paper is not None and sheet is not None and _is_folder(sheet)
    if sheet is not None and not each and jobs > 1:
        raise UsageError("--sheet FILE needs --jobs 1: it is made in one process; DIR/ is not")
    if sheet is not None and not each and resume:
        raise UsageError(
            "--sheet FILE needs all keyframes, of which --resume makes only the new ones"
        )
    if features == "clip" and not clip:
        raise UsageError("--features clip needs a model: --clip NAME (vtk models list)")
    if query is None and (crop or tokens is not None):
        raise UsageError("--crop and --tokens are for --query")
    times = box = None
    if at is not None:
        from vtk.keyframes.choosers import parse_times

        times = parse_times(at)
    if size is not None:
        from vtk.media.image.files import parse_size

        box = parse_size(size)
    wanted = partial(
        find,
        k=k,
        rate=rate,
        budget=budget,
        method=method,
        at=times,
        min_gap=min_gap,
        distinct=distinct,
        why=why,
        images=Images(images, image_format, box, quality) if images else None,
        sheet=paper,
        gif=gif,
    )
    wish = reader = None
    if query is not None:
        from vtk.keyframes.query import Query

        wish = Query(query, language=language, tokens=tokens, crop=crop)
        reader = _reader(opening, method, *(("threads",) if clip else ()))
    elif opening.given:
        used = ("threads",) if features == "clip" else ()
        opening.warn_of_unused("keyframes without --query", *used)
    by_clip = features == "clip"
    seer = clip if by_clip or query is not None else None
    if seer is None and reader is None:
        hint = "" if query is None else HINT
        work = partial(wanted, query=wish)
        together = budget is not None or distinct or at is not None or each
        return Job(work, by_video=together, keeps=resume, hint=hint)
    threads = opening.values.get("threads")
    # Every worker process would load the models.
    work = partial(_with_models, wanted, wish, seer, by_clip, reader, threads)
    return Job(work, processes=False, by_video=resume, keeps=resume)


def _is_folder(name: str) -> bool:
    return name.endswith("/") or Path(name).is_dir()


def _sheet(
    name: str | None, columns: int | None, height: int, form: str
) -> "Sheet | Sheets | None":
    """The contact sheet of that name, or, for the name of a folder, one for each video."""
    from vtk.media.image.contact_sheet import Look, Sheet, Sheets, sheet_in

    if name is None:
        if columns is not None:
            raise UsageError("--columns is for --sheet")
        return None
    look = Look(height, columns)
    if _is_folder(name):
        return Sheets(partial(sheet_in, Path(name), form), look)
    return Sheet(Path(name), look)


def _reader(opening: Opening, method: str | None, *used: str) -> Opening | None:
    """How to open the language model, if the method asks one, or reads with one that is named."""
    if method is not None and method in QUERY_METHODS:
        chosen = QUERY_METHODS.load(method)
        if chosen.asks or (chosen.reads and opening.named):
            return opening
    opening.warn_of_unused(f"the method {method}" if method else "the default method", *used)
    return None


def _with_models(
    work: "Callable[..., Iterator[Span]]",
    query: "Query | None",
    clip: str | None,
    by_clip: bool,
    opening: Opening | None,
    threads: int | None,
    spans: "Iterator[Span]",
) -> "Iterator[Span]":
    """The work with its models, which are closed behind it; `by_clip` compares frames by one."""
    from contextlib import ExitStack, closing
    from dataclasses import replace

    with ExitStack() as opened:
        _, seer = opened.enter_context(open_embedders(None, clip, threads))
        reader = opened.enter_context(closing(opening())) if opening else None
        if query is not None:
            query = replace(query, clip=seer, model=reader)
        yield from work(spans, query=query, clip=seer if by_clip else None)
