"""Cut sound into pieces for a recognizer: only speech, split where nobody speaks.

As in WhisperX (Bain et al. 2023, "WhisperX: Time-Accurate Speech Transcription of Long-Form
Audio", section 3): speech segments longer than the recognizer's window are split where speech is
least probable, and shorter ones are joined as long as they fit into the window. What lies between
is left out, so that one window holds all that is said in minutes of silence, as in faster-whisper.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from vtk.media.audio.speech_audio import RATE, AudioBlock
from vtk.models.speech.recognizer import LONGEST, Joint, Piece
from vtk.transcribe.activity import Hysteresis, ScoredBlock, Stretch, feed

PAD = 0.4  # seconds of sound before and after speech that a piece includes
FULL = 0.75  # share of a window from which a piece may end
MOST = LONGEST - 2 * PAD  # seconds of a speech segment


@dataclass(frozen=True)
class SpeechPiece:
    """A piece of sound, and the speech segments in it."""

    piece: Piece
    speech: tuple[Stretch, ...]


@dataclass(frozen=True)
class Padded:
    """A speech segment, and its sound with that around it, which begins at `start` seconds."""

    speech: Stretch
    start: float
    samples: NDArray[np.float32]


def pieces(found: Iterable[Padded]) -> Iterator[SpeechPiece]:
    """Join padded speech segments in time order to pieces of at most LONGEST seconds.

    A piece ends at the longest pause in the last part of its window, where most likely a sentence
    ends. Holds the sound of one piece in memory.
    """
    waiting = list[Padded]()
    for padded in found:
        while waiting and _samples([*waiting, padded]) > LONGEST * RATE:
            count = _longest_pause(waiting, padded)
            yield _joined(waiting[:count])
            del waiting[:count]
        waiting.append(padded)
    if waiting:
        yield _joined(waiting)


def _samples(found: Iterable[Padded]) -> int:
    return sum(len(padded.samples) for padded in found)


def _longest_pause(found: list[Padded], after: Padded) -> int:
    """The number of segments before the longest pause after at least FULL of a window."""
    ends = accumulate(len(padded.samples) for padded in found)
    late = [n for n, end in enumerate(ends, 1) if end >= FULL * LONGEST * RATE] or [len(found)]
    starts = [padded.speech.start for padded in (*found, after)]
    return max(late, key=lambda count: starts[count] - found[count - 1].speech.end)


def _joined(found: list[Padded]) -> SpeechPiece:
    count, end, joints = 0, found[0].start, list[Joint]()
    for padded in found:
        if padded.start - end > 1.5 / RATE:  # else it goes on, but for rounding
            joints.append(Joint(count, padded.start))
        count += len(padded.samples)
        end = padded.start + len(padded.samples) / RATE
    samples = np.concatenate([padded.samples for padded in found])
    piece = Piece(found[0].start, samples, tuple(joints))
    return SpeechPiece(piece, tuple(padded.speech for padded in found))


def padded_speech(heard: Iterable[ScoredBlock]) -> Iterator[Padded]:
    """Yield the speech segments of continuous sound with PAD seconds around them.

    Where two are nearer to each other, each takes half of what lies between. Holds the sound of
    little more than a segment in memory.
    """
    state, sound = Hysteresis(MOST), deque[AudioBlock]()
    waiting: Stretch | None = None
    first = 0.0  # seconds before which all sound is taken
    for block, speech in heard:
        sound.append(block)
        for found in feed(state, block.start, speech):
            if waiting:
                middle = (waiting.end + found.start) / 2
                yield _cut(sound, waiting, first, middle)
                first = middle
            waiting = found
        since = _end(block) if state.pending_since is None else state.pending_since
        if waiting and since - waiting.end > 2 * PAD:
            yield _cut(sound, waiting, first, waiting.end + PAD)
            first, waiting = waiting.end + PAD, None
        oldest = (waiting.start if waiting else since) - PAD
        while sound and _end(sound[0]) < oldest:
            sound.popleft()
    last = state.finish()
    if waiting:
        middle = (waiting.end + last.start) / 2 if last else np.inf
        yield _cut(sound, waiting, first, middle)
        first = middle
    if last:
        yield _cut(sound, last, first, np.inf)


def _end(block: AudioBlock) -> float:
    return block.start + len(block.samples) / RATE


def _cut(sound: Iterable[AudioBlock], speech: Stretch, first: float, last: float) -> Padded:
    """The sound of a speech segment with PAD seconds around it, within `first` to `last`."""
    first, last = max(first, speech.start - PAD), min(last, speech.end + PAD)
    blocks = [block for block in sound if _end(block) > first and block.start < last]
    start = blocks[0].start
    low, high = (max(round((time - start) * RATE), 0) for time in (first, last))
    samples = np.concatenate([block.samples for block in blocks])[low:high]
    return Padded(speech, start + low / RATE, samples)
