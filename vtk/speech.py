"""What is said: entries of `speech` cut to spans, who speaks, and the sentences of it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from vtk.passages import Passage
from vtk.span import within
from vtk.text import END, comparison_key, join_texts, sentence_ranges, word_count
from vtk.times import rounded

# What subtitles hold besides words: tags, sounds, notes, and marks of who speaks.
_MARKUP = re.compile(
    r"<[^<>]{1,40}>|\{\\[^{}]*\}|\[[^\[\]]*\]|[♪♫]+(?=\s|$)|(?:^|(?<=\s))\([A-Za-z ,'-]{1,40}\)"
)
_SPEAKER = re.compile(
    r"(?:(?:>>+|[-–—])\s*(?:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,3}:\s*)?"
    r"|[A-Z][A-Z0-9.'’ -]{0,30}:\s+|(?:Narrator|Speaker \d+|Speaker):\s+)"
)
_NAMED = re.compile(r"(>>+|[-–—])?\s*([^\W\d_][^:<>\n]{0,39}):\s+(?=\S)")
_CAPITALISED = re.compile(r"[^\W\d_a-zß-ÿ][\w.'’-]*(?: [^\W\d_a-zß-ÿ][\w.'’-]*){0,3}")
_ROLE = re.compile(r"Narrator|Speaker(?: \w+)?")
PAUSE = 0.7  # seconds without speech that end a sentence where nothing is punctuated
LONG_PAUSE = 4.0  # seconds that end one even in mid-sentence
WORDS_PER_MARK = 60  # with fewer end marks than one per so many words, speech is unpunctuated
SHORT, LONG = 12, 45  # words: an unpunctuated sentence, and the longest of any


@dataclass(slots=True)
class _Piece:
    """A run of words with its time; `turn` where another speaker begins."""

    text: str
    start: float
    end: float
    turn: bool = False


def clip_entries(
    entries: Iterable[dict[str, Any]], start: float, end: float
) -> list[dict[str, Any]]:
    """The entries of `speech` that belong to [start, end) seconds.

    An entry whose words have times is cut: a word goes where its middle lies. One without goes
    as a whole to each stretch that holds most of it, or most of which it fills.
    """
    found = []
    for entry in entries:
        if entry["end"] < start or entry["start"] >= end:
            continue
        words = entry.get("words")
        if not words:
            found += [entry] if within(entry, start, end) else []
            continue
        inside = [w for w in words if start <= (w["start"] + w["end"]) / 2 < end]
        if len(inside) == len(words):
            found.append(entry)
        elif inside:
            rest = {key: value for key, value in entry.items() if key != "markup"}
            text = join_texts(word["text"] for word in inside)
            low, high = max(inside[0]["start"], start), min(inside[-1]["end"], end)
            about = {"start": low, "end": max(low, high), "text": text, "words": inside}
            found.append({**rest, **about})
    return found


def speaker_of(text: str) -> tuple[str, str]:
    """Who speaks by the beginning of a cue (`>> Anna: `, `ANNA: `), and the rest; else no one."""
    match = _NAMED.match(text)
    if not match:
        return "", text
    name = match[2].strip()
    known = name.isupper() or _ROLE.fullmatch(name) or (match[1] and _CAPITALISED.fullmatch(name))
    return (name, text[match.end() :]) if known else ("", text)


def speech_sentences(entries: Iterable[dict[str, Any]]) -> list[Passage]:
    """The sentences of subtitle cues, each with its own time range in seconds.

    Cues are fragments of sentences: they are joined in time order, without repeats (rolling
    captions say each line twice), without speaker names and descriptions of sound, and split
    again at ends of sentences. A time inside a cue is interpolated by the share of its
    characters. Speech without punctuation is split at pauses and at ends of cues.
    """
    pieces = _pieces(entries)
    whole = " ".join(piece.text for piece in pieces)
    marks = len(END.findall(whole + " "))
    punctuated = marks * WORDS_PER_MARK >= word_count(whole)
    found: list[Passage] = []
    run: list[_Piece] = []
    for piece in pieces:
        pause = piece.start - run[-1].end if run else 0.0
        if run and (piece.turn or pause > (LONG_PAUSE if punctuated else PAUSE)):
            found += _run_sentences(run, punctuated)
            run = []
        run.append(piece)
    return [*found, *_run_sentences(run, punctuated)]


def _pieces(entries: Iterable[dict[str, Any]]) -> list[_Piece]:
    """Cues cut where the speaker changes, cleaned, and less what the cue before ended with."""
    pieces: list[_Piece] = []
    before: list[str] = []
    speaking = None
    ordered = sorted(entries, key=lambda entry: (entry["start"], entry["end"]))
    for entry in ordered:
        start, end = entry["start"], entry["end"]
        lines = [_MARKUP.sub(" ", line).strip() for line in entry["text"].splitlines()]
        fresh, said = strip_repeated_lines([line for line in lines if line], before)
        if pieces and start > pieces[-1].end + 1.0:
            fresh = [line for line in lines if line]
        before = said
        changes = entry.get("speaker", speaking) != speaking
        speaking = entry.get("speaker", speaking)
        seconds = (end - start) / (sum(map(len, fresh)) or 1)  # each character's share
        for line in fresh:
            end = start + seconds * len(line)
            speaker = _SPEAKER.match(line)
            spoken = line[speaker.end() :] if speaker else line
            if spoken.strip():
                turn = speaker is not None or changes
                pieces.append(_Piece(" ".join(spoken.split()), start, end, turn))
                changes = False
            start = end
    return pieces


def strip_repeated_lines(lines: list[str], before: list[str]) -> tuple[list[str], list[str]]:
    """Lines without those that the cue before ended with, and all lines for the next to compare.

    A rolling caption repeats whole lines; one that grows word by word repeats a line's beginning.
    """
    keys = [comparison_key(line) for line in lines]
    for size in range(min(len(keys), len(before)), 0, -1):
        if before[-size:] == keys[:size]:
            return lines[size:], keys
    if keys and before and keys[0].startswith(before[-1] + " "):
        skip = len(before[-1].split())
        return [" ".join(lines[0].split()[skip:]), *lines[1:]], keys
    return lines, keys


def _run_sentences(run: list[_Piece], punctuated: bool) -> Iterator[Passage]:
    """The sentences of one speaker without a pause."""
    text, starts = "", []
    for piece in run:
        text = join_texts([text, piece.text])
        starts.append(len(text) - len(piece.text))

    def time(place: int, piece: int) -> float:
        share = min(1.0, (place - starts[piece]) / len(run[piece].text))
        return rounded(run[piece].start + share * (run[piece].end - run[piece].start))

    for first, last in sentence_ranges(text) if punctuated else [(0, len(text))] * bool(run):
        limit = LONG if punctuated else SHORT
        for a, b in _shortened(text, first, last, starts, limit):
            start = time(a, bisect_right(starts, a) - 1)
            end = time(b, bisect_right(starts, b - 1) - 1)
            yield Passage(text[a:b], start, max(start, end), "speech")


def _shortened(
    text: str, first: int, last: int, starts: list[int], limit: int
) -> Iterator[tuple[int, int]]:
    """A stretch of text cut at starts of cues wherever `limit` words have come together."""
    for place in starts[bisect_right(starts, first) : bisect_left(starts, last)]:
        if word_count(text[first:place]) >= limit:
            yield first, len(text[:place].rstrip())
            first = place
    yield first, last
