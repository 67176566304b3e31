"""vtk split: split videos into shots, scenes or windows."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.methods import Methods

from .options import Language
from .resume_option import Resume

METHODS: "Methods[SplitMethod]" = Methods("split")

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vtk.split.methods import SplitMethod
    from vtk.stream.job import Job

    Method = str
else:
    Method = Literal[*METHODS]

NETWORK = (
    "TransNetV2 is asked about cuts that are uncertain, as [shots] is installed; --method content "
    "does without"
)


def split(
    inputs: "Sequence[str]" = (),
    method: Annotated[
        Method | None,
        typer.Option(
            show_default="VTK_SPLIT, or auto where [shots] is installed, else content",
            help=METHODS.help,
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "-t",
            "--threshold",
            metavar="PROBABILITY",
            show_default="0.5",
            help="Least probability of a boundary, 0 to 1, for any method; higher finds fewer.",
        ),
    ] = None,
    min_length: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Join a shot or scene shorter than this (500ms, 2s) to a neighbour, across the "
            "less certain boundary.",
        ),
    ] = None,
    max_length: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Divide a shot longer than this (30s, 2m) at its calmest frames into parts of "
            "at least half that length.",
        ),
    ] = None,
    scenes: Annotated[
        bool,
        typer.Option("--scenes", help="Scenes: shots joined until their look and words change."),
    ] = False,
    every: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Windows of this length (30s, 1m30s) instead of shots; decodes nothing.",
        ),
    ] = None,
    overlap: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="How much of a window the next one repeats."),
    ] = None,
    by: Annotated[
        Literal["speech"] | None,
        typer.Option(
            help="speech: windows of about --every (30s if not given) that end between sentences, "
            "by `speech` or subtitles; decodes nothing.",
        ),
    ] = None,
    language: Language = None,
    cues: Annotated[
        bool,
        typer.Option(
            "--cues",
            help="Technical cues instead of shots: black, white, freeze, colour bars, test cards, "
            "letterbox, credits, silence.",
        ),
    ] = False,
    media: Annotated[
        Literal["-"] | None,
        typer.Option(
            help="The video itself comes on standard input, as it is made: MPEG-TS, Matroska, "
            "fragmented MP4.",
        ),
    ] = None,
    resume: Resume = False,
    why: Annotated[
        bool, typer.Option("--why", help="Add the measurements behind each boundary.")
    ] = False,
) -> "Job":
    """Split videos into shots, scenes or windows.

    Gives one span per shot as soon as its end is certain, with the exact timestamp of its first
    frame, how probable the boundary is (`score`) and how the shot began: cut, dissolve, fade or
    wipe. A span given in is split up. Decodes every frame once, unless the method is fast; memory
    does not grow with the length of the video.

    \b
    Examples:
      vtk split film.mp4 > shots.jsonl
      vtk split 'film.mp4#t=60,120'
      vtk split -t 0.8 film.mp4
      vtk split --min-length 1s --max-length 30s film.mp4 | vtk keyframes
      vtk split --scenes film.mp4
      vtk split --every 30s --overlap 5s lecture.mp4 | vtk keyframes
      vtk split --by speech --every 1m lecture.mp4
      ffmpeg -i rtsp://camera/1 -c copy -f mpegts - | vtk split --media -
      find . -name '*.mov' -print0 | vtk split -0 --jobs 2 -o takes.jsonl --resume
    """
    from functools import partial

    from vtk.errors import UsageError
    from vtk.split import default_method
    from vtk.split import split as find
    from vtk.stream.job import Job
    from vtk.times import parse_duration

    def seconds(text: str | None) -> float | None:
        return None if text is None else parse_duration(text)

    if media:
        whole = method is None or METHODS.load(method).decodes_all
        if resume:
            raise UsageError("--resume cannot go on with --media -, which is read once")
        if inputs or not whole or every or by or cues:
            raise UsageError(
                "--media - is read once, from start to end: give no other input, and split it "
                "into shots or scenes by content, auto or learned"
            )
    return Job(
        partial(
            find,
            method=method,
            threshold=threshold,
            min_length=seconds(min_length),
            max_length=seconds(max_length),
            scenes=scenes,
            every=seconds(every),
            overlap=seconds(overlap),
            by=by,
            language=language,
            cues=cues,
            why=why,
        ),
        processes=not media,
        tells_progress=True,
        keeps=resume,
        inputs=['{"video": "/dev/stdin"}'] if media else None,
        hint="" if method or every or by or cues or default_method() != "auto" else NETWORK,
    )
