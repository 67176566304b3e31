"""vtk ground: find the exact moments that answer queries."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.errors import UsageError
from vtk.methods import Methods

from .options import Language, Opening, warn_of_unused
from .result_options import Results
from .search_options import Clip, Embedder, FailEmpty, Sought, openers, queries_file

METHODS: "Methods[GroundingMethod]" = Methods("ground")

if TYPE_CHECKING:
    from vtk.ground import GroundingMethod
    from vtk.stream.job import Job

    Method = str
else:
    Method = Literal[*METHODS]

ASKING = {"llm", "vlm", "search"}  # methods that ask a language model

# Options that only some methods have a use for.
USED = {
    "clip": {"scan", "in-order", "llm", "search", "highlights"},
    "embedder": {"scan", "in-order"},
    "looks": {"scan", "in-order", "vlm", "search", "highlights"},
    "min_length": {*METHODS} - {"words"},
    "max_length": {*METHODS} - {"words"},
}


def ground(
    opening: Opening,
    results: Results,
    given: frozenset[str],
    inputs: list[str],
    query: Sought = None,
    queries: Annotated[
        Path | None, queries_file("`query`, `id` and `video`, the only one that it is about")
    ] = None,
    method: Annotated[Method, typer.Option(help=METHODS.help)] = "density",
    words: Annotated[
        bool,
        typer.Option("--words", help="Find the query as a quotation: the same as --method words."),
    ] = False,
    in_order: Annotated[
        bool,
        typer.Option(
            "--in-order",
            help="Place all queries of --queries in their order: the same as --method in-order.",
        ),
    ] = False,
    highlights: Annotated[
        bool,
        typer.Option(
            "--highlights",
            help="Find what stands out of each video, without a QUERY: the same as --method "
            "highlights.",
        ),
    ] = False,
    n: Annotated[
        int,
        typer.Option(
            "-n",
            metavar="N",
            min=0,
            help="Moments of a query, or highlights of a video; 0 for all.",
        ),
    ] = 5,
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="SCORE",
            min=0,
            max=1,
            show_default="0; 0.95 for scan with a model, 0.5 for search",
            help="Leave out moments that score lower, 0 to 1; words gives none below 0.7.",
        ),
    ] = None,
    min_length: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            show_default="as found",
            help="Widen moments shorter than this, as far as the spans reach.",
        ),
    ] = None,
    max_length: Annotated[
        str, typer.Option(metavar="DURATION", help="Longest moment made of several texts.")
    ] = "2m",
    looks: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            show_default="the method's",
            help="Most looks at a video: for a query windows of search and frames of vlm, for all "
            "queries frames of scan.",
        ),
    ] = None,
    scores: Annotated[
        bool,
        typer.Option(
            "--scores",
            help="Instead of moments, give each video with `scores` about once a second: density, "
            "topic, highlights, scan.",
        ),
    ] = False,
    clip: Clip = None,
    embedder: Embedder = None,
    fail_empty: FailEmpty = False,
    language: Language = None,
) -> "Job":
    """Find the exact moments whose words answer a query.

    Gives the tightest stretches of time whose speech, text on screen and captions cover the
    query, best first and none overlapping another, each with `score` (1: all words, close
    together), `rank` and the `evidence` it rests on. Takes spans in any order, as from `vtk
    retrieve`; those that have none of these fields are captioned first. Words that are rare in the
    input weigh more, so scores are those of this input. Reads the whole input
    before the first result and keeps what matches in memory, in one process.
    With --method topic, a moment is as long as the video goes on about the query: minutes of a
    meeting, where density gives the seconds in which its words are said. With --words, the query is
    a quotation, found in `speech` although a few words differ, from the start of its first word to
    the end of its last; --min-length and --max-length have no say in it.

    With --in-order, each line of --queries, such as the steps of a recipe or the titles of
    chapters, gets one stretch of a video, after those of the lines before it, or none where it fits
    nowhere; they are compared with pictures (--clip), by meaning (--embedder) or by words.

    But for density, the spans of a video must follow each other in the input: one video is held at
    a time, and of one that comes back each run is searched alone.

    With a model (--model or --endpoint), `llm` reads captions and speech with their times and names
    stretches, which --clip fits to the pictures; `vlm` looks at frames, one in two seconds;
    `search` asks about windows, yes or no, and looks closer where the answer is yes. Their `score`
    is the confidence that the model states, or the probability of yes. What it answers beyond the
    times that it was told of is cut or left out, and counted on standard error.

    With --method scan, videos of any length are looked at by the model of --clip, at a few frames
    that tell most, and moments are found to the frame for all queries in one pass; with --embedder,
    texts count by what they mean. A score is then the share of unrelated texts that would fit the
    same video less well: from 0.95 on, which is taken by default, fewer than one in 20 would be
    found by accident. Texts that are related to what is shown are found more often than that.
    Without a model, scan is density, with its scores, and says so.

    With --highlights, there is no QUERY: each video, judged by itself, gives the -n stretches that
    stand out most, by pictures unlike the rest and changes of them (by --clip where it is given),
    motion, loud sound, and dense speech where `speech` is known. `score` is the mean of what varies
    in the video, from 0 as usual to 1 as high as anywhere in it; `rank` counts within the video;
    `why` has each of them. What is missing or hardly varies is told and does not count.

    Of several queries, each has its moments in its turn, with `query_id` if it has an `id`.

    \b
    Examples:
      vtk ground 'the rocket lifts off' < shots.jsonl
      vtk retrieve 'mirror test' < shots.jsonl | vtk ground -n 1 'mirror test'
      vtk ground --min-length 5s 'sun valve' talk.jsonl | jq -r '[.start, .end] | @tsv'
      vtk ground --clips found/ --print '{start:hms} {clip.file}' 'the rocket lifts off' talk.jsonl
      vtk ground -q --words 'heat melts rock into magma' talk.jsonl
      vtk ground -q --in-order --queries steps.txt talk.jsonl | vtk show
      vtk ground --queries queries.txt shots.jsonl | jq -r '[.query, .start, .end] | @tsv'
      vtk ground -q --highlights -n 1 --min-length 1s talk.mp4 | jq -c '[.start, .end, .why]'
      vtk ground -q --scores --method topic 'sun' talk.jsonl | jq -c '.scores[] | [.t, .score]'
      vtk ground --method scan --clip siglip2-b 'a rocket lifts off' film.mkv 'talk.mp4#t=1,4'
    """
    from functools import partial

    from vtk.ground import Wanted, read_queries
    from vtk.ground import ground as find
    from vtk.stream.job import Job
    from vtk.times import parse_duration

    flags = {"words": words, "in-order": in_order, "highlights": highlights}
    chosen = [name for name, given in flags.items() if given]
    if len(chosen) > 1:
        raise UsageError(
            "--words finds quotations, --in-order places sentences, --highlights needs no query: "
            "give one of them"
        )
    if chosen and "method" in given and method != chosen[0]:
        raise UsageError(f"--{chosen[0]} is a method, and --method {method} another: give one")
    (method,) = chosen or [method]
    if method not in ASKING:
        opening.warn_of_unused(f"the method {method}")
    unused = {name for name, methods in USED.items() if method not in methods}
    warn_of_unused(given & unused, f"the method {method}")
    if (queries is not None or method == "highlights") and query is not None:
        inputs = [query, *inputs]
    if method == "highlights":
        if queries is not None:
            raise UsageError("--highlights needs no query: leave out --queries")
        wanted: tuple[Wanted, ...] = ()
    elif queries is not None:
        wanted = read_queries(queries)
    elif query is None:
        raise UsageError("there is no query: give one in words, or a file of them with --queries")
    else:
        wanted = (Wanted(query),)
    work = partial(
        find,
        query=wanted,
        method=method,
        n=n,
        threshold=threshold,
        min_length=0.0 if min_length is None else parse_duration(min_length),
        max_length=parse_duration(max_length),
        language=language,
        models=openers(opening, embedder, clip),
        looks=looks,
        scores=scores,
    )
    # One process: all spans are compared with each other.
    return results(Job(work, processes=False, inputs=inputs or None, fails_empty=fail_empty))
