"""extract: whole sentences of a video that stand alone and together say the most about it."""

import logging
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.entries import SentenceEntry
from vtk.errors import MediaError
from vtk.models.embed.text_model import TextModel
from vtk.passages import Passage
from vtk.pipeline import about, map_videos
from vtk.query import Query
from vtk.span import Span
from vtk.summarize.candidates import Candidate, candidates
from vtk.summarize.choosing import TOLERANCE, Chooser, MeaningCoverage, WordCoverage
from vtk.summarize.citing import cites
from vtk.summarize.prompts import STYLES
from vtk.summarize.result import groups, heard, name_of, summed
from vtk.summarize.sections import Section, sections_of
from vtk.summarize.standing import ALONE
from vtk.summarize.task import Task
from vtk.text import Analyzer, word_count

log = logging.getLogger("vtk")

WORDLESS = "no words to sum up: add subtitles, or use vtk transcribe -m, vtk ocr or vtk caption -m"
SENTENCES = 5  # of a brief summary if no number of sentences or words is given
SHARE = 1 / 3  # of what is said: no summary is longer unless a number of words is given
TOLD = 0.1  # how well a sentence stands alone that is told in the way of its heading
RECIPE = 0.1  # share of sentences that tell steps, or what is needed, below which it is no recipe
BESIDE = 0.3  # how much a sentence bears on the focus if its neighbour does
FAR, NEAR = 1.0, 3.0  # standard deviations above the mean: likeness that bears nothing, and all


