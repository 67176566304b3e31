"""Speech recognition in one pass over the sound of a video, with guards against hallucination.

Recognizers also write text where nobody speaks. Their text is used only where a voice was detected;
it is dropped where they themselves report no speech (Whisper's paper, section 4.5), and runs of
words that are repeated again and again are kept once.
"""

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain

from vtk.entries import SpeechEntry
from vtk.errors import ModelError, NoStreamError
from vtk.media.audio.speech_audio import SpeechAudio
from vtk.models.speech.recognizer import Piece, Recognized, Recognizer, Segment, Word
from vtk.text import comparison_key
from vtk.times import rounded
from vtk.transcribe.activity import SpeechDetector, Stretch, with_probabilities
from vtk.transcribe.phrases import HeardWord, phrases
from vtk.transcribe.pieces import SpeechPiece, pieces

log = logging.getLogger("vtk")

# A segment is dropped if its probability of no speech is above NOBODY and the mean log-probability
# of its tokens is below UNSURE.
NOBODY = 0.6
UNSURE = -1.0
NEAR = 0.3  # most seconds from detected speech to the middle of a word
LOOP = 4  # repetitions in a row from which a run of words is kept only once
LONGEST_LOOP = 12  # most words of a repeated run

Range = tuple[float, float]


class SpeechReader:
    """Recognizes the speech in ranges of a video, and its language."""

    def __init__(self) -> None:
        self.language: str | None = None

    def transcribe(
        self,
        voice: SpeechAudio,
        ranges: Iterable[Range],
        detector: SpeechDetector,
        recognizer: Recognizer,
        language: str | None = None,
    ) -> Iterator[tuple[float, list[SpeechEntry]]]:
        """Yield the entries of the speech in each range, in order, as soon as they are known.

        Each item is the time in seconds up to which all is known, and the new entries up to then.
        The ranges are in time order and do not touch. Raises ModelError if the recognizer fails.
        """
        sent: deque[SpeechPiece] = deque()

        def told(spoken: SpeechPiece) -> Piece:
            sent.append(spoken)
            return spoken.piece

        found = chain.from_iterable(_spoken(voice, span, detector) for span in ranges)
        for result in recognizer.recognize(map(told, found), language):
            spoken = sent.popleft()
            if isinstance(result, ModelError):
                raise result
            self.language = result.language or self.language
            yield spoken.speech[-1].end, entries(result, spoken.speech)


def _spoken(voice: SpeechAudio, span: Range, detector: SpeechDetector) -> Iterator[SpeechPiece]:
    return pieces(with_probabilities(voice.blocks(*span), detector))


def entries(result: Recognized, speech: tuple[Stretch, ...]) -> list[SpeechEntry]:
    """The recognized text that passes the guards, as `speech` entries."""
    found: list[SpeechEntry] = []
    for segment in result.segments:
        if segment.no_speech > NOBODY and segment.log_probability < UNSURE:
            continue
        if segment.words:
            words = [word for word in segment.words if _voiced(word.start, word.end, speech)]
            found += phrases(_word(word) for word in drop_loops(words))
        elif segment.text and _voiced(segment.start, segment.end, speech):
            found.append(_whole(segment))
    return found


def drop_loops(words: list[Word]) -> list[Word]:
    """Remove repetitions: a run of words that occurs LOOP or more times in a row is kept once."""
    said = [comparison_key(word.text) for word in words]
    kept: list[Word] = []
    place = 0
    while place < len(words):
        for size in range(1, LONGEST_LOOP + 1):
            times = 1
            while said[place : place + size] == said[place + times * size :][:size]:
                times += 1
            if times >= LOOP:
                kept += words[place : place + size]
                place += times * size
                break
        else:
            kept.append(words[place])
            place += 1
    return kept


def _voiced(start: float, end: float, speech: Iterable[Stretch]) -> bool:
    """Whether the middle of a word or segment lies in or near detected speech."""
    middle = (start + end) / 2
    return any(found.start - NEAR <= middle <= found.end + NEAR for found in speech)


def _word(word: Word) -> HeardWord:
    start, end = rounded(word.start), rounded(word.end)
    heard: HeardWord = {"start": start, "end": end, "text": word.text}
    if word.score is not None:
        heard["score"] = word.score
    return heard


def _whole(segment: Segment) -> SpeechEntry:
    start, end = rounded(segment.start), rounded(max(segment.start, segment.end))
    return {"start": start, "end": end, "text": " ".join(segment.text.split())}


def open_voice(video: str) -> SpeechAudio | None:
    """Open the sound of a video; None if it has no audio stream, so that nobody speaks."""
    try:
        return SpeechAudio(video)
    except NoStreamError as error:
        log.info("%s: %s", video, error)
        return None
