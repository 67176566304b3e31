"""Read transcripts made by other programs as `speech` entries.

Formats: the JSON of whisper.cpp, of whisper, faster-whisper, whisperX and OpenAI's API, of YouTube
(json3) and of Podcasting 2.0; plain text with time codes; subtitle files.
"""

import os
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import orjson

from vtk.entries import SpeechEntry, SpeechWord
from vtk.errors import InputError
from vtk.media.subtitles.cues import LAST, RawCue, to_speech_entries
from vtk.media.subtitles.files import SIDECARS, read_cues, read_text
from vtk.models.speech.recognizer import Word, whole_words
from vtk.text import UNSPACED
from vtk.times import rounded
from vtk.transcribe.phrases import HeardWord, phrases

Json = dict[str, Any]

_CLOCK = r"(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?"
# [00:01:02.000 --> 00:01:04.000] words, 1:02 words, (1:02) words, or a time alone on a line
_CODED = re.compile(rf"\s*[\[(]?({_CLOCK})(?:\s*(?:-->|-|–)\s*({_CLOCK}))?[\])]?(?:[\s:–-]+|$)(.*)")


def transcript(path: str, shift: float = 0.0) -> list[SpeechEntry]:
    """Read a transcript; times are shifted by `shift` seconds. Raises InputError, MediaError."""
    ending = os.path.splitext(path)[1].lower()
    if ending in SIDECARS:
        return to_speech_entries(read_cues(path), shift)
    text = read_text(path)
    if text.lstrip()[:1] == "{":
        found = _of_json(path, text)
    else:
        found = list(_of_text(text))
        if not found:
            raise InputError(f"{path} has no line that begins with a time, as in: 1:02 words")
    kept = [entry for entry in found if entry["text"].strip()]
    return sorted((_moved(entry, shift) for entry in kept), key=lambda e: (e["start"], e["end"]))


def _of_json(path: str, text: str) -> list[SpeechEntry]:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is not JSON: {error}") from None
    for key, reader in READERS.items():
        if isinstance(told.get(key), list):
            try:
                return list(reader(told))
            except (KeyError, TypeError, ValueError, AttributeError):
                raise InputError(
                    f"{path}: its {key} do not have the format of a transcript"
                ) from None
    known = ", ".join(READERS)
    raise InputError(f"{path} is not a transcript in a known format: it has none of {known}")


def _segments(told: Json) -> Iterator[SpeechEntry]:
    """whisper, faster-whisper, whisperX, OpenAI; and Podcasting 2.0, which has other key names."""
    words = told.get("words") or []  # OpenAI lists words beside the segments, not inside
    for segment in told["segments"]:
        if "body" in segment:
            start, end, text = segment["startTime"], segment.get("endTime"), segment["body"]
        else:
            start, end, text = segment["start"], segment.get("end"), segment["text"]
        start, end = float(start), float(start if end is None else end)
        own = segment.get("words")
        if own is None:
            own = [w for w in words if start <= (w["start"] + w["end"]) / 2 < end]
        entry = _entry(start, end, text, segment.get("speaker"))
        if timed := list(_words(own)):
            entry["words"] = timed
        yield entry


def _words(words: list[Json]) -> Iterator[SpeechWord]:
    """Words with times; what comes in parts is joined, where spaces tell what belongs together."""
    timed = list(_timed(words))
    if any(word.text[0].isspace() for word in timed):
        timed = list(whole_words(timed))
    for word in timed:
        yield {"start": rounded(word.start), "end": rounded(word.end), "text": word.text.strip()}


def _timed(words: list[Json]) -> Iterator[Word]:
    """Words with times; numbers, which whisperX leaves untimed, get times from their neighbours."""
    if not any("start" in word for word in words):
        return
    end = 0.0
    for place, word in enumerate(words):
        nexts = (float(w["start"]) for w in words[place + 1 :] if "start" in w)
        start = float(word.get("start", end))
        end = max(start, float(word.get("end", next(nexts, start))))
        if text := str(word.get("word", word.get("text", ""))).rstrip():
            yield Word(start, end, text)


