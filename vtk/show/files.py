"""What `vtk probe` and `vtk split --cues` tell, in words."""

from collections.abc import Iterator
from typing import Any

from vtk.span import Span
from vtk.times import clock

UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B"))


def about(span: Span) -> Iterator[str]:
    """Yield lines about a file: its container, length and size, then a line for each stream."""
    media = span["media"]
    rate = media.get("bit_rate")
    facts = [
        media.get("container"),
        clock(media["duration"], decimals=1) if "duration" in media else None,
        _size(media["bytes"]) if "bytes" in media else None,
        f"{rate / 1000:,.0f} kbit/s" if rate else None,
        repr(media["title"]) if media.get("title") else None,
    ]
    yield _joined(facts)
    for stream in media.get("streams", []):
        yield f"  {stream['type']:<9} " + _joined(_of_stream(stream))
    for chapter in media.get("chapters", []):
        yield f"  chapter   {clock(chapter['start'])} {chapter.get('title', '')}".rstrip()


def _of_stream(stream: dict[str, Any]) -> list[str | None]:
    size = f"{stream['width']}×{stream['height']}" if "width" in stream else None
    rate = f"{stream['frame_rate']:g} fps" if "frame_rate" in stream else None
    varies = "variable rate" if stream.get("variable_frame_rate") else None
    sound = f"{stream['sample_rate']} Hz" if "sample_rate" in stream else None
    channels = stream.get("channels")
    turned = f"turned {stream['rotation']}°" if stream.get("rotation") else None
    flags = [name for name in ("default", "forced", "cover") if stream.get(name)]
    return [
        *(stream.get("codec"), size, rate, varies, stream.get("pixel_format"), stream.get("hdr")),
        *(turned, sound, f"{channels} channel{'s' * (channels > 1)}" if channels else None),
        *(stream.get("language"), stream.get("title"), stream.get("form"), stream.get("file")),
        ", ".join(flags) or None,
    ]


def cue(found: dict[str, Any]) -> str:
    """Say what a technical cue is."""
    details = [
        found.get("bars"),
        f"picture {found['aspect']:.2f}:1" if "aspect" in found else None,
        found.get("standard"),
        found.get("direction"),
        f"{found['level']:.0f} dBFS" if "level" in found else None,
    ]
    told = _joined(details)
    return f"{found['type']} ({told})" if told else str(found["type"])


def _joined(facts: list[Any]) -> str:
    return ", ".join(str(fact) for fact in facts if fact not in (None, ""))


def _size(count: int) -> str:
    scale, unit = next((each for each in UNITS if count >= each[0]), UNITS[-1])
    return f"{count / scale:.3g} {unit}"
