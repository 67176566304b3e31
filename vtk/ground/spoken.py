"""The words of speech with their times, spelt in one way so that a quotation can be found in them.

Recognition, subtitles and people spell alike sounds differently: "twenty-five" and "25", "Don't"
and "do not", with or without "uh". A word is compared by its key: in lower case, without marks and
fillers, numbers as digits and contractions as the words that they stand for (both in English only).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from vtk.entries import SpeechEntry
from vtk.speech import speech_pieces
from vtk.text import UNSPACED, join_texts, normalize, words
from vtk.times import rounded

FILLERS = frozenset(
    (*("ah", "eh", "er", "erm", "hm", "hmm", "mhm", "mm", "uh", "uhm", "um", "umm"), "äh", "ähm")
)
_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBERS = {word: n for n, word in enumerate(_UNITS)} | {w: 10 * n for n, w in enumerate(_TENS, 2)}
SCALES = {"thousand": 1000, "million": 10**6, "billion": 10**9}
_CLUSTER = re.compile(r"\w(?:(?!\w).)*")  # a character with the marks that follow it
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")  # between thousands: 12,000


# What an English contraction ends with stands for; where it may stand for several things, only
# after some words: "it's" is "it is", but "John's" a name.
_ENDINGS = {"n't": "not", "'re": "are", "'ll": "will", "'ve": "have", "'m": "am"}
_IS = frozenset(
    (
        "it",
        "he",
        "she",
        "that",
        "this",
        "what",
        "who",
        "where",
        "when",
        "how",
        "why",
        "here",
        "there",
    )
)
_WOULD = frozenset(("i", "you", "he", "she", "it", "we", "they", "that", "there", "who"))
_WHOLE = {
    **{"won't": "will not", "can't": "can not", "shan't": "shall not", "cannot": "can not"},
    **{"let's": "let us", "im": "i am", "ive": "i have", "youre": "you are", "youve": "you have"},
    **{"theyre": "they are", "theyve": "they have", "weve": "we have", "cant": "can not"},
    **{"wont": "will not", "youll": "you will", "theyll": "they will", "itll": "it will"},
    **{
        f"{verb}nt": f"{verb} not"
        for verb in (
            "are",
            "could",
            "did",
            "do",
            "does",
            "had",
            "has",
            "have",
            "is",
            "should",
            "was",
        )
    },
}


class Place(NamedTuple):
    """Where a word is written: a text, which `number` tells from others, and [low, high) in it."""

    number: int
    text: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """The key of a word, its time in seconds, and whether the time is guessed from a whole cue.

    `places` are where it is written: one, or several of a number in several words.
    """

    key: str
    start: float
    end: float
    guessed: bool
    places: tuple[Place, ...] = ()


def spoken_words(entries: Iterable[SpeechEntry]) -> list[SpokenWord]:
    """Return the words of `speech` in time order, without fillers.

    Where an entry has no times of its words, they share its time by their letters.
    """
    cues: list[SpeechEntry] = []
    found: list[SpokenWord] = []
    for number, entry in enumerate(entries):
        if entry.get("words"):
            found += _timed(entry, number)
        else:
            cues.append(entry)
    for number, piece in enumerate(speech_pieces(cues), 1):
        low, each = 0, (piece.end - piece.start) / max(len(piece.text), 1)
        for word in piece.text.split():
            at = piece.text.index(word, low)
            low = at + len(word)
            start, end = (rounded(piece.start + each * letters) for letters in (at, low))
            place = Place(-number, piece.text, at, low)
            found.append(SpokenWord(word, start, end, True, (place,)))
    found.sort(key=lambda word: (word.start, word.end))
    return list(_numbered(_keyed(found)))


def _timed(entry: SpeechEntry, number: int) -> Iterator[SpokenWord]:
    """Yield the words of an entry that have times, each where it stands in the text."""
    text, high = entry["text"], 0
    for word in entry["words"]:
        said = word["text"].strip()
        low = text.find(said, high)
        place = Place(number, said, 0, len(said))
        if low >= 0:
            high = low + len(said)
            place = Place(number, text, low, high)
        yield SpokenWord(said, word["start"], word["end"], False, (place,))


def as_said(said: Iterable[SpokenWord]) -> str:
    """Return words as they are written, with what stands between them in the same text."""
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for number, text, low, high in (place for word in said for place in word.places):
        first, last = found.get((number, text), (low, high))
        found[number, text] = min(first, low), max(last, high)
    parts = (text[low:high] for (_, text), (low, high) in found.items())
    return join_texts(" ".join(part.split()) for part in parts)


def keys(text: str) -> list[str]:
    """Return the keys of the words of a text, in order; with its fillers if it has nothing else."""
    said = [SpokenWord(word, n, n, False) for n, word in enumerate(text.split())]
    return [word.key for word in _numbered(_keyed(said))] or [
        each.casefold() for each in words(text)
    ]


def _keyed(said: Iterable[SpokenWord]) -> Iterator[SpokenWord]:
    """Yield the words inside each word: `twenty-five` has two; a script without spaces, many."""
    for word in said:
        inside: list[str] = []
        for each in words(_COMMA.sub("", word.key)):
            inside += _CLUSTER.findall(each) if UNSPACED.match(each) else [each]
        spread = len(inside) > 2 or any(UNSPACED.match(each) for each in inside)
        step = (word.end - word.start) / max(len(inside), 1)
        place = 0
        for n, each in enumerate(inside):
            at = normalize(word.key).find(each, place)
            place = at + len(each) if at >= 0 else place
            ends = (rounded(word.start + step * (n + side)) for side in (0, 1))
            start, end = ends if spread else (word.start, word.end)
            where = _part(word, at, each)
            for key in _plain(each.casefold()):
                if key not in FILLERS:
                    yield SpokenWord(key, start, end, word.guessed or spread, where)


def _part(word: SpokenWord, at: int, inside: str) -> tuple[Place, ...]:
    """Where a part of a word is written: in all of the word if it is spelt in another way there."""
    if at < 0 or len(normalize(word.key)) != len(word.key):
        return word.places
    return tuple(
        place._replace(low=place.low + at, high=place.low + at + len(inside))
        for place in word.places
    )


def _plain(word: str) -> list[str]:
    """Return the words that a word in lower case stands for, without apostrophes."""
    if word in _WHOLE:
        return _WHOLE[word].split()
    for ending, meant in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return [word.removesuffix(ending).replace("'", ""), meant]
    base, _, ending = word.partition("'")
    for last, meant, known in (("s", "is", _IS), ("d", "would", _WOULD)):
        if ending == last and base in known:
            return [base, meant]
    return [word.replace("'", "")]


def _numbered(said: Iterable[SpokenWord]) -> Iterator[SpokenWord]:
    """Yield the words with each run of number words as one word of digits."""
    run: list[SpokenWord] = []
    for word in said:
        if run and not _goes_on([each.key for each in run], word.key):
            yield from _number(run)
            run = []
        if run or word.key in NUMBERS:
            run.append(word)
        else:
            yield word
    yield from _number(run)


def _goes_on(run: list[str], key: str) -> bool:
    """Whether a word continues a number: twenty + five, two + hundred, hundred + and, five."""
    last = run[-1]
    if key in SCALES or key == "hundred":
        return last in NUMBERS or last == "hundred"
    if key == "and":
        return last == "hundred" or last in SCALES
    if key not in NUMBERS:
        return False
    if last in NUMBERS:
        # "nineteen sixty-two" is a year: two numbers of two digits, one after the other.
        year = len(run) == 1 and 10 <= NUMBERS[last] < 100 and NUMBERS[key] >= 10
        return year or (last in _TENS and 0 < NUMBERS[key] < 10)
    return True


def _number(run: list[SpokenWord]) -> Iterator[SpokenWord]:
    """Yield the number that a run of number words makes, and an "and" that trails behind it."""
    trailing = [run.pop()] if run and run[-1].key == "and" else []
    if run:
        whole = part = 0
        said = [word.key for word in run]
        for place, key in enumerate(said):
            if key == "hundred":
                part *= 100
            elif key in SCALES:
                whole, part = whole + part * SCALES[key], 0
            elif key in NUMBERS:
                pair = place > 0 and said[place - 1] in NUMBERS and NUMBERS[key] >= 10
                part = part * 100 + NUMBERS[key] if pair else part + NUMBERS[key]
        guessed = any(word.guessed for word in run)
        places = tuple(place for word in run for place in word.places)
        key = str(whole + part)
        yield replace(run[0], key=key, end=run[-1].end, guessed=guessed, places=places)
    yield from trailing
