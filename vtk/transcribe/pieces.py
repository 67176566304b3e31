"""Cut sound into pieces for a recognizer: only speech, split where nobody speaks.

As in WhisperX (Bain et al. 2023, "WhisperX: Time-Accurate Speech Transcription of Long-Form
Audio", section 3): speech segments longer than the recognizer's window are split where speech is
least probable, and shorter ones are merged as long as they fit into the window.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from vtk.media.audio.speech_audio import RATE, AudioBlock
from vtk.models.speech.recognizer import LONGEST, Piece
from vtk.transcribe.activity import Hysteresis, ScoredBlock, Stretch, feed

PAD = 0.2  # seconds of sound before and after speech that a piece includes
GAP = 2.0  # a piece ends after more than this many seconds without speech


@dataclass(frozen=True)
class SpeechPiece:
    """A piece of sound, and the speech segments in it."""

    piece: Piece
    speech: tuple[Stretch, ...]


def pieces(heard: Iterable[ScoredBlock]) -> Iterator[SpeechPiece]:
    """Yield the speech in continuous sound, in pieces of at most LONGEST seconds.

    Holds little more than two pieces of sound in memory.
    """
    most = LONGEST - 2 * PAD
    state, waiting, sound = Hysteresis(most), list[Stretch](), deque[AudioBlock]()

    def taken() -> SpeechPiece:
        spoken = _cut(sound, tuple(waiting))
        waiting.clear()
        return spoken

    for block, speech in heard:
        sound.append(block)
        for found in feed(state, block.start, speech):
            if waiting and found.end - waiting[0].start > most:
                yield taken()
            waiting.append(found)
        now = _end(block)
        if (
            waiting
            and (now if state.pending_since is None else state.pending_since) - waiting[-1].end
            > GAP
        ):
            yield taken()
        since = now if state.pending_since is None else state.pending_since
        oldest = (waiting[0].start if waiting else since) - 2 * PAD
        while sound and _end(sound[0]) < oldest:
            sound.popleft()
    if (last := state.finish()) is not None:
        if waiting and last.end - waiting[0].start > most:
            yield taken()
        waiting.append(last)
    if waiting:
        yield taken()


def _end(block: AudioBlock) -> float:
    return block.start + len(block.samples) / RATE


def _cut(sound: Iterable[AudioBlock], speech: tuple[Stretch, ...]) -> SpeechPiece:
    """The sound of speech segments, padded by PAD seconds on either side."""
    blocks = [
        block
        for block in sound
        if _end(block) > speech[0].start - PAD and block.start < speech[-1].end + PAD
    ]
    start = blocks[0].start
    first = max(round((speech[0].start - PAD - start) * RATE), 0)
    last = round((speech[-1].end + PAD - start) * RATE)
    samples = np.concatenate([block.samples for block in blocks])[first:last]
    return SpeechPiece(Piece(start + first / RATE, samples), speech)
