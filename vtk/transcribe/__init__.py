"""transcribe: the speech in spans, with times, from transcripts, subtitles or recognition."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtk.errors import MissingError, UsageError
from vtk.methods import Methods
from vtk.pipeline import fill_missing, group_by_video, map_spans
from vtk.span import Span
from vtk.videos import Errors, takes_videos

if TYPE_CHECKING:
    from vtk.models.speech.recognizer import Recognizer


@dataclass(frozen=True)
class SpeechSources:
    """Where words come from; subtitles that come with the video are tried first."""

    subtitles: bool = True
    recognition: bool = True


METHODS = Methods[SpeechSources]("transcribe")
Opener = Callable[[], "Recognizer"]
"""Opens a recognizer when it is needed; it is closed at the end."""


@takes_videos
def transcribe(
    spans: Iterable[Span],
    *,
    method: str = "auto",
    language: str | None = None,
    track: int | None = None,
    transcript: str | None = None,
    recognizer: Opener | None = None,
    errors: Errors = "record",
) -> Iterator[Span]:
    """Yield each span with `speech`: entries with start, end and text, in the time of the video.

    The words come from `transcript`, a file for one video; else from subtitles beside or in the
    video (method subtitles), in `language` (ISO 639) or from the stream `track`; else, or with the
    method recognition, from the recognizer. A word belongs to the span that contains its middle.
    `speech` is empty if a video has no sound or nobody speaks. Holds the spans of one video in
    memory at a time. Raises UsageError, and MissingError if recognition is needed without a
    recognizer.
    """
    chosen = METHODS.load(method)
    if transcript and (not chosen.subtitles or track is not None):
        raise UsageError("words come from a file, from a track or from recognition: choose one")
    from vtk.transcribe.sources import WordFinder

    with WordFinder(chosen, language, track, transcript, recognizer) as sources:
        for group in group_by_video(spans):
            words = sources.adder([span for span in group if not span.failed])
            yield from map_spans("transcribe", group, words)


def with_speech(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order; those without `speech` are transcribed with the defaults.

    A span with empty `speech` was transcribed before and is left alone.
    """
    return fill_missing(spans, lambda span: "speech" not in span, transcribe)


def speech_activity(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield a cue for each speech segment in a span; its score is the mean probability of speech.

    Uses Silero's detector. Cues are yielded as they are found. Raises MissingError without its
    package.
    """
    from vtk.models.speech.silero_vad import VoiceActivity
    from vtk.transcribe.cues import cues

    detector = VoiceActivity()
    return map_spans("transcribe", spans, lambda span: cues(span, detector))


def audio_events(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield a cue for each segment of speech, music and silence in a span, ordered by start.

    Speech is as in `speech_activity`; music with somebody speaking over it is speech. Music is
    where tones of several pitches last, in sequence or together, not counting constant tones; its
    score is the share of the time in which tones last. Silence has its `level` in dBFS and is
    found as by `split --cues`. Anything else, such as noise, has no cue. Raises MissingError like
    `speech_activity`.
    """
    from vtk.models.speech.silero_vad import VoiceActivity
    from vtk.transcribe.cues import cues

    detector = VoiceActivity()
    return map_spans("transcribe", spans, lambda span: cues(span, detector, others=True))


def open_recognizer(
    name: str | None,
    endpoint: str | None = None,
    *,
    threads: int | None = None,
    key: str | None = None,
) -> "Recognizer":
    """Open the recognizer `name`, in this process or behind `endpoint` (a URL).

    `threads` is for this process, `key` for a server. Raises MissingError, with the command to get
    it, if the model or its runtime is missing, and UsageError.
    """
    if endpoint:
        from vtk.models.speech.openai_server import TranscriptionServer

        return TranscriptionServer(endpoint, name, key=key)
    from vtk.models.speech.whisper import WhisperModel

    if not name:
        raise MissingError(NO_MODEL)
    return WhisperModel(name, threads=threads)


NO_MODEL = (
    "the video has no subtitles, and no speech model is given: `vtk models pull "
    "whisper-small`, then vtk transcribe --model whisper-small"
)
