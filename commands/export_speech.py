"""vtk export srt, vtt, ass, lrc, txt: what is said, as subtitles and as text."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from .options import streaming

if TYPE_CHECKING:
    from vtk.stream import Stream

Width = Annotated[
    int,
    typer.Option("--line-length", metavar="N", min=8, max=1000, help="Characters of a line."),
]
Speed = Annotated[
    float,
    typer.Option(
        "--reading-speed",
        metavar="N",
        min=1,
        help="Characters read in a second: cues stay that long, as far as the next one allows.",
    ),
]
Plain = Annotated[
    bool,
    typer.Option(
        "--plain", help="Lay out subtitles anew that were read, without their tags and lines."
    ),
]
Highlight = Annotated[
    bool, typer.Option("--highlight", help="Mark when each word is said, where that is known.")
]
Embed = Annotated[
    bool,
    typer.Option(
        "--embed",
        help="Write a copy of the video, named by -o, with the subtitles as a track; nothing is "
        "encoded anew.",
    ),
]


@streaming
def srt(
    stream: "Stream",
    width: Width = 42,
    speed: Speed = 20.0,
    plain: Plain = False,
    embed: Embed = False,
) -> None:
    """Write what is said as subtitles (SubRip).

    Cues that were read from a .srt file stay as they were. Others have at most two lines, end with
    a sentence or a clause where one does, and stay until they can be read. Spans without `speech`
    are transcribed from the words that come with the video. Times count from the first picture.

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export srt > talk.srt
      vtk export srt --embed talk.mp4 -o subtitled.mkv
    """
    _run(stream, "srt", width, speed, plain, embed=embed)


@streaming
def vtt(
    stream: "Stream",
    width: Width = 42,
    speed: Speed = 20.0,
    plain: Plain = False,
    highlight: Highlight = False,
    embed: Embed = False,
) -> None:
    """Write what is said as subtitles for the web (WebVTT).

    As srt, with speakers as voices; --highlight lets players colour the words as they are said.

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export vtt --highlight > talk.vtt
    """
    _run(stream, "vtt", width, speed, plain, highlight, embed)


@streaming
def ass(
    stream: "Stream",
    width: Width = 42,
    speed: Speed = 20.0,
    plain: Plain = False,
    embed: Embed = False,
) -> None:
    """Write what is said as subtitles to be styled (Advanced SubStation Alpha).

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export ass > talk.ass
    """
    _run(stream, "ass", width, speed, plain, embed=embed)


@streaming
def lrc(stream: "Stream", highlight: Highlight = False) -> None:
    """Write what is said as lyrics (LRC), a line for each cue.

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export lrc > talk.lrc
    """
    _run(stream, "lrc", 1000, highlight=highlight)


@streaming
def txt(stream: "Stream") -> None:
    """Write what is said as text, in paragraphs where somebody else speaks or nobody does.

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export txt > talk.txt
    """
    _run(stream, "txt", 1000)


def _run(
    stream: "Stream",
    form: str,
    width: int,
    speed: float = 20.0,
    plain: bool = False,
    highlight: bool = False,
    embed: bool = False,
) -> None:
    """Run the export, which writes the output itself; the stream counts."""
    from functools import partial

    from vtk.export.embedding import embedded
    from vtk.export.reading import Layout
    from vtk.export.speech import speech

    write = partial(
        embedded if embed else speech,
        output=stream.output,
        form=form,
        layout=Layout(width, speed, plain),
        highlight=highlight,
    )
    stream.command, stream.jobs = f"export {form}", 1
    if stream.output not in (None, "-"):
        stream.output = os.devnull
    stream.run(write, dump=None)
