"""Find the subtitles of a video: embedded tracks and subtitle files next to it (sidecars)."""

import glob
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import pysubs2
from av.container import InputContainer
from av.subtitles.stream import SubtitleStream

from vtk.entries import SpeechEntry
from vtk.errors import MediaError, UsageError
from vtk.media.container import open_container
from vtk.media.container.streams import leading_stream, stated_range
from vtk.media.subtitles.cues import RawCue, to_speech_entries
from vtk.media.subtitles.files import SIDECARS, STORED, packet_cues, read_cues
from vtk.span import local_path

log = logging.getLogger("vtk")

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_]\w+)?")  # talk.en.srt, talk.pt-BR.forced.srt
# Map ISO 639-1 codes and the terminologic codes of ISO 639-2 to the bibliographic codes of
# ISO 639-2, for the most common languages.
_CODES = {
    "en": "eng", "de": "ger", "fr": "fre", "es": "spa", "it": "ita", "pt": "por", "nl": "dut",
    "ru": "rus", "pl": "pol", "uk": "ukr", "cs": "cze", "sv": "swe", "da": "dan", "no": "nor",
    "fi": "fin", "el": "gre", "tr": "tur", "ar": "ara", "he": "heb", "hi": "hin", "zh": "chi",
    "ja": "jpn", "ko": "kor", "vi": "vie", "id": "ind", "hu": "hun", "ro": "rum", "bg": "bul",
    "hr": "hrv", "sr": "srp", "sk": "slo", "sl": "slv", "th": "tha", "fa": "per", "ca": "cat",
    "deu": "ger", "fra": "fre", "nld": "dut", "zho": "chi", "ces": "cze", "ell": "gre",
    "ron": "rum", "slk": "slo", "fas": "per",
}  # fmt: skip


class SubtitleSource(NamedTuple):
    """Where the subtitles of a video were found, and the cues as stored.

    Adding `shift` seconds to the cues' times gives presentation times of the video.
    """

    origin: dict[str, str | int]  # `file`, or `track` (the stream index) and `language`
    raws: list[RawCue]
    shift: float = 0.0

    @property
    def entries(self) -> list[SpeechEntry]:
        """The cues as entries of `speech`."""
        return to_speech_entries(self.raws, self.shift)


def speech_entries(video: str, language: str | None = None) -> list[SpeechEntry]:
    """The `speech` entries of the source that `find_subtitles` finds, in time order."""
    found = find_subtitles(video, language)
    return found.entries if found else []


def find_subtitles(
    video: str, language: str | None = None, track: int | None = None
) -> SubtitleSource | None:
    """Return the subtitles of a video from one source; None if it has none.

    A sidecar file (same name, .srt .vtt .ass .ssa .lrc .ttml, or name.LANGUAGE.srt) takes
    precedence over an embedded track, as somebody put it there. With `language` (ISO 639) only a
    source of that language is used, or one without a stated language; with `track`, a stream
    index, only that stream. Bitmap subtitles hold no text and are skipped. A subtitle file that
    cannot be read is skipped with a warning. Raises OpenError if the video cannot be opened,
    UsageError if `track` is not a text track.
    """
    path = local_path(video)
    with open_container(video) as container:
        if track is None and path is not None and (sidecar := find_sidecar(path, language)):
            try:
                # Subtitle files count time from the first frame, and players do so too.
                start, _ = stated_range(container, leading_stream(container))
                return SubtitleSource(
                    {"file": os.path.basename(sidecar)}, read_cues(sidecar), start
                )
            except MediaError as error:
                log.warning("%s; looking for words in the video itself", error)
        chosen = _choose(container, language, track)
        if chosen is None:
            return None
        origin: dict[str, str | int] = {"track": chosen.index}
        if iso639_2(chosen.language) != "und":
            origin["language"] = str(chosen.language)
        return SubtitleSource(origin, list(_read_track(container, chosen)))


def same_language(one: str | None, other: str | None) -> bool:
    """Return whether two ISO 639 codes, of two or three letters, name the same language."""
    return iso639_2(one) == iso639_2(other)


def iso639_2(language: str | None) -> str:
    """Return the three-letter code (ISO 639-2) of a language; `und` if none is given."""
    code = re.split(r"[-_]", (language or "und").lower())[0]
    return _CODES.get(code, code)


def find_sidecar(path: str, language: str | None = None) -> str | None:
    """Return the subtitle file next to a video file, preferring one in `language`."""
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


def _choose(
    container: InputContainer, language: str | None, track: int | None
) -> SubtitleStream | None:
    """Choose a text track, of `language` if given, preferring non-forced and default tracks."""
    forced, default = av.stream.Disposition.forced, av.stream.Disposition.default
    tracks = [s for s in container.streams.subtitles if s.codec_context and _is_text(s)]
    if track is not None:
        for stream in tracks:
            if stream.index == track:
                return stream
        there = ", ".join(f"{s.index} ({s.language or 'und'})" for s in tracks) or "none"
        raise UsageError(f"track {track} is not a text track; the text tracks are: {there}")
    if language:
        tracks = [s for s in tracks if same_language(s.language, language)] or [
            s for s in tracks if iso639_2(s.language) == "und"
        ]
    ranked = sorted(
        tracks, key=lambda s: (bool(s.disposition & forced), not s.disposition & default, s.index)
    )
    return ranked[0] if ranked else None


def _is_text(stream: SubtitleStream) -> bool:
    return bool(stream.codec_context.codec.text_sub)


def _read_track(container: InputContainer, track: SubtitleStream) -> Iterator[RawCue]:
    for stream in container.streams:
        if stream is not track:
            # Containers with an index then read only the subtitle packets.
            stream.discard = av.stream.Discard.all
    form = STORED.get(track.codec_context.name)
    try:
        for packet in container.demux(track):
            for raw in packet_cues(packet, form or "text"):
                yield raw if form else raw._replace(payload=_decoded(packet))
    except av.FFmpegError:
        return  # truncated file: keep the cues read so far


def _decoded(packet: "av.Packet[SubtitleStream]") -> str:
    """Return the text of a packet in a format that only FFmpeg decodes, such as MP4's."""
    lines = []
    for subtitle in packet.decode():
        fields = getattr(subtitle, "ass", b"").decode("utf-8", "replace").split(",", 8)
        lines += [pysubs2.SSAEvent(text=fields[8]).plaintext] if len(fields) == 9 else []
    return "\n".join(lines)
