"""Group timed words into entries of readable length: sentences, or runs between pauses."""

from collections.abc import Iterable
from typing import NotRequired

from vtk.entries import SpeechEntry, SpeechWord
from vtk.text import END, join_texts
from vtk.times import rounded

PAUSE = 0.8  # seconds without a word that separate two entries
LONGEST = 12.0  # most seconds of an entry
MOST = 200  # characters; an entry that has more takes no further words


class HeardWord(SpeechWord):
    """A word with its probability, 0 to 1, if the recognizer gives one."""

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
    if word["start"] - run[-1]["end"] > PAUSE or END.search(run[-1]["text"] + " "):
        return True
    letters = sum(len(said["text"]) + 1 for said in run)
    return letters > MOST or word["end"] - run[0]["start"] > LONGEST


def _entry(run: list[HeardWord]) -> SpeechEntry:
    entry: SpeechEntry = {
        "start": run[0]["start"],
        "end": max(word["end"] for word in run),
        "text": join_texts(word["text"] for word in run),
    }
    if scores := [word["score"] for word in run if "score" in word]:
        entry["score"] = rounded(sum(scores) / len(scores))
    entry["words"] = [{"start": w["start"], "end": w["end"], "text": w["text"]} for w in run]
    return entry
