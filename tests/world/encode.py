"""Writing a clip: pictures, sound, subtitles and chapters into a container, through PyAV.

The same arguments give the same bytes: encoders run in one thread and muxers in bitexact mode.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.subtitles.stream import SubtitleStream
from av.video.reformatter import VideoReformatter

from tests.world import sound, text, truth
from tests.world.paint import Picture
from tests.world.timeline import Timeline, exact
from vtk.media.image.scheduling import preserved_scheduling

Packets = Iterator["av.Packet[Any]"]

# Quick and repeatable settings of each encoder.
ENCODERS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "ultrafast", "x264-params": "threads=1"},
    "libx265": {
        "preset": "ultrafast",
        "x265-params": "log-level=none:pools=none:frame-threads=1",
    },
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
    "libsvtav1": {"preset": "10", "svtav1-params": "lp=1"},
    "mpeg4": {"q": "4"},
}

ODD_SIZES = {"libvpx-vp9"}  # encoders that take odd sizes in 4:2:0


@dataclass(frozen=True)
class Encoding:
    """How pictures are encoded and packed. Sizes are pixels, `rate` frames a second."""

    container: str = "mp4"  # "mp4", "mkv", "webm", "mov"
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    width: int = 320
    height: int = 180
    rate: Fraction = Fraction(24)
    gop: int = 250  # the most frames from one keyframe to the next
    b_frames: int = 0
    start: float = 0.0  # seconds at which the first frame is presented
    rotation: int = 0  # counter-clockwise degrees
    faststart: bool = False  # mp4, mov: the index before the pictures
    options: dict[str, str] = field(default_factory=dict)  # for the encoder, over its defaults

    @property
    def time_base(self) -> Fraction:
        """Ticks in which every frame time of this rate is whole."""
        top = self.rate.numerator
        return Fraction(1, top if top >= 1000 else top * 1000)

    @property
    def coded_size(self) -> tuple[int, int]:
        """Width and height in the file: padded to even numbers where the encoder needs it."""
        if self.codec in ODD_SIZES:
            return self.width, self.height
        return self.width + self.width % 2, self.height + self.height % 2


@dataclass(frozen=True)
class Tracks:
    """What goes beside the pictures. `chapters` hold (start, end, title), seconds."""

    sounds: tuple[sound.SoundTrack, ...] = ()
    subtitles: tuple[text.SubtitleTrack, ...] = ()
    chapters: tuple[tuple[float, float, str], ...] = ()


NO_TRACKS = Tracks()


def create(path: Path, movflags: str = "") -> OutputContainer:
    """Open a file for writing, its format by its ending, without dates, versions or random ids."""
    options = {"fflags": "+bitexact"} | ({"movflags": movflags} if movflags else {})
    return av.open(path, "w", container_options=options)


def write_clip(
    path: Path,
    timeline: Timeline,
    encoding: Encoding,
    tracks: Tracks = NO_TRACKS,
    times: Sequence[Fraction] | None = None,
) -> truth.Clip:
    """Encode a timeline; `times`, seconds from 0, replace the constant frame rate."""
    moments = list(timeline.frame_times() if times is None else times)
    with create(path, "faststart" if encoding.faststart else "") as out:
        pictures = _add_pictures(out, encoding)
        beside = _add_tracks(out, tracks, float(timeline.seconds), encoding.start)
        frames = _frames(timeline.pictures(moments), moments, encoding)
        _mux(out, [_encoded(pictures, frames), *beside])
    base = _truth_of_file(path, timeline.seed, tracks, float(timeline.seconds), encoding.start)
    base = replace(
        base,
        width=encoding.coded_size[0],
        height=encoding.coded_size[1],
        rotation=encoding.rotation,
        rate=encoding.rate if times is None else None,
        pixel_format=encoding.pixel_format,
    )
    return truth.Clip(path, _with_pictures(base, path, timeline, moments, encoding.start))


def write_sound(path: Path, tracks: Tracks, seconds: float, seed: int) -> truth.Clip:
    """Write a file without pictures."""
    with create(path) as out:
        _mux(out, _add_tracks(out, tracks, seconds, 0.0))
    return truth.Clip(path, replace(_truth_of_file(path, seed, tracks, seconds, 0.0), end=seconds))


def picture_packets(path: Path) -> list[tuple[int, int, int]]:
    """The picture stream's packets in presentation order: (pts, byte position, byte size)."""
    with av.open(path) as container:
        found = [
            (packet.pts, packet.pos if packet.pos is not None else -1, packet.size)
            for packet in container.demux(video=0)
            if packet.pts is not None
        ]
    return sorted(found)


def _add_pictures(out: OutputContainer, encoding: Encoding) -> av.VideoStream:
    # SVT-AV1 listens to nothing else; without it every clip would print twenty lines.
    os.environ.setdefault("SVT_LOG", "1")
    options = ENCODERS[encoding.codec] | encoding.options
    stream = out.add_stream(encoding.codec, rate=encoding.rate, options=options)
    assert isinstance(stream, av.VideoStream)
    stream.width, stream.height = encoding.coded_size
    stream.pix_fmt = encoding.pixel_format
    stream.time_base = stream.codec_context.time_base = encoding.time_base
    stream.codec_context.thread_count = 1
    stream.gop_size = encoding.gop
    if encoding.codec != "libsvtav1":
        stream.max_b_frames = encoding.b_frames
    if encoding.rotation:
        stream.set_display_rotation(encoding.rotation)
    with preserved_scheduling():
        stream.codec_context.open()
    return stream


