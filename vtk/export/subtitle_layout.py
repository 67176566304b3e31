"""What is said as cues that can be read: short lines, on screen long enough.

Lines, lengths and speed are those of Netflix's Timed Text Style Guide, general requirements: two
lines of 42 characters, 5/6 to 7 seconds, and in its guide for English 20 characters a second.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from vtk.media.subtitles.cues import word_times
from vtk.span import Span
from vtk.text import UNSPACED

LINES = 2  # of a cue at most
LEAST, MOST = 5 / 6, 7.0  # seconds of a cue
MARKED = ("srt",)  # forms that have no place of their own for who speaks
PAUSE = 1.5  # seconds without a word that part cues
_ENDS = (re.compile(r"[.!?…。！？]['\"”’)\]]*$"), re.compile(r"[,;:，；、–—]['\"”’)\]]*$"))

Entry = dict[str, Any]


@dataclass(frozen=True)
class Layout:
    """How cues are to be read: characters of a line, and characters a second."""

    width: int = 42
    speed: float = 20.0
    plain: bool = False  # whether cues as they were are laid out anew


class Cue(NamedTuple):
    """A cue; times in seconds of the video. `markup` is the cue as it was, where it is known."""

    start: float
    end: float
    lines: tuple[str, ...]
    words: tuple[Entry, ...] = ()  # with their times, where they are known
    speaker: str = ""
    markup: Mapping[str, str] = MappingProxyType({})


def cues(spans: Iterable[Span], form: str, layout: Layout) -> Iterator[Cue]:
    """The cues of what is said in the spans of a video, in order; what two spans share, once.

    A cue that was read from a file of the same form stays as it was. Others are parted into cues
    of two lines, where a sentence or a clause ends if one does. What does not come from subtitles
    stays until it can be read, as far as the next cue leaves time.
    """
    latest: list[Entry] = []
    waiting: Cue | None = None
    speaker, kept = "", False
    for span in spans:
        said = span.get("speech", [])
        kept = not layout.plain and any(_subtitled(entry) for entry in span.get("made", []))
        for entry in said:
            if entry in latest:  # speech across a cut is in both shots
                continue
            turn = entry.get("speaker", speaker) != speaker
            speaker = entry.get("speaker", speaker)
            mark = f">> {speaker}:" if turn and form in MARKED else ""
            for cue in _of(entry, form, layout, mark, kept):
                if waiting is not None:
                    yield waiting if kept else _stretched(waiting, cue.start, layout)
                waiting = cue
        latest = said
    if waiting is not None:
        yield waiting if kept else _stretched(waiting, float("inf"), layout)


def _subtitled(made: Entry) -> bool:
    return made.get("by") == "vtk transcribe" and made.get("method") == "subtitles"


def _of(entry: Entry, form: str, layout: Layout, mark: str, kept: bool) -> Iterator[Cue]:
    """The cues of an entry; `mark` stands before it and says that somebody else speaks.

    One that is `kept` is parted only where it has too many lines.
    """
    start, end, speaker = entry["start"], entry["end"], entry.get("speaker", "")
    markup = {} if layout.plain else entry.get("markup", {})
    if isinstance(markup.get(form), str):
        if stored := tuple(line for line in markup[form].split("\n") if line.strip()):
            yield Cue(start, end, stored, (), speaker, markup)
        return
    timed = tuple(entry.get("words", ()))
    said = [*word_times(mark, start, start), *(timed or word_times(entry["text"], start, end))]
    words = list(_pieces(said, layout.width))
    whole = f"{mark} {entry['text']}".strip()
    laid_out = [whole] if len(whole) <= layout.width else _wrapped(words, layout.width)
    if kept and len(laid_out) <= LINES:
        yield Cue(start, end, tuple(laid_out), tuple(words) if timed else (), speaker)
        return
    while words:
        count = _count(words, layout.width)
        part, words = words[:count], words[count:]
        low = part[0]["start"]
        lines = tuple(_wrapped(part, layout.width))
        shown = part[-1]["end"] if words else max(end, part[-1]["end"])
        yield Cue(low, max(low, shown), lines, tuple(part) if timed else (), speaker)


def _pieces(words: Iterable[Entry], width: int) -> Iterator[Entry]:
    """Words, those longer than a line in pieces of a line."""
    for word in words:
        text, start = " ".join(word["text"].split()), word["start"]
        each = (word["end"] - start) / max(len(text), 1)
        for place in range(0, len(text), width):
            part = text[place : place + width]
            low = start + each * place
            yield {"start": low, "end": low + each * len(part), "text": part}


def _joined(words: Iterable[Entry]) -> str:
    """Words as a text, with spaces between except in scripts that write none."""
    whole = ""
    for word in words:
        tight = not whole or (UNSPACED.match(whole[-1]) and UNSPACED.match(word["text"]))
        whole += word["text"] if tight else f" {word['text']}"
    return whole


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _wrapped(words: Iterable[Entry], width: int) -> list[str]:
    text = _joined(words)
    lines = _lines(text, width)
    if len(lines) == LINES:  # both of about the same length
        return next(
            even
            for narrow in range((len(text) - 1) // LINES, width + 1)  # a space goes where it breaks
            if len(even := _lines(text, narrow)) == LINES
        )
    return lines


def _count(words: list[Entry], width: int) -> int:
    """How many of the words make the next cue."""
    most = 1
    while most < len(words):
        pause = words[most]["start"] - words[most - 1]["end"] > PAUSE
        if pause or words[most]["end"] - words[0]["start"] > MOST:
            break
        if len(_lines(_joined(words[: most + 1]), width)) > LINES:
            break
        most += 1
    if most == len(words) or words[most]["start"] - words[most - 1]["end"] > PAUSE:
        return most
    for ends in _ENDS:
        for count in range(most, most // 2, -1):
            if ends.search(words[count - 1]["text"]):
                return count
    return most


def _stretched(cue: Cue, limit: float, layout: Layout) -> Cue:
    """The cue, on screen until it can be read or the next one comes."""
    if cue.markup:
        return cue
    needed = max(LEAST, sum(map(len, cue.lines)) / layout.speed)
    return cue._replace(end=max(cue.end, min(cue.start + needed, limit)))
