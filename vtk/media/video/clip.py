"""Extract a span of a video as a file: frame-accurate, re-encoded, with its audio."""

import io
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from heapq import merge
from itertools import chain
from typing import Any, BinaryIO, NamedTuple, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vtk.errors import MediaError
from vtk.media.container import open_container
from vtk.media.image.to_rgb import RGB, to_rgb
from vtk.media.video import OUTSIDE, ROUNDING, Video

THREADS = 4  # of the encoder: x264 output is reproducible only for a fixed number of threads
ENCODER = {"preset": "veryfast", "crf": "20"}
BT709 = 1  # FFmpeg's number for matrix, primaries and transfer alike
RATE = 48_000  # samples per second if the audio encoder does not support the file's rate
WOBBLE = 0.02  # seconds by which audio timestamps may be off without counting as a gap
RUN_UP = 1.0  # seconds of audio decoded before the span, as decoders need some to settle

Packets = Iterator["av.Packet[Any]"]
Samples = NDArray[np.float32]  # (channels, samples)


class _Shown(NamedTuple):
    """An image of the clip; times are in the video's time base, from the start of the clip."""

    picture: RGB
    pts: int
    duration: int


def encode_clip(video: Video, start: float, end: float, height: int | None = None) -> bytes:
    """Encode [start, end) seconds of video and audio as an MP4 (H.264, AAC) that begins at 0.

    The first frame is the one on screen at `start`; each frame lasts as long as in the video, the
    last one until `end`. Frames are upright, with square pixels and even sides; `height` scales
    them to about that many pixels. Raises MediaError if no frame is shown in the span.
    """
    start, end = video.clamp(start, end)
    shown = _shown(video, start, end, height)
    first = next(shown, None)
    if first is None:
        raise MediaError(OUTSIDE)
    file = io.BytesIO()
    try:
        with open_container(video.name) as source, _create(file) as out:
            streams = [_pictures(_add_pictures(out, video, first.picture), chain([first], shown))]
            track = cast(AudioStream | None, source.streams.best("audio"))
            if track is not None:
                heard = _add_sound(out, track)
                streams.append(_sound(heard, _heard(source, track, heard, start, end)))
            for packet in merge(*streams, key=_seconds):
                out.mux(packet)
    except av.FFmpegError as error:
        raise MediaError(f"the clip could not be encoded: {error.strerror}") from None
    return file.getvalue()


def _create(file: BinaryIO) -> OutputContainer:
    return av.open(file, "w", format="mp4", container_options={"fflags": "+bitexact"})


def _seconds(packet: "av.Packet[Any]") -> float:
    return float((packet.dts or 0) * packet.time_base)


def _shown(video: Video, start: float, end: float, height: int | None) -> Iterator[_Shown]:
    """Yield the images of a span, each as soon as its duration is known."""
    base = video.time_base
    zero = math.floor((start + ROUNDING) / base)
    held: tuple[RGB, int] | None = None
    for frame in video.frames(start, end):
        pts = max(frame.pts - zero, 0)  # the first frame may begin before the span
        if held is not None:
            if pts <= held[1]:
                continue
            yield _Shown(*held, pts - held[1])
        held = to_rgb(frame.image, video.stream.sample_aspect_ratio, height), pts
    if held is not None:
        yield _Shown(*held, max(round(end / base) - zero - held[1], 1))


def _add_pictures(out: OutputContainer, video: Video, picture: RGB) -> VideoStream:
    rate = video.stream.average_rate or video.stream.guessed_rate or 25
    stream = out.add_stream("libx264", rate=rate, options=ENCODER)
    stream.height, stream.width = (max(side - side % 2, 2) for side in picture.shape[:2])
    stream.pix_fmt = "yuv420p"
    stream.time_base = stream.codec_context.time_base = video.time_base
    context = stream.codec_context
    context.thread_count = THREADS
    context.max_b_frames = 0  # so that the clip begins at 0 even in players that ignore edit lists
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = 1  # 16 to 235
    return stream


