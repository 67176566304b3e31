"""vtk caption: what a span shows and says, in words."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .options import Language, streaming

if TYPE_CHECKING:
    from vtk.stream import Stream


@streaming
def caption(
    stream: "Stream",
    method: Annotated[
        Literal["facts"],
        typer.Option(help="facts: what is measured and read, without a model; it never guesses."),
    ] = "facts",
    language: Language = None,
) -> None:
    """Say in words what each span shows and says.

    Gives each span with `caption`, plain English sentences, and with `speech` where a subtitle
    track or a subtitle file beside the video (.srt, .vtt, .ass, .ssa) has words for it. The
    method `facts` says how long the span is, its light and colours, what the camera does and how
    much moves. A whole video is split into shots first. Decodes from the keyframe of the encoding
    before the span through eight pictures of it.

    \b
    Examples:
      vtk caption talk.mp4
      vtk split talk.mp4 | vtk keyframes | vtk caption > shots.jsonl
      vtk caption --language de film.mkv | jq -r '[.start, .caption] | @tsv'
    """
    from functools import partial

    from vtk.caption import caption as describe

    stream.run(partial(describe, method=method, language=language))