def summaries(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield a summary of each video or chapter, in sentences that are quoted from it.

    With a text embedder, what sentences mean is compared, and their words without.
    """
    sections_of(task.style, task.spoken)
    ads = 0
    with ExitStack() as stack:
        model = stack.enter_context(task.models.embedder()) if task.models.embedder else None

        def work(spans: list[Span]) -> list[Span]:
            nonlocal ads
            known = heard(task, spans)
            if known.guessed is not None and sections_of(task.style, "en"):
                raise MediaError(
                    f"the style {task.style} without a model is for English, and its words are "
                    f"not ({known.guessed}): name a model, another style, or --language en"
                )
            extract = _Extract(known, model)
            found = extract(spans)
            ads += extract.ads
            return [found]

        yield from map_videos("summarize", groups(source, task), work)
    if ads:
        log.info("sentences left out as advertising: %d", ads)


class _Extract:
    """Sums up a video or a chapter; counts what it leaves out."""

    def __init__(self, task: Task, model: TextModel | None) -> None:
        self.task, self.model = task, model
        self.analyzer = Analyzer(task.spoken, talk=True)
        self.ads = 0

    def __call__(self, spans: list[Span]) -> Span:
        """Return the summary of a video or a chapter."""
        spans = sorted(spans, key=lambda span: (span.start, span.end))
        name = name_of(spans, self.task)
        found, self.ads = candidates(spans, self.task.spoken)
        sentences = self._sentences(found) if found else []
        if not found:
            whole = about(Span(video=spans[0].video))
            log.warning("%s: %s", spans[0].video, WORDLESS, extra=whole)
        elif not sentences and self.task.focus is not None:
            log.warning("%s: nothing in it bears on %r", name, self.task.focus)
        elif not sentences:
            log.warning("%s: no sentence in it says enough to be quoted", name)
        unlike = self._unlike(found)
        if unlike:
            log.warning(
                "%s: it does not read as %s: of its sentences, %d tell a step or what is needed",
                *(name, self.task.style, unlike["told"]),
            )
        trimmed = {(each.sentence.start, each.sentence.text) for each in found if each.trimmed}
        made: dict[str, Any] = {
            "style": None if self.task.style == "brief" else self.task.style,
            "focus": self.task.focus,
            "language": self.task.guessed,
            "unlike": unlike,
            "advertising": self.ads or None,
            "trimmed": sum((e["start"], e["text"]) in trimmed for e in sentences) or None,
            "words": self._missed(name, sentences),
            "model": self.model.name if self.model else None,
            "sha256": self.model.sha256 if self.model else None,
        }
        return summed(spans, self.task, sentences, "extract", **made)

    def _unlike(self, found: Sequence[Candidate]) -> dict[str, int] | None:
        """How few sentences are told as a recipe is, if that is wanted and they are few."""
        if self.task.style != "recipe-steps" or not found:
            return None
        ways = [section.told for section in sections_of(self.task.style, self.task.spoken)]
        texts = [each.sentence.text for each in found]
        told = sum(any(way and way.search(text) for way in ways) for text in texts)
        return None if told >= RECIPE * len(texts) else {"told": told, "of": len(texts)}

    def _missed(self, name: str, sentences: Sequence[SentenceEntry]) -> int | None:
        """How many words there are, if those that are asked for cannot be had."""
        if (wanted := self.task.words) is None or not sentences:
            return None
        count = sum(word_count(entry["text"]) for entry in sentences)
        if abs(count - wanted) <= TOLERANCE * wanted:
            return None
        log.warning("%s: the summary has %d words, fewer than wanted", name, count)
        return count

    def _sentences(self, found: Sequence[Candidate]) -> list[SentenceEntry]:
        """The sentences of the summary, in its order."""
        texts = [each.sentence.text for each in found]
        terms = [self.analyzer.terms(text) for text in texts]
        vectors = None if self.model is None else np.stack([*self.model.documents(texts)])
        coverage = WordCoverage(terms) if vectors is None else MeaningCoverage(vectors, terms)
        bearing = None if self.task.focus is None else self._bearing(texts, vectors)
        choose = Chooser(found, coverage, bearing)
        most, words = self._length(found)
        if sections := sections_of(self.task.style, self.task.spoken):
            return _under_headings(found, sections, choose, most, words)
        chosen = [found[place].sentence for place in choose(range(len(found)), most, words)]
        if not chosen and words is not None and (best := choose.best()) is not None:
            chosen = [_cut(found[best].sentence, words)]
        return [_quoted(sentence) for sentence in chosen]

    def _length(self, found: Sequence[Candidate]) -> tuple[int | None, int | None]:
        """The most sentences, and the number of words."""
        task = self.task
        if task.sentences is not None or task.words is not None:
            return task.sentences, task.words
        if task.style == "brief":
            return SENTENCES, None
        told = sum(each.words for each in found if each.alone >= ALONE)
        return None, max(1, min(STYLES[task.style].words, round(SHARE * told)))

    def _bearing(
        self, texts: Sequence[str], vectors: NDArray[np.float32] | None
    ) -> Sequence[float]:
        """How much each sentence bears on the focus, 0 to 1."""
        query = Query(self.task.focus or "", self.task.spoken)
        own = [set(query.terms_of(text)) for text in texts]
        counts = Counter(term for each in own for term in each)
        weights = {
            term: math.log1p(len(texts) / counts[term]) for term in query.terms if counts[term]
        }
        shares = [math.fsum(weights[t] for t in each if t in weights) for each in own]
        best = max(shares, default=0.0) or 1.0
        near = [max(shares[max(0, n - 1) : n + 2]) for n in range(len(texts))]
        bearing = [max(a, BESIDE * b) / best for a, b in zip(shares, near, strict=True)]
        if self.model is not None and vectors is not None:
            (vector,) = self.model.queries([query.wanted])
            likeness = (vectors @ vector).astype(np.float64)
            far = (likeness - likeness.mean()) / (likeness.std() or 1.0)
            meant = np.clip((far - FAR) / (NEAR - FAR), 0.0, 1.0)
            bearing = [max(a, float(b)) for a, b in zip(bearing, meant, strict=True)]
        return bearing


def _under_headings(
    found: Sequence[Candidate],
    sections: Sequence[Section],
    choose: Chooser,
    most: int | None,
    words: int | None,
) -> list[SentenceEntry]:
    """Sentences under the headings of a style; what is told in no way of its own gets the rest."""
    free = set(range(len(found)))
    under: dict[str, list[int]] = {}
    for section in sorted(sections, key=lambda section: section.share):
        told = section.told
        places = sorted(n for n in free if told is None or told.search(found[n].sentence.text))
        room = [None if all_ is None else math.ceil(all_ * section.share) for all_ in (most, words)]
        chosen = choose(places, *room, least=ALONE if told is None else TOLD)
        free.difference_update(chosen)
        under[section.heading] = chosen
        most = most if most is None else max(0, most - len(chosen))
        words = words if words is None else max(0, words - sum(found[n].words for n in chosen))
    return [
        {**_quoted(found[place].sentence), "section": section.heading}
        for section in sections
        for place in under[section.heading]
    ]


def _quoted(sentence: Passage) -> SentenceEntry:
    """A sentence of the video as one of the summary, which cites it."""
    return {
        "start": sentence.start,
        "end": sentence.end,
        "text": sentence.text,
        "cites": cites([sentence]),
    }


def _cut(sentence: Passage, words: int) -> Passage:
    """The beginning of a sentence, at most `words` words, for when no whole sentence fits."""
    pieces = sentence.text.split()
    while len(pieces) > 1 and word_count(" ".join(pieces)) > words:
        pieces.pop()
    text = " ".join(pieces)
    while word_count(text) > words:
        text = text[:-1]
    return Passage(text + "…", sentence.start, sentence.end, sentence.source)
