"""Loudness of a stretch of sound and its share of silence, by ITU-R BS.1770-5.

Loudness is in LUFS: power after K-weighting (which removes inaudibly low frequencies and a DC
offset), summed over the channels, and gated, so that pauses do not make speech quiet. K-weighting
is applied to the spectra of blocks, which is close to the filters of the recommendation (0.1 LU)
and needs no loop over samples.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.entries import Facts, SoundFacts
from vtk.errors import MediaError
from vtk.media.audio.track import AudioChunk, AudioTrack

Array = NDArray[Any]

BLOCK = 0.1  # seconds; BS.1770 measures blocks of 400 ms that begin every 100 ms
LISTENED = 60.0  # most seconds of a span that are measured; in a longer span, evenly spread
PIECES = 12  # pieces in which a longer span is measured

GATE, RELATIVE_GATE = -70.0, -10.0  # LUFS, and LU relative to the mean of what passes GATE


@dataclass(frozen=True)
class SoundThresholds:
    """Limits by which a caption says that there is silence, or quiet or loud sound.

    The result is tested on synthesized sound, `python -m pytest tests/caption/test_facts_sound.py`.
    """

    # LUFS; FFmpeg's silencedetect uses -60 dB, but microphone noise is above that.
    silence: float = -50.0
    # LUFS; 10 LU below EBU R 128's -23, where BS.1770 stops counting it as programme.
    quiet: float = -33.0
    # LUFS; above the level AES TD1008 recommends for music, the loudest that it lists.
    loud: float = -14.0
    pauses: float = 0.1  # share of a span that may be silent without mention
    # Power, relative to full scale, that no sound has but a damaged packet may.
    damaged: float = 100.0


THRESHOLDS = SoundThresholds()

# Coefficients of the two filters of K-weighting at 48 kHz, BS.1770-5 tables 1 and 2.
_FILTERS = (
    ((1.53512485958697, -2.69169618940638, 1.19839281085285),
     (1.0, -1.69065929318241, 0.73248077421585)),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)  # fmt: skip
_WEIGHTS = {"LFE": 0.0, "LFE2": 0.0, "SL": 1.41, "SR": 1.41, "BL": 1.41, "BR": 1.41}


class Listener:
    """Measures the sound of one stretch after another; keeps the latest audio track open."""

    def __init__(self) -> None:
        self._video = ""
        self._sound: AudioTrack | None = None

    def __call__(self, video: str, start: float, end: float) -> SoundFacts | None:
        """The result of `measure` for [start, end) seconds; None without intact sound."""
        try:
            if video != self._video:
                self._video, self._sound = video, None
                self._sound = AudioTrack(video)
            return measure(self._sound, start, end) if self._sound else None
        except MediaError:
            return None


def measure(sound: AudioTrack, start: float, end: float) -> SoundFacts | None:
    """Measure `silence`, a share of [start, end) seconds, and `loudness` of the rest in LUFS.

    Time before the track begins or after it ends counts as silence. No `loudness` if all is
    silent; None for less than a block. Raises MediaError if the sound is damaged.
    """
    if end - start < BLOCK:
        return None
    stretches = list(_stretches(start, end))
    powers = np.array([p for stretch in stretches for p in _powers(sound.between(*stretch))])
    if not (powers < THRESHOLDS.damaged).all():  # also true if any power is NaN
        raise MediaError("the sound is damaged")
    blocks = sum(int((last - first) / BLOCK + 0.4) for first, last in stretches)
    sounding = int((_lufs(powers) >= THRESHOLDS.silence).sum())
    silence: SoundFacts = {"silence": round(max(1 - sounding / blocks, 0.0), 3)}
    return {"loudness": round(loudness(powers), 1), **silence} if sounding else silence


def sentence(facts: Facts) -> str:
    """What is special about the sound, in English; empty if nothing is or no sound was measured."""
    heard = facts.get("sound")
    if not heard:
        return ""
    if "loudness" not in heard:
        return "It is silent."
    t, lufs, silence = THRESHOLDS, heard["loudness"], heard["silence"]
    level = "loud " if lufs > t.loud else "quiet " if lufs < t.quiet else ""
    part = _part(1 - silence, facts["seconds"]) if silence > t.pauses else ""
    return f"It has {level}sound{part}." if level or part else ""


def _part(share: float, seconds: float) -> str:
    """How much of a span has sound, in words."""
    about = "about " if seconds > LISTENED else ""
    unit, size = ("minute", 60) if seconds >= 90 else ("second", 1)
    heard, whole = (f"{max(round(n, 1), 0.1):g}" for n in (share * seconds / size, seconds / size))
    return f" for {about}{heard} of its {whole} {unit}{'s' * (whole != '1')}"


def loudness(powers: Array) -> float:
    """Gated loudness in LUFS of K-weighted powers, one per 100 ms, not all of them silent."""
    size = min(4, len(powers))
    blocks = np.convolve(powers, np.full(size, 1 / size), "valid")
    blocks = blocks[_lufs(blocks) > GATE]
    blocks = blocks[_lufs(blocks) > _lufs(blocks.mean()) + RELATIVE_GATE]
    return float(_lufs(blocks.mean()))


def _lufs(power: Any) -> Any:
    return -0.691 + 10 * np.log10(np.maximum(power, 1e-15))


def _stretches(start: float, end: float) -> Iterator[tuple[float, float]]:
    """The stretches of a span that are measured: all of it, or LISTENED seconds in equal pieces."""
    if end - start <= LISTENED:
        yield start, end
        return
    step, length = (end - start) / PIECES, LISTENED / PIECES
    for number in range(PIECES):
        first = start + number * step + (step - length) / 2
        yield first, first + length


def _powers(heard: Iterable[AudioChunk]) -> Iterator[float]:
    """The K-weighted power of each block; a last one of less than half a block is dropped."""
    form: tuple[int, tuple[str, ...]] = (1, ())
    waiting = np.zeros((0, 0), np.float32)
    for samples, rate, channels in heard:
        if form != (rate, channels):
            form, waiting = (rate, channels), samples[:, :0]
        waiting = np.concatenate([waiting, samples], axis=1)
        size = round(rate * BLOCK)
        whole = waiting.shape[1] // size
        if whole:
            blocks = waiting[:, : whole * size].reshape(len(channels), whole, size)
            yield from _weighted(blocks, *form)
            waiting = waiting[:, whole * size :]
    if waiting.shape[1] >= form[0] * BLOCK / 2:
        yield from _weighted(waiting[:, None], *form)


def _weighted(blocks: Array, rate: int, channels: tuple[str, ...]) -> Iterator[float]:
    """The K-weighted power of each block in (channels, blocks, samples), channels summed."""
    size = blocks.shape[2]
    spectra = np.abs(np.fft.rfft(blocks)) ** 2 @ _response(rate, size)
    weights = np.array([_WEIGHTS.get(channel, 1.0) for channel in channels])
    yield from weights @ spectra * (2 / size**2)


@lru_cache(maxsize=8)
def _response(rate: int, size: int) -> Array:
    """The power gain of K-weighting at each frequency of a block's spectrum."""
    hertz = np.minimum(np.fft.rfftfreq(size, 1 / rate), 24000)
    turn = np.exp(-2j * np.pi * hertz / 48000)
    power = np.ones(len(hertz))
    for over, under in _FILTERS:
        power *= np.abs(np.polyval(over[::-1], turn) / np.polyval(under[::-1], turn)) ** 2
    return power
