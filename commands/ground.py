"""vtk ground: find the exact moments that answer a query."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.methods import Methods

from .options import Language

METHODS: "Methods[GroundingMethod]" = Methods("ground")

if TYPE_CHECKING:
    from vtk.ground import GroundingMethod
    from vtk.stream.job import Job

    Method = str
else:
    Method = Literal[*METHODS]


def ground(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for, in words.")],
    method: Annotated[Method, typer.Option(help=METHODS.help)] = "density",
    n: Annotated[int, typer.Option("-n", metavar="N", min=0, help="Moments; 0 for all.")] = 5,
    threshold: Annotated[
        float,
        typer.Option(
            metavar="SCORE", min=0, max=1, help="Leave out moments that score lower, 0 to 1."
        ),
    ] = 0.0,
    min_length: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION", show_default="as found", help="Widen moments shorter than this."
        ),
    ] = None,
    max_length: Annotated[
        str, typer.Option(metavar="DURATION", help="Longest moment made of several texts.")
    ] = "2m",
    language: Language = None,
) -> "Job":
    """Find the exact moments whose words answer a query.

    Gives the tightest stretches of time whose speech, text on screen and captions cover the
    query, best first and none overlapping another, each with `score` (1: all words, close
    together), `rank` and the `evidence` it rests on. Takes spans in any order, as from `vtk
    retrieve`; those that have none of these fields are captioned first. Reads the whole input
    before the first result and keeps what matches in memory, in one process whatever --jobs says.

    \b
    Examples:
      vtk ground 'the rocket lifts off' < shots.jsonl
      vtk retrieve 'mirror test' < shots.jsonl | vtk ground -n 1 'mirror test'
      vtk ground --min-length 5s 'sun valve' talk.jsonl | jq -r '[.start, .end] | @tsv'
    """
    from functools import partial

    from vtk.ground import ground as find
    from vtk.stream.job import Job
    from vtk.times import parse_duration

    work = partial(
        find,
        query=query,
        method=method,
        n=n,
        threshold=threshold,
        min_length=0.0 if min_length is None else parse_duration(min_length),
        max_length=parse_duration(max_length),
        language=language,
    )
    return Job(work, processes=False)  # all spans are compared with each other
