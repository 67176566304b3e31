"""Text analysis: words, sentences, and the terms that searches compare.

No model is used. Words are found by Unicode categories, so any script works. In scripts without
spaces (Chinese, Japanese, Thai) and in Korean, terms are overlapping character bigrams, as in
Lucene's CJK analyzer.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from vtk.errors import UsageError

MARKS = ".!?…。！？"  # punctuation that ends a sentence

_STOP = """
a about above across after again against all almost also although always am among an and any
anyone anything are aren around as at be became because become becomes been before behind being
below between both but by can cannot could couldn did didn do does doesn doing don done down during
each either else enough etc even ever every everyone everything few for from further had hadn has
hasn have haven having he hence her here hers herself him himself his how however i if in indeed
instead into is isn it its itself just least less let may maybe me might mine more most much must
my myself neither never no nobody none nor not nothing now of off often on once one ones only onto
or other others otherwise ought our ours ourselves out over own per perhaps quite rather same shall
she should shouldn since so some somebody someone something sometimes somewhere still such than
that the their theirs them themselves then there therefore these they this those though through
thus till to together too toward towards under until unto up upon us very via was wasn we well were
weren what whatever when whenever where whereas wherever whether which while who whoever whole whom
whose why will with within without won't would wouldn yes yet you your yours yourself yourselves
"""
# Words of conversation rather than of a topic: useful in a search, useless in a title.
_TALK = """
" able actually ago ah alright anyway applause back basically began begin begins bit bunch bye
called came certainly come comes coming course different don end eventually exactly example fact
far feel find first five follow found four get gets getting give given gives go goes going gone
gonna good got gotta great guess guys half happen happened happening happens hard hello hey hi hold
hour hours huge hundred hundreds idea important inaudible inside interesting kind kinda know known
knows last later laughter lets like likely little long look looked looking looks lot lots made
mainly make makes making many matter mean means million minute minutes moment morning moving music
name near nearly need needed needs new next nice nobody obviously oh ok okay old people piece place
please point possible pretty probably put question quick quickly read ready real really remember
right roughly said saw say saying says second see seems seen sense several show shown shows simply
somehow sort start started starts stuff subscribe sure take taken takes taking talk talked talking
tell thank thanks thing things think third thought thousand thousands three time times today told
took totally tried true try trying turn turns two uh uhm um understand use used uses using usually
video wanna want wanted wants watch way ways week weeks weigh welcome went whatever word words wow
yeah yep
"""
_STOP_LISTS = {
    "da": "DANISH", "de": "GERMAN", "es": "SPANISH", "fr": "FRENCH", "it": "ITALIAN",
    "ko": "KOREAN", "nb": "NORWEGIAN", "nl": "DUTCH", "no": "NORWEGIAN", "pt": "PORTUGUESE",
    "ru": "RUSSIAN", "sv": "SWEDISH", "tr": "TURKISH", "zh": "CHINESE",
}  # fmt: skip
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
UNSPACED = re.compile(f"[{_UNSPACED}]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\uff07", "''''")
_ASCII_WORD = re.compile(r"[^\W_]+(?:['.][^\W_]+)*", re.A)
_INNER_STOP = re.compile(r"\w\.\w", re.A)
_CLITIC = re.compile(r"'(?:s|re|ve|ll|d|m|t|em)$")
# An end mark with closing quotes, before white space; full-width marks need no white space.
END = re.compile(r"[.!?\u2026\u0964]+[\"'\u2019\u201d)\]\u00bb]*(?=\s)|[。！？｡]+[」』”’）]*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|mt|vs|etc|fig|figs|vol|jr|sr|dept|approx|inc|ltd|co|corp|gen"
    r"|col|capt|sgt|lt|rev|hon|gov|sen|rep|e\.g|i\.e|cf|al|eq|z\.b|bzw|usw|p|pp)|\b(?-i:[A-ZÀ-Þ]))\.$",
    re.I,
)

_BEFORE_NAMES = re.compile(
    r"(?:mr|mrs|ms|dr|prof|st|mt|vs|fig|figs|vol|gen|col|capt|sgt|lt|rev|hon|gov|sen|rep|e\.g|i\.e"
    r"|cf|eq|z\.b|bzw|p|pp)\.",
    re.I,
)
_AT_END = re.compile(r"(?:etc|usw)\.", re.I)

# What is abbreviated only before a number: no. 5, Jan. 5, Fri. 13.
_NUMBERED = re.compile(
    r"\b(?:no|nos|nr|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tue|tues|wed|thu|thur|thurs"
    r"|fri|sat|sun)\.$",
    re.I,
)
# The pronoun comes after a word in lower case (so did I.), an initial after another name.
_PRONOUN = re.compile(r"\b[a-zß-ÿ’']+,?\s+I\.$")

MEMORY = 50_000  # words whose terms are cached
# Letters that Unicode does not take apart. Of Cyrillic ones, only ё and those with stress count:
# й is a letter of its own.
_PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ħ": "h", "ð": "d", "þ": "th"}
)
_MARKED = re.compile(
    "(?<=[a-z\u00df-\u024f\u0370-\u03ff])[\u0300-\u036f]+|(?<=[а-џ])[\u0300\u0301]+|(?<=е)\u0308"
)
_QUOTES = str.maketrans("", "", "\"'«»“”‘’「」『』")


def without_controls(text: str) -> str:
    """Return the text without control characters; ends of lines and tabs stay."""
    return _CONTROLS.sub("", text)


def folded(word: str) -> str:
    """Return a word in lower case, its Latin, Greek and Cyrillic letters without their marks.

    So `café` is `cafe`, ø is o and ё is е; й stays, which is a letter of its own.
    """
    word = word.casefold()
    if word.isascii():
        return word
    bare = _MARKED.sub("", unicodedata.normalize("NFD", word).translate(_PLAIN))
    return unicodedata.normalize("NFC", bare)


@cache
def _word_pattern() -> re.Pattern[str]:
    # Vowel signs and combining accents are part of a word, although \w does not match them.
    ranges = (*range(0x300, 0x1E00), *range(0xA800, 0xAC00))
    marks = "".join(chr(c) for c in ranges if unicodedata.category(chr(c)) in ("Mn", "Mc"))
    letter = f"(?![{_UNSPACED}])[^\\W_]"
    return re.compile(
        f"[{_UNSPACED}][{_UNSPACED}{marks}]*|{letter}(?:{letter}|[{marks}]|['.](?={letter}))*"
    )


def normalize(text: str) -> str:
    """Normalize text to Unicode NFKC with plain apostrophes; case is kept."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)