def _pictures(stream: VideoStream, shown: Iterable[_Shown]) -> Packets:
    durations: dict[int, int] = {}  # pts to duration of each image
    for picture, pts, duration in shown:
        frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(
            stream.width, stream.height, "yuv420p", dst_colorspace="itu709"
        )
        frame.pts, frame.time_base = pts, stream.codec_context.time_base
        durations[pts] = duration
        yield from _lasting(stream.encode(frame), durations)
    yield from _lasting(stream.encode(None), durations)


def _lasting(packets: "list[av.Packet[Any]]", durations: dict[int, int]) -> Packets:
    """Set the duration of each packet, which the encoder would guess from the frame rate."""
    for packet in packets:
        packet.duration = durations.pop(cast(int, packet.pts))
        yield packet


def _add_sound(out: OutputContainer, track: AudioStream) -> AudioStream:
    """Add an AAC stream, mono or stereo, with the track's sample rate if supported, else RATE."""
    rates = av.Codec("aac", "w").audio_rates or []
    stream = out.add_stream("aac", rate=track.rate if track.rate in rates else RATE)
    stream.layout = "mono" if track.channels == 1 else "stereo"
    return stream


def _sound(stream: AudioStream, heard: Iterable[Samples]) -> Packets:
    done = 0
    for samples in heard:
        frame = AudioFrame.from_ndarray(samples, "fltp", stream.layout.name)
        frame.sample_rate, frame.time_base = stream.rate, Fraction(1, stream.rate)
        frame.pts = done
        done += samples.shape[1]
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _heard(
    source: InputContainer, track: AudioStream, form: AudioStream, start: float, end: float
) -> Iterator[Samples]:
    """Yield the audio of a span with the sample rate and channels of `form`, without gaps.

    Missing audio is filled with silence, so that the total is as long as the span.
    """
    total, done = round((end - start) * form.rate), 0
    for time, samples in _decoded(source, track, form, start):
        place = round((time - start) * form.rate)
        if place >= total:
            break
        if done and abs(place - done) < WOBBLE * form.rate:
            place = done
        samples = samples[:, max(done - place, 0) : total - place]
        if samples.shape[1]:
            yield from _silence(samples.shape[0], place - done, form.rate)
            yield np.ascontiguousarray(samples)
            done = max(place, done) + samples.shape[1]
    yield from _silence(1 if form.layout.name == "mono" else 2, total - done, form.rate)


def _silence(channels: int, count: int, most: int) -> Iterator[Samples]:
    """Yield `count` samples of silence in chunks of up to `most`; nothing if `count` <= 0."""
    for place in range(0, count, most):
        yield np.zeros((channels, min(most, count - place)), np.float32)


def _decoded(
    source: InputContainer, track: AudioStream, form: AudioStream, start: float
) -> Iterator[tuple[float, Samples]]:
    """Yield audio chunks from a little before `start` on: the start in seconds, and the samples."""
    base = track.time_base or Fraction(1, av.time_base)
    if start > RUN_UP:
        try:
            source.seek(math.floor((start - RUN_UP) / base), stream=track)
        except av.FFmpegError:
            source.seek(0)
    known, resampler = None, av.AudioResampler()
    for frame in _frames(source, track):
        if frame.pts is None:
            continue
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        if kind != known:
            known, resampler = kind, av.AudioResampler("fltp", form.layout.name, form.rate)
        for piece in resampler.resample(frame):
            if piece.pts is not None and piece.time_base:
                yield float(piece.pts * piece.time_base), cast(Samples, piece.to_ndarray())


def _frames(source: InputContainer, track: AudioStream) -> Iterator[AudioFrame]:
    """Yield the remaining frames of a track; damaged packets are skipped."""
    try:
        for packet in source.demux(track):
            try:
                yield from packet.decode()
            except av.FFmpegError:
                continue
    except av.FFmpegError:
        return
