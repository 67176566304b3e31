"""The lines of a video that a model is told of, numbered, and in windows that fit its context."""

import math
import textwrap
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import TypeVar

from vtk.entries import SpeechEntry
from vtk.passages import Passage, passages
from vtk.span import Span
from vtk.speech import speaker_of, speech_sentences
from vtk.text import comparison_key

T = TypeVar("T")

SOURCES = {"screen_text": "on screen", "caption": "shown", "title": "heading"}
WRITTEN = ("title", "summary")  # about the video, which does not support what is written of it


@dataclass(frozen=True, slots=True)
class Line:
    """A text of the video or about it, and the passages of the video that it rests on.

    `section` is the heading of a summary under which it belongs, if that has any; one that is
    `quoted` stands in a summary as it was said.
    """

    text: str
    rests: tuple[Passage, ...]
    label: str = ""
    section: str = ""
    quoted: bool = False

    @property
    def start(self) -> float:
        """First moment of what it rests on, in seconds."""
        return min(passage.start for passage in self.rests)

    @property
    def end(self) -> float:
        """End of what it rests on, in seconds."""
        return max(passage.end for passage in self.rests)


def lines_of(spans: Sequence[Span], longest: int) -> list[Line]:
    """Return what is said, written and shown in a video, in time order and nothing twice.

    Speech comes in whole sentences, those of a new speaker after the name. Titles and summaries
    count only where there is nothing else. A text of more than `longest` letters is parted.
    """
    cues = {
        (cue["start"], cue["end"], cue["text"]): cue
        for span in spans
        for cue in span.get("speech", [])
    }
    others = [p for span in spans for p in passages(span) if p.source != "speech"]
    told = [p for p in others if p.source not in WRITTEN]
    told = told or ([] if cues else others)
    names = _Speakers(list(cues.values()))
    found = [(p, names.of(p)) for p in speech_sentences(cues.values())]
    found += [(p, SOURCES.get(p.source, "")) for p in told]
    found.sort(key=lambda each: (each[0].start, each[0].end))
    distinct = {(comparison_key(p.text), p.source): (p, label) for p, label in reversed(found)}
    return [
        Line(piece, (Passage(piece, p.start, p.end, p.source),), label)
        for p, label in reversed(distinct.values())
        for piece in textwrap.wrap(" ".join(p.text.split()), longest)
    ]


class _Speakers:
    """Who says a sentence, where cues tell it."""

    def __init__(self, cues: list[SpeechEntry]) -> None:
        named = [(cue["start"], cue.get("speaker") or speaker_of(cue["text"])[0]) for cue in cues]
        told = sorted((start, name) for start, name in named if name)
        self._starts, self._names = [start for start, _ in told], [name for _, name in told]
        self._latest = ""

    def of(self, sentence: Passage) -> str:
        """The speaker of a sentence, "" if it is that of the sentence before or not known."""
        place = bisect_right(self._starts, sentence.start + 1e-6) - 1
        name = self._names[place] if place >= 0 else ""
        label = "" if name == self._latest else name
        self._latest = name
        return label


def numbered(lines: Sequence[Line]) -> str:
    """The lines as a prompt tells them: a number, who says it or where it stands, the text."""
    return "\n".join(
        f"{number}. {f'({line.label}) ' if line.label else ''}{line.text}"
        for number, line in enumerate(lines, 1)
    )


def size(lines: Sequence[Line]) -> int:
    """Letters of the lines."""
    return sum(len(line.text) for line in lines)


def windows(lines: Sequence[Line], letters: int) -> list[list[Line]]:
    """Return the lines in as few runs as hold about so many letters each, all about equally long.

    A run may be longer by a line.
    """
    return runs(lines, max(1, math.ceil(size(lines) / letters)))


def runs(lines: Sequence[Line], count: int) -> list[list[Line]]:
    """Return the lines in at most `count` runs of about equally many letters."""
    return divided(lines, [len(line.text) for line in lines], count)


def divided(items: Sequence[T], sizes: Sequence[float], count: int) -> list[list[T]]:
    """Return the items in at most `count` runs of about the same total size."""
    total = sum(sizes) or 1
    middles = [end - own / 2 for end, own in zip(accumulate(sizes), sizes, strict=True)]
    places = [min(int(middle / total * count), count - 1) for middle in middles]
    pairs = groupby(zip(places, items, strict=True), key=lambda pair: pair[0])
    return [[item for _, item in run] for _, run in pairs]


def spread(count: int) -> Iterator[int]:
    """Yield 0 to count - 1 so that the first few of them are far apart, however many are taken.

    The van der Corput sequence: numbers with their bits reversed.
    """
    bits = max(1, (count - 1).bit_length())
    for number in range(1 << bits):
        place = int(f"{number:0{bits}b}"[::-1], 2)
        if place < count:
            yield place
