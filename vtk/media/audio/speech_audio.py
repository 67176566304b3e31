"""Decode audio for speech recognition: mono, 16,000 samples per second."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from vtk.media.audio.cancelling import Uncancelled
from vtk.media.audio.power import Power, PowerReader

RATE = 16_000  # samples per second
BLOCK = 16_384  # samples per block, a multiple of the 512 in which voice activity is measured
WOBBLE = 0.05  # seconds by which timestamps may be off without counting as a gap

Samples = NDArray[np.float32]  # (samples,), full scale is 1
Measure = Callable[[Power], object]


class AudioBlock(NamedTuple):
    """Samples that begin at `start` seconds."""

    start: float
    samples: Samples


class SpeechAudio(PowerReader):
    """The audio track that a player would play, as 16 kHz mono.

    Like `PowerReader` it continues after damage and tolerates a truncated file. Where two channels
    cancel each other, one of them is used; `one_channel` tells whether that happened so far.
    """

    def __init__(self, name: str) -> None:
        """Open the file. Raises OpenError, and NoStreamError if it has no audio."""
        super().__init__(name)
        self._uncancelled = Uncancelled(name)

    @property
    def one_channel(self) -> bool:
        return self._uncancelled.happened

    def blocks(
        self, start: float, end: float, measure: Measure | None = None
    ) -> Iterator[AudioBlock]:
        """Yield the audio from `start` seconds on, in consecutive blocks of BLOCK samples.

        It ends with the track, or at `end`; gaps before that are filled with silence. The last
        block may be shorter. `measure` is called with the power of the stored audio, as from
        `powers`, before the block that contains it is yielded.
        """
        waiting: list[Samples] = []
        held = given = 0
        for samples in self._continuous(start, end, measure):
            waiting.append(samples)
            held += len(samples)
            while held >= BLOCK:
                whole = np.concatenate(waiting)
                yield AudioBlock(start + given / RATE, whole[:BLOCK])
                waiting, held, given = [whole[BLOCK:]], held - BLOCK, given + BLOCK
        if held:
            yield AudioBlock(start + given / RATE, np.concatenate(waiting))

    def _continuous(self, start: float, end: float, measure: Measure | None) -> Iterator[Samples]:
        """Yield samples from `start` on, with gaps filled with silence."""
        done, total = 0, round((end - start) * RATE) if np.isfinite(end) else np.inf
        for time, samples in self._resampled(start, end, measure):
            place = round((time - start) * RATE)
            if done and abs(place - done) < WOBBLE * RATE:
                place = done
            samples = samples[max(done - place, 0) : max(int(min(total - place, len(samples))), 0)]
            if not len(samples):
                continue
            for first in range(done, place, BLOCK):
                yield np.zeros(min(BLOCK, place - first), np.float32)
            yield samples
            done = max(done, place) + len(samples)

    def _resampled(
        self, start: float, end: float, measure: Measure | None
    ) -> Iterator[tuple[float, Samples]]:
        """Yield the start in seconds and the samples of each resampled chunk."""
        form, resampler = None, av.AudioResampler()
        for frame in self._uncancelled(self._until(start, end)):
            if measure and (power := self.power_of(frame, start, end)):
                measure(power)
            kind = frame.format.name, frame.layout.name, frame.sample_rate
            if kind != form:
                form, resampler = kind, av.AudioResampler("fltp", "mono", RATE)
            yield from _pieces(resampler, frame)
        if form:
            yield from _pieces(resampler, None)

    def _until(self, start: float, end: float) -> Iterator[AudioFrame]:
        frame = self._first(start)
        while frame is not None and self._time(frame) < end:
            yield frame
            frame = self._next()


def _pieces(
    resampler: av.AudioResampler, frame: AudioFrame | None
) -> Iterator[tuple[float, Samples]]:
    for piece in resampler.resample(frame):
        if piece.pts is not None and piece.time_base:
            samples: Samples = piece.to_ndarray()[0].astype(np.float32, copy=False)
            yield float(piece.pts * piece.time_base), np.nan_to_num(samples)
