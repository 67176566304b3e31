"""vtk retrieve: find the best spans for a query."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.methods import Methods

from .options import Language
from .result_options import Results

METHODS: "Methods[MakeChannel]" = Methods("retrieve")

if TYPE_CHECKING:
    from vtk.retrieve import MakeChannel
    from vtk.stream.job import Job

    By = str
else:
    By = Literal[*METHODS, "all"]


def retrieve(
    results: Results,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for, in words.")],
    by: Annotated[
        By, typer.Option(help=METHODS.help[:-1] + "; all: those that there are models for.")
    ] = "all",
    n: Annotated[int, typer.Option("-n", metavar="N", min=0, help="Results; 0 for all.")] = 10,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="SCORE", show_default="all match", help="Leave out results that score lower."
        ),
    ] = None,
    language: Language = None,
) -> "Job":
    """Find the spans whose words answer a query best.

    Gives the best spans of the whole input, best first, with `score` (BM25, above 0), `rank` and
    `query`, and all that was known of them. Counts speech, text on screen, captions, titles and
    summaries; a span that has none of these fields is captioned first, and one that shares no word
    with the query is no result. Reads the whole input before the first result and keeps the
    matching spans in memory, about their size as text, in one process whatever --jobs says.

    \b
    Examples:
      vtk retrieve 'a rocket lifts off' < shots.jsonl
      vtk retrieve -n 3 'glacier valley' *.jsonl | jq -r '[.score, .video, .start] | @tsv'
      vtk retrieve --print '{score:.1f} {name} {start:hms}' 'sun valve' < shots.jsonl
      vtk retrieve -n 50 'mirror test' < shots.jsonl | vtk ground 'mirror test'
    """
    from functools import partial

    from vtk.retrieve import retrieve as search
    from vtk.stream.job import Job

    channels = ("words",) if by == "all" else (by,)
    work = partial(search, query=query, by=channels, n=n, threshold=threshold, language=language)
    return results(Job(work, processes=False))  # all spans are compared with each other
