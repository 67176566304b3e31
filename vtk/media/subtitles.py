"""Words that come with a video: embedded subtitle tracks and subtitle files beside it."""

import glob
import os
import re
import warnings
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import NamedTuple

import av
import pysubs2
from av.container import InputContainer
from av.subtitles.stream import SubtitleStream

from vtk.errors import MediaError
from vtk.media.container import open_container
from vtk.span import local_path, log
from vtk.times import rounded

SIDECARS = (".srt", ".vtt", ".ass", ".ssa")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_]\w+)?")  # talk.en.srt, talk.pt-BR.forced.srt
LARGEST_SIDECAR = 50 * 2**20  # bytes; a larger file is not subtitles

# ISO 639-1 and the terminologic codes of 639-2 to its bibliographic ones, for the languages that
# containers and people name most.
_CODES = {
    "en": "eng", "de": "ger", "fr": "fre", "es": "spa", "it": "ita", "pt": "por", "nl": "dut",
    "ru": "rus", "pl": "pol", "uk": "ukr", "cs": "cze", "sv": "swe", "da": "dan", "no": "nor",
    "fi": "fin", "el": "gre", "tr": "tur", "ar": "ara", "he": "heb", "hi": "hin", "zh": "chi",
    "ja": "jpn", "ko": "kor", "vi": "vie", "id": "ind", "hu": "hun", "ro": "rum", "bg": "bul",
    "hr": "hrv", "sr": "srp", "sk": "slo", "sl": "slv", "th": "tha", "fa": "per", "ca": "cat",
    "deu": "ger", "fra": "fre", "nld": "dut", "zho": "chi", "ces": "cze", "ell": "gre",
    "ron": "rum", "slk": "slo", "fas": "per",
}  # fmt: skip


class Cue(NamedTuple):
    """Words and when they are shown, in seconds of the video's own presentation time."""

    start: float
    end: float
    text: str


def cues(video: str, language: str | None = None) -> list[Cue]:
    """The cues of a video in time order, from one source; empty where it has none.

    A file beside the video (same name, .srt .vtt .ass .ssa, or name.LANGUAGE.srt) wins over an
    embedded track, as somebody put it there. With `language` (ISO 639) only a source of that
    language is taken, or one that names none. Picture subtitles hold no text and are passed over.
    A subtitle file that cannot be read is passed over with a warning. Raises OpenError where the
    video does not open.
    """
    path = local_path(video)
    if path is not None and (sidecar := find_sidecar(path, language)):
        try:
            return _tidy(_read_sidecar(sidecar))
        except MediaError as error:
            log.warning("%s; looking for words in the video itself", error)
    with open_container(video) as container:
        track = _choose(container, language)
        return _tidy(_read_track(container, track)) if track is not None else []


def same_language(one: str | None, other: str | None) -> bool:
    """Whether two ISO 639 codes, of two or three letters, name the same language."""
    return _code(one) == _code(other)


def _code(language: str | None) -> str:
    code = re.split(r"[-_]", (language or "und").lower())[0]
    return _CODES.get(code, code)


def find_sidecar(path: str, language: str | None = None) -> str | None:
    """The subtitle file beside a video file, the one of `language` first."""
    stem = str(Path(path).with_suffix(""))
    plain, named = [], []
    for found in sorted(glob.glob(glob.escape(stem) + ".*")):
        name, _, suffix = found[len(stem) :].rpartition(".")
        if f".{suffix.lower()}" not in SIDECARS or not os.path.isfile(found):
            continue
        if not name:
            plain.append(found)
            continue
        code = next((part for part in name.split(".") if _LANGUAGE.fullmatch(part)), None)
        if code and (language is None or same_language(code, language)):
            named.append(found)
    order = named + plain if language else plain + named
    return order[0] if order else None


def _read_sidecar(path: str) -> Iterator[Cue]:
    try:
        if os.path.getsize(path) > LARGEST_SIDECAR:
            raise MediaError(f"{path} is too large to be subtitles")
        text = _decode(Path(path).read_bytes())
        with warnings.catch_warnings():  # pysubs2 warns on standard error of fields it skips
            warnings.simplefilter("ignore")
            subtitles = pysubs2.SSAFile.from_string(text, format_=_format(path, text))
    except OSError as error:
        raise MediaError(f"cannot read {path}: {error.strerror}") from None
    except (pysubs2.Pysubs2Error, ValueError, IndexError) as error:
        raise MediaError(f"cannot read {path}: not subtitles ({error})") from None
    if text.strip() and not subtitles.events:
        raise MediaError(f"{path} holds no subtitles")
    for event in subtitles:
        if event.type == "Dialogue" and not event.is_drawing:
            yield Cue(event.start / 1000, event.end / 1000, event.plaintext)


def _format(path: str, text: str) -> str:
    if text.lstrip().startswith("WEBVTT"):
        return "vtt"
    return os.path.splitext(path)[1].lower().lstrip(".")


def _decode(data: bytes) -> str:
    """Text of a subtitle file: UTF-8, UTF-16 by its mark, else Windows' Western encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _choose(container: InputContainer, language: str | None) -> SubtitleStream | None:
    """The text track to read: of the language, not forced, the default one first."""
    forced, default = av.stream.Disposition.forced, av.stream.Disposition.default
    tracks = [s for s in container.streams.subtitles if s.codec_context and _is_text(s)]
    if language:
        tracks = [s for s in tracks if same_language(s.language, language)] or [
            s for s in tracks if _code(s.language) == "und"
        ]
    ranked = sorted(
        tracks, key=lambda s: (bool(s.disposition & forced), not s.disposition & default, s.index)
    )
    return ranked[0] if ranked else None


def _is_text(stream: SubtitleStream) -> bool:
    return bool(stream.codec_context.codec.text_sub)


def _read_track(container: InputContainer, track: SubtitleStream) -> Iterator[Cue]:
    for stream in container.streams:
        if stream is not track:
            stream.discard = (
                av.stream.Discard.all
            )  # containers with an index then read only the words
    try:
        for packet in container.demux(track):
            if packet.pts is None or not packet.time_base:
                continue
            start = float(packet.pts * packet.time_base)
            length = float((packet.duration or 0) * packet.time_base)
            for subtitle in packet.decode():
                if text := _words(subtitle):
                    yield Cue(start, start + length, text)
    except av.FFmpegError:
        return  # a truncated file: the words up to there


def _words(subtitle: object) -> str:
    ass = getattr(subtitle, "ass", b"")
    fields = ass.decode("utf-8", "replace").split(",", 8)
    return pysubs2.SSAEvent(text=fields[-1]).plaintext if len(fields) == 9 else ""


def _tidy(found: Iterator[Cue]) -> list[Cue]:
    """Cues with words, on one line each, in time order, none twice."""
    tidy = {
        Cue(rounded(cue.start), rounded(max(cue.end, cue.start)), text)
        for cue in found
        if (text := " ".join(unescape(cue.text).split()))
    }
    return sorted(tidy)
