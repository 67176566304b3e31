"""Where somebody speaks: stretches of speech from the probabilities of Silero's detector."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.media.audio.speech_audio import RATE, AudioBlock

STEP = 0.032  # seconds of sound that a probability is of
BEGINS, ENDS = (
    0.5,
    0.35,
)  # probability at which speech begins, and under which it ends; Silero's own
SHORTEST = 0.25  # seconds of speech; shorter is a noise
BREATH = 0.3  # seconds without speech that belong to it


class SpeechDetector(Protocol):
    """Gives the probability of speech in frames of sound that goes on."""

    def reset(self) -> None: ...
    def probabilities(self, samples: NDArray[np.float32], /) -> NDArray[np.float32]: ...


class Stretch(NamedTuple):
    """Speech from `start` to `end` seconds; `score` is its mean probability."""

    start: float
    end: float
    score: float


class ScoredBlock(NamedTuple):
    """A block of sound, and the probability of speech in each frame of it."""

    block: AudioBlock
    speech: NDArray[np.float32]


def with_probabilities(
    blocks: Iterable[AudioBlock], detector: SpeechDetector
) -> Iterator[ScoredBlock]:
    """Blocks that follow one another, each with its probabilities."""
    detector.reset()
    for block in blocks:
        yield ScoredBlock(block, detector.probabilities(block.samples))


class Hysteresis:
    """Turns probabilities that come one after the other into stretches of speech.

    Speech begins at BEGINS and ends where the probability stays under ENDS for BREATH. A stretch
    over `longest` seconds is parted in its second half, where speech is least probable (as WhisperX
    does: Bain et al. 2023, section 3.2).
    """

    def __init__(self, longest: float = np.inf) -> None:
        self._longest = longest
        self._start: float | None = None  # of the speech that goes on
        self._seen: list[float] = []  # probabilities since then
        self._spoken = 0  # how many of them to the last that is surely of speech
        self._end = -np.inf  # of the stretch before

    @property
    def pending_since(self) -> float | None:
        """Since when somebody has been speaking, in seconds; None where nobody is."""
        return self._start

    def __call__(self, time: float, probability: float) -> Stretch | None:
        """The stretch that a frame at `time` seconds shows to be over, if any."""
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
        """The stretch that ends here as the sound does."""
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
        """The first frames of what goes on, if they are long enough to be speech."""
        if self._start is None or count * STEP < SHORTEST:
            return None
        return Stretch(self._start, self._start + count * STEP, float(np.mean(self._seen[:count])))


def stretches(heard: Iterable[ScoredBlock]) -> Iterator[Stretch]:
    """The stretches of speech in sound, each when it is over."""
    state, end = Hysteresis(), 0.0
    for block, speech in heard:
        end = block.start + len(block.samples) / RATE
        yield from feed(state, block.start, speech)
    if found := state.finish():
        yield found._replace(end=min(found.end, end))


def feed(state: Hysteresis, start: float, speech: NDArray[np.float32]) -> Iterator[Stretch]:
    """The stretches that the frames from `start` seconds on show to be over."""
    for number, probability in enumerate(speech.tolist()):
        if found := state(start + number * STEP, probability):
            yield found
