"""Extractive summaries: whole sentences that cover the most content with the least repetition.

The objective is the weighted coverage of concepts (Gillick & Favre, "A Scalable Global Model for
Summarization", ILP-NLP 2009, section 2) with stems and pairs of stems as concepts, plus a reward
for diversity over the parts of the video (Lin & Bilmes, "A Class of Submodular Functions for
Document Summarization", ACL 2011, section 4.2). It is maximized greedily, with gains scaled by the
cost of a sentence (Lin & Bilmes, NAACL 2010, section 4).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vtk.entries import CiteEntry, SentenceEntry
from vtk.passages import Passage, measured_caption, passages, with_parts
from vtk.pipeline import map_videos
from vtk.span import Span
from vtk.speech import speech_sentences
from vtk.summarize.result import ENDED, groups, summed
from vtk.summarize.task import Task
from vtk.text import Analyzer, word_count
from vtk.text import (
    sentences as split_sentences,
)

Concept = tuple[str, ...]

SENTENCES = 5  # of a summary if no number of sentences or words is given
STRETCHES = 6  # equal parts of a video that its summary should represent, if it has no chapters
DIVERSITY = 0.6  # weight of representing all parts, relative to covering the concepts
COST_POWER = 0.35  # exponent of the number of words by which the gain of a sentence is divided
SHORT, LONG = 6, 38  # words; shorter or longer sentences are rarely good
# A sentence that begins with one of these words depends on the previous one, or is a question.
_LEANING = re.compile(
    r"(?:it|its|they|them|this|that|that's|these|those|he|she|his|her|and|but|so|or|because|then|also"
    r"|which|well|yeah|yes|no|ok|okay|now|here|there|what|how|why|who|when|where|i|i'm|let|let's"
    r"|you|thank|thanks|please|good morning|hello|hi|welcome|today|next|last)\b",
    re.I,
)


@dataclass(frozen=True)
class _Candidate:
    sentence: Passage
    concepts: frozenset[Concept]
    words: int
    quality: float
    stretch: int


def summaries(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield a summary of each video or chapter, in sentences that are quoted from it."""
    return map_videos("summarize", groups(source, task), lambda spans: [_summary(spans, task)])


def _summary(spans: list[Span], task: Task) -> Span:
    spans = sorted(spans, key=lambda span: (span.start, span.end))
    found, measured = _sentences(spans)
    candidates, weights = _candidates(spans, found, measured, Analyzer(task.spoken, talk=True))
    most = SENTENCES if task.sentences is None and task.words is None else task.sentences
    chosen = _chosen(candidates, weights, most, task.words)
    if not chosen and candidates and task.words is not None:
        chosen = [_cut(max(candidates, key=lambda c: c.quality).sentence, task.words)]
    chosen.sort(key=lambda sentence: (sentence.start, sentence.end))
    return summed(spans, task, [quoted(sentence) for sentence in chosen], "extract")


def quoted(sentence: Passage) -> SentenceEntry:
    """Return a sentence of the video as a sentence of a summary, which cites it."""
    place: CiteEntry = {"start": sentence.start, "end": sentence.end, "source": sentence.source}
    return {"start": sentence.start, "end": sentence.end, "text": sentence.text, "cites": [place]}


def _sentences(spans: Sequence[Span]) -> tuple[list[Passage], bool]:
    """Sentences for the summary: speech and captions; if unusable, screen text; else facts.

    The second value is True if there are only facts, which are sentences about measurements.
    """
    cues = {
        (cue["start"], cue["end"], cue["text"]): cue
        for span in spans
        for cue in span.get("speech", [])
    }
    facts = {measured_caption(stretch) for span in spans for stretch in with_parts(span)}
    told = list(dict.fromkeys(passage for span in spans for passage in passages(span)))
    prose = [p for p in told if p.source in ("caption", "summary") and p.text not in facts]
    found = speech_sentences(cues.values()) + _split(prose)
    if not any(word_count(sentence.text) >= SHORT for sentence in found):
        found += _split([p for p in told if p.source == "screen_text"])
    if found:
        return _distinct(found), False
    return _distinct(_split([p for p in told if p.source != "title"])), True


def _split(texts: Sequence[Passage]) -> list[Passage]:
    return [
        Passage(sentence, text.start, text.end, text.source)
        for text in texts
        for sentence in split_sentences(" ".join(text.text.split()))
    ]


def _distinct(found: Sequence[Passage]) -> list[Passage]:
    """Sentences in time order without duplicates, keeping the earliest of each."""
    ordered = sorted(found, key=lambda sentence: (sentence.start, sentence.end))
    return list({s.text.casefold(): s for s in reversed(ordered)}.values())[::-1]


