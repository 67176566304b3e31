"""Sound tracks of tones and silence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.world import truth

RATE = 48000  # samples a second; Opus knows no 44100


@dataclass(frozen=True)
class Tone:
    """A sine tone; seconds count from the start of the clip."""

    start: float
    end: float
    hertz: float = 440.0


@dataclass(frozen=True)
class SoundTrack:
    """One mono track: tones, and silence between them. `codec` is the encoder's name."""

    tones: tuple[Tone, ...] = ()
    codec: str = "aac"
    language: str = ""


def samples(tones: tuple[Tone, ...], seconds: float) -> NDArray[np.int16]:
    """The track's samples, shape (n,), int16, at `RATE`."""
    track = np.zeros(round(seconds * RATE), dtype=np.float32)
    for tone in tones:
        first, end = round(tone.start * RATE), min(len(track), round(tone.end * RATE))
        count = np.arange(end - first, dtype=np.float64)
        # A ramp of 5 ms at both ends keeps the tone free of clicks.
        ramp = np.minimum(1, np.minimum(count, count[::-1]) / (0.005 * RATE))
        track[first:end] += 0.3 * ramp * np.sin(2 * np.pi * tone.hertz * count / RATE)
    return np.rint(32767 * np.clip(track, -1, 1)).astype(np.int16)


def encoded(
    stream: av.AudioStream, track: SoundTrack, seconds: float, start: float
) -> Iterator["av.Packet[Any]"]:
    """The track's packets; its first sample is presented at `start` seconds."""
    wave = samples(track.tones, seconds)
    context = stream.codec_context
    context.open(strict=False)
    resampler = av.AudioResampler(
        format=context.format.name,
        layout="mono",
        rate=RATE,
        frame_size=context.frame_size or 1024,
    )
    for first in range(0, len(wave), RATE):
        frame = av.AudioFrame.from_ndarray(wave[None, first : first + RATE], "s16", "mono")
        frame.sample_rate = RATE
        frame.pts = round(start * RATE) + first
        for piece in resampler.resample(frame):
            yield from stream.encode(piece)
    for piece in resampler.resample(None):
        yield from stream.encode(piece)
    yield from stream.encode(None)


def intervals(
    track: SoundTrack, seconds: float, start: float, stream: int
) -> tuple[truth.Sound, ...]:
    """The track's tones and the silences between them, in order, on the presentation clock."""
    found, clock = [], 0.0
    for tone in sorted(track.tones, key=lambda tone: tone.start):
        if tone.start > clock:
            found.append(truth.Sound(start + clock, start + tone.start, 0.0, stream))
        found.append(truth.Sound(start + tone.start, start + tone.end, tone.hertz, stream))
        clock = tone.end
    if clock < seconds:
        found.append(truth.Sound(start + clock, start + seconds, 0.0, stream))
    return tuple(found)
