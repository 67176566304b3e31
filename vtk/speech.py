"""Operations on `speech` entries: clip them to spans, find speakers, form sentences."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vtk.entries import SpeechEntry, SpeechWord
from vtk.passages import Passage
from vtk.span import within
from vtk.text import END, comparison_key, join_texts, sentence_ranges, word_count
from vtk.times import rounded

# The non-speech content of subtitles: tags, sounds, music notes; then the marks of speakers.
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
PAUSE = 0.7  # seconds without speech that end a sentence in unpunctuated speech
LONG_PAUSE = 4.0  # seconds without speech that end a sentence even without an end mark
WORDS_PER_MARK = 60  # with fewer end marks than one per 60 words, speech is unpunctuated
SHORT, LONG = 12, 45  # words after which an unpunctuated / a punctuated sentence is cut


@dataclass(slots=True)
class Piece:
    """A run of words with its time; `turn` is True if another speaker begins."""

    text: str
    start: float
    end: float
    turn: bool = False


def clip_entries(entries: Iterable[SpeechEntry], start: float, end: float) -> list[SpeechEntry]:
    """Return the entries of `speech` that belong to [start, end) seconds.

    An entry with word times is cut, and a word belongs to the range that contains its middle. An
    entry without word times belongs as a whole to each range that contains most of it, or most of
    which it fills.
    """
    found: list[SpeechEntry] = []
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
            text = _said(entry["text"], words, inside)
            low, high = max(inside[0]["start"], start), min(inside[-1]["end"], end)
            part: SpeechEntry = {**entry, "start": low, "end": max(low, high), "text": text}
            part["words"] = inside
            part.pop("markup", None)
            found.append(part)
    return found


def _said(text: str, words: list[SpeechWord], inside: list[SpeechWord]) -> str:
    """The part of a text that some of its words make, as it is written there."""
    first, last, place = -1, 0, 0
    for word in words:
        found = text.find(word["text"], place)
        if found < 0:
            return join_texts(word["text"] for word in inside)
        place = found + len(word["text"])
        if word in inside:
            first, last = found if first < 0 else first, place
    return text[first:last]


def speaker_of(text: str) -> tuple[str, str]:
    """Split a speaker prefix (`>> Anna: `, `ANNA: `) from a cue; return ("", text) without one."""
    match = _NAMED.match(text)
    if not match:
        return "", text
    name = match[2].strip()
    known = name.isupper() or _ROLE.fullmatch(name) or (match[1] and _CAPITALISED.fullmatch(name))
    return (name, text[match.end() :]) if known else ("", text)


def speech_sentences(entries: Iterable[SpeechEntry]) -> list[Passage]:
    """Return the sentences of subtitle cues, each with its own time range in seconds.

    Cues are fragments of sentences: they are joined in time order, without repeats (rolling
    captions show each line twice), speaker names and sound descriptions, and split again at
    sentence ends. Times inside a cue are interpolated by the share of characters. Speech without
    punctuation is split at pauses and at cue boundaries.
    """
    pieces = speech_pieces(entries)
    whole = " ".join(piece.text for piece in pieces)
    marks = len(END.findall(whole + " "))
    punctuated = marks * WORDS_PER_MARK >= word_count(whole)
    found: list[Passage] = []
    run: list[Piece] = []
    for piece in pieces:
        pause = piece.start - run[-1].end if run else 0.0
        if run and (piece.turn or pause > (LONG_PAUSE if punctuated else PAUSE)):
            found += _run_sentences(run, punctuated)
            run = []
        run.append(piece)
    return [*found, *_run_sentences(run, punctuated)]


def speech_pieces(entries: Iterable[SpeechEntry]) -> list[Piece]:
    """Split cues at speaker changes, clean them, and remove what repeats the previous cue."""
    pieces: list[Piece] = []
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
        seconds = (end - start) / (sum(map(len, fresh)) or 1)  # duration per character
        for line in fresh:
            end = start + seconds * len(line)
            speaker = _SPEAKER.match(line)
            spoken = line[speaker.end() :] if speaker else line
            if spoken.strip():
                turn = speaker is not None or changes
                pieces.append(Piece(" ".join(spoken.split()), start, end, turn))
                changes = False
            start = end
    return pieces


def strip_repeated_lines(lines: list[str], before: list[str]) -> tuple[list[str], list[str]]:
    """Remove lines that repeat the end of the previous cue; also return keys for the next call.

    Rolling captions repeat whole lines; captions that grow word by word repeat a line's beginning.
    """
    keys = [comparison_key(line) for line in lines]
    for size in range(min(len(keys), len(before)), 0, -1):
        if before[-size:] == keys[:size]:
            return lines[size:], keys
    if keys and before and keys[0].startswith(before[-1] + " "):
        skip = len(before[-1].split())
        return [" ".join(lines[0].split()[skip:]), *lines[1:]], keys
    return lines, keys


def _run_sentences(run: list[Piece], punctuated: bool) -> Iterator[Passage]:
    """Yield the sentences of a run of pieces by one speaker without a pause."""
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
    """Cut text[first:last] at the start of a cue whenever `limit` words have accumulated."""
    for place in starts[bisect_right(starts, first) : bisect_left(starts, last)]:
        if word_count(text[first:place]) >= limit:
            yield first, len(text[:place].rstrip())
            first = place
    yield first, last
