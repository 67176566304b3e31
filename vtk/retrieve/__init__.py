"""retrieve: find the spans of a stream or an index that answer a query best."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from vtk.caption import with_captions
from vtk.embed import with_embeddings
from vtk.errors import UsageError
from vtk.methods import Methods
from vtk.pipeline import failure
from vtk.query import Query
from vtk.retrieve import fusion
from vtk.retrieve.channel import Candidate, Channel, Fuse, Normalise, Stage
from vtk.span import Span
from vtk.spelling import tell_respelled
from vtk.videos import Errors, takes_videos

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel
    from vtk.models.embed.text_model import TextModel
    from vtk.models.llm.prompt import LanguageModel
    from vtk.store.collection import Collection, Hits
    from vtk.store.index import Index

log = logging.getLogger("vtk")

POOL = 1000  # candidates of a channel, at least, before they are fused


@dataclass(frozen=True)
class Models:
    """The models that channels embed queries with, None where there is none, and how they compare.

    `pool` names how a span with several vectors counts (`vtk.retrieve.pooling`). `bank` are other
    queries that scores are compared with; without any, everyday ones. `language` judges and
    rewrites.
    """

    embedder: "TextModel | None" = None
    clip: "ImageTextModel | None" = None
    language: "LanguageModel | None" = None
    pool: str = "max"
    bank: tuple[str, ...] = ()


# Makes a channel from the models there are. Raises UsageError if it needs one that is not there.
MakeChannel = Callable[[Models], Channel]

METHODS = Methods[MakeChannel]("retrieve")


@dataclass(frozen=True)
class Search:
    """How to search: the channels, how their hits become one list, and what is done with that."""

    fuse: Fuse = field(default_factory=fusion.Fusion)
    normalise: Normalise | None = None
    rewrite: bool = False  # whether the language model rewrites queries for their vectors
    rerank: int = 0  # how many of the first it judges again; 0: none
    rerank_by: str = "yesno"
    diverse: bool = False
    stages: Sequence[Stage] = ()
    per_video: int = 0  # most results of a video; 0: any number
    by_video: bool = False  # whether results are whole videos
    why: bool = False  # whether results tell what made their score


@takes_videos
def retrieve(
    spans: Iterable[Span],
    query: str | Query | Sequence[Query],
    *,
    by: Sequence[str] = ("words",),
    models: Models | None = None,
    n: int = 10,
    threshold: float | None = None,
    language: str | None = None,
    search: Search | None = None,
    index: str | None = None,
    errors: Errors = "record",
) -> Iterator[Span]:
    """Yield the best `n` spans for a query (0: all), best first, with `score`, `rank` and `query`.

    Several queries are answered one after the other. Spans that share no word with the query are
    not found by words; those that score below `threshold` are no results. A query of conditions
    only lists the spans that fulfil them, each with a score of 1, by video and start.

    The whole stream is read before the first result; spans without text fields are captioned on the
    way, error records pass through. With `index`, a folder or a URL, it is searched, and the spans
    are not read. `n`, `threshold` and `language` are for a query that is given as text. Raises
    UsageError for invalid values.
    """
    if isinstance(query, str):
        query = Query(query, language, n, threshold)
    queries = [query] if isinstance(query, Query) else list(query)
    models, search = models or Models(), search or Search()
    channels = [METHODS.load(name)(models) for name in by]
    if tuple(by) == ("words",):
        for each in (each for each in queries if not (each.images or each.likes or each.lists)):
            each.terms  # noqa: B018  # raises UsageError before the stream is read
    if "looks" not in by and any(each.images for each in queries):
        raise UsageError("pictures are searched for by their looks: --clip NAME")
    if tuple(by) == ("words",) and any(each.likes for each in queries):
        raise UsageError("examples are searched for by --clip NAME or --embedder NAME")
    if search.rewrite or search.rerank or search.diverse:
        queries, search = _judged(queries, channels, models, search)
    if index is not None:
        return _in_index(index, queries, channels, search)
    language = queries[0].language if queries else None
    if tuple(by) != ("looks",):
        spans = with_captions(spans, language=language)
    embedded = with_embeddings(
        spans,
        embedder=models.embedder if "meaning" in by else None,
        clip=models.clip if "looks" in by else None,
        language=language,
    )
    return _over_stream(embedded, queries, channels, search)


def _judged(
    queries: list[Query], channels: list[Channel], models: Models, how: Search
) -> tuple[list[Query], Search]:
    """The queries as they are to be compared, and the search with the stages that judge."""
    from vtk.retrieve.judging import Rerank, rewritten
    from vtk.retrieve.stages import Diverse

    stages = list(how.stages)
    rewrite = how.rewrite and any(channel.needs for channel in channels)  # it is for vectors
    if how.rerank and (wordless := [each for each in queries if not each.has_words]):
        told = "a model judges by words, and the query %r has none: leave --rerank out"
        raise UsageError(told % wordless[0].named)
    if rewrite or how.rerank:
        if models.language is None:
            raise UsageError("to rerank or rewrite takes a language model: --model or --endpoint")
        if rewrite:
            queries = [rewritten(each, models.language) for each in queries]
        if how.rerank:
            stages.append(Rerank(models.language, how.rerank, how.rerank_by))
    if how.diverse:
        stages.append(Diverse(channels))
    return queries, replace(how, stages=stages)


def _over_stream(
    source: Iterable[Span], queries: list[Query], channels: list[Channel], how: Search
) -> Iterator[Span]:
    from vtk.retrieve.in_memory import InMemory

    wanted = [need for channel in channels if (need := channel.needs) is not None]
    collection = InMemory(queries, wanted)
    for span in source:
        if span.failed:
            yield span
            continue
        try:
            collection.add(span)
        except Exception as error:
            yield failure("retrieve", span, error)
    yield from find(collection, queries, channels, how)


def _in_index(
    place: str, queries: list[Query], channels: list[Channel], how: Search
) -> Iterator[Span]:
    from vtk.retrieve.known_models import known
    from vtk.store.index import open_index
    from vtk.text import Analyzer

    with open_index(place) as index:
        for each in (query.language for query in queries):
            if each and Analyzer(each).language != index.language:
                told = f"the words of {place} are analysed as {index.language}, not as {each}"
                raise UsageError(f"{told}: leave --language out")
        asked = [replace(query, language=query.language or index.language) for query in queries]
        if not [channel for channel in channels if channel.needs]:
            yield from _by_words(index, asked, channels, how)
        else:
            yield from find(index, asked, known(index, channels), how)


def _by_words(
    index: "Index", queries: list[Query], channels: list[Channel], how: Search
) -> Iterator[Span]:
    """The results by words alone; where all words are stop words, which an index leaves out, of
    all its spans."""
    for query in queries:
        if query.has_words and not query.stop:
            log.warning(
                "%r has none but stop words, which %s leaves out: all its %d spans are read",
                query.named,
                index.place,
                len(index),
            )
            yield from _over_stream((span for _, span in index.every()), [query], channels, how)
        else:
            yield from find(index, [query], channels, how)


def find(
    collection: "Collection", queries: Sequence[Query], channels: Sequence[Channel], how: Search
) -> Iterator[Span]:
    """Yield the results of one query after the other from a collection."""
    from vtk.retrieve.order import in_order
    from vtk.retrieve.results import results
    from vtk.retrieve.videos import whole_videos
    from vtk.retrieve.words import respelling, unwanted

    steps = [step for query in queries for step in query.steps]
    found: list[list[Hits]] = []
    for channel in channels:
        hits = [
            channel(collection, step, max(POOL, 10 * step.n) if step.n else 0) for step in steps
        ]
        found.append(how.normalise(collection, channel, steps, hits) if how.normalise else hits)
    by_words = any(channel.name == "words" for channel in channels)
    fused = iter(
        [
            _less(
                how.fuse(collection, step, list(zip(channels, own, strict=True))),
                unwanted(collection, step) if by_words else set(),
            )
            for step, *own in zip(steps, *found, strict=True)
        ]
    )
    for query in queries:
        respelled = respelling(collection, query) if by_words else {}
        _tell(query, respelled, alone=by_words and len(channels) == 1)
        respelled = {word: others for word, others in respelled.items() if others}
        own = [next(fused) for _ in query.steps]
        if query.lists:
            few = query.n if not (how.stages or how.per_video or how.by_video) else 0
            rows = collection.listed(query.where, few)
            candidates = [Candidate((row,), 1.0) for row in rows.tolist()]
        elif len(own) > 1:
            candidates = in_order(collection, own, query.within)
        else:
            rows, scores = own[0]
            pairs = zip(rows.tolist(), scores.tolist(), strict=True)
            candidates = [Candidate((row,), score) for row, score in pairs]
        for stage in how.stages:
            candidates = stage(collection, query, candidates)
        if how.by_video:
            candidates = whole_videos(collection, query, candidates, channels)
        none = True
        for result in results(collection, query, candidates, channels, how, respelled):
            none = False
            yield result
        if none:
            _tell_of_nothing(collection, query, channels)
        asked = {kind for step in query.steps for kind in step.where.kinds}
        if none or len(asked) > 1:  # where one alone has results, it is there
            _tell_of_kinds(collection, asked)


def _tell(query: Query, respelled: dict[str, list[str]], *, alone: bool) -> None:
    """Tell of what is searched for otherwise than it was typed, or, by words alone, not at all."""
    for text in (text for step in query.steps for text in step.odd):
        log.warning(
            "%s is no condition, weight or order (A then B within 10s): taken as words", text
        )
    for name, near in (pair for step in query.steps for pair in step.unknown.items()):
        hint = f"; did you mean {near}:?" if near else ", and is searched for as words"
        log.warning("unknown field %s:%s", name, hint)
    fields = {name for step in query.steps for name in step.unknown}  # told of already
    for word, others in respelled.items():
        if (others or alone) and word not in fields:
            tell_respelled(word, others)


def _tell_of_nothing(collection: "Collection", query: Query, channels: Sequence[Channel]) -> None:
    """Tell that nothing was found, among how many spans."""
    from vtk.store.collection import EVERYTHING

    searched = str(len(collection))
    if all(step.where != EVERYTHING for step in query.steps):
        fulfilling = max(len(collection.listed(step.where)) for step in query.steps)
        searched = f"{fulfilling} of {searched}, by the conditions"
    log.warning(
        "nothing found for %r by %s; spans searched: %s",
        query.named,
        " and ".join(channel.name for channel in channels),
        searched,
    )


def _tell_of_kinds(collection: "Collection", asked: set[str]) -> None:
    """Tell of kinds that are asked for and that there are not."""
    there = collection.kinds() if asked else []
    for kind in sorted(asked.difference(there)):
        log.warning("no span is of the kind %s; there are: %s", kind, ", ".join(there) or "none")


def _less(hits: "Hits", unwanted: set[int]) -> "Hits":
    if not unwanted:
        return hits
    kept = [row not in unwanted for row in hits.rows.tolist()]
    return type(hits)(hits.rows[kept], hits.scores[kept])