def _frames(
    pictures: Iterable[Picture], times: Sequence[Fraction], encoding: Encoding
) -> Iterator[av.VideoFrame]:
    converter = VideoReformatter()  # one for all frames, in one thread: starting more takes longer
    for picture, time in zip(pictures, times, strict=True):
        height, width = picture.shape[:2]
        right, below = encoding.coded_size[0] - width, encoding.coded_size[1] - height
        if right or below:
            picture = np.pad(picture, ((0, below), (0, right), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame = converter.reformat(frame, format=encoding.pixel_format, threads=1)
        frame.time_base = encoding.time_base
        frame.pts = round((time + exact(encoding.start)) / encoding.time_base)
        yield frame


def _encoded(stream: av.VideoStream, frames: Iterator[av.VideoFrame]) -> Packets:
    for frame in frames:
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _add_tracks(
    out: OutputContainer, tracks: Tracks, seconds: float, start: float
) -> list[Packets]:
    """Add the streams beside the pictures; return their packets, still to be made."""
    packets: list[Packets] = []
    for track in tracks.sounds:
        heard = out.add_stream(track.codec, rate=sound.RATE)
        assert isinstance(heard, av.AudioStream)
        heard.layout = "mono"
        if track.language:
            heard.metadata["language"] = track.language
        packets.append(sound.encoded(heard, track, seconds, start))
    for titles in tracks.subtitles:
        read = out.add_stream(titles.codec)
        assert isinstance(read, SubtitleStream)
        text.prepare(read)
        if titles.language:
            read.metadata["language"] = titles.language
        packets.append(text.encoded(read, titles, start))
    out.set_chapters(
        [
            {
                "id": number,
                "start": round((start + first) * 1000),
                "end": round((start + end) * 1000),
                "time_base": Fraction(1, 1000),
                "metadata": {"title": title},
            }
            for number, (first, end, title) in enumerate(tracks.chapters, 1)
        ]
    )
    return packets


def _mux(out: OutputContainer, streams: list[Packets]) -> None:
    def when(packet: "av.Packet[Any]") -> float:
        return float((packet.dts or 0) * packet.time_base)

    for packet in merge(*streams, key=when):
        out.mux(packet)


def _truth_of_file(
    path: Path, seed: int, tracks: Tracks, seconds: float, start: float
) -> truth.Truth:
    """What the container and the tracks beside the pictures hold."""
    with av.open(path) as container:
        # The chapters of an mp4 are a data stream, which has no codec.
        names = [
            (s.type, s.codec_context.name if s.codec_context else "") for s in container.streams
        ]
    first = 1 if names[0][0] == "video" else 0
    sounds = list(enumerate(tracks.sounds, first))
    titles = list(enumerate(tracks.subtitles, first + len(sounds)))
    languages = {index: track.language for index, track in sounds}
    languages |= {index: track.language for index, track in titles}
    return truth.Truth(
        name=path.stem,
        seed=seed,
        file=path.name,
        start=start,
        streams=tuple(
            truth.Stream(index, kind, codec, languages.get(index, ""))
            for index, (kind, codec) in enumerate(names)
        ),
        sounds=tuple(
            interval
            for index, track in sounds
            for interval in sound.intervals(track, seconds, start, index)
        ),
        cues=tuple(
            cue
            for index, track in titles
            for cue in text.cues(track.lines, track.language, start, index)
        ),
        chapters=tuple(
            truth.Chapter(start + begin, start + end, title, True)
            for begin, end, title in tracks.chapters
        ),
    )


def _with_pictures(
    base: truth.Truth, path: Path, timeline: Timeline, times: Sequence[Fraction], start: float
) -> truth.Truth:
    """`base` with the frames' pts as the container stores them, checked against the plan.

    The container decides: Matroska rounds to milliseconds, and an edit list of an mp4 that starts
    late is written in milliseconds too. More than that must not differ.
    """
    with av.open(path) as container:
        unit = container.streams.video[0].time_base
    if not unit:
        raise RuntimeError(f"{path}: the picture stream has no time base")
    pts = [packet[0] for packet in picture_packets(path)]
    if len(pts) != len(times):
        raise RuntimeError(f"{path}: {len(times)} frames encoded, {len(pts)} packets written")
    slack = max(unit, Fraction(1, 1000))
    for found, planned in zip(pts, times, strict=True):
        if abs(found * unit - planned - exact(start)) > slack:
            raise RuntimeError(f"{path}: pts {found} is not at the planned {float(planned)} s")
    # Encoders give the last frame the nominal duration, whatever the distances before it.
    end_pts = pts[-1] + round(timeline.step / unit)
    base = replace(
        base,
        time_base=unit,
        start=float(pts[0] * unit),
        end=float(end_pts * unit),
        end_pts=end_pts,
        frame_pts=tuple(pts),
    )
    return timeline.describe(base, times, pts)
