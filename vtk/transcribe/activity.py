"""Voice activity: speech segments from the frame probabilities of Silero's detector."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.media.audio.speech_audio import RATE, AudioBlock

STEP = 0.032  # seconds of sound per probability
BEGINS, ENDS = (
    0.5,
    0.35,
)  # probability from which speech begins, and below which it ends; Silero's own values
SHORTEST = 0.25  # least seconds of a speech segment; anything shorter is noise
BREATH = 0.3  # seconds of low probability after which a speech segment ends


class SpeechDetector(Protocol):
    """Gives the probability of speech for each frame of continuous sound."""

    def reset(self) -> None: ...
    def probabilities(self, samples: NDArray[np.float32], /) -> NDArray[np.float32]: ...


class Stretch(NamedTuple):
    """A speech segment from `start` to `end` seconds; `score` is its mean probability."""

    start: float
    end: float
    score: float


class ScoredBlock(NamedTuple):
    """A block of sound, and the probability of speech in each of its frames."""

    block: AudioBlock
    speech: NDArray[np.float32]


def with_probabilities(
    blocks: Iterable[AudioBlock], detector: SpeechDetector
) -> Iterator[ScoredBlock]:
    """Yield consecutive blocks of sound, each with its speech probabilities."""
    detector.reset()
    for block in blocks:
        yield ScoredBlock(block, detector.probabilities(block.samples))


class Hysteresis:
    """Turns a sequence of probabilities into speech segments by hysteresis thresholding.

    Speech begins at BEGINS and ends when the probability stays below ENDS for BREATH seconds. A
    segment that reaches `longest` seconds is split in its second half where speech is least
    probable (as in WhisperX: Bain et al. 2023, section 3.2).
    """

    def __init__(self, longest: float = np.inf) -> None:
        self._longest = longest
        self._start: float | None = None  # start of the current segment
        self._seen: list[float] = []  # probabilities since that start
        self._spoken = 0  # number of these up to the last that is speech (at least ENDS)
        self._end = -np.inf  # end of the previous segment

    @property
    def pending_since(self) -> float | None:
        """Start of the speech segment in progress in seconds; None if there is none."""
        return self._start

    def __call__(self, time: float, probability: float) -> Stretch | None:
        """Process the frame at `time` seconds; return the segment that it completes, if any."""
        if self._start is None:
            if probability < BEGINS:
                return None
            self._start = time
        self._seen.append(probability)
        if probability >= ENDS:
            self._spoken = len(self._seen)
        if (len(self._seen) - self._spoken) * STEP >= BREATH:
            return self.finish()
        return self._parted() if len(self._seen) * STEP >= self._longest else None

    def finish(self) -> Stretch | None:
        """End the segment in progress, at the end of the sound, and return it, if any."""
        found = self._stretch(self._spoken)
        self._start, self._seen, self._spoken = None, [], 0
        return found

    def _parted(self) -> Stretch | None:
        half = len(self._seen) // 2
        place = half + int(np.argmin(self._seen[half:]))
        found = self._stretch(place)
        if self._start is not None:
            self._start += place * STEP
        self._seen, self._spoken = self._seen[place:], max(self._spoken - place, 0)
        return found

    def _stretch(self, count: int) -> Stretch | None:
        """The first `count` frames of the current segment, if they are long enough for speech."""
        if self._start is None or count * STEP < SHORTEST:
            return None
        return Stretch(self._start, self._start + count * STEP, float(np.mean(self._seen[:count])))


def stretches(heard: Iterable[ScoredBlock]) -> Iterator[Stretch]:
    """Yield the speech segments in sound, each as soon as it has ended."""
    state, end = Hysteresis(), 0.0
    for block, speech in heard:
        end = block.start + len(block.samples) / RATE
        yield from feed(state, block.start, speech)
    if found := state.finish():
        yield found._replace(end=min(found.end, end))


def feed(state: Hysteresis, start: float, speech: NDArray[np.float32]) -> Iterator[Stretch]:
    """Yield the segments completed by the frames of a block that begins at `start` seconds."""
    for number, probability in enumerate(speech.tolist()):
        if found := state(start + number * STEP, probability):
            yield found
