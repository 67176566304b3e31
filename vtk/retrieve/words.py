"""The channel words: BM25 over the texts of spans, in all of them or in those that a field names.

A phrase must stand in one text of the span, its words in this order, whatever their forms. A span
with a word or a phrase that is not wanted is no result.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol, runtime_checkable

import numpy as np

from vtk.passages import passages
from vtk.query import Part, Query
from vtk.retrieve import Models
from vtk.span import Span
from vtk.store.collection import NONE, Collection, Hits, Scores, best
from vtk.text import words

READ = 50  # hits whose records are read to see which terms they have
COUNTED = 1000  # spans with a term, up to which they are counted
BATCH = 256  # hits whose records are read at once to look for phrases


class Words:
    """Finds spans by their words."""

    name = "words"
    needs: tuple[str, str] | None = None

    def __init__(self, models: Models | None = None) -> None:
        """No model is needed; every channel is made from those there are."""

    def __call__(self, collection: Collection, query: Query, n: int) -> Hits:
        """The best `n` spans (0: all) by the weighted sum of the scores of the wanted parts."""
        wanted = [part for part in query.parts if part.weight > 0]
        if not query.has_words:
            return NONE
        out = unwanted(collection, query)
        # Of stop words it is not known which spans have them: those that are found are read.
        odd = [p for p in query.parts if p.weight < 0 and not query.terms_of(p.text)]
        phrases = [part for part in wanted if part.required]
        if len(wanted) == 1 and not (out or odd or phrases):
            hits = _hits(collection, query, wanted[0], n)
            return Hits(hits.rows, hits.scores * np.float32(wanted[0].weight))
        own = [_hits(collection, query, part) for part in wanted]
        found = np.concatenate([hits.rows for hits in own])
        rows, places = np.unique(found, return_inverse=True)
        scores = np.zeros(len(rows), np.float32)
        weighted = [hits.scores * part.weight for hits, part in zip(own, wanted, strict=True)]
        np.add.at(scores, places, np.concatenate(weighted))
        for part in odd:
            out |= set(_holding(collection, query, rows.tolist(), [part]))
        rows, scores = best(rows, scores)
        if out:
            kept = ~np.isin(rows, list(out))
            rows, scores = rows[kept], scores[kept]
        if phrases:
            holding = _holding(collection, query, rows.tolist(), phrases)
            kept = np.isin(rows, list(islice(holding, n or None)))
            rows, scores = rows[kept], scores[kept]
        return Hits(rows[: n or None], scores[: n or None])

    def evidence(
        self, collection: Collection, query: Query, hits: Hits, rows: Sequence[int]
    ) -> Scores:
        """4 / (1 + exp(-40 (c - m))) * (1 + s) / 2 for each row; 0 for what was not found.

        c is the share of the terms of the query that the span has, whatever its length, rare ones
        counting more; m is 0.75, or in longer queries all but one term; s is its score by that of
        the best. Some words of many are chance, so that words count where a span has most of a
        query. Only the first hits are read; what comes after them has the c of the last one. The
        numbers were chosen on half of the sets of `tests/benchmarks/search_fusion.py`, with a look
        at the paraphrases of `search_meaning.py`.
        """
        if not len(hits.rows):
            return np.zeros(len(rows), np.float32)
        shares = np.empty(len(hits.rows), np.float32)
        own = _shares(collection, query, hits.rows[:READ].tolist())
        shares[: len(own)], shares[len(own) :] = own, own[-1]
        middle = max(0.75, 1 - 1 / len(query.terms))
        sure = 4 / (1 + np.exp(-40 * (shares - middle))) * (1 + hits.scores / hits.scores.max()) / 2
        known = dict(zip(hits.rows.tolist(), sure.tolist(), strict=True))
        return np.array([known.get(row, 0.0) for row in rows], np.float32)

    def why(self, collection: Collection, query: Query, row: int, span: Span) -> dict[str, Any]:
        """The terms of the query that the span has, and the texts that have them."""
        if not query.has_words:
            return {}
        spelled = [s for term in query.terms for s in _spellings(collection, query, term) or ()]
        terms, told = {*query.terms, *spelled}, []
        found: set[str] = set()
        for passage in passages(span):
            if own := terms.intersection(query.terms_of(passage.text)):
                found |= own
                mine = [term for term in (*query.terms, *spelled) if term in own]
                told.append({"source": passage.source, "text": passage.text, "terms": mine})
        ordered = [term for term in (*query.terms, *spelled) if term in found]
        return {"terms": ordered, "passages": told} if told else {}


def _shares(collection: Collection, query: Query, rows: list[int]) -> Scores:
    """The share of the terms of a query that each row has, by their weights: shape (rows,).

    A term weighs as in BM25; one that no span has, as the others do in the mean.
    """
    wanted: list[tuple[set[str], Part]] = []
    weights: list[float] = []
    for part in (each for each in query.parts if each.weight > 0):
        for term in dict.fromkeys(query.terms_of(part.text)):
            spelled = list(_spellings(collection, query, term) or ()) or [term]
            wanted.append(({*spelled}, part))
            found = collection.words(spelled, COUNTED, part.sources)
            weights.append(_rarity(len(collection), found) if len(found.rows) else np.nan)
    unseen = np.isnan(weights)
    weighing = np.where(unseen, 1.0 if unseen.all() else np.nanmean(weights), weights)
    weighing *= [part.weight for _, part in wanted]
    held = np.zeros((len(rows), len(wanted)), np.bool_)
    for own, span in zip(held, collection.spans(rows), strict=True):
        for passage in passages(span):
            terms = {*query.terms_of(passage.text)}
            own |= [
                (not part.sources or passage.source in part.sources)
                and not any_of.isdisjoint(terms)
                for any_of, part in wanted
            ]
    shares: Scores = (held @ weighing / weighing.sum()).astype(np.float32)
    return shares


def _rarity(spans: int, found: Hits) -> float:
    """The inverse document frequency of BM25; of a term that many have, as its best hit tells."""
    count = len(found.rows)
    if count == COUNTED:
        return float(found.scores[0])
    return math.log(1 + (spans - count + 0.5) / (count + 0.5))


def unwanted(collection: Collection, query: Query) -> set[int]:
    """The rows of spans with a word or a phrase that the query does not want."""
    found: set[int] = set()
    for part in query.parts:
        if part.weight < 0:
            rows = _hits(collection, query, part).rows.tolist()
            found |= set(_holding(collection, query, rows, [part]) if part.required else rows)
    return found


@runtime_checkable
class Speller(Protocol):
    """A collection that searches for others instead of a term that no span has."""

    def spellings(self, term: str, word: str) -> dict[str, str] | None:
        """The terms that are searched for instead of that of a word, each with a word.

        None if a span has the term.
        """
        ...


def _spellings(collection: Collection, query: Query, term: str) -> dict[str, str] | None:
    if not isinstance(collection, Speller):
        return None
    return collection.spellings(term, query.typed.get(term, term))


def respelling(collection: Collection, query: Query) -> dict[str, list[str]]:
    """The words of a query that no span has, with those that are searched for instead, if any."""
    found: dict[str, list[str]] = {}
    for step in query.steps:
        for word in words(" ".join(part.text for part in step.parts)):
            others = [_spellings(collection, step, term) for term in step.terms_of(word)]
            if others and all(each is not None for each in others):
                found[word] = [spelled for each in others for spelled in (each or {}).values()]
    return found


def _hits(collection: Collection, query: Query, part: Part, n: int = 0) -> Hits:
    found = dict.fromkeys(query.terms_of(part.text))
    terms = [each for term in found for each in _spellings(collection, query, term) or [term]]
    return collection.words(terms, n, part.sources, query.where) if terms else NONE


def _holding(
    collection: Collection, query: Query, rows: list[int], phrases: Iterable[Part]
) -> Iterator[int]:
    """Yield the rows whose spans have all the phrases."""
    wanted = [(query.analyzer.terms(part.text, stop=False), part.sources) for part in phrases]
    for first in range(0, len(rows), BATCH):
        batch = rows[first : first + BATCH]
        for row, span in zip(batch, collection.spans(batch), strict=True):
            texts = [(p.source, query.analyzer.terms(p.text, stop=False)) for p in passages(span)]
            if all(
                any(
                    _contains(own, terms) for source, own in texts if not within or source in within
                )
                for terms, within in wanted
            ):
                yield row


def _contains(text: list[str], phrase: list[str]) -> bool:
    """Whether the terms of a phrase follow each other in a text."""
    return any(text[i : i + len(phrase)] == phrase for i in range(len(text) - len(phrase) + 1))
