"""Whether written sentences are supported by what they cite, and what supports them better.

A sentence is supported as far as its words are: each weighs the more, the fewer passages of the
video have it. Numbers must stand in what is cited, and names anywhere in the video. With a text
embedder, what is cited may also mean the same in other words.

The limits were chosen on the answers about every other meeting of QMSum (Zhong et al., "QMSum: A
New Benchmark for Query-based Multi-domain Meeting Summarization", NAACL 2021), beside citations of
other places and meetings: `python tests/benchmarks/summarize.py --only citing`.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vtk.entries import CiteEntry
from vtk.languages import FEW, UNKNOWN, language_of, scripts_differ
from vtk.models.embed.text_model import TextModel
from vtk.passages import Passage
from vtk.text import UNSPACED, Analyzer, folded, words

Written = tuple[str, Sequence[Passage]]  # a sentence, and what it cites
Numbers = NDArray[np.float64]

KEPT = 0.25  # share of the weight of its words for which a sentence rests on what it cites
FOUND = 0.4  # and for which it rests on what it does not cite: something alike is found easily
NEAR = 2.5  # standard deviations above the mean likeness to the video: the same in other words
WINDOW = 3  # most neighbouring passages that are cited anew
UNSAID = 0.3  # weight of a word that is not in the video, of that of one in a single passage
FOREIGN = 0.2  # share of familiar words below which another language is written
JOINED = 2.0  # seconds between passages that are cited as one
# Languages that write nouns with a capital letter, as others only write names.
CAPITAL_NOUNS = ("de", "lb")
_NAME = re.compile(r"(?<=[^\s.!?…:“\"'»]\s)[^\W\d_a-zß-ÿ][\w'’-]+")
_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_DIGITS = {
    **{name: str(number) for number, name in enumerate(_ONES.split())},
    **{name: str(10 * number) for number, name in enumerate(_TENS.split(), 2)},
    **{"thousand": "1000", "million": "1000000", "once": "1", "twice": "2", "both": "2"},
}


class Citations:
    """The passages of a video that sentences about it may rest on.

    `names` are further words that a sentence may use, such as those of speakers. `wanted` is the
    language that sentences were asked for in, if one was; `language` is that of the video where its
    words do not tell. Who opened the `embedder` closes it. `mended`, `dropped` and `unchecked`
    count the sentences of all calls.
    """

    def __init__(
        self,
        told: Sequence[Passage],
        language: str = "en",
        *,
        names: Iterable[str] = (),
        embedder: TextModel | None = None,
        wanted: str | None = None,
    ) -> None:
        self._told = sorted(told, key=lambda passage: (passage.start, passage.end))
        texts = [passage.text for passage in self._told]
        self._spoken, self._wanted = language_of(texts, least=FEW), wanted
        known = self._spoken if self._spoken not in (None, UNKNOWN) else language
        self._analyzer = Analyzer(known or language, talk=True)
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, passage in enumerate(self._told):
            for term in self._terms(passage.text):
                self._places[term].append(place)
        self._words = _folded(texts + list(names))
        self._embedder = embedder
        self._vectors: NDArray[np.float32] | None = None
        self.mended = self.dropped = self.unchecked = 0

    @property
    def made(self) -> dict[str, int]:
        """What provenance says of the sentences that did not rest on what they cited."""
        counts = {"mended": self.mended, "dropped": self.dropped, "unchecked": self.unchecked}
        return {name: count for name, count in counts.items() if count}

    def checked(self, written: Sequence[Written]) -> list[tuple[Passage, ...] | None]:
        """Return what each sentence rests on: what it cites, or what supports it better, or None.

        What is written in another language than the video is only compared by an embedder; without
        one, it stays as it is and is counted as unchecked.
        """
        foreign = self.is_foreign([text for text, _ in written])
        if foreign and self._embedder is None:
            self.unchecked += len(written)
            return [tuple(cited) for _, cited in written]
        likeness = self._likeness([text for text, _ in written])
        return [
            self._rests(text, tuple(cited), near, foreign)
            for (text, cited), near in zip(written, likeness, strict=True)
        ]

    def _rests(
        self,
        text: str,
        cited: tuple[Passage, ...],
        near: Numbers | None,
        foreign: bool,
    ) -> tuple[Passage, ...] | None:
        """What one sentence rests on; `near` is how alike it is to each passage of the video."""
        terms = sorted(self._terms(text))
        better = None
        if foreign or not self._has_invented_names(text):
            if cited and _has_numbers(text, cited):
                alike = -math.inf
                if near is not None:
                    alike = near[self._places_of(cited)].max(initial=-math.inf)
                if not terms or self._share(terms, cited) >= KEPT or alike >= NEAR:
                    return cited
            better = self._better(text, terms, near)
        self.mended += better is not None
        self.dropped += better is None
        return better

    def _better(
        self, text: str, terms: Sequence[str], near: Numbers | None
    ) -> tuple[Passage, ...] | None:
        """The fewest neighbouring passages that support a sentence, if any do."""
        count = len(self._told)
        has = np.zeros((len(terms), count), bool)
        for row, term in enumerate(terms):
            has[row, self._places.get(term, [])] = True
        weights = np.array([self._weight(term) for term in terms])
        for size in range(1, min(WINDOW, count) + 1 if terms else 1):
            within = [has[:, first : count - size + 1 + first] for first in range(size)]
            there = np.logical_or.reduce(within)
            shares = weights @ there / weights.sum() * (there.sum(0) >= min(2, len(terms)))
            place = int(shares.argmax())
            found = tuple(self._told[place : place + size])
            if shares[place] >= FOUND and _has_numbers(text, found):
                return found
        if near is not None and near.max(initial=-9.0) >= NEAR:
            found = (self._told[int(near.argmax())],)
            return found if _has_numbers(text, found) else None
        return None

    def _terms(self, text: str) -> set[str]:
        return set(self._analyzer.terms(text))

    def _weight(self, term: str) -> float:
        rarest = math.log1p(len(self._told))
        count = len(self._places.get(term, ()))
        return math.log1p(len(self._told) / count) if count else UNSAID * rarest

    def _share(self, terms: Sequence[str], cited: Sequence[Passage]) -> float:
        """The share of the weight of terms, 0 to 1, that is in the passages."""
        there = {term for passage in cited for term in self._terms(passage.text)}
        known = math.fsum(self._weight(term) for term in terms if term in there)
        return known / (math.fsum(map(self._weight, terms)) or 1.0)

    def _has_invented_names(self, text: str) -> bool:
        """Whether a text has names that the video does not have."""
        if self._analyzer.language in CAPITAL_NOUNS:
            return False
        return not _folded(_NAME.findall(text)) <= self._words

    def is_foreign(self, texts: Sequence[str]) -> bool:
        """Whether sentences are written in another language than the video.

        What is written in its language shares small words with it, or has those of the language.
        What shares none must have the script or the small words of another; only where the language
        of the video is not known, or another is asked for that is not told so, is it taken as one.
        """
        own = [word for text in texts for word in _pieces(text)]
        known = sum(word in self._words or self._analyzer.is_stop_word(word) for word in own)
        if known >= FOREIGN * len(own):
            return False
        if scripts_differ(texts, (passage.text for passage in self._told)):
            return True
        written = language_of(texts, least=FEW)
        if written not in (None, UNKNOWN):
            return written != self._analyzer.language
        if self._spoken in (None, UNKNOWN):
            return self._wanted is None
        return self._wanted is not None and Analyzer(self._wanted).language != self._spoken

    def _places_of(self, cited: Sequence[Passage]) -> list[int]:
        """The places of passages among those of the video; of a part, that of the whole."""
        first = min((passage.start for passage in cited), default=0.0)
        last = max((passage.end for passage in cited), default=0.0)
        sources = {passage.source for passage in cited}
        return [
            place
            for place, passage in enumerate(self._told)
            if passage.source in sources and first <= passage.end and passage.start <= last
        ]

    def _likeness(self, texts: Sequence[str]) -> list[Numbers] | list[None]:
        """How alike each text is to each passage, in standard deviations above the mean."""
        if self._embedder is None or not self._told:
            return [None] * len(texts)
        if self._vectors is None:
            found = self._embedder.documents(passage.text for passage in self._told)
            self._vectors = np.stack([*found])
        likeness = []
        for vector in self._embedder.documents(texts):
            cosines = (self._vectors @ vector).astype(np.float64)
            likeness.append((cosines - cosines.mean()) / (cosines.std() or 1.0))
        return likeness


def cites(rests: Sequence[Passage]) -> list[CiteEntry]:
    """Return what a sentence rests on as entries of a record, neighbours of one source joined."""
    found: list[CiteEntry] = []
    for source in dict.fromkeys(passage.source for passage in rests):
        for each in sorted({(p.start, p.end) for p in rests if p.source == source}):
            last = found[-1] if found else None
            if last and last["source"] == source and each[0] - last["end"] <= JOINED:
                last["end"] = max(last["end"], each[1])
            else:
                found.append({"start": each[0], "end": each[1], "source": source})
    return sorted(found, key=lambda entry: (entry["start"], entry["end"]))


def _has_numbers(text: str, cited: Sequence[Passage]) -> bool:
    """Whether the numbers that a text has in digits stand in what it cites, in digits or words."""
    wanted = {word for word in words(text) if word[0].isdigit()}
    if not wanted:
        return True
    there: set[str] = set()
    for passage in cited:
        found = [_DIGITS.get(word.casefold(), word) for word in words(passage.text)]
        there.update(found)
        for big, small in pairwise(found):  # twenty-five, two hundred
            if big.isdigit() and small.isdigit():
                there |= {str(int(big) + int(small)), str(int(big) * int(small))}
    return wanted <= there


def _pieces(text: str) -> list[str]:
    """The words of a text, folded; in scripts without spaces, their characters."""
    return [
        folded(piece)
        for word in words(text)
        for piece in (word if UNSPACED.match(word) else re.split("[-']", word))
    ]


def _folded(texts: Iterable[str]) -> set[str]:
    return {piece for text in texts for piece in _pieces(text)}
