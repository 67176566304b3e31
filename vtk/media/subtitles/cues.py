"""Convert subtitle cues to `speech` entries: plain text, with speakers and word times."""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

import pysubs2

from vtk.entries import SpeechEntry, SpeechWord
from vtk.speech import speaker_of, strip_repeated_lines
from vtk.text import comparison_key
from vtk.times import rounded

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|</?>|\{\\[^{}]*\}")
_VOICE = re.compile(r"<v(?:\.[^ \t<>]*)?[ \t]+([^<>]+)>")
_MOMENT = re.compile(r"<(?:(\d+):)?(\d\d):(\d\d[.:]\d{2,3})>")  # word times in WebVTT and LRC
ABUTTING = 0.1  # maximum gap in seconds between cues where one may continue the other
ROLLS = 3  # minimum number of cue pairs repeating a line for captions to count as roll-up
LINE = 42  # maximum characters of a text that is written on one line
LAST = 5.0  # seconds that a cue without a stated end lasts


class RawCue(NamedTuple):
    """A cue as stored; times in seconds. `form` is srt, vtt, ass or text."""

    start: float
    end: float
    payload: str
    form: str = "text"
    speaker: str = ""
    identifier: str = ""
    settings: str = ""


def to_speech_entries(raws: Iterable[RawCue], shift: float = 0.0) -> list[SpeechEntry]:
    """Convert cues to `speech` entries in time order, without empty or duplicate entries.

    Times are shifted by `shift` seconds. `text` is a single line without tags; `markup` holds the
    original cue if it cannot be recreated from the entry (`stored_lines`). Roll-up captions, which
    repeat each line in several cues, are reduced to one occurrence of each line, from when it first
    appears.
    """
    found: dict[tuple[float, float, str], SpeechEntry] = {}
    ordered = sorted(raws, key=lambda raw: (raw.start, raw.end))
    rolling = _rolls(ordered)
    for raw in _unrolled(ordered) if rolling else ordered:
        if entry := _entry(raw, shift):
            if rolling:
                entry.pop("markup", None)
            found.setdefault((entry["start"], entry["end"], raw.payload), entry)
    return sorted(found.values(), key=lambda entry: (entry["start"], entry["end"]))


def strip_tags(payload: str, form: str) -> str:
    """Return the text of a cue without tags, keeping its line breaks."""
    if form == "ass":
        return pysubs2.SSAEvent(text=payload).plaintext
    return html.unescape(_TAG.sub("", _MOMENT.sub("", payload)))


def _entry(raw: RawCue, shift: float) -> SpeechEntry | None:
    said = strip_tags(raw.payload, raw.form)
    text = " ".join(said.split())
    if not text:
        return None
    voices = {" ".join(html.unescape(name).split()) for name in _VOICE.findall(raw.payload)}
    speaker, rest = (raw.speaker, text) if raw.speaker else speaker_of(text)
    if len(voices) == 1:
        speaker, rest = voices.pop(), text
    start = rounded(raw.start + shift)
    end = max(rounded(raw.end + shift), start)
    entry: SpeechEntry = {"start": start, "end": end, "text": rest}
    if speaker and rest:
        entry["speaker"] = speaker
    else:
        entry["text"] = text
    if words := _words(raw, shift):
        entry["words"] = words[len(text.split()) - len(entry["text"].split()) :]
    told = {"id": raw.identifier, "settings": raw.settings}
    lines = raw.payload.split("\n")
    plainly = " ".join(lines) == _escaped(text, raw.form) and rest == text
    again = plainly and len(lines) == 1 and len(text) <= LINE and not any(told.values())
    if raw.form != "text" and not again:
        stored = _breaks(said.split("\n")) if plainly else raw.payload
        entry["markup"] = {raw.form: stored, **{k: v for k, v in told.items() if v}}
    return entry


def stored_lines(entry: SpeechEntry, form: str) -> list[str] | None:
    """Return the lines of a cue as the file of that format had them; None if it is not known."""
    stored = entry.get("markup", {}).get(form)
    if isinstance(stored, str):
        return stored.split("\n")
    if not isinstance(stored, list) or not all(type(place) is int for place in stored):
        return None
    edges = [-1, *stored, len(entry["text"])]
    return [_escaped(entry["text"][low + 1 : high], form) for low, high in pairwise(edges)]


def _breaks(lines: list[str]) -> list[int]:
    """Return the places of the spaces, in a text that the lines make, at which they break."""
    return [place - 1 for place in accumulate(len(line) + 1 for line in lines[:-1])]


def _escaped(text: str, form: str) -> str:
    return html.escape(text, quote=False) if form == "vtt" else text


def _words(raw: RawCue, shift: float) -> list[SpeechWord]:
    """Return the words of a cue with inline timestamps; words between two share the time."""
    marks = list(_MOMENT.finditer(raw.payload))
    if not marks:
        return []
    times = [raw.start, *(_seconds(mark) for mark in marks), raw.end]
    edges = [0, *(edge for mark in marks for edge in mark.span()), len(raw.payload)]
    ranges = zip(edges[::2], edges[1::2], strict=True)
    pieces = [strip_tags(raw.payload[first:last], raw.form) for first, last in ranges]
    words: list[SpeechWord] = []
    for piece, (start, end) in zip(pieces, pairwise(times), strict=True):
        words += word_times(piece, start + shift, max(start, end) + shift)
    return words


def word_times(text: str, start: float, end: float) -> list[SpeechWord]:
    """Divide [start, end] seconds among the words of a text in proportion to their length."""
    words = text.split()
    each = (end - start) / (sum(map(len, words)) or 1)
    found: list[SpeechWord] = []
    for word in words:
        end = start + each * len(word)
        found.append({"start": rounded(start), "end": rounded(end), "text": word})
        start = end
    return found


def _seconds(mark: re.Match[str]) -> float:
    return int(mark[1] or 0) * 3600 + int(mark[2]) * 60 + float(mark[3].replace(":", "."))


def _rolls(raws: list[RawCue]) -> bool:
    """Return whether captions roll up: most adjacent cues begin with the previous cue's line."""
    pairs = [(a, b) for a, b in pairwise(raws) if b.start - a.end < ABUTTING]
    repeats = 0
    for one, two in pairs:
        before, after = _keys(one), _keys(two)
        repeats += strip_repeated_lines(after, before)[0] != after
    return repeats >= ROLLS and 2 * repeats > len(pairs)


def _keys(raw: RawCue) -> list[str]:
    return [
        comparison_key(line)
        for line in strip_tags(raw.payload, raw.form).splitlines()
        if line.strip()
    ]


def _unrolled(raws: list[RawCue]) -> Iterator[RawCue]:
    """Yield the cues of roll-up captions with every line only once."""
    before: list[str] = []
    end = float("-inf")
    for raw in raws:
        lines = [line for line in raw.payload.splitlines() if strip_tags(line, raw.form).strip()]
        keys = [comparison_key(strip_tags(line, raw.form)) for line in lines]
        if raw.start - end < ABUTTING:
            fresh, _ = strip_repeated_lines(keys, before)
            lines = lines[len(keys) - len(fresh) :]
            if fresh and fresh[-len(lines) :] != keys[-len(lines) :]:  # the line was extended
                lines = [_grown(lines[0], fresh[0]), *lines[1:]]
        before, end = keys, raw.end
        if lines:
            yield raw._replace(payload="\n".join(lines))


def _grown(line: str, fresh: str) -> str:
    """Return the last words of `line`, as many as `fresh` has."""
    return " ".join(strip_tags(line, "vtt").split()[-len(fresh.split()) :])
