"""Subtitles: embedded tracks, and .srt and .vtt files beside a clip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import SubtitleSet

from tests.world import truth

MILLISECOND = Fraction(1, 1000)

# FFmpeg's text subtitle encoders all take ASS lines and refuse to open without this header.
ASS_HEADER = "\r\n".join(
    (
        "[Script Info]",
        "ScriptType: v4.00+",
        "PlayResX: 384",
        "PlayResY: 288",
        "",
        "[V4+ Styles]",
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, "
        "BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, "
        "BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding",
        "Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1",
        "",
        "[Events]",
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
        "",
    )
).encode()


@dataclass(frozen=True)
class Line:
    """A line of dialogue; seconds count from the start of the clip, to the millisecond."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class SubtitleTrack:
    """An embedded track. `codec` is "subrip", "ass" or "webvtt" in mkv, "mov_text" in mp4."""

    lines: tuple[Line, ...]
    codec: str = "subrip"
    language: str = ""


def encoded(
    stream: SubtitleStream, track: SubtitleTrack, start: float
) -> Iterator["av.Packet[Any]"]:
    """The track's packets, one a line, the clip starting at `start` seconds."""
    for number, line in enumerate(track.lines):
        dialogue = line.text.replace("\n", "\\N")
        event = f"{number},0,Default,,0,0,0,,{dialogue}".encode()
        first, length = _ms(start + line.start), _ms(line.end) - _ms(line.start)
        packet = stream.codec_context.encode_subtitle(SubtitleSet.create(event, 0, length))
        packet.stream = stream
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = first
        packet.duration = length
        yield packet


def prepare(stream: SubtitleStream) -> None:
    """Set what the encoder must know before the container's header is written."""
    stream.time_base = stream.codec_context.time_base = MILLISECOND
    stream.codec_context.subtitle_header = ASS_HEADER


def cues(
    lines: Sequence[Line], language: str, start: float, stream: int | None
) -> tuple[truth.Cue, ...]:
    """The lines as cues on the presentation clock."""
    return tuple(
        truth.Cue(
            _ms(start + line.start) / 1000,
            (_ms(start + line.start) + _ms(line.end) - _ms(line.start)) / 1000,
            line.text,
            language,
            stream,
        )
        for line in lines
    )


def write_srt(path: Path, lines: Sequence[Line]) -> None:
    """Write a SubRip file."""
    blocks = [
        f"{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{line.text}\n"
        for number, line in enumerate(lines, 1)
    ]
    path.write_text("\n".join(blocks), encoding="utf-8")


def write_vtt(path: Path, lines: Sequence[Line]) -> None:
    """Write a WebVTT file."""
    blocks = [
        f"{_clock(line.start, '.')} --> {_clock(line.end, '.')}\n{line.text}\n" for line in lines
    ]
    path.write_text("WEBVTT\n\n" + "\n".join(blocks), encoding="utf-8")


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _clock(seconds: float, point: str) -> str:
    whole, thousandths = divmod(_ms(seconds), 1000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{thousandths:03}"
