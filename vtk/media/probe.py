"""What a file holds: container, streams, durations, frame rates, languages, chapters."""

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from vtk.media.container import open_container
from vtk.media.streams import extent, leading_stream
from vtk.span import Span, each
from vtk.times import rounded

MOST_PACKETS = 2000  # read at most to tell whether the frame rate varies
TICKS = 1.5  # units of the time base by which frame distances differ through rounding alone


def probe(spans: Iterable[Span]) -> Iterator[Span]:
    """Each span with ``media``; a whole video gets its start and end, in seconds, as well.

    Reads the head of the file and at most MOST_PACKETS packets of each
    video stream, and decodes only one picture.
    """
    return each("probe", spans, _probe)


def _probe(span: Span) -> Iterator[Span]:
    with open_container(span.video) as container:
        media = describe(container)
        start, end = media["start"], media["end"]
    new = span.reaching(start, end)
    if span.whole:
        new["kind"] = "video"
    new["media"] = media
    yield new.made("probe")


def describe(container: InputContainer) -> dict[str, Any]:
    """The contents of an open container as plain data; times in seconds, rates in 1/s."""
    main = leading_stream(container)
    start, end = extent(container, main)
    rates = {s.index: rate for s in container.streams.video if (rate := _rates(container, s))}
    rotation = _rotation(container, main) if isinstance(main, VideoStream) else 0
    streams = [
        _stream(s) | rates.get(s.index, {}) | ({"rotation": rotation} if s is main else {})
        if isinstance(s, VideoStream)
        else _stream(s)
        for s in container.streams
    ]
    chapters = [_chapter(chapter) for chapter in container.chapters()]
    return {
        "container": container.format.name,
        "start": start,
        "end": end,
        "duration": rounded(end - start),
        **({"bytes": container.size} if container.size > 0 else {}),
        **({"bit_rate": container.bit_rate} if container.bit_rate else {}),
        **({"title": container.metadata["title"]} if container.metadata.get("title") else {}),
        "streams": streams,
        **({"chapters": chapters} if chapters else {}),
    }


def _stream(stream: Stream) -> dict[str, Any]:
    codec = stream.codec_context
    about: dict[str, Any] = {
        "index": stream.index,
        "type": stream.type,
        "codec": codec.name if codec else None,
        "language": stream.language if stream.language != "und" else None,
        "title": stream.metadata.get("title"),
        "default": bool(stream.disposition & av.stream.Disposition.default),
        "forced": bool(stream.disposition & av.stream.Disposition.forced) or None,
        "cover": bool(stream.disposition & av.stream.Disposition.attached_pic) or None,
        "start": rounded(float(stream.start_time * stream.time_base))
        if stream.start_time is not None and stream.time_base
        else None,
        "duration": rounded(float(stream.duration * stream.time_base))
        if stream.duration and stream.time_base
        else None,
    }
    if isinstance(stream, VideoStream) and codec:
        aspect = stream.sample_aspect_ratio
        about |= {
            "width": stream.width,
            "height": stream.height,
            "pixel_format": stream.pix_fmt,
            "sample_aspect_ratio": str(aspect) if aspect and aspect != 1 else None,
            "frames": stream.frames or None,
        }
    elif isinstance(stream, AudioStream) and codec:
        about |= {"sample_rate": stream.rate, "channels": stream.channels}
    return {key: value for key, value in about.items() if value is not None}


def _rates(container: InputContainer, stream: VideoStream) -> dict[str, Any]:
    """Average frame rate, exact and as a number, and whether it varies where that is known."""
    if stream.disposition & av.stream.Disposition.attached_pic:
        return {}
    rate = stream.average_rate or stream.guessed_rate
    about: dict[str, Any] = {}
    if rate:
        about |= {"frame_rate": rounded(float(rate)), "frame_rate_exact": str(rate)}
    times = _timestamps(container, stream)
    if len(times) > 2:
        steps = [b - a for a, b in pairwise(times)]
        about["variable_frame_rate"] = max(steps) - min(steps) > TICKS
    return about


def _timestamps(container: InputContainer, stream: VideoStream) -> list[int]:
    """Presentation timestamps from the start on, in order, of at most MOST_PACKETS packets.

    The last few are left out where the list is cut: packets come in decoding order.
    """
    try:
        container.seek(stream.start_time or 0, stream=stream)
        found = [packet.pts for packet in islice(container.demux(stream), MOST_PACKETS)]
    except av.FFmpegError:
        return []
    times = sorted(pts for pts in found if pts is not None)
    return times[:-16] if len(found) == MOST_PACKETS else times


def _rotation(container: InputContainer, stream: VideoStream) -> int:
    """Clockwise turn, in degrees, that shows the pictures upright: 0, 90, 180 or 270."""
    try:
        container.seek(stream.start_time or 0, stream=stream)
        for frame in container.decode(stream):
            return -round(frame.rotation) % 360
    except av.FFmpegError:
        pass
    return 0


def _chapter(chapter: Any) -> dict[str, Any]:
    base = chapter["time_base"]
    return {
        "start": rounded(float(chapter["start"] * base)),
        "end": rounded(float(chapter["end"] * base)),
        "title": chapter.get("metadata", {}).get("title", ""),
    }
