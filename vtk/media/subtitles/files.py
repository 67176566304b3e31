"""Read subtitle files with FFmpeg (.srt .vtt .ass .ssa .lrc) and pysubs2 (.ttml)."""

import io
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import ParseError

import av
import pysubs2
from av.subtitles.stream import SubtitleStream

from vtk.errors import MediaError
from vtk.media.subtitles.cues import LAST, RawCue

READERS = {".srt": "srt", ".vtt": "webvtt", ".ass": "ass", ".ssa": "ass", ".lrc": "lrc"}
SIDECARS = (*READERS, ".ttml")
LARGEST = 50 * 2**20  # bytes; a larger file is not subtitles
STORED = {"subrip": "srt", "srt": "srt", "text": "srt", "webvtt": "vtt", "ass": "ass", "ssa": "ass"}


def read_cues(path: str) -> list[RawCue]:
    """Return the cues of a subtitle file as stored, with the file's own times in seconds.

    Raises MediaError with a one-sentence message if it cannot be read or holds no subtitles.
    """
    text = read_text(path)
    ending = os.path.splitext(path)[1].lower()
    if text.lstrip().startswith("WEBVTT"):
        ending = ".vtt"
    try:
        found = list(_ttml(text) if ending == ".ttml" else parse_cues(text, ending))
    except (av.FFmpegError, pysubs2.Pysubs2Error, ParseError) as error:
        raise MediaError(f"cannot read {path}: not subtitles ({error})") from None
    except (ValueError, KeyError, NotImplementedError) as error:
        raise MediaError(
            f"cannot read {path}: its times have an unknown format ({error})"
        ) from None
    if text.strip() and not found:
        raise MediaError(f"{path} holds no subtitles")
    return found


def read_text(path: str) -> str:
    """Read a text file: UTF-16 with a byte order mark, UTF-8, or else Windows-1252.

    Raises MediaError if it cannot be read or is larger than LARGEST.
    """
    try:
        if os.path.getsize(path) > LARGEST:
            raise MediaError(f"{path} is too large to be subtitles")
        data = Path(path).read_bytes()
    except OSError as error:
        raise MediaError(f"cannot read {path}: {error.strerror}") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def packet_cues(packet: "av.Packet[SubtitleStream]", form: str) -> Iterator[RawCue]:
    """Yield the cue of a packet, if it has a timestamp; `form` is the format of the stream."""
    if packet.pts is None or not packet.time_base:
        return
    start = float(packet.pts * packet.time_base)
    lasts = packet.duration is not None and packet.duration >= 0
    end = start + (float((packet.duration or 0) * packet.time_base) if lasts else LAST)
    payload = bytes(packet).decode("utf-8", "replace").rstrip("\n")
    if form == "ass":
        fields = payload.split(",", 8)
        if len(fields) == 9 and not pysubs2.SSAEvent(text=fields[8]).is_drawing:
            yield RawCue(start, end, fields[8], form, " ".join(fields[3].split()))
        return
    told = {name: _told(packet, name) for name in ("webvtt_identifier", "webvtt_settings")}
    yield RawCue(start, end, payload, form, "", *told.values())


def _told(packet: "av.Packet[SubtitleStream]", name: str) -> str:
    if not packet.has_sidedata(name):  # type: ignore[arg-type]
        return ""
    return bytes(packet.get_sidedata(name)).decode("utf-8", "replace")  # type: ignore[arg-type]


def parse_cues(text: str, ending: str) -> Iterator[RawCue]:
    """Yield the cues of a text as FFmpeg reads a file of that ending. Raises av.FFmpegError."""
    name = READERS[ending]
    plain = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    form = {"webvtt": "vtt", "lrc": "vtt"}.get(name, name)  # LRC marks word times as WebVTT does
    with av.open(io.BytesIO(plain.encode()), "r", format=name) as container:
        for packet in container.demux(container.streams.subtitles[0]):
            yield from packet_cues(packet, form)


def _ttml(text: str) -> Iterator[RawCue]:
    with warnings.catch_warnings():  # pysubs2 prints warnings about skipped fields
        warnings.simplefilter("ignore")
        found = pysubs2.SSAFile.from_string(text, format_="ttml")
    for event in found:
        yield RawCue(event.start / 1000, event.end / 1000, event.plaintext)
