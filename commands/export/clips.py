"""vtk export clips: cut spans out of their videos, each into a file of its own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .options import Rate

if TYPE_CHECKING:
    from vtk.stream.job import Job


def clips(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to.")],
    codec: Annotated[
        Literal["h264", "hevc", "av1", "copy"],
        typer.Option(
            "--codec",
            "-c",
            help="h264, hevc, av1: exactly the span, encoded anew as MP4 with AAC; copy: without "
            "encoding, from the keyframe of the encoding before it.",
        ),
    ] = "h264",
    crf: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            max=63,
            show_default="20 for h264, 23 for hevc, 30 for av1",
            help="Constant rate factor: lower is better and larger.",
        ),
    ] = None,
    fps: Rate = None,
    height: Annotated[
        int | None,
        typer.Option(
            metavar="PIXELS", min=2, max=16383, show_default="the video's", help="Height."
        ),
    ] = None,
    pad: Annotated[
        str,
        typer.Option(
            metavar="DURATION", help="Handles: this much more before and after (500ms, 2s)."
        ),
    ] = "0",
    name: Annotated[
        str | None,
        typer.Option(
            metavar="TEMPLATE",
            show_default="the video's, and start and end in milliseconds",
            help="Names of the files, as '{rank:02d} {stem} {start:hms}'; see --print.",
        ),
    ] = None,
) -> "Job":
    """Cut spans out of their videos, each into a file of its own.

    Gives the spans with `clip`: the file, and the stretch of the video in it, handles included. A
    clip is upright, begins at 0 and has the sound of its span; with --codec copy all tracks that
    its container can hold. A name that is given twice gets a number. Whole videos are split into
    shots first.

    Each file appears when it is whole, and its comment tells what it holds, so that a further run
    makes only what is missing, or was made with other options or of another file. No file is
    replaced that holds something else: its span comes out as an error record.

    \b
    Examples:
      vtk split talk.mp4 | vtk export clips shots/ > clips.jsonl
      vtk retrieve 'honey bee' shots.jsonl | vtk export clips bees/ --pad 1s --codec copy
      vtk chapter talk.mp4 | vtk export clips chapters/ --name '{index:02d} {title}' --jobs 2
      vtk export clips small/ --crf 30 --fps 12.5 --height 90 'talk.mp4#t=1,3'
    """
    from vtk.clips import Cutter
    from vtk.errors import UsageError
    from vtk.export.clock import parse_rate
    from vtk.export.files import with_timed_shots
    from vtk.media.video.encoding import Encoding
    from vtk.stream.job import Job
    from vtk.times import parse_duration

    if codec == "copy" and (crf is not None or fps or height):
        raise UsageError(
            "--crf, --fps and --height need --codec h264, hevc or av1: a copy is as is"
        )
    how = None if codec == "copy" else Encoding(codec, crf, parse_rate(fps), height)
    seconds = parse_duration(pad) if pad.strip(" 0") else 0.0
    cutter = Cutter("export clips", folder, how, seconds, name)
    return Job(cutter.cut, before=lambda spans: cutter.named(with_timed_shots(spans)))
