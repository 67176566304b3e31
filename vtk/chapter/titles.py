"""Choose titles without a model: the phrase that tells a chapter from the rest of its video.

A phrase and its words are weighted by their log-odds against the rest, with an informative
Dirichlet prior (Monroe, Colaresi & Quinn, "Fightin' Words", Political Analysis 16(4), 2008, section
3.5.1), and by how well it is made (`vtk.chapter.phrases`). A title is one phrase in the words in
which it is said, a line of a slide, or the first line.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence

from vtk.chapter.lines import spoken_sentences
from vtk.chapter.phrases import LONGEST, Phrase, Phrases
from vtk.chapter.slide_titles import slide_title
from vtk.chapter.task import TitleBy
from vtk.languages import is_latin
from vtk.passages import Passage, passages
from vtk.span import Span
from vtk.text import Analyzer, words

WIDTH = 60  # maximum characters of a title
ALIKE = 0.2  # z-score below which nothing distinguishes a chapter from the rest
PRIOR = 20.0  # number of words that the video as a whole counts for in each chapter
EARLY = 1.25  # how much more a phrase counts that opens its chapter
SHARED = 0.35  # how much a phrase counts of whose words a title before has one
# A single word seldom says enough, and a phrase that occurs once is often an accident.
LENGTHS, ONCE = (0.28, 1.0, 1.1, 1.0), 0.4
# How much of that a single word of English counts, which parts its compounds: a common one, a name.
COMMON, PROPER = 0.3, 0.5
NAME = 1.6  # how much more a single word counts that is a name
_SMALL_WORDS = (
    "a an and as at but by for from in into nor of off on onto or over per the to up via vs with"
)
_SMALL = frozenset(_SMALL_WORDS.split())
PARTS = {
    "de": "Teil {}", "en": "Part {}", "es": "Parte {}", "fr": "Partie {}", "it": "Parte {}",
    "ja": "第{}部", "ko": "제{}부", "nl": "Deel {}", "pt": "Parte {}", "ru": "Часть {}",
    "sv": "Del {}", "tr": "Bölüm {}", "zh": "第{}部分",
}  # fmt: skip

Ranked = tuple[float, Phrase]


def titles(
    chapters: Sequence[Sequence[Span]], language: str = "en", by: TitleBy | None = None
) -> list[str]:
    """Return a title for each chapter, given as its spans: none is empty and no two are equal.

    By phrases of what is said, written or told, unless `by` wants a line of a slide or the first
    line; where there is none of those, by phrases all the same; without words by numbers (Part 3).
    """
    analyzer = Analyzer(language, talk=True)
    texts = [_texts(chapter) for chapter in chapters]
    ranked = _ranked(Phrases(texts, analyzer))
    taken: list[str] = []
    stems: set[str] = set()
    for number, (chapter, phrases) in enumerate(zip(chapters, ranked, strict=True)):
        wanted = NAMED_BY.get(by or "")
        name = wanted(chapter) if wanted else ""
        if not name or name.casefold() in map(str.casefold, taken):
            name = _phrase_title(phrases, taken, stems, analyzer.language)
        name = name or PARTS.get(analyzer.language, "{}").format(number + 1)
        stems.update(analyzer.terms(name))
        taken.append(_distinct(name, taken))
    return taken


def _distinct(name: str, taken: Sequence[str]) -> str:
    known = {each.casefold() for each in taken}
    new, number = name, 2
    while new.casefold() in known:
        new, number = f"{name} ({number})", number + 1
    return new


def _texts(chapter: Sequence[Span]) -> list[str]:
    """Return the texts that a title may come from: words said or written, else captions."""
    told = dict.fromkeys(passage for span in chapter for passage in passages(span))
    texts = [sentence.text for sentence in spoken_sentences(chapter)]
    # A line that stays in the picture counts once, however many frames show it.
    texts += dict.fromkeys(p.text for p in told if p.source == "screen_text")
    if any(words(text) for text in texts):
        return texts
    return [p.text for p in told]


def _first_line(chapter: Sequence[Span]) -> str:
    """Return the beginning of what is said, or else written, in a chapter; whole words."""
    lines: list[Passage] = spoken_sentences(chapter)
    lines = lines or [p for span in chapter for p in passages(span) if p.source == "screen_text"]
    text = next((" ".join(p.text.split()) for p in lines if words(p.text)), "")
    if len(text) <= WIDTH:
        return text.rstrip(".。")
    return text[: WIDTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:-–—") + "…"


NAMED_BY: dict[str, Callable[[Sequence[Span]], str]] = {"slide": slide_title, "line": _first_line}


def _ranked(found: Phrases) -> list[list[Ranked]]:
    """Return the phrases of each chapter with their scores, best first."""
    chapters = [found.of(number) for number in range(len(found.clauses))]
    totals: Counter[tuple[str, ...]] = Counter()
    for phrases in chapters:
        totals.update({stems: phrase.count for stems, phrase in phrases.items()})
    lengths = [sum(p.count for s, p in phrases.items() if len(s) == 1) for phrases in chapters]
    everything = sum(lengths)
    english = found.analyzer.language == "en"
    ranked = []
    for phrases, length in zip(chapters, lengths, strict=True):
        odds = {
            stems: _log_odds(phrase.count, length, totals[stems], everything)
            for stems, phrase in phrases.items()
        }
        if max(odds.values(), default=0.0) < ALIKE:
            odds = dict.fromkeys(odds, 1.0)  # nothing distinguishes it from the rest
        scored = [(_score(phrase, odds, english=english), phrase) for phrase in phrases.values()]
        kept = [each for each in scored if each[0] > 0]
        ranked.append(sorted(kept, key=lambda each: (-each[0], each[1].surface)))
    return ranked


def _log_odds(count: int, length: int, total: int, everything: int) -> float:
    """Return the z-score of a phrase's log-odds ratio in a chapter against the rest."""
    rest, rest_length = total - count, everything - length
    if not rest_length:
        return 1.0  # there is no rest
    prior = PRIOR * total / max(everything, 1)
    a, b = count + prior, rest + prior
    inside = a / max(length + PRIOR - a, 0.5)
    outside = b / max(rest_length + PRIOR - b, 0.5)
    return (math.log(inside) - math.log(outside)) / math.sqrt(1 / a + 1 / b)


