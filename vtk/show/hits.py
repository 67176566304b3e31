"""The lines around the words that answer a query."""

import re
from dataclasses import dataclass

from vtk.errors import UsageError
from vtk.passages import passages
from vtk.query import Query
from vtk.span import Span

BOLD, NORMAL = "\x1b[1m", "\x1b[22m"
BEFORE = 0.3  # share of the letters that stand before the best passage
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


@dataclass(frozen=True)
class Found:
    """A text, with the query whose words are marked in it."""

    text: str
    query: Query | None = None

    def marked(self, line: str) -> str:
        """A line of the text, with the words of the query in bold type."""
        query = self.query
        if query is None:
            return line
        wanted = set(query.terms)
        return _WORD.sub(
            lambda word: (
                f"{BOLD}{word[0]}{NORMAL}" if wanted & set(query.terms_of(word[0])) else word[0]
            ),
            line,
        )


def around(span: Span, letters: int) -> Found:
    """Return what a result of a search says, about so many letters around what answers best.

    That is the evidence of a moment, else the passage with most words of the query and what comes
    before and after it.
    """
    query = _query(span)
    if span.get("evidence"):
        return Found(" … ".join(e["text"] for e in span["evidence"] if e["text"]), query)
    texts = passages(span)
    if not texts:
        return Found(str(span.get("kind", "")), None)
    counts = [len(set(query.terms) & set(query.terms_of(p.text))) if query else 0 for p in texts]
    best = max(range(len(texts)), key=lambda n: (counts[n], -n))
    own = [n for n, each in enumerate(texts) if each.source == texts[best].source]
    place = own.index(best)
    low = high = place
    room = letters - len(texts[best].text)
    before = BEFORE * room
    while low and before >= len(texts[own[low - 1]].text):
        low -= 1
        before -= len(texts[own[low]].text) + 1
    while high + 1 < len(own) and room > 0:
        high += 1
        room -= len(texts[own[high]].text) + 1
    shown = " ".join(" ".join(texts[n].text.split()) for n in own[low : high + 1])
    return Found(("… " if low else "") + shown, query)


def _query(span: Span) -> Query | None:
    """The query that a result answers, if it has words."""
    languages = (made.get("language") for made in reversed(span.get("made", [])))
    query = Query(span.get("query", ""), next((each for each in languages if each), None))
    try:
        return query if query.terms else None
    except UsageError:
        return None