def _whisper_cpp(told: Json) -> Iterator[SpeechEntry]:
    for part in told["transcription"]:
        start, end = (part["offsets"][key] / 1000 for key in ("from", "to"))
        entry = _entry(start, end, part["text"], part.get("speaker"))
        words: list[SpeechWord] = []
        for token in part.get("tokens", []):
            text = token["text"]
            if text.startswith("[_"):  # special tokens, not words
                continue
            low, high = (rounded(token["offsets"][key] / 1000) for key in ("from", "to"))
            if text.startswith(" ") or not words:
                words.append({"start": low, "end": max(low, high), "text": text.strip()})
            else:
                words[-1] |= {"end": max(words[-1]["end"], high), "text": words[-1]["text"] + text}
        if words := [word for word in words if word["text"]]:
            entry["words"] = words
        yield entry


def _json3(told: Json) -> Iterator[SpeechEntry]:
    """YouTube json3: events with words, each with its offset from the start of the event."""
    events = [e for e in told["events"] if e.get("segs") and not e.get("aAppend")]
    heard: list[HeardWord] = []
    for event, after in pairwise([*events, {}]):
        start = event["tStartMs"] / 1000
        end = start + event.get("dDurationMs", 0) / 1000
        end = min(end, after["tStartMs"] / 1000) if after else end
        parts = [(s["utf8"], start + s.get("tOffsetMs", 0) / 1000) for s in event["segs"]]
        if len(parts) == 1:
            yield _entry(start, end, parts[0][0])
            continue
        for (text, low), (_, high) in pairwise([*parts, ("", max(start, end))]):
            if text := " ".join(text.split()):
                tight = heard and UNSPACED.search(heard[-1]["text"][-1:] + text[:1])
                text = text if tight else f" {text}"
                heard.append({"start": rounded(low), "end": rounded(max(low, high)), "text": text})
    yield from phrases(heard)


READERS: dict[str, Callable[[Json], Iterator[SpeechEntry]]] = {
    "transcription": _whisper_cpp,
    "segments": _segments,
    "events": _json3,
}


def _of_text(text: str) -> Iterator[SpeechEntry]:
    """Lines that begin with a time; a line without one continues the previous timed line."""
    found: list[tuple[float, float | None, list[str]]] = []
    for line in text.splitlines():
        if match := _CODED.fullmatch(line):
            start, end = (_time(code) if code else None for code in match.group(1, 2))
            found.append((start or 0.0, end, [match[3]]))
        elif found:
            found[-1][2].append(line)
    starts = [*(start for start, _, _ in found[1:]), None]
    for (start, end, said), after in zip(found, starts, strict=False):
        if end is None:
            end = start + LAST if after is None else after
        yield _entry(start, max(start, end), " ".join(said))


def _time(code: str) -> float:
    """Parse ``1:02:03.5`` as seconds; minutes may be above 59 (``75:10``)."""
    parts = code.replace(",", ".").split(":")
    return sum(float(part) * 60.0**power for power, part in enumerate(reversed(parts)))


def _entry(start: float, end: float, text: str, speaker: str | None = None) -> SpeechEntry:
    wordless: SpeechEntry = {"start": start, "end": end, "text": ""}
    told = next(iter(to_speech_entries([RawCue(start, end, text)])), wordless)
    return {**told, "speaker": str(speaker)} if speaker else told


def _moved(entry: SpeechEntry, shift: float) -> SpeechEntry:
    def later(time: float) -> float:
        return rounded(time + shift)

    moved: SpeechEntry = {**entry, "start": later(entry["start"]), "end": later(entry["end"])}
    if "words" in entry:
        moved["words"] = [
            {**word, "start": later(word["start"]), "end": later(word["end"])}
            for word in entry["words"]
        ]
    return moved
