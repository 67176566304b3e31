"""vtk summarize: sum up a video in a few sentences."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.methods import Methods

from .options import Language

METHODS: "Methods[SummaryMethod]" = Methods("summarize")

if TYPE_CHECKING:
    from vtk.stream.job import Job
    from vtk.summarize import SummaryMethod

    Method = str
else:
    Method = Literal[*METHODS]


def summarize(
    method: Annotated[Method, typer.Option(help=METHODS.help)] = "extract",
    sentences: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, show_default="5, without --words", help="At most N sentences."
        ),
    ] = None,
    words: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="At most N words in all.")
    ] = None,
    language: Language = None,
) -> "Job":
    """Sum up each video in a few sentences.

    Gives one span per video with `summary` and with its `sentences`, each with the time where it
    is said or seen; the titles of chapters stay in `parts`. The sentences are quoted, not
    written. The spans of a video must follow each other in the input: one video is held at a
    time. A video of which no span has `speech`, `screen_text` or `caption` is captioned first.

    \b
    Examples:
      vtk summarize talk.mp4
      vtk chapter talk.mp4 | vtk summarize --words 100 | jq -r .summary
      vtk summarize --sentences 3 < shots.jsonl | jq -r '.sentences[] | [.start, .text] | @tsv'
    """
    from functools import partial

    from vtk.stream.job import Job
    from vtk.summarize import summarize as sum_up

    work = partial(sum_up, method=method, sentences=sentences, words=words, language=language)
    return Job(work, by_video=True)