def words(text: str) -> list[str]:
    """Return the words of a text, case kept; a run in a script without spaces is one word."""
    if text.isascii():
        each: list[str] = _ASCII_WORD.findall(text)
        if "." not in text[:-1] or not _INNER_STOP.search(text):
            return each
    else:
        each = _word_pattern().findall(normalize(text))
    found: list[str] = []
    for word in each:
        if "." not in word:
            found.append(word)
            continue
        parts = word.split(".")
        if all(part.isdigit() for part in parts):
            found.append(word)  # a number: 3.5
        elif max(map(len, parts)) == 1:
            found.append("".join(parts))  # an abbreviation: U.S.
        else:
            found += parts  # no space after a full stop: end.Next
    return found


def word_count(text: str) -> int:
    """Count the words of a text; in scripts without spaces, each character counts as a word."""
    return sum(len(word) if UNSPACED.match(word) else 1 for word in words(text))


class Analyzer:
    """Converts text to terms: lower case, no stop words, stemmed by Snowball (Porter 2001).

    `language` is a code such as ``en`` or ``pt-BR``; for languages that Snowball does not support,
    words are not stemmed. With `talk`, filler words of speech are removed too.
    """

    def __init__(self, language: str = "en", *, talk: bool = False) -> None:
        import Stemmer

        self.language = re.split(r"[-_]", language.strip().lower())[0]
        if not self.language:
            raise UsageError("the language must be a code such as en, de or ja")
        try:
            self._stem: Callable[[str], str] = Stemmer.Stemmer(self.language).stemWord
        except KeyError:
            self._stem = str
        self._stop = _stop_words(self.language)
        self._terms: dict[tuple[str, bool], str | None] = {}
        if talk and self.language == "en":
            self._stop |= frozenset(_TALK.split())

    def is_stop_word(self, word: str) -> bool:
        """Whether a word is a stop word, with or without a clitic such as 's."""
        word = word.casefold()
        return word in self._stop or _CLITIC.sub("", word) in self._stop

    @property
    def is_listed(self) -> bool:
        """Whether the stop words of the language are known."""
        return bool(self._stop)

    def stem(self, word: str) -> str:
        """Return the stem that all forms of a word share, its letters without marks."""
        return folded(self._stem(word.casefold()))

    def terms(self, text: str, *, stop: bool = True, characters: bool = False) -> list[str]:
        """Return the terms of a text in order; with `stop`, stop words are removed.

        In scripts without spaces, `characters` adds single characters to the bigrams, so that a
        query of one character matches.
        """
        return [term for term, _ in self.pairs(text, stop=stop, characters=characters)]

    def pairs(
        self, text: str, *, stop: bool = True, characters: bool = False
    ) -> list[tuple[str, str]]:
        """Return the terms of a text, as `terms`, each with its word; for a bigram, itself."""
        found: list[tuple[str, str]] = []
        for word in words(text):
            if not word.isascii() and UNSPACED.match(word):
                pairs = [word[i : i + 2] for i in range(max(1, len(word) - 1))]
                singles = list(word) if characters and len(word) > 1 else []
                found += [(t, t) for t in pairs + singles if not (stop and t in self._stop)]
            elif (term := self.term(word, stop)) is not None:
                found.append((term, word))
        return found

    def term(self, word: str, stop: bool) -> str | None:
        """Return the term of a word in a script with spaces; None for a stop word, with `stop`.

        Terms are cached: most texts share most of their words.
        """
        key = (word, stop)
        if key not in self._terms:
            if len(self._terms) > MEMORY:
                self._terms.clear()
            self._terms[key] = None if stop and self.is_stop_word(word) else self.stem(word)
        return self._terms[key]

    def query(self, text: str) -> tuple[list[str], bool]:
        """Return the distinct terms of a query, and whether stop words were removed.

        They are kept if the query has no other words. Raises UsageError if it has no words.
        """
        for stop in (True, False):
            if terms := list(dict.fromkeys(self.terms(text, stop=stop))):
                return terms, stop
        raise UsageError(f"the query {text!r} has no words")


