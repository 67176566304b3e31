"""Speech, music and silence in one pass over the sound."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any, NamedTuple

from vtk.media.audio.power import Power
from vtk.media.audio.silence import Silence, SilenceDetector
from vtk.media.audio.speech_audio import SpeechAudio
from vtk.schema import MAX_SECONDS
from vtk.times import rounded
from vtk.transcribe.activity import (
    Hysteresis,
    ScoredBlock,
    SpeechDetector,
    Stretch,
    feed,
    with_probabilities,
)
from vtk.transcribe.harmonics import STEP, PartialTracker
from vtk.transcribe.music import MusicDetector


class AudioEvent(NamedTuple):
    """A stretch from `start` to `end` seconds, and what a cue tells of it."""

    start: float
    end: float
    details: dict[str, Any]


def speech_event(stretch: Stretch, kind: str = "speech") -> AudioEvent:
    """A stretch of speech, or of another `kind` that has a score."""
    details = {"cue": {"type": kind}, "score": rounded(stretch.score)}
    return AudioEvent(stretch.start, stretch.end, details)


def audio_events(
    voice: SpeechAudio, start: float, end: float, detector: SpeechDetector
) -> Iterator[AudioEvent]:
    """The stretches of speech, music and silence in [start, end) seconds, by their start.

    Where it is neither, nothing is told. Music that somebody speaks over is speech. Holds what has
    begun and is not over, and some seconds.
    """
    heard = _Heard(voice, start)
    for one in with_probabilities(voice.blocks(start, end, heard.measure), detector):
        yield from heard.listen(one)
    yield from heard.over(end)


class _Heard:
    """Finds stretches of every type while the sound goes by."""

    def __init__(self, voice: SpeechAudio, start: float) -> None:
        self._voice, self._time = voice, start  # of the next frame that may be music
        self._speech, self._silences = Hysteresis(), SilenceDetector(start)
        self._partials, self._musical = PartialTracker(), MusicDetector()
        self._taken: list[AudioEvent] = []  # speech and silence that are not before that frame
        self._waiting: list[tuple[float, int, AudioEvent]] = []
        self._number = count()

    def measure(self, power: Power) -> None:
        self._quiet(self._silences(power))

    def listen(self, heard: ScoredBlock) -> Iterator[AudioEvent]:
        """What is found by now and begins before all that is not yet found."""
        for stretch in feed(self._speech, heard.block.start, heard.speech):
            self._take(speech_event(stretch))
        self._play(self._partials(heard.block.samples))
        silence = self._silences.open
        quiet = silence.start if silence else None
        times = (self._time, quiet, self._speech.pending_since, self._musical.pending_since)
        yield from self._before(min(time for time in times if time is not None))

    def over(self, end: float) -> Iterator[AudioEvent]:
        """The rest, where the sound ends; up to `end` seconds it is silent, if nothing is lost."""
        silent = end < MAX_SECONDS and not self._voice.is_cut_off(end)
        if (stretch := self._speech.finish()) is not None:
            self._take(speech_event(stretch._replace(end=min(stretch.end, self._silences.reached))))
        self._quiet(self._silences.finish(end if silent else -inf))
        self._play(self._partials.finish())
        self._add(self._musical.finish())
        yield from self._before(inf)

    def _before(self, time: float) -> Iterator[AudioEvent]:
        while self._waiting and self._waiting[0][0] < time:
            yield heappop(self._waiting)[2]

    def _quiet(self, silences: Iterable[Silence]) -> None:
        for silence in silences:
            if not any(silence.start <= time <= silence.end for time in self._voice.damage):
                cue = {"type": "silence", "level": silence.level()}
                self._take(AudioEvent(silence.start, silence.end, {"cue": cue}))

    def _take(self, found: AudioEvent) -> None:
        self._taken.append(found)
        heappush(self._waiting, (found.start, next(self._number), found))

    def _play(self, frames: Iterable[int]) -> None:
        """Listen for music in the pitches of frames, which come some seconds late."""
        for pitches in frames:
            other = self._something_else(self._time + STEP / 2)
            self._add(self._musical(self._time, None if other else pitches))
            self._time += STEP

    def _add(self, music: Stretch | None) -> None:
        if music:
            found = speech_event(music, "music")
            heappush(self._waiting, (found.start, next(self._number), found))

    def _something_else(self, time: float) -> bool:
        """Whether it is speech or silence, found or going on."""
        self._taken = [one for one in self._taken if one.end > time]
        silence, speech = self._silences.open, self._speech.pending_since
        begun = [one.start for one in self._taken]
        begun += [silence.start] if silence else []
        begun += [speech] if speech is not None else []
        return any(start <= time for start in begun)