def _score(phrase: Phrase, odds: dict[tuple[str, ...], float], *, english: bool) -> float:
    content = [stem for stem in phrase.stems if (stem,) in odds]
    if not content:
        return 0.0
    single = sum(odds[stem,] for stem in content) / len(content)
    often = math.log2(1 + phrase.count) * (ONCE if phrase.count == 1 else 1.0)
    early = EARLY if phrase.early else 1.0
    made = phrase.quality / phrase.count * LENGTHS[min(len(content), LONGEST) - 1]
    if len(phrase.stems) == 1:
        name = phrase.surface[:1].isupper()
        made *= (PROPER if name else COMMON) if english else 1.0
        made *= NAME if name else 1.0
    return early * made * often * (odds[phrase.stems] + single)


def _phrase_title(
    phrases: Sequence[Ranked], taken: Sequence[str], stems: set[str], language: str
) -> str:
    """Return the best phrase as a title, rather one that shares no word with those before."""
    known = {name.casefold() for name in taken}
    best, title = 0.0, ""
    for score, phrase in phrases[:60]:
        score *= SHARED if stems & set(phrase.stems) else 1.0
        name = _capitalised(phrase.surface, language)
        if score > best and len(name) <= WIDTH and name.casefold() not in known:
            best, title = score, name
    return title


def _capitalised(surface: str, language: str) -> str:
    """Return a phrase as written in a title; words that contain capitals are unchanged."""
    if language != "en" or not is_latin(surface):
        return surface[:1].upper() + surface[1:]
    parts = surface.split(" ")
    return " ".join(
        part
        if any(c.isupper() for c in part) or (place and part in _SMALL)
        else part[:1].upper() + part[1:]
        for place, part in enumerate(parts)
    )
