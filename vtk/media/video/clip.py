"""Extract spans of a video as one file: frame-accurate, re-encoded, with their audio."""

import errno
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from heapq import merge
from itertools import accumulate, chain, pairwise
from typing import Any, BinaryIO, cast

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
from vtk.media.image.scheduling import preserved_scheduling
from vtk.media.image.to_rgb import RGB, to_rgb
from vtk.media.video import OUTSIDE, ROUNDING, Video
from vtk.media.video.encoding import Encoding, Shown, at_rate

BT709 = 1  # FFmpeg's number for matrix, primaries and transfer alike
RATE = 48_000  # samples per second if the audio encoder does not support the file's rate
WOBBLE = 0.02  # seconds by which audio timestamps may be off without counting as a gap
RUN_UP = 1.0  # seconds of audio decoded before the span, as decoders need some to settle
TICK = Fraction(1, 1000)  # seconds, at most; else sound and pictures would drift apart at joints
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FADE = 0.004  # seconds over which sound fades out and in at a joint, against clicks

Packets = Iterator["av.Packet[Any]"]
Samples = NDArray[np.float32]  # (channels, samples)
Stretches = Sequence[tuple[float, float]]  # [start, end) in seconds


def encode_clip(video: Video, start: float, end: float, how: Encoding | None = None) -> bytes:
    """Encode [start, end) seconds of video and audio as an MP4; see `encode_joined`."""
    file = io.BytesIO()
    encode_joined(video, [video.clamp(start, end)], file, "mp4", how)
    return file.getvalue()


def encode_joined(
    video: Video,
    stretches: Stretches,
    file: str | BinaryIO,
    form: str,
    how: Encoding | None = None,
    comment: str | None = None,
) -> None:
    """Encode stretches of a video and its audio, one after another, with AAC from 0 on.

    The stretches must lie in the video, in order and apart; `form` is FFmpeg's name of a format.
    The first frame of each is the one on screen at its start; each frame lasts as long as in the
    video, the last one until the end of its stretch, unless `how` states a frame rate. Frames are
    upright, with square pixels and even sides; a height scales them to about that many pixels.
    `comment` is kept in the file. Raises MediaError if no frame is shown, OSError if the disk is
    full.
    """
    how = how or Encoding()
    base, shown = _ticks(video), _shown(video, stretches, how.height)
    if how.fps:
        ticks = math.ceil(1 / how.fps / TICK)
        base, shown = 1 / how.fps / ticks, at_rate(shown, base, how.fps, ticks)
    first = next(shown, None)
    if first is None:
        raise MediaError(OUTSIDE)
    try:
        with open_container(video.name) as source, _create(file, form) as out:
            if comment:
                out.metadata["comment"] = comment
            stream = _add_pictures(out, video, first.picture, how, base)
            streams = [_pictures(stream, chain([first], shown))]
            track = cast(AudioStream | None, source.streams.best("audio"))
            if track is not None:
                heard = _add_sound(out, track)
                streams.append(_sound(heard, _heard(source, track, heard, stretches)))
            for packet in merge(*streams, key=_seconds):
                out.mux(packet)
    except av.FFmpegError as error:
        if error.errno in FULL:
            raise
        raise MediaError(f"the clip could not be encoded: {error.strerror}") from None


def _create(file: str | BinaryIO, form: str) -> OutputContainer:
    return av.open(file, "w", format=form, container_options={"fflags": "+bitexact"})


def _seconds(packet: "av.Packet[Any]") -> float:
    return float((packet.dts or 0) * packet.time_base)


def _ticks(video: Video) -> Fraction:
    """Return the time base of a clip: that of the video, divided until it is at most TICK."""
    return video.time_base / math.ceil(video.time_base / TICK)


def _begun(stretches: Stretches) -> list[float]:
    """Return where each stretch begins in the clip, and where the clip ends, in seconds."""
    return list(accumulate((end - start for start, end in stretches), initial=0.0))


def _shown(video: Video, stretches: Stretches, height: int | None) -> Iterator[Shown]:
    """Yield the images of all stretches, each as soon as its duration is known."""
    base = _ticks(video)
    scale = video.time_base / base
    held: tuple[RGB, int] | None = None
    for (start, end), begun in zip(stretches, _begun(stretches), strict=False):
        zero = math.floor((start + ROUNDING) / base)
        first = round(begun / base)
        for frame in video.frames(start, end):
            # The first frame may begin before the stretch.
            pts = first + max(int(frame.pts * scale) - zero, 0)
            if held is not None:
                if pts <= held[1]:
                    continue
                yield Shown(*held, pts - held[1])
            held = to_rgb(frame.image, video.stream.sample_aspect_ratio, height), pts
    if held is not None:
        yield Shown(*held, max(round(_begun(stretches)[-1] / base) - held[1], 1))


def _add_pictures(
    out: OutputContainer, video: Video, picture: RGB, how: Encoding, base: Fraction
) -> VideoStream:
    rate = how.fps or video.stream.average_rate or video.stream.guessed_rate or 25
    stream = cast(VideoStream, out.add_stream(how.encoder, rate=rate))
    stream.height, stream.width = (max(side - side % 2, 2) for side in picture.shape[:2])
    stream.pix_fmt = "yuv420p"
    stream.time_base = stream.codec_context.time_base = base
    context = stream.codec_context
    how.prepare(context)
    context.max_b_frames = 0  # so that the clip begins at 0 even in players that ignore edit lists
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = 1  # 16 to 235
    with preserved_scheduling():  # SVT-AV1 changes that of the thread which opens it
        context.open()
    return stream


def _pictures(stream: VideoStream, shown: Iterable[Shown]) -> Packets:
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
    source: InputContainer, track: AudioStream, form: AudioStream, stretches: Stretches
) -> Iterator[Samples]:
    """Yield the audio of all stretches with the sample rate and channels of `form`, without gaps.

    Missing audio is filled with silence, so that each is as long as its stretch.
    """
    edges = [round(seconds * form.rate) for seconds in _begun(stretches)]
    for number, (low, high) in enumerate(pairwise(edges)):
        done, total, start = 0, high - low, stretches[number][0]
        if number or start > RUN_UP:
            _seek(source, track, start - RUN_UP)
        for samples in _part(source, track, form, start, total):
            if number:
                _fade(samples, done, form.rate)
            if number < len(stretches) - 1:
                _fade(samples[:, ::-1], total - done - samples.shape[1], form.rate)
            done += samples.shape[1]
            yield samples


def _seek(source: InputContainer, track: AudioStream, seconds: float) -> None:
    try:
        base = track.time_base or Fraction(1, av.time_base)
        source.seek(math.floor(seconds / base), stream=track)
    except av.FFmpegError:
        source.seek(0)


def _fade(samples: Samples, done: int, rate: int) -> None:
    """Fade samples in, of which `done` come before them; FADE seconds in all."""
    over = round(FADE * rate)
    count = min(max(over - done, 0), samples.shape[1])
    samples[:, :count] *= np.arange(done, done + count, dtype=np.float32) / over


def _part(
    source: InputContainer, track: AudioStream, form: AudioStream, start: float, total: int
) -> Iterator[Samples]:
    """Yield `total` samples of the audio from `start` seconds on."""
    done = 0
    for time, samples in _decoded(source, track, form):
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
    source: InputContainer, track: AudioStream, form: AudioStream
) -> Iterator[tuple[float, Samples]]:
    """Yield chunks of the audio that remains: the start in seconds, and the samples."""
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
