"""The sentences of a video that a summary may quote, and how well each stands alone."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vtk.passages import Passage, passages
from vtk.span import Span
from vtk.speech import speech_sentences
from vtk.summarize.result import ENDED
from vtk.summarize.sponsors import advertising
from vtk.summarize.standing import stands
from vtk.summarize.verbatim import clean
from vtk.text import sentences, word_count, words

STRETCHES = 6  # equal parts of a video that its summary should represent, if it has no chapters
READABLE = 5  # words of a line on screen that may be a sentence of a summary
# Addresses, and the marks of lists, are on slides and in no summary.
_ADDRESS = re.compile(r"https?:|www\.|\b[\w-]+\.(?:com|org|net|io|dev|edu|gov)\b|@\w", re.I)
_BULLET = re.compile(r"^[\s•·●▪‣◦*–—-]+")


@dataclass(frozen=True)
class Candidate:
    """A sentence that a summary may quote.

    `alone` is how well it is understood by itself, 0 to 1, `stretch` the number of the part of the
    video that it lies in. `trimmed` says that slips and fillers were left out of what was said.
    """

    sentence: Passage
    trimmed: bool
    words: int
    alone: float
    stretch: int


def candidates(spans: Sequence[Span], language: str) -> tuple[list[Candidate], int]:
    """Return the sentences of the spans of a video, in time order, and how many advertise.

    Those are left out, and so are sentences that were said before, and measurements.
    """
    found = _distinct(_sentences(spans))
    ads = advertising(found)
    said = [each for n, each in enumerate(found) if n not in ads]
    kept = [_cleaned(each, language) for each in said]
    punctuated = sum(bool(ENDED.search(s.text)) for s in kept) * 2 >= len(kept)
    cased = sum(s.text[:1].isupper() for s in kept) * 2 >= len(kept)
    edges = _edges(spans)
    return [
        Candidate(
            each,
            each.text != before.text,
            max(1, word_count(each.text)),
            stands(each, language, punctuated=punctuated, cased=cased),
            sum(each.start >= edge for edge in edges),
        )
        for each, before in zip(kept, said, strict=True)
    ], len(ads)


def _cleaned(sentence: Passage, language: str) -> Passage:
    if sentence.source != "speech":
        return sentence
    return sentence._replace(text=clean(sentence.text, language) or sentence.text)


def _sentences(spans: Sequence[Span]) -> list[Passage]:
    """What is said and captioned, in sentences; if that is nothing, what is written on screen."""
    cues = {
        (cue["start"], cue["end"], cue["text"]): cue
        for span in spans
        for cue in span.get("speech", [])
    }
    told = list(dict.fromkeys(passage for span in spans for passage in passages(span)))
    prose = [p for p in told if p.source == "caption"]
    found = speech_sentences(cues.values()) + _split(prose)
    if any(word_count(sentence.text) >= READABLE for sentence in found):
        return found
    return found + _split(_read(p for p in told if p.source == "screen_text"))


def _read(lines: Iterable[Passage]) -> list[Passage]:
    """Lines on screen that may be sentences, without the marks of lists."""
    bare = [Passage(_BULLET.sub("", p.text), p.start, p.end, p.source) for p in lines]
    return [p for p in bare if word_count(p.text) >= READABLE and not _ADDRESS.search(p.text)]


def _split(texts: Sequence[Passage]) -> list[Passage]:
    return [
        Passage(sentence, text.start, text.end, text.source)
        for text in texts
        for sentence in sentences(" ".join(text.text.split()))
    ]


def _distinct(found: Sequence[Passage]) -> list[Passage]:
    """Sentences in time order; of those with the same words, the earliest."""
    ordered = sorted(found, key=lambda sentence: (sentence.start, sentence.end))
    first: dict[tuple[str, ...], Passage] = {}
    for sentence in ordered:
        first.setdefault(tuple(word.casefold() for word in words(sentence.text)), sentence)
    return list(first.values())


def _edges(spans: Sequence[Span]) -> list[float]:
    """Inner boundaries of the parts of a video: its chapters, else equal parts."""
    chapters = [span.start for span in spans if span.get("kind") == "chapter"][1:]
    start, end = spans[0].start, max(span.end for span in spans)
    return chapters or [start + (end - start) * i / STRETCHES for i in range(1, STRETCHES)]