def _candidates(
    spans: Sequence[Span], found: Sequence[Passage], measured: bool, analyzer: Analyzer
) -> tuple[list[_Candidate], dict[Concept, float]]:
    """The sentences with their concepts, and the weight of every concept."""
    edges = _edges(spans)
    punctuated = sum(bool(ENDED.search(s.text)) for s in found) * 2 >= len(found)
    terms = [analyzer.terms(sentence.text) for sentence in found]
    if measured:  # ignore numbers: shots that differ only in duration say the same
        terms = [[t for t in own if not any(map(str.isdigit, t))] for own in terms]
    concepts = [frozenset([*((term,) for term in own), *pairwise(own)]) for own in terms]
    weights = _measured_weights(found, concepts) if measured else _weights(concepts)
    shares = [1.0] * len(found)
    if measured:  # a short shot represents little of the video
        longest = max((s.end - s.start for s in found), default=0.0) or 1.0
        shares = [math.sqrt((s.end - s.start) / longest) for s in found]
    candidates = [
        _Candidate(
            sentence,
            own,
            max(1, word_count(sentence.text)),
            _quality(sentence, punctuated) * share,
            sum(sentence.start >= edge for edge in edges),
        )
        for sentence, own, share in zip(found, concepts, shares, strict=True)
    ]
    return candidates, weights


def _weights(concepts: Sequence[frozenset[Concept]]) -> dict[Concept, float]:
    """Weights of concepts: those that occur more than once matter, others hardly count."""
    counts = Counter(concept for own in concepts for concept in own)
    return {
        concept: (math.log2(n) if n > 1 else 0.1) * (1.5 if len(concept) > 1 else 1.0)
        for concept, n in counts.items()
    }


def _measured_weights(
    found: Sequence[Passage], concepts: Sequence[frozenset[Concept]]
) -> dict[Concept, float]:
    """Weights of concepts in measurements: high if true for long, 0 if true of every sentence."""
    counts = Counter(concept for own in concepts for concept in own)
    seconds: defaultdict[Concept, float] = defaultdict(float)
    for sentence, own in zip(found, concepts, strict=True):
        for concept in own:
            seconds[concept] += sentence.end - sentence.start
    rare = {concept: math.log2(len(found) / n) for concept, n in counts.items()}
    return {concept: seconds[concept] * rare[concept] for concept in counts}


def _edges(spans: Sequence[Span]) -> list[float]:
    """Inner boundaries of the parts of a video: its chapters, else equal parts."""
    chapters = [span.start for span in spans if span.get("kind") == "chapter"][1:]
    start, end = spans[0].start, max(span.end for span in spans)
    return chapters or [start + (end - start) * i / STRETCHES for i in range(1, STRETCHES)]


def _quality(sentence: Passage, punctuated: bool) -> float:
    """How well a sentence can stand alone, 0 to 1."""
    size = word_count(sentence.text)
    quality = 1.0
    if size < SHORT:
        quality *= 0.3
    if size > LONG:
        quality *= 0.6
    if _LEANING.match(sentence.text.replace("’", "'")):
        quality *= 0.5
    if sentence.text.rstrip("\"'”’").endswith(("?", "？")):
        quality *= 0.4
    if punctuated and not ENDED.search(sentence.text):
        quality *= 0.4  # the sentence is incomplete
    return quality


def _chosen(
    candidates: Sequence[_Candidate],
    weights: dict[Concept, float],
    sentences: int | None,
    words: int | None,
) -> list[Passage]:
    """Choose sentences greedily by gain per cost while they fit into the budget."""
    worth = [
        c.quality
        * math.fsum(weights[concept] for concept in c.concepts)
        / math.pow(c.words, COST_POWER)
        for c in candidates
    ]
    scale = max(worth, default=0.0) or 1.0
    covered: set[Concept] = set()
    spoken: defaultdict[int, float] = defaultdict(float)
    open_ = list(range(len(candidates)))
    chosen: list[Passage] = []
    room = words if words is not None else math.inf

    def gain(i: int) -> float:
        c = candidates[i]
        new = math.fsum(weights[concept] for concept in c.concepts - covered)
        if not new and chosen:
            return 0.0
        before = spoken[c.stretch]
        reward = math.sqrt(before + worth[i] / scale) - math.sqrt(before)
        return c.quality * new / (scale * math.pow(c.words, COST_POWER)) + DIVERSITY * reward

    while open_ and (sentences is None or len(chosen) < sentences):
        open_ = [i for i in open_ if candidates[i].words <= room]
        best = max(open_, key=lambda i: (gain(i), -i), default=None)
        if best is None or (chosen and gain(best) <= 0):
            break
        open_.remove(best)
        chosen.append(candidates[best].sentence)
        covered |= candidates[best].concepts
        spoken[candidates[best].stretch] += worth[best] / scale
        room -= candidates[best].words
    return chosen


def _cut(sentence: Passage, words: int) -> Passage:
    """The beginning of a sentence, at most `words` words, for when no whole sentence fits."""
    pieces = sentence.text.split()
    while len(pieces) > 1 and word_count(" ".join(pieces)) > words:
        pieces.pop()
    text = " ".join(pieces)
    while word_count(text) > words:
        text = text[:-1]
    return Passage(text + "…", sentence.start, sentence.end, sentence.source)
