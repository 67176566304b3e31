"""Group timed words into entries of readable length: sentences, or runs between pauses."""

from collections.abc import Iterable
from typing import NotRequired

from vtk.entries import SpeechEntry, SpeechWord
from vtk.text import ends_sentence
from vtk.times import rounded

PAUSE = 0.8  # seconds without a word that separate two entries
LONGEST = 12.0  # most seconds of an entry
MOST = 200  # characters; an entry that has more takes no further words


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
    return [_entry(run) for run in found]


def _parted(run: list[HeardWord], word: HeardWord) -> bool:
    """Whether a word begins a new entry."""
    if word["start"] - run[-1]["end"] > PAUSE:
        return True
    text = _text(run)
    if ends_sentence(text, word["text"]):
        return True
    return len(text) > MOST or word["end"] - run[0]["start"] > LONGEST


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
