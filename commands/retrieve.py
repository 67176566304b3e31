"""vtk retrieve: find the best spans for a query."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vtk.errors import UsageError
from vtk.methods import Methods

from .options import Language, Opening, warn_of_unused
from .result_options import Results
from .search_options import (
    Bank,
    Clip,
    Diverse,
    Embedder,
    FailEmpty,
    Fuse,
    Image,
    Like,
    Normalize,
    Pool,
    Rerank,
    RerankBy,
    Rewrite,
    Same,
    Sought,
    Weights,
    open_embedders,
    queries_file,
)

UNUSED_BY_SAME = {
    *("by", "per_video", "by_video", "why", "embedder", "clip", "pool", "fuse", "weights"),
    *("normalize", "bank", "rerank", "rerank_by", "rewrite", "diverse", "language"),
}
BY_VECTORS = {"pool", "fuse", "weights", "normalize", "bank", "rewrite"}
METHODS: "Methods[MakeChannel]" = Methods("retrieve")

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vtk.retrieve import MakeChannel, Models
    from vtk.span import Span
    from vtk.stream.job import Job

    By = str
else:
    By = Literal[*METHODS, "all"]


def retrieve(
    results: Results,
    given: frozenset[str],
    inputs: list[str],
    query: Sought = None,
    queries: Annotated[Path | None, queries_file("`query` and `id`")] = None,
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
            metavar="SCORE",
            show_default="all match; with --same 0.52, of a picture 0.85",
            help="Leave out results that score lower.",
        ),
    ] = None,
    per_video: Annotated[
        int, typer.Option(metavar="N", min=0, help="Most results of one video; 0 for any number.")
    ] = 0,
    by_video: Annotated[
        bool,
        typer.Option(
            "--by-video",
            help="Find whole videos, from the first span to the last, each by its best; by meaning "
            "or looks alone and another --pool than max, by all of its vectors together.",
        ),
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Tell in `why` what of a span answers the query.")
    ] = False,
    fail_empty: FailEmpty = False,
    image: Image = None,
    like: Like = None,
    same: Same = False,
    embedder: Embedder = None,
    clip: Clip = None,
    pool: Pool = "max",
    fuse: Fuse = "sum",
    weights: Weights = None,
    normalize: Normalize = None,
    bank: Bank = None,
    rerank: Rerank = 0,
    rerank_by: RerankBy = "yesno",
    rewrite: Rewrite = False,
    diverse: Diverse = False,
    language: Language = None,
    *,
    opening: Opening,
) -> "Job":
    """Find the spans that answer a query best, by words, by meaning, by looks.

    Gives the best spans of the whole input, best first, with `score`, `rank` and `query`, and all
    that was known of them. By words, it counts speech, text on screen, captions, titles and
    summaries; a span that has none of these fields is captioned first, and one that shares no word
    with the query is no result. By meaning (--embedder) and looks (--clip), vectors of spans are
    compared with those of the query; spans that `vtk embed` did not embed are embedded first. Reads
    the whole input before the first result and keeps the matching spans in memory, about their size
    as text, in one process. With --index, nothing is read but the index.

    In a query, "lifts off" is a phrase, +night must be there, -rain must not, and "night"^2 counts
    twice; speech:, screen:, caption:, title: and summary: say where a word or a phrase stands;
    video:'talk*', tag:, kind:, after:1:30, before:, longer:10s and shorter: which spans take part;
    of several video: or kind: one must fit, of tag: all. Conditions alone list what fulfils them,
    in order of time, each with a score of 1.
    'A then B within 10s' finds moments from a span that answers A to a later one of the video that
    answers B, which begins no more than 10 s after the end of the first. Everything else is text. A
    word that no span has is taken as the ones spelled nearly so, which is told; cafe finds café. To
    vectors, signs and weights are directions: 'street "night" -"rain"' is a street with more of
    night and less of rain.

    The score of words alone is that of BM25, above 0. With --embedder or --clip, 0 is as near as
    any span is to any query, 1 as near as the best of so many spans is by chance, and --threshold
    1.3 leaves out most of what has nothing to do with it; so nothing found may be the answer
    (--fail-empty). A way to search that found nothing, or little beside another one, does
    not count. --normalize gives other scores, and --rerank those of the model.

    With --like and --same it finds copies of a clip: encoded anew, scaled, cropped by a tenth,
    recoloured, mirrored, with bars or a logo, 0.9 to 1.1 times as fast. Each is a moment of the
    film that has the clip in it, with `copy`: which stretch of the clip that is, and its speed.
    The score is the mean cosine of frames, less for few of them and for those that do not fit;
    copies score from 0.52 on, which takes a clip of 2 s or more. The stretch that is asked about is
    left out. Spans and videos without signatures are decoded for them.

    With --image and --same it finds where that very picture is shown: encoded anew, scaled,
    recoloured, mirrored or cropped by a tenth. `keyframes` tells the second of the frame; the score
    is a cosine, 0.85 and more for copies.

    \b
    Examples:
      vtk retrieve 'a rocket lifts off' < shots.jsonl
      vtk retrieve -n 3 'glacier valley' *.jsonl | jq -r '[.score, .video, .start] | @tsv'
      vtk retrieve --print '{score:.1f} {name} {start:hms}' 'sun valve' < shots.jsonl
      vtk retrieve -n 50 'mirror test' < shots.jsonl | vtk ground 'mirror test'
      vtk retrieve 'speech:"mirror test" -rocket longer:5s' shots.jsonl
      vtk retrieve -n 0 'kind:shot longer:2s after:5s' shots.jsonl
      vtk retrieve 'countdown then "lifts off" within 1m' shots.jsonl
      vtk retrieve --queries queries.txt --per-video 1 --why shots.jsonl
      vtk retrieve --embedder all-minilm --threshold 0.5 'where honey comes from' shots.jsonl
      vtk retrieve --clip siglip2-b --by looks 'a street "night" -"rain"' shots.jsonl
      vtk retrieve --clip siglip2-b --like 'film.mkv#t=1,2' --diverse shots.jsonl
      vtk retrieve --like 'talk.mp4#t=2,8' --same lecture.mp4
      vtk retrieve --image page.png --same lecture.mp4
      vtk retrieve -m qwen3-vl-4b --rerank 2 'bees make honey' shots.jsonl
      vtk retrieve --index films.index 'mirror test' | vtk ground 'mirror test'
      vtk retrieve --fail-empty 'a white whale' shots.jsonl || echo 'no whale'
    """
    from functools import partial

    from vtk.query import Query
    from vtk.retrieve import Models, Search
    from vtk.retrieve.copies import copies
    from vtk.retrieve.fusion import Fusion, read_weights
    from vtk.retrieve.queries import example, read_bank, read_queries
    from vtk.retrieve.stages import Normalised
    from vtk.retrieve.stills import stills
    from vtk.stream.job import Job

    if same:
        if len([*(like or ()), *(image or ())]) != 1 or queries:
            raise UsageError("--same takes one --like or one --image, to seek copies of, alone")
        inputs = [*([query] if query is not None else []), *inputs]
        if index is not None and inputs:
            raise UsageError("--index is searched instead of other input: leave one of them out")
        warn_of_unused(given & UNUSED_BY_SAME, "--same")
        options: dict[str, Any] = {"index": index, "n": n, "threshold": threshold}
        if like:
            copied = partial(copies, like=example(like[0]), **options)
        else:
            copied = partial(stills, picture=(image or [""])[0], **options)
        return results(Job(copied, processes=False, inputs=inputs or None, fails_empty=fail_empty))
    is_input = query is not None and _names_input(query, inputs)
    if queries is not None or (is_input and (image or like)):
        inputs, query = (inputs if query is None else [query, *inputs]), None
    elif is_input:
        raise UsageError(f"{query} stands where the query does: vtk retrieve 'a query' {query}")
    if queries is not None:
        if image or like:
            raise UsageError("--image and --like stand in the file of --queries, by query")
        wanted = read_queries(queries, language=language, n=n, threshold=threshold)
    elif query is None and not (image or like):
        raise UsageError("there is no query: give one in words, or a file of them with --queries")
    else:
        likes = tuple(map(example, like or ()))
        text = query or ""
        wanted = [Query(text, language, n, threshold, images=tuple(image or ()), likes=likes)]
    if index is not None and inputs:
        raise UsageError("--index is searched instead of other input: leave one of them out")
    if normalize in ("softmax", "sinkhorn") and queries is None:
        raise UsageError(f"--normalize {normalize} compares the queries of --queries")
    channels = [by] if by != "all" else ["words"]
    if by == "all":
        channels += [name for name, model in (("meaning", embedder), ("looks", clip)) if model]
    if channels == ["words"]:
        warn_of_unused(given & BY_VECTORS, "a search by words alone")
        rewrite = False
    if (rerank or rewrite) and not opening.named:
        raise UsageError("--rerank and --rewrite ask a model: --model NAME or --endpoint URL")
    if not (rerank or rewrite):
        used = ("threads",) if embedder or clip else ()
        opening.warn_of_unused("a search that no model judges", *used)
    search = Search(
        rewrite=rewrite,
        rerank=rerank,
        rerank_by=rerank_by,
        diverse=diverse,
        fuse=Fusion(fuse, read_weights(weights, METHODS), normalised=normalize is not None),
        normalise=Normalised(normalize) if normalize else None,
        per_video=per_video,
        by_video=by_video,
        why=why,
    )
    work = partial(
        _with_models,
        embedder if "meaning" in channels else None,
        clip if "looks" in channels else None,
        opening if rerank or rewrite else None,
        opening.values.get("threads"),
        query=wanted,
        by=channels,
        index=index,
        search=search,
        models=Models(pool=pool, bank=read_bank(bank)),
    )
    # One process: all spans are compared with each other.
    return results(Job(work, processes=False, inputs=inputs or None, fails_empty=fail_empty))


def _with_models(
    embedder: str | None,
    clip: str | None,
    opening: Opening | None,
    threads: int | None,
    spans: "Iterable[Span]",
    *,
    models: "Models",
    **options: Any,
) -> "Iterator[Span]":
    """The results of a search that is given the models, which are closed behind it."""
    from contextlib import ExitStack, closing
    from dataclasses import replace

    from vtk.retrieve import retrieve as search

    with ExitStack() as stack:
        texts, looks = stack.enter_context(open_embedders(embedder, clip, threads))
        models = replace(models, embedder=texts, clip=looks)
        if opening:
            models = replace(models, language=stack.enter_context(closing(opening())))
        yield from search(spans, models=models, **options)


def _names_input(query: str, inputs: list[str]) -> bool:
    """Whether what stands in the place of the query is a file: of spans, or the only argument."""
    of_spans = query.endswith((".jsonl", ".ndjson"))
    return os.path.isfile(query) and (of_spans or ("." in query and not inputs))
