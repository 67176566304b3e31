"""The phrases of chapters that may be titles, and how well each is made.

Candidates are runs of one to four words of a clause that neither begin nor end with a stop word.
Whole noun phrases are told from their fragments by the words around them, and by how their words
are used in the video.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vtk.chapter.nouns import BEFORE_VERB, DETERMINERS, Uses
from vtk.text import UNSPACED, Analyzer, normalize, words

LONGEST = 4  # maximum words of a phrase
COMMON, FEW = 0.004, 40  # share of all words from which a short one tells nothing; least words
INNER = frozenset(
    [
        "of",
        "the",
        "and",
        "in",
        "for",
        "to",
        "on",
        "a",
        "an",
        "de",
        "la",
        "du",
        "des",
        "von",
        "der",
        "und",
        "di",
        "del",
        "e",
        "y",
        "da",
        "do",
        "et",
        "le",
        "les",
        "den",
    ]
)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|edu|gov|dev|de)\b\S*",
    re.I,
)
_CLAUSE = re.compile(r"[.,;:!?…()\[\]{}\"“”«»„、。！？，；：「」『』|/—–\n•]+|(?<=\s)-+(?=\s)")
_SCRIPT = re.compile(r"[\u3041-\u309f]+|[\u30a0-\u30ff]+|[\uac00-\ud7af]+|[\u0e00-\u0eff]+|.")
_PARTICLE = re.compile(r"[\u3041-\u309f]+$|[的了是在和有我你他她它们这那个不也就都而及与着或]")

Token = tuple[str, str]  # word and stem
Clauses = list[list[Token]]


@dataclass
class Phrase:
    """A phrase in all its forms: its number of occurrences and the sum of their qualities."""

    stems: tuple[str, ...]
    surfaces: Counter[str] = field(default_factory=Counter)
    count: int = 0
    quality: float = 0.0
    early: int = 0  # occurrences in the first sentences of its chapter

    @property
    def surface(self) -> str:
        """The form that occurs most often, and of those the first."""
        return self.surfaces.most_common(1)[0][0]


class Phrases:
    """Finds the phrases of the chapters of a video, given as their texts."""

    def __init__(self, chapters: Sequence[Sequence[str]], analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self.clauses: list[list[Clauses]] = [
            [list(self._clauses(text)) for text in texts] for texts in chapters
        ]
        every = [c for chapter in self.clauses for text in chapter for c in text]
        self.small = self._small_words(every)
        self.uses = Uses(([word for word, _ in clause] for clause in every), analyzer)

    def of(self, number: int) -> dict[tuple[str, ...], Phrase]:
        """Return the phrases of a chapter by their stems."""
        found: defaultdict[tuple[str, ...], Phrase] = defaultdict(lambda: Phrase(()))
        early = max(2, len(self.clauses[number]) // 8)
        for place, text in enumerate(self.clauses[number]):
            for clause in text:
                for first, last in self._runs(clause):
                    self._add(found, clause, first, last, place < early)
        return dict(found)

    def stops(self, word: str) -> bool:
        """Whether a word can neither begin nor end a phrase."""
        return bool(
            self.analyzer.is_stop_word(word)
            or word.casefold() in self.small
            or _PARTICLE.match(word)
            or not any(c.isalpha() for c in word)
        )

    def _clauses(self, text: str) -> Iterator[list[Token]]:
        for clause in _CLAUSE.split(normalize(_ADDRESS.sub(" | ", text))):
            if tokens := list(self._tokens(clause)):
                yield tokens

    def _tokens(self, clause: str) -> Iterator[Token]:
        """Yield words with stems; unspaced text is cut where the script changes, else by letter."""
        for word in words(clause):
            if UNSPACED.match(word):
                yield from ((piece, piece) for piece in _SCRIPT.findall(word))
            else:
                yield word, self.analyzer.stem(word)

    def _small_words(self, clauses: Sequence[list[Token]]) -> frozenset[str]:
        """The words that tell nothing in a language without a list of them: short and common."""
        if self.analyzer.is_listed:
            return frozenset()
        counts = Counter(word.casefold() for clause in clauses for word, _ in clause)
        least = max(COMMON * counts.total(), 2.0)
        short = (w for w, n in counts.items() if len(w) <= 3 or (len(w) <= 5 and n >= least))
        return frozenset(w for w in short if not UNSPACED.match(w))

    def _runs(self, clause: list[Token]) -> Iterator[tuple[int, int]]:
        for first, (word, _) in enumerate(clause):
            if self.stops(word):
                continue
            for last in range(first, min(len(clause), first + LONGEST)):
                word = clause[last][0]
                if not self.stops(word):
                    yield first, last
                elif word.casefold() not in INNER and not word.isdigit():
                    break

    def _add(
        self,
        found: defaultdict[tuple[str, ...], Phrase],
        clause: list[Token],
        first: int,
        last: int,
        early: bool,
    ) -> None:
        chosen = clause[first : last + 1]
        stems = tuple(stem for _, stem in chosen)
        phrase = found[stems]
        phrase.stems = stems
        wide = UNSPACED.match(chosen[0][0]) and UNSPACED.match(chosen[-1][0])
        phrase.surfaces[("" if wide else " ").join(word for word, _ in chosen)] += 1
        phrase.count += 1
        phrase.early += early
        before = clause[first - 1][0] if first else ""
        after = clause[last + 1][0] if last + 1 < len(clause) else ""
        phrase.quality += self._quality([word for word, _ in chosen], before, after)

    def _quality(self, chosen: list[str], before: str, after: str) -> float:
        """How well an occurrence is made as a title, around 1."""
        lower = [word.casefold() for word in chosen]
        if UNSPACED.match(chosen[0]) and UNSPACED.match(chosen[-1]):
            return 0.1 if sum(map(len, chosen)) < 2 else 1.0
        quality = 2.0 * self.uses.is_noun(chosen[-1]) - 0.1
        for word in (before, after):
            if word and not self.stops(word):
                quality *= 0.6  # a part of a longer phrase
        if before.casefold() in BEFORE_VERB:
            quality *= 0.5
        if before.casefold() in DETERMINERS:
            quality *= 1.25
        if after.casefold() in DETERMINERS:
            quality *= 0.4  # ends with a verb
        if inner := set(lower[1:-1]) & INNER:
            quality *= 0.9 if inner == {"of"} else 0.5
        if lower[0].endswith(("ly", "n't")) or len(lower[-1]) == 1:
            quality *= 0.3
        if len(chosen) == 1 and self.uses.is_noun(chosen[0]) < 0.55:
            quality *= 0.2
        if lower[0].endswith("ing") and self.uses.is_noun(chosen[0]) < 0.4:
            quality *= 0.6
        quality *= 0.5 ** (sum(len(word) == 1 for word in lower if word not in INNER) > 1)
        return max(quality, 0.02) * (0.5 if len(set(lower)) < len(lower) else 1.0)
