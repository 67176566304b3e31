"""Lay out speech as readable subtitle cues: short lines, on screen long enough.

Lines, durations and reading speed follow Netflix's Timed Text Style Guide: two lines of 42
characters and 5/6 to 7 seconds (general requirements), 20 characters per second (for English).
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from vtk.entries import MadeEntry, SpeechEntry, SpeechWord
from vtk.media.subtitles.cues import stored_lines, word_times
from vtk.span import Span
from vtk.text import UNSPACED

LINES = 2  # most lines of a cue
LEAST, MOST = 5 / 6, 7.0  # least and most seconds of a cue
MARKED = ("srt",)  # formats without a field for the speaker
PAUSE = 1.5  # seconds without a word that separate cues
_ENDS = (re.compile(r"[.!?…。！？]['\"”’)\]]*$"), re.compile(r"[,;:，；、–—]['\"”’)\]]*$"))


@dataclass(frozen=True)
class Layout:
    """How cues are laid out: characters per line, and characters per second."""

    width: int = 42
    speed: float = 20.0
    plain: bool = False  # whether cues read from subtitles are laid out anew, without their markup


class Cue(NamedTuple):
    """A cue; times in seconds of the video. `markup` is its original markup, if known."""

    start: float
    end: float
    lines: tuple[str, ...]
    words: tuple[SpeechWord, ...] = ()  # words with times, if known
    speaker: str = ""
    markup: Mapping[str, str] = MappingProxyType({})


def cues(spans: Iterable[Span], form: str, layout: Layout) -> Iterator[Cue]:
    """Yield the cues of the speech in the spans of one video, in order; shared speech only once.

    A cue that was read from a file of the same format stays as it was. Other speech is split into
    cues of two lines, at the end of a sentence or a clause if possible. A cue that does not come
    from subtitles stays on screen long enough to be read, unless the next cue begins earlier.
    """
    latest: list[SpeechEntry] = []
    waiting: Cue | None = None
    speaker, kept = "", False
    for span in spans:
        said: list[SpeechEntry] = span.get("speech", [])
        made: list[MadeEntry] = span.get("made", [])
        kept = not layout.plain and any(_subtitled(entry) for entry in made)
        for entry in said:
            if entry in latest:  # speech that continues across a cut is in both shots
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


def _subtitled(made: MadeEntry) -> bool:
    return made.get("by") == "vtk transcribe" and made.get("method") == "subtitles"


def _of(entry: SpeechEntry, form: str, layout: Layout, mark: str, kept: bool) -> Iterator[Cue]:
    """The cues of an entry; `mark` is put before its text to announce a change of speaker.

    With `kept`, the entry is split only if it has too many lines.
    """
    start, end, speaker = entry["start"], entry["end"], entry.get("speaker", "")
    stored = None if layout.plain else stored_lines(entry, form)
    if stored is not None:
        if lines := tuple(line for line in stored if line.strip()):
            yield Cue(start, end, lines, (), speaker, entry["markup"])
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


def _pieces(words: Iterable[SpeechWord], width: int) -> Iterator[SpeechWord]:
    """The words; those longer than a line are split into pieces of one line."""
    for word in words:
        text, start = " ".join(word["text"].split()), word["start"]
        each = (word["end"] - start) / max(len(text), 1)
        for place in range(0, len(text), width):
            part = text[place : place + width]
            low = start + each * place
            yield {"start": low, "end": low + each * len(part), "text": part}


def _joined(words: Iterable[SpeechWord]) -> str:
    """Join words, with spaces between them except in scripts without spaces."""
    whole = ""
    for word in words:
        tight = not whole or (UNSPACED.match(whole[-1]) and UNSPACED.match(word["text"]))
        whole += word["text"] if tight else f" {word['text']}"
    return whole


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _wrapped(words: Iterable[SpeechWord], width: int) -> list[str]:
    text = _joined(words)
    lines = _lines(text, width)
    if len(lines) == LINES:  # balance the lengths of the two lines
        return next(
            even
            for narrow in range((len(text) - 1) // LINES, width + 1)  # -1: the break drops a space
            if len(even := _lines(text, narrow)) == LINES
        )
    return lines


def _count(words: list[SpeechWord], width: int) -> int:
    """How many of the words go into the next cue."""
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
    """Extend the cue until it can be read or until the next cue begins at `limit`."""
    if cue.markup:
        return cue
    needed = max(LEAST, sum(map(len, cue.lines)) / layout.speed)
    return cue._replace(end=max(cue.end, min(cue.start + needed, limit)))
