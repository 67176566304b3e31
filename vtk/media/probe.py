"""Describe a media file: container, streams, durations, frame rates, languages, chapters."""

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import AttachmentStream, Stream
from av.subtitles.stream import SubtitleStream
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorPrimaries, ColorTrc
from av.video.stream import VideoStream

from vtk.media.chapters import stored_chapters
from vtk.media.container import open_container
from vtk.media.container.streams import is_estimated, leading_stream, stated_range
from vtk.media.image.cropping import margins
from vtk.media.image.sidedata import orientation, peak_luminance
from vtk.media.image.to_rgb import has_alpha
from vtk.pipeline import map_spans
from vtk.span import Span
from vtk.times import rounded
from vtk.videos import Errors, takes_videos

# Limits on reading a file without an index to find out whether the frame rate varies.
MOST_PACKETS, MOST_BYTES = 2000, 8 * 2**20
# FFmpeg's numbers of colour matrices, colour ranges, HDR transfer functions and field orders. A
# field order states which field is stored first, and which is shown first.
MATRICES = {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m",
            8: "ycgco", 9: "bt2020nc", 10: "bt2020c", 14: "ictcp"}  # fmt: skip
RANGES = {1: "limited", 2: "full"}
HDR: dict[int, str] = {ColorTrc.SMPTE2084: "pq", ColorTrc.ARIB_STD_B67: "hlg"}
FIELDS = {1: "progressive", 2: "tt", 3: "bb", 4: "tb", 5: "bt"}
TICKS = 1.5  # time base units by which frame intervals may differ through rounding alone


@takes_videos
def probe(spans: Iterable[Span], *, errors: Errors = "record") -> Iterator[Span]:
    """Add ``media`` to each span; a whole video gets its start and end, in seconds, as well.

    Reads the file header, and at most MOST_PACKETS packets or MOST_BYTES bytes of each video
    stream that has no complete index, and decodes only one frame.
    """
    return map_spans("probe", spans, _probe)


def _probe(span: Span) -> Iterator[Span]:
    with open_container(span.video) as container:
        media = describe(container)
        start, end = media["start"], media["end"]
    new = span.with_times(start, end)
    if span.is_whole_video:
        new["kind"] = "video"
    new["media"] = media
    yield new.with_provenance("probe")


def describe(container: InputContainer) -> dict[str, Any]:
    """Return the contents of an open container as plain data; times in seconds, rates in 1/s."""
    main = leading_stream(container)
    start, end = stated_range(container, main)
    rates = {s.index: rate for s in container.streams.video if (rate := _rates(container, s))}
    seen = _seen(container, main) if isinstance(main, VideoStream) else {}
    streams = [
        _stream(container, s) | rates.get(s.index, {}) | (seen if s is main else {})
        for s in container.streams
    ]
    bit_rate = container.bit_rate
    if is_estimated(container) and end > start:
        bit_rate = round(8 * container.size / (end - start))
    chapters = [
        {"start": known.start, "end": known.end, "title": known.title}
        for known in stored_chapters(container)
    ]
    return {
        "container": container.format.name,
        "start": start,
        "end": end,
        "duration": rounded(end - start),
        **({"bytes": container.size} if container.size > 0 else {}),
        **({"bit_rate": bit_rate} if bit_rate else {}),
        **({"title": container.metadata["title"]} if container.metadata.get("title") else {}),
        "streams": streams,
        **({"chapters": chapters} if chapters else {}),
    }


def _stream(container: InputContainer, stream: Stream) -> dict[str, Any]:
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
        if stream.duration and stream.time_base and not is_estimated(container)
        else None,
    }
    if isinstance(codec, VideoCodecContext) and isinstance(stream, VideoStream):
        aspect = stream.sample_aspect_ratio
        width, height = margins(container, stream).cropped_size(stream.width, stream.height)
        about |= {
            "width": width,
            "height": height,
            "pixel_format": stream.pix_fmt,
            "alpha": _transparent(stream) or None,
            "sample_aspect_ratio": str(aspect) if aspect and aspect != 1 else None,
            "frames": stream.frames or None,
            **_colour(codec),
        }
    elif isinstance(stream, AudioStream) and codec:
        about |= {"sample_rate": stream.rate, "channels": stream.channels}
    elif isinstance(stream, SubtitleStream) and codec:
        about["form"] = "text" if codec.codec.text_sub else "pictures"
    elif isinstance(stream, AttachmentStream):
        about |= {"file": stream.metadata.get("filename"), "mimetype": stream.mimetype}
    return {key: value for key, value in about.items() if value is not None}


def _transparent(stream: VideoStream) -> bool:
    """Return whether a stream has alpha, in its pixel format or as WebM's separate channel."""
    beside = stream.metadata.get("alpha_mode") == "1"
    return beside or (stream.pix_fmt is not None and has_alpha(stream.pix_fmt))


def _rates(container: InputContainer, stream: VideoStream) -> dict[str, Any]:
    """Return the average frame rate, rounded and exact, and whether it varies if that is known."""
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
    """Return sorted timestamps from the start on, from the index or from the first packets.

    Index timestamps are decoding timestamps; their intervals vary if those of presentation do.
    Packets come in decoding order, so if reading stops at a limit, the last few are left out.
    """
    index = stream.index_entries
    if stream.frames and len(index) >= stream.frames:
        return sorted(entry.timestamp for entry in islice(index, MOST_PACKETS))
    times, size = [], 0
    try:
        container.seek(stream.start_time or 0, stream=stream)
        for packet in islice(container.demux(stream), MOST_PACKETS):
            if packet.pts is not None:
                times.append(packet.pts)
            size += packet.size
            if size > MOST_BYTES:
                break
    except av.FFmpegError:
        return []
    cut = len(times) == MOST_PACKETS or size > MOST_BYTES
    return sorted(times)[:-16] if cut else sorted(times)


def _seen(container: InputContainer, stream: VideoStream) -> dict[str, Any]:
    """Return the display properties of the first frame.

    `rotation` is the clockwise rotation, in degrees, that shows it upright; if `mirrored`, left
    and right are swapped after that. `peak` is the peak luminance of HDR, in cd/m².
    """
    try:
        container.seek(stream.start_time or 0, stream=stream)
        frame = next(container.decode(stream), None)
    except av.FFmpegError:
        frame = None
    if frame is None:
        return {"rotation": 0}
    turn = orientation(frame)
    peak = peak_luminance(frame) if frame.color_trc in HDR else None
    return {
        "rotation": turn.rotation,
        **({"mirrored": True} if turn.is_mirrored else {}),
        **({"peak": rounded(peak)} if peak else {}),
    }


def _colour(codec: VideoCodecContext) -> dict[str, Any]:
    """Return colour properties, bit depth and field order in FFmpeg's names; None if not stated."""
    depth = max((part.bits for part in codec.format.components), default=0) if codec.format else 0
    return {
        "bit_depth": depth or None,
        "primaries": _name(ColorPrimaries, codec.color_primaries),
        "transfer": _name(ColorTrc, codec.color_trc),
        "matrix": MATRICES.get(codec.colorspace),
        "range": RANGES.get(codec.color_range),
        "hdr": HDR.get(codec.color_trc),
        "field_order": FIELDS.get(codec.field_order),
    }


def _name(names: type[ColorPrimaries] | type[ColorTrc], number: int) -> str | None:
    known = number in set(names) and number != names.UNSPECIFIED
    return names(number).name.lower().replace("_", "-") if known else None
