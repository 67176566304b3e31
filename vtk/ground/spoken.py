"""The words of speech with their times, spelt in one way so that a quotation can be found in them.

Recognition, subtitles and people spell alike sounds differently: "twenty-five" and "25", "Don't"
and "don't", with or without "uh". A word is compared by its key: in lower case, without marks and
fillers, numbers as digits (English number words only).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vtk.entries import SpeechEntry
from vtk.speech import speech_pieces
from vtk.text import UNSPACED, words
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
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")  # between thousands: 12,000


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """The key of a word, its time in seconds, and whether the time is guessed from a whole cue."""

    key: str
    start: float
    end: float
    guessed: bool


def spoken_words(entries: Iterable[SpeechEntry]) -> list[SpokenWord]:
    """Return the words of `speech` in time order, without fillers.

    Where an entry has no times of its words, they share its time by their letters.
    """
    cues, found = [], []
    for entry in entries:
        if timed := entry.get("words"):
            found += [SpokenWord(w["text"], w["start"], w["end"], False) for w in timed]
        else:
            cues.append(entry)
    for piece in speech_pieces(cues):
        place, each = 0, (piece.end - piece.start) / max(len(piece.text), 1)
        for word in piece.text.split():
            at = piece.text.index(word, place)
            place = at + len(word)
            start, end = (rounded(piece.start + each * letters) for letters in (at, place))
            found.append(SpokenWord(word, start, end, True))
    found.sort(key=lambda word: (word.start, word.end))
    return list(_numbered(_keyed(found)))


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
            inside += list(each) if UNSPACED.match(each) else [each]
        spread = len(inside) > 2 or any(UNSPACED.match(each) for each in inside)
        step = (word.end - word.start) / max(len(inside), 1)
        for n, each in enumerate(inside):
            key = each.casefold().replace("'", "")
            if key not in FILLERS:
                ends = (rounded(word.start + step * (n + side)) for side in (0, 1))
                start, end = ends if spread else (word.start, word.end)
                yield SpokenWord(key, start, end, word.guessed or spread)


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
        yield SpokenWord(str(whole + part), run[0].start, run[-1].end, guessed)
    yield from trailing
