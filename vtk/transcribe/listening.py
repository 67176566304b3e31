"""Detect speech, music and silence in one pass over the sound."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any, NamedTuple

from vtk.entries import CueEntry
from vtk.media.audio.power import Power
from vtk.media.audio.silence import Silence, SilenceDetector
from vtk.media.audio.speech_audio import SpeechAudio
from vtk.schema_parts import MAX_SECONDS
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
    """A segment from `start` to `end` seconds, and the fields for its cue."""

    start: float
    end: float
    details: dict[str, Any]


def speech_event(stretch: Stretch, kind: str = "speech") -> AudioEvent:
    """The event of a speech segment, or of another `kind` of segment with a score."""
    cue: CueEntry = {"type": kind}
    return AudioEvent(stretch.start, stretch.end, {"cue": cue, "score": rounded(stretch.score)})


def audio_events(
    voice: SpeechAudio, start: float, end: float, detector: SpeechDetector
) -> Iterator[AudioEvent]:
    """Yield the segments of speech, music and silence in [start, end) seconds, by start.

    Other sound has no events. Music with somebody speaking over it is speech. Holds unfinished
    events, and the last few seconds, in memory.
    """
    heard = _Heard(voice, start)
    for one in with_probabilities(voice.blocks(start, end, heard.measure), detector):
        yield from heard.listen(one)
    yield from heard.over(end)


class _Heard:
    """Finds segments of every type while blocks of sound are fed to it."""

    def __init__(self, voice: SpeechAudio, start: float) -> None:
        self._voice, self._time = voice, start  # _time: of the next frame to check for music
        self._speech, self._silences = Hysteresis(), SilenceDetector(start)
        self._partials, self._musical = PartialTracker(), MusicDetector()
        self._taken: list[AudioEvent] = []  # speech and silence that do not end before _time
        self._waiting: list[tuple[float, int, AudioEvent]] = []
        self._number = count()

    def measure(self, power: Power) -> None:
        self._quiet(self._silences(power))

    def listen(self, heard: ScoredBlock) -> Iterator[AudioEvent]:
        """Yield the events found so far that begin before any event that is still open."""
        for stretch in feed(self._speech, heard.block.start, heard.speech):
            self._take(speech_event(stretch))
        self._play(self._partials(heard.block.samples))
        silence = self._silences.open
        quiet = silence.start if silence else None
        times = (self._time, quiet, self._speech.pending_since, self._musical.pending_since)
        yield from self._before(min(time for time in times if time is not None))

    def over(self, end: float) -> Iterator[AudioEvent]:
        """Yield the remaining events; sound that is absent before `end` seconds counts as silence.

        It does not if the file is cut off.
        """
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
                cue: CueEntry = {"type": "silence", "level": silence.level()}
                self._take(AudioEvent(silence.start, silence.end, {"cue": cue}))

    def _take(self, found: AudioEvent) -> None:
        self._taken.append(found)
        heappush(self._waiting, (found.start, next(self._number), found))

    def _play(self, frames: Iterable[int]) -> None:
        """Detect music in the pitches of frames, which are some seconds late."""
        for pitches in frames:
            other = self._something_else(self._time + STEP / 2)
            self._add(self._musical(self._time, None if other else pitches))
            self._time += STEP

    def _add(self, music: Stretch | None) -> None:
        if music:
            found = speech_event(music, "music")
            heappush(self._waiting, (found.start, next(self._number), found))

    def _something_else(self, time: float) -> bool:
        """Whether there is speech or silence at `time`, in a finished or an open segment."""
        self._taken = [one for one in self._taken if one.end > time]
        silence, speech = self._silences.open, self._speech.pending_since
        begun = [one.start for one in self._taken]
        begun += [silence.start] if silence else []
        begun += [speech] if speech is not None else []
        return any(start <= time for start in begun)
