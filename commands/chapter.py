"""vtk chapter: join spans into chapters with titles."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.methods import Methods

from .options import Language

METHODS: "Methods[ChapterMethod]" = Methods("chapter")

if TYPE_CHECKING:
    from vtk.chapter import ChapterMethod
    from vtk.stream.job import Job

    Method = str
else:
    Method = Literal[*METHODS]


def chapter(
    method: Annotated[Method, typer.Option(help=METHODS.help)] = "text",
    count: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            show_default="as found",
            help="The number of chapters, if there is room for that many.",
        ),
    ] = None,
    min_length: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            show_default="1/60 of the video, 10s to 2m",
            help="No chapter is shorter (30s, 1m30s).",
        ),
    ] = None,
    language: Language = None,
) -> "Job":
    """Join the spans of a video into chapters with titles.

    Gives fewer, longer spans, each with `title`, the strength of its first boundary as `score`,
    and what was joined in `parts`. The chapters cover the video without gaps and none begins in
    mid-sentence where that can be avoided. Titles are phrases of what is said and shown. The
    spans of a video must follow each other in the input: one video is held at a time. Needs no
    picture; a video of which no span has `speech`, `screen_text` or `caption` is captioned first.

    \b
    Examples:
      vtk chapter talk.mp4
      vtk split talk.mp4 | vtk keyframes | vtk caption | vtk chapter --count 6
      vtk chapter --min-length 1m < shots.jsonl | jq -r '[.start, .title] | @tsv'
    """
    from functools import partial

    from vtk.chapter import Task
    from vtk.chapter import chapter as join
    from vtk.stream.job import Job
    from vtk.times import parse_duration

    seconds = None if min_length is None else parse_duration(min_length)
    task = Task(count=count, min_length=seconds, language=language)
    return Job(partial(join, task=task, method=method), by_video=True)
