"""Group timed words into entries of readable length: sentences, or runs between pauses."""

from collections.abc import Iterable
from typing import Any

from vtk.text import END, join_texts
from vtk.times import rounded

Entry = dict[str, Any]

PAUSE = 0.8  # seconds without a word that separate two entries
LONGEST = 12.0  # most seconds of an entry
MOST = 200  # characters; an entry that has more takes no further words


def phrases(words: Iterable[Entry]) -> list[Entry]:
    """Group words in time order into `speech` entries with `words`, and their mean `score`."""
    found: list[list[Entry]] = []
    for word in words:
        if not found or _parted(found[-1], word):
            found.append([])
        found[-1].append(word)
    return [_entry(run) for run in found]


def _parted(run: list[Entry], word: Entry) -> bool:
    """Whether a word begins a new entry."""
    if word["start"] - run[-1]["end"] > PAUSE or END.search(run[-1]["text"] + " "):
        return True
    letters = sum(len(said["text"]) + 1 for said in run)
    return letters > MOST or word["end"] - run[0]["start"] > LONGEST


def _entry(run: list[Entry]) -> Entry:
    scores = [word["score"] for word in run if "score" in word]
    return {
        "start": run[0]["start"],
        "end": max(word["end"] for word in run),
        "text": join_texts(word["text"] for word in run),
        **({"score": rounded(sum(scores) / len(scores))} if scores else {}),
        "words": [{key: word[key] for key in ("start", "end", "text")} for word in run],
    }
