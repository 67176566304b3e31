"""Choose titles: the phrases that distinguish a chapter from the rest of its video.

A phrase and its words are weighted by their log-odds against the rest, with an informative
Dirichlet prior (Monroe, Colaresi & Quinn, "Fightin' Words", Political Analysis 16(4), 2008, section
3.5.1). Whole noun phrases are distinguished from their fragments by the words around them.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vtk.facts import clauses
from vtk.passages import measured_caption, passages, with_parts
from vtk.span import Span
from vtk.speech import speech_sentences
from vtk.text import UNSPACED, Analyzer, normalize, words
from vtk.times import clock

LONGEST = 4  # maximum words of a phrase
WIDTH = 60  # maximum characters of a title
SECOND = 0.6  # minimum score of a second phrase in a title, as a share of the first one's
ALIKE = 0.2  # z-score below which nothing distinguishes a chapter from the rest
PRIOR = 20.0  # number of words that the video as a whole counts for in each chapter

_INNER = "of the and in for to on a an de la du des von der und di del e y da do"
_SMALL = (
    "a an and as at but by for from in into nor of off on onto or over per the to up via vs with"
)
# After a word of the first list comes a verb or a word that stands alone; after a word of the
# second list a noun phrase begins.
_BEFORE_VERB = """
i you we they he she it who that will would can could should must may might to let's lets don't
doesn't didn't not never always also just it's they're we're you're i'm
"""
_BEFORE_NOUN = "the a an this these those our their its your his her my of every each some any"
INNER, SMALL, BEFORE_VERB, BEFORE_NOUN = (
    frozenset(text.split()) for text in (_INNER, _SMALL, _BEFORE_VERB, _BEFORE_NOUN)
)
_CLAUSE = re.compile(r"[.,;:!?…()\[\]{}\"“”«»、。！？，；：「」『』|/—–\n]+|(?<=\s)-+(?=\s)")
_SCRIPT = re.compile(r"[\u3041-\u309f]+|[\u30a0-\u30ff]+|[\uac00-\ud7af]+|[\u0e00-\u0eff]+|.")
_PARTICLE = re.compile(r"[\u3041-\u309f]+$|[的了是在和有我你他她它们这那个不也就都而及与着或]")


_Ranked = tuple[float, str, tuple[str, ...]]  # score, surface, stems


@dataclass
class _Phrase:
    """A phrase in all its forms: its number of occurrences and the sum of their qualities."""

    stems: tuple[str, ...]
    surfaces: Counter[str] = field(default_factory=Counter)
    count: int = 0
    quality: float = 0.0


def titles(chapters: Sequence[Sequence[Span]], language: str = "en") -> list[str]:
    """Return a title for each chapter, given as its spans: none is empty and no two are equal.

    Titles come from speech and from text in the picture; from captions if a chapter has neither;
    and from measurements of the picture if there is nothing else.
    """
    analyzer = Analyzer(language, talk=True)
    ranked = _ranked([_texts(chapter) for chapter in chapters], analyzer)
    looks = _ranked_looks([_looks(chapter) for chapter in chapters])
    taken: set[str] = set()
    names: list[str] = []
    for chapter, phrases, seen in zip(chapters, ranked, looks, strict=True):
        given = [str(s["title"]) for s in chapter if s.get("kind") == "chapter" and s.get("title")]
        name = _phrase_title(phrases, taken, analyzer.language == "en")
        name = name or _look_title(seen, taken)
        if len(chapter) == 1 and given and given[0].casefold() not in taken:
            name = given[0]  # an unchanged chapter keeps its title
        elif not name:
            name = f"From {clock(chapter[0].start)}" if chapter else f"Part {len(names) + 1}"
        base, number = name, 2
        while name.casefold() in taken:
            name, number = f"{base} ({number})", number + 1
        taken.add(name.casefold())
        names.append(name)
    return names


def _texts(chapter: Sequence[Span]) -> list[str]:
    """Return the texts that a title may come from: words said or written, else captions."""
    cues = {
        (cue["start"], cue["end"], cue["text"]): cue
        for span in chapter
        for cue in span.get("speech", [])
    }
    told = dict.fromkeys(passage for span in chapter for passage in passages(span))
    texts = [sentence.text for sentence in speech_sentences(cues.values())]
    # A line that stays in the picture counts once, however many frames show it.
    texts += dict.fromkeys(p.text for p in told if p.source == "screen_text")
    if any(words(text) for text in texts):
        return texts
    facts = {measured_caption(stretch) for span in chapter for stretch in with_parts(span)}
    return [p.text for p in told if p.text not in facts]


def _ranked(chapters: Sequence[Sequence[str]], analyzer: Analyzer) -> list[list[_Ranked]]:
    """Return score, surface and stems of the phrases of each chapter, best first."""
    found = [_phrases(texts, analyzer) for texts in chapters]
    totals: Counter[tuple[str, ...]] = Counter()
    for phrases in found:
        totals.update({stems: phrase.count for stems, phrase in phrases.items()})
    lengths = [sum(p.count for s, p in phrases.items() if len(s) == 1) for phrases in found]
    everything = sum(lengths)
    ranked = []
    for phrases, length in zip(found, lengths, strict=True):
        odds = {
            stems: _log_odds(phrase.count, length, totals[stems], everything)
            for stems, phrase in phrases.items()
        }
        if max(odds.values(), default=0.0) < ALIKE:
            odds = dict.fromkeys(odds, 1.0)  # nothing distinguishes it from the rest
        scored = [
            (_score(phrase, odds), phrase.surfaces.most_common(1)[0][0], stems)
            for stems, phrase in phrases.items()
        ]
        scored = [entry for entry in scored if entry[0] > 0]
        ranked.append(sorted(scored, key=lambda entry: (-entry[0], entry[1])))
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


def _score(phrase: _Phrase, odds: dict[tuple[str, ...], float]) -> float:
    content = [stem for stem in phrase.stems if (stem,) in odds]
    if not content:
        return 0.0
    single = sum(odds[stem,] for stem in content) / len(content)
    own = odds[phrase.stems]
    often = math.log2(1 + phrase.count)
    # A single word seldom says enough, and a phrase that occurs once is often an accident.
    length = (0.5, 1.0, 1.1, 1.0)[min(len(content), LONGEST) - 1]
    return length * often * (phrase.quality / phrase.count) * (own + single)


def _phrases(texts: Sequence[str], analyzer: Analyzer) -> dict[tuple[str, ...], _Phrase]:
    """Return all phrases of one to four words that neither begin nor end with a stop word."""
    phrases: defaultdict[tuple[str, ...], _Phrase] = defaultdict(lambda: _Phrase(()))
    for text in texts:
        for clause in _CLAUSE.split(normalize(text)):
            tokens = list(_tokens(clause, analyzer))
            for first, (word, _) in enumerate(tokens):
                if _stops(word, analyzer):
                    continue
                for last in range(first, min(len(tokens), first + LONGEST)):
                    if not _joins(tokens, first, last, analyzer):
                        break
                    if _stops(tokens[last][0], analyzer):
                        continue
                    _add(phrases, tokens, first, last, analyzer)
    return dict(phrases)


def _tokens(clause: str, analyzer: Analyzer) -> Iterator[tuple[str, str]]:
    """Yield words with stems; unspaced text is cut where the script changes, else by character."""
    for word in words(clause):
        if UNSPACED.match(word):
            yield from ((piece, piece) for piece in _SCRIPT.findall(word))
        else:
            yield word, analyzer.stem(word)


def _stops(word: str, analyzer: Analyzer) -> bool:
    return bool(
        analyzer.is_stop_word(word) or _PARTICLE.match(word) or not any(c.isalpha() for c in word)
    )


def _joins(tokens: list[tuple[str, str]], first: int, last: int, analyzer: Analyzer) -> bool:
    """Return whether a phrase may contain its last word: content, or a small word within it."""
    word = tokens[last][0]
    if last == first or not _stops(word, analyzer):
        return True
    return word.casefold() in INNER or word.isdigit()


def _add(
    phrases: defaultdict[tuple[str, ...], _Phrase],
    tokens: list[tuple[str, str]],
    first: int,
    last: int,
    analyzer: Analyzer,
) -> None:
    chosen = tokens[first : last + 1]
    stems = tuple(stem for _, stem in chosen)
    phrase = phrases[stems]
    phrase.stems = stems
    wide = UNSPACED.match(chosen[0][0]) and UNSPACED.match(chosen[-1][0])
    phrase.surfaces[("" if wide else " ").join(word for word, _ in chosen)] += 1
    phrase.count += 1
    before = tokens[first - 1][0].casefold() if first else ""
    after = tokens[last + 1][0].casefold() if last + 1 < len(tokens) else ""
    quality = 1.0
    if before and not _stops(before, analyzer):
        quality *= 0.6  # begins in the middle of a longer phrase
    if after and not _stops(after, analyzer):
        quality *= 0.6
    if before in BEFORE_VERB:
        quality *= 0.5
    if before in BEFORE_NOUN:
        quality *= 1.25
    if after in BEFORE_NOUN:
        quality *= 0.4  # ends with a verb
    inner = {word.casefold() for word, _ in chosen} & INNER
    if inner:
        quality *= 0.9 if inner == {"of"} else 0.6
    if chosen[-1][0].endswith("ly") or chosen[0][0].endswith("ly"):
        quality *= 0.5
    if wide and sum(len(word) for word, _ in chosen) < 2:
        quality *= 0.1
    phrase.quality += quality


def _phrase_title(phrases: Sequence[_Ranked], taken: set[str], english: bool) -> str:
    """Return the best phrase that is not yet a title, with a second one if it is nearly as good."""
    for place, (score, surface, stems) in enumerate(phrases[:12]):
        title = _capitalised(surface, english)
        for other_score, other, other_stems in phrases[place + 1 : place + 40]:
            mark = " and " if english else ", "
            both = f"{title}{mark}{_capitalised(other, english)}"
            if other_score < SECOND * score or set(stems) & set(other_stems) or "and" in stems:
                continue
            if len(both) <= WIDTH and not UNSPACED.search(both):
                title = both
                break
        if len(title) <= WIDTH and title.casefold() not in taken:
            return title
    return ""


def _look_title(looks: Sequence[str], taken: set[str]) -> str:
    """Return one or two measurements of the pictures; more if that title is taken."""
    seen = ""
    for look in looks:
        longer = f"{seen}, {look}" if seen else look[:1].upper() + look[1:]
        known = seen.casefold().replace(",", "").split()
        if len(longer) > WIDTH or (set(look.split()) & set(known)) - {"and"}:
            continue
        enough, seen = bool(seen), longer
        if enough and seen.casefold() not in taken:
            break
    return seen


def _capitalised(surface: str, english: bool) -> str:
    """Return a phrase as written in a title; words that contain capitals are unchanged."""
    if not english:
        return surface[:1].upper() + surface[1:]
    parts = surface.split(" ")
    return " ".join(
        part
        if any(c.isupper() for c in part) or (place and part in SMALL)
        else part[:1].upper() + part[1:]
        for place, part in enumerate(parts)
    )


def _looks(chapter: Sequence[Span]) -> list[str]:
    """Return the measurements of the pictures of a chapter, clause by clause."""
    known = (stretch for span in chapter for stretch in with_parts(span))
    told = {(span.start, fact): span["facts"] for span in known if (fact := measured_caption(span))}
    return [clause for facts in told.values() for clause in clauses(facts)]


def _ranked_looks(chapters: Sequence[list[str]]) -> list[list[str]]:
    """Return the clauses of each chapter, first those that distinguish it from the others."""
    counts = [Counter(clause.casefold() for clause in told) for told in chapters]
    totals = sum(counts, Counter())
    ranked = []
    for told, own in zip(chapters, counts, strict=True):
        odds = {c: _log_odds(n, own.total(), totals[c], totals.total()) for c, n in own.items()}
        distinct = {clause.casefold(): clause for clause in reversed(told)}
        order = list(dict.fromkeys(clause.casefold() for clause in told))
        ranked.append([_lowered(distinct[c]) for c in sorted(order, key=lambda c: -odds[c])])
    return ranked


def _lowered(clause: str) -> str:
    """Return a clause without the capital at the start of its sentence."""
    return clause if clause[1:2].isupper() else clause[:1].lower() + clause[1:]
