"""Retrieval by BM25 (Robertson & Zaragoza, "The Probabilistic Relevance Framework", Foundations
and Trends in Information Retrieval 3(4), 2009), as scored by Lucene and computed by bm25s.

A stream is searched for one query, so only the terms of that query need an index: every other
term of a span only adds to its length. A span takes two bytes of memory per term, and its line of
JSON if it contains a query term.
"""

from array import array
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from vtk.passages import passages
from vtk.pipeline import failure
from vtk.retrieve import Query
from vtk.span import Span, load

Scores = NDArray[np.float32]


def search(source: Iterable[Span], query: Query) -> Iterator[Span]:
    """Yield the best spans for the query terms, best first; equal scores stay in input order."""
    return _best(source, query, {term: number for number, term in enumerate(["", *query.terms])})


def _best(source: Iterable[Span], query: Query, vocabulary: dict[str, int]) -> Iterator[Span]:
    documents: list[array[int]] = []
    matching, offsets = array("q"), array("q", [0])
    lines = bytearray()
    for span in source:
        if span.failed:
            yield span
            continue
        document = array("H")
        try:
            for passage in passages(span):
                found = query.terms_of(passage.text)
                document.extend(vocabulary.get(term, 0) for term in found)
        except Exception as error:
            yield failure("retrieve", span, error)
            continue
        if any(document):
            matching.append(len(documents))
            lines += span.dump()
            offsets.append(len(lines))
        documents.append(document)
    if not lines:
        return
    scores = _scores(documents, vocabulary)[np.frombuffer(matching, dtype=np.int64)]
    del documents
    order = np.argsort(-scores, kind="stable")
    for rank, place in enumerate(order[: query.n] if query.n else order, 1):
        score = round(float(scores[place]), 6)
        if query.threshold is not None and score < query.threshold:
            return
        result = load(bytes(lines[offsets[place] : offsets[place + 1]]))
        result.update(score=score, rank=rank, query=query.text)
        yield result.with_provenance("retrieve", "bm25")


def _scores(documents: "list[array[int]]", vocabulary: dict[str, int]) -> Scores:
    """The score of every document, given as term numbers, with 0 for terms not in the query."""
    import bm25s

    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index((documents, vocabulary), show_progress=False, create_empty_token=False)
    scores: Scores = index.get_scores_from_ids(list(range(1, len(vocabulary))))
    return scores
