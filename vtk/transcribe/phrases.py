"""Group timed words into entries of readable length: sentences, or runs between pauses."""

from collections.abc import Iterable, Iterator
from typing import NotRequired

from vtk.entries import SpeechEntry, SpeechWord
from vtk.text import ends_sentence
from vtk.times import rounded

PAUSE = 0.8  # seconds without a word that separate two entries
LONGEST = 12.0  # most seconds of an entry
MOST = 200  # characters of an entry
FEWEST = 3  # words that are left after a cut
COMMA = 0.3  # seconds of a pause that a comma is worth
COMMAS = (",", ";", ":", "–", "—", "，", "、", "；", "：")
NEAR = 8  # words that tell whether a full stop ends a sentence


class HeardWord(SpeechWord):
    """A word with its probability, 0 to 1, if the recognizer gives one.

    Its text begins with a space if one is written before it.
    """

    score: NotRequired[float]


def phrases(words: Iterable[HeardWord]) -> list[SpeechEntry]:
    """Group words in time order into `speech` entries with `words`, and their mean `score`."""
    found: list[list[HeardWord]] = []
    for word in words:
        if not found or _parted(found[-1], word):
            found.append([])
        found[-1].append(word)
    return [_entry(part) for run in found for part in _shortened(run)]


def _parted(run: list[HeardWord], word: HeardWord) -> bool:
    """Whether a word comes after a pause, or begins a new sentence."""
    if word["start"] - run[-1]["end"] > PAUSE:
        return True
    return ends_sentence(_text(run[-NEAR:]), word["text"])


def _shortened(run: list[HeardWord]) -> Iterator[list[HeardWord]]:
    """Cut a run that is too long for an entry where most likely a phrase ends."""
    while _is_too_long(run):
        fits = next(n for n in range(1, len(run)) if _is_too_long(run[: n + 1]))
        least, most = -(-fits // 3), max(min(fits, len(run) - FEWEST), 1)
        count = max(range(min(least, most), most + 1), key=lambda n: (_break(run, n), n))
        yield run[:count]
        run = run[count:]
    yield run


def _is_too_long(run: list[HeardWord]) -> bool:
    long = run[-1]["end"] - run[0]["start"] > LONGEST or len(_text(run)) > MOST
    return long and len(run) > 1


def _break(run: list[HeardWord], count: int) -> float:
    """How much the first words of a run are set off from the rest: the pause in seconds."""
    pause = run[count]["start"] - run[count - 1]["end"]
    return rounded(pause) + COMMA * (run[count - 1]["text"][-1:] in COMMAS)


def _text(run: list[HeardWord]) -> str:
    return "".join(word["text"] for word in run).strip()


def _entry(run: list[HeardWord]) -> SpeechEntry:
    entry: SpeechEntry = {
        "start": run[0]["start"],
        "end": max(word["end"] for word in run),
        "text": _text(run),
    }
    if scores := [word["score"] for word in run if "score" in word]:
        entry["score"] = rounded(sum(scores) / len(scores))
    entry["words"] = [
        {"start": w["start"], "end": w["end"], "text": w["text"].strip()} for w in run
    ]
    return entry
