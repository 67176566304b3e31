"""Cut a span of a video out into a file of its own: without re-encoding, or exactly."""

import math
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from vtk.errors import MediaError, OpenError
from vtk.media.container import open_container
from vtk.media.container.copying import copied_streams, muxing, to_mux
from vtk.media.video import OUTSIDE, ROUNDING, Video
from vtk.media.video.clip import encode_joined
from vtk.media.video.encoding import Encoding
from vtk.output import atomic, os_errors

# The format of a copy, by the ending of the video; Matroska holds what others cannot.
FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".webm": "webm", ".mkv": "matroska"}
ANY = ".mkv"
JOINED = (".mp4", ".m4v", ".mov", ".mkv")  # endings of files that hold H.264 and AAC
WAIT = 10.0  # seconds of packets after the end in which tracks that come late are still looked for


def ending(video: str, *, exact: bool) -> str:
    """Return the ending of the file that a cut of this video is written to."""
    suffix = Path(video).suffix.lower()
    return ".mp4" if exact else suffix if suffix in FORMATS else ANY


def cut_exactly(
    video: Video,
    start: float,
    end: float,
    target: Path,
    how: Encoding | None = None,
    comment: str | None = None,
) -> tuple[float, float]:
    """Write [start, end) seconds, encoded anew, with AAC; return the stretch, in seconds.

    `comment` is kept in the file. Raises MediaError if no frame is shown in it, OutputError.
    """
    start, end = video.clamp(start, end)
    with atomic(target) as file, os_errors(target):
        encode_joined(video, [(start, end)], f"file:{file.name}", "mp4", how, comment)
    return start, end


def join_cuts(video: Video, stretches: list[tuple[float, float]], target: Path) -> None:
    """Write stretches of a video, in seconds, one after another as H.264 and AAC into `target`.

    They must lie in the video, in order and apart. Everything is encoded anew: a copy could begin
    only at keyframes of the encoding, which lie many seconds apart, and what is encoded with other
    settings between copies does not play everywhere. Raises MediaError, OutputError.
    """
    form = FORMATS[target.suffix.lower()]
    with atomic(target) as file, os_errors(target):
        encode_joined(video, stretches, f"file:{file.name}", form)


def cut_by_copying(
    video: Video, start: float, end: float, target: Path, comment: str | None = None
) -> tuple[float, float]:
    """Copy the packets of [start, end) seconds into `target`; return the stretch that it holds.

    A copy can begin only at a keyframe of the encoding, so it begins at the last one up to `start`.
    All tracks that the container of `target` can hold are copied. `comment` is kept in the file.
    Raises MediaError, OutputError.
    """
    start, end = video.clamp(start, end)
    form = FORMATS[target.suffix.lower()]
    with (
        open_container(video.name) as source,
        atomic(target) as file,
        muxing(target, "the span cannot be copied: %s; cut it exactly"),
        av.open(f"file:{file.name}", "w", format=form) as out,
    ):
        if comment:
            out.metadata["comment"] = comment
        first, last = _copied(source, out, video.stream.index, start, end)
    return first, min(last, end)


def _copied(
    source: InputContainer, out: OutputContainer, index: int, start: float, end: float
) -> tuple[float, float]:
    """Copy the packets; return when the first picture begins and the last ends, in seconds."""
    copies, _ = copied_streams(source, out)
    pictures = source.streams[index]
    assert isinstance(pictures, VideoStream)
    assert pictures.time_base
    source.seek(math.floor((start + ROUNDING) / pictures.time_base), stream=pictures)
    first: float | None = None
    last = -math.inf
    early: list[av.Packet[Any]] = []  # sound that comes before the first picture of the clip
    for packet in to_mux(source.demux([source.streams[number] for number in copies])):
        if packet.pts is None:
            continue
        shows = float(packet.pts * packet.time_base)
        own = packet.stream_index == index
        if own and first is None and packet.is_keyframe:
            first = shows
            for kept in early:
                _mux(kept, copies, out, first)
        if first is None:
            early.append(packet)
        elif shows < end:
            if own:
                last = max(last, shows + float((packet.duration or 1) * packet.time_base))
            _mux(packet, copies, out, first)
        elif own and shows >= end + WAIT:
            break
    if first is None or last <= start:
        raise MediaError(OUTSIDE)
    return first, last


def copied_stretch(video: Video, start: float, end: float) -> tuple[float, float]:
    """Return the stretch that `cut_by_copying` copies, without copying. Raises MediaError."""
    start, end = video.clamp(start, end)
    first, last = None, -math.inf
    with open_container(video.name) as source:
        pictures = source.streams[video.stream.index]
        assert isinstance(pictures, VideoStream)
        assert pictures.time_base
        source.seek(math.floor((start + ROUNDING) / pictures.time_base), stream=pictures)
        for packet in to_mux(source.demux(pictures)):
            if packet.pts is None:
                continue
            shows = float(packet.pts * packet.time_base)
            if first is None and packet.is_keyframe:
                first = shows
            if first is not None and shows < end:
                last = max(last, shows + float((packet.duration or 1) * packet.time_base))
            elif shows >= end + WAIT:
                break
    if first is None or last <= start:
        raise MediaError(OUTSIDE)
    return first, min(last, end)


def comment_of(path: Path) -> str:
    """Return the comment in a file of video; empty if there is none, or the file is none."""
    try:
        with open_container(str(path), quick=True) as container:
            said = {key.lower(): value for key, value in container.metadata.items()}
            return said.get("comment", "")
    except OpenError:
        return ""


def _mux(
    packet: "av.Packet[Any]", copies: dict[int, Stream], out: OutputContainer, first: float
) -> None:
    """Write a packet, moved so that what shows at `first` seconds shows at 0."""
    ticks = round(first / packet.time_base)
    if packet.pts is None or packet.dts is None or packet.pts < ticks:
        return
    packet.pts -= ticks
    packet.dts -= ticks
    packet.stream = copies[packet.stream_index]
    out.mux(packet)
