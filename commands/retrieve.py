"""vtk retrieve: find the best spans for a query."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.errors import UsageError
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
    inputs: list[str],
    query: Annotated[
        str | None,
        typer.Argument(metavar="QUERY", help="What to look for, in words.", show_default=False),
    ] = None,
    queries: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Instead of QUERY: a file with a query a line, or a JSON object a line with "
            "`query` and `id`.",
        ),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Search this index instead of the input."),
    ] = None,
    by: Annotated[
        By, typer.Option(help=METHODS.help[:-1] + "; all: those that there are models for.")
    ] = "all",
    n: Annotated[
        int, typer.Option("-n", metavar="N", min=0, help="Results of a query; 0 for all.")
    ] = 10,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="SCORE", show_default="all match", help="Leave out results that score lower."
        ),
    ] = None,
    per_video: Annotated[
        int, typer.Option(metavar="N", min=0, help="Most results of one video; 0 for any number.")
    ] = 0,
    by_video: Annotated[
        bool, typer.Option("--by-video", help="Find whole videos, each by its best span.")
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Tell in `why` what of a span answers the query.")
    ] = False,
    fail_empty: Annotated[
        bool, typer.Option("--fail-empty", help="Exit with status 1 if nothing is found.")
    ] = False,
    language: Language = None,
) -> "Job":
    """Find the spans whose words answer a query best.

    Gives the best spans of the whole input, best first, with `score` (BM25, above 0), `rank` and
    `query`, and all that was known of them. Counts speech, text on screen, captions, titles and
    summaries; a span that has none of these fields is captioned first, and one that shares no word
    with the query is no result. Reads the whole input before the first result and keeps the
    matching spans in memory, about their size as text, in one process whatever --jobs says. With
    --index, nothing is read but the index.

    In a query, "lifts off" is a phrase, +night must be there, -rain must not, and "night"^2 counts
    twice; speech:, screen:, caption:, title: and summary: say where a word or a phrase stands;
    video:'talk*', tag:, kind:, after:1:30, before:, longer:10s and shorter: which spans take part.
    'A then B within 10s' finds moments from a span that answers A to a later one of the video that
    answers B, which begins no more than 10 s after the end of the first. Everything else is text. A
    word that no span has is taken as the ones spelled nearly so, which is told.

    \b
    Examples:
      vtk retrieve 'a rocket lifts off' < shots.jsonl
      vtk retrieve -n 3 'glacier valley' *.jsonl | jq -r '[.score, .video, .start] | @tsv'
      vtk retrieve --print '{score:.1f} {name} {start:hms}' 'sun valve' < shots.jsonl
      vtk retrieve -n 50 'mirror test' < shots.jsonl | vtk ground 'mirror test'
      vtk retrieve 'speech:"mirror test" -rocket longer:5s' shots.jsonl
      vtk retrieve 'countdown then "lifts off" within 1m' shots.jsonl
      vtk retrieve --queries queries.txt --per-video 1 --why shots.jsonl
      vtk retrieve --fail-empty 'a white whale' shots.jsonl || echo 'no whale'
    """
    from functools import partial

    from vtk.query import Query
    from vtk.retrieve import Search
    from vtk.retrieve import retrieve as search
    from vtk.retrieve.queries import read_queries
    from vtk.stream.job import Job

    if queries is not None:
        inputs = inputs if query is None else [query, *inputs]
        wanted = read_queries(queries, language=language, n=n, threshold=threshold)
    elif query is None:
        raise UsageError("there is no query: give one in words, or a file of them with --queries")
    elif query.endswith((".jsonl", ".ndjson")) and os.path.exists(query):
        raise UsageError(f"{query} stands where the query does: vtk retrieve 'a query' {query}")
    else:
        wanted = [Query(query, language, n, threshold)]
    if index is not None and inputs:
        raise UsageError("--index is searched instead of other input: leave one of them out")
    work = partial(
        search,
        query=wanted,
        by=("words",) if by == "all" else (by,),
        index=index,
        search=Search(per_video=per_video, by_video=by_video, why=why),
    )
    # One process: all spans are compared with each other.
    return results(Job(work, processes=False, inputs=inputs or None, fails_empty=fail_empty))
