"""vtk export srt, vtt, ass, lrc, txt: write speech as subtitles or text."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vtk.stream.job import Job

Width = Annotated[
    int,
    typer.Option("--line-length", metavar="N", min=8, max=1000, help="Most characters in a line."),
]
Speed = Annotated[
    float,
    typer.Option(
        "--reading-speed",
        metavar="N",
        min=1,
        help="Characters that are read per second: cues stay long enough for that, as far as the "
        "next one allows.",
    ),
]
Plain = Annotated[
    bool,
    typer.Option(
        "--plain",
        help="Lay out subtitles anew that were read from a file, without their tags "
        "and line breaks.",
    ),
]
Highlight = Annotated[
    bool, typer.Option("--highlight", help="Mark when each word is said, if that is known.")
]
Embed = Annotated[
    bool,
    typer.Option(
        "--embed",
        help="Write a copy of the video, named by -o, with the subtitles as a track; nothing is "
        "re-encoded.",
    ),
]


def srt(
    width: Width = 42,
    speed: Speed = 20.0,
    plain: Plain = False,
    embed: Embed = False,
) -> "Job":
    """Write what is said as subtitles (SubRip).

    Cues that were read from a .srt file stay as they were. Others have at most two lines, end with
    a sentence or a clause where one does, and stay until they can be read. Spans without `speech`
    get the words of the video's subtitles first. Times count from the first picture.

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export srt > talk.srt
      vtk export srt --embed talk.mp4 -o subtitled.mkv
    """
    return _subtitles("srt", width, speed, plain, embed=embed)


def vtt(
    width: Width = 42,
    speed: Speed = 20.0,
    plain: Plain = False,
    highlight: Highlight = False,
    embed: Embed = False,
) -> "Job":
    """Write what is said as subtitles for the web (WebVTT).

    As srt, with speakers as voices; --highlight lets players colour the words as they are said.

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export vtt --highlight > talk.vtt
    """
    return _subtitles("vtt", width, speed, plain, highlight, embed)


def ass(
    width: Width = 42,
    speed: Speed = 20.0,
    plain: Plain = False,
    embed: Embed = False,
) -> "Job":
    """Write what is said as subtitles to be styled (Advanced SubStation Alpha).

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export ass > talk.ass
    """
    return _subtitles("ass", width, speed, plain, embed=embed)


def lrc(highlight: Highlight = False) -> "Job":
    """Write what is said as lyrics (LRC), a line for each cue.

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export lrc > talk.lrc
    """
    return _subtitles("lrc", 1000, highlight=highlight)


def txt() -> "Job":
    """Write what is said as text, in paragraphs where somebody else speaks or nobody does.

    \b
    Examples:
      vtk transcribe talk.mp4 | vtk export txt > talk.txt
    """
    return _subtitles("txt", 1000)


def _subtitles(
    form: str,
    width: int,
    speed: float = 20.0,
    plain: bool = False,
    highlight: bool = False,
    embed: bool = False,
) -> "Job":
    """Return the job that writes speech as text, or as tracks in copies of the videos."""
    from vtk.export.soft_subtitles import soft_subtitles
    from vtk.export.speech import subtitles
    from vtk.export.subtitle_layout import Layout
    from vtk.stream.job import Job
    from vtk.transcribe import with_speech

    layout = Layout(width, speed, plain)
    if embed:
        return Job(with_speech, by_video=True, writer=soft_subtitles(form, layout, highlight))
    text = subtitles(form, layout, highlight=highlight)
    return Job(text.prepare, by_video=True, writer=text)