@cache
def _stop_words(language: str) -> frozenset[str]:
    if language == "en":
        return frozenset(_STOP.split())
    if language not in _STOP_LISTS:
        return frozenset()
    from bm25s import stopwords

    return frozenset(getattr(stopwords, f"STOPWORDS_{_STOP_LISTS[language]}", ()))


def sentences(text: str) -> list[str]:
    """Split a text into sentences. A full stop after an abbreviation or initial ends none."""
    return [text[start:end] for start, end in sentence_ranges(text)]


def sentence_ranges(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each sentence in a text, without surrounding white space."""
    ranges, start = [], 0
    cased = re.search(r"[.!?][\"'”’)]*\s+[^\W\d_a-zß-ÿ]", text) is not None
    for match in [*END.finditer(text), None]:
        end = match.end() if match else len(text)
        if match:
            if cased and text[end : end + 9].lstrip()[:1].islower():
                continue  # no sentence end: "Really?" he asked; 3 p.m. today
            if match[0] == "." and _is_abbreviated(text, start, end):
                continue
        if piece := text[start:end].strip():
            first = text.index(piece, start)
            ranges.append((first, first + len(piece)))
        start = end
    return ranges


def _is_abbreviated(text: str, start: int, end: int) -> bool:
    """Whether the full stop at the end of text[start:end] belongs to an abbreviation."""
    if _NUMBERED.search(text, start, end):
        return text[end:].lstrip()[:1].isdigit()
    if _PRONOUN.search(text, start, end):
        return False
    found = _ABBREVIATION.search(text, start, end)
    if found is None or not text[start : found.start()].strip():
        return found is not None
    after = re.match(r"\s+[\"'“‘„«(]*([^\W\d_]+)", text[end:])
    if after is None or not after[1][0].isupper() or _BEFORE_NAMES.fullmatch(found[0]):
        return True
    return not (_AT_END.fullmatch(found[0]) or after[1].casefold() in _stop_words("en"))


def ends_sentence(text: str, after: str) -> bool:
    """Whether a sentence ends with `text`, before the text that follows it."""
    text = text.rstrip()
    return any(end == len(text) for _, end in sentence_ranges(f"{text} {after.lstrip()} "))


def join_texts(texts: Iterable[str]) -> str:
    """Join texts by spaces, except between full-width punctuation and a script without spaces."""
    whole = ""
    for text in texts:
        tight = not whole or (whole[-1] in "。！？｡」』" and UNSPACED.match(text))
        whole += text if tight else f" {text}"
    return whole


def comparison_key(text: str) -> str:
    """Return case-folded text without quotation marks, for substring comparison."""
    return " ".join(normalize(text).translate(_QUOTES).casefold().split())


def contains(text: str, part: str) -> bool:
    """Whether a text contains another, whatever their case, spaces and quotation marks."""
    if text.isascii() and not ("'" in text or '"' in text):
        first = part.split(maxsplit=1)[:1]  # most texts do without this word, which is quick to see
        if first and first[0].isalnum() and first[0].casefold() not in text.lower():
            return False
    return comparison_key(part) in comparison_key(text)
