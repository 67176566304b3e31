"""transcribe: what is said in spans, with times, from what is known of it or by recognition."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vtk.errors import MissingError, UsageError
from vtk.methods import Methods
from vtk.pipeline import fill_missing, group_by_video, map_spans
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.models.speech.recognizer import Recognizer


@dataclass(frozen=True)
class SpeechSources:
    """Where words come from: what comes with the video is looked for first."""

    subtitles: bool = True
    recognition: bool = True


METHODS = Methods[SpeechSources](
    "transcribe",
    {
        "auto": ("subtitles, else recognition", "vtk.transcribe.sources:AUTO"),
        "subtitles": ("the words that come with the video", "vtk.transcribe.sources:SUBTITLES"),
        "recognition": ("those that a model hears", "vtk.transcribe.sources:RECOGNITION"),
    },
)
Opener = Callable[[], "Recognizer"]
"""Opens a recognizer when it is needed; it is closed at the end."""


def transcribe(
    spans: Iterable[Span],
    *,
    method: str = "auto",
    language: str | None = None,
    track: int | None = None,
    transcript: str | None = None,
    recognizer: Opener | None = None,
) -> Iterator[Span]:
    """Each span with `speech`: entries with start, end and text, on the clock of the video.

    The words are those of `transcript`, a file of one video; else of subtitles beside the video or
    in it (method subtitles), of `language` (ISO 639) or of the stream `track`; else, or with the
    method recognition, what the recognizer hears. A word lies in the span in which its middle
    lies. Where a video has no sound or nobody speaks, `speech` is empty. Holds the spans of one
    video at a time. Raises UsageError, and MissingError where words are to be recognized without
    a recognizer.
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
    """The spans in order, those without `speech` transcribed with the defaults.

    A span whose `speech` is empty was listened to and is left alone.
    """
    return fill_missing(spans, lambda span: "speech" not in span, transcribe)


def speech_activity(spans: Iterable[Span]) -> Iterator[Span]:
    """A cue for each stretch of a span in which somebody speaks; its score is the probability.

    By Silero's detector. Cues come as they are found. Raises MissingError without its package.
    """
    from vtk.models.speech.silero_vad import VoiceActivity
    from vtk.transcribe.cues import cues

    detector = VoiceActivity()
    return map_spans("transcribe", spans, lambda span: cues(span, detector))


def audio_events(spans: Iterable[Span]) -> Iterator[Span]:
    """A cue for each stretch of speech, of music and of silence in a span, by their start.

    Speech is that of `voices`, and music over which somebody speaks is speech. Music is where
    tones last, one after the other or together, and not all of them stand still; its score is the
    share of the time in which they do. Silence has its `level` in dBFS and is what `split --cues`
    tells. What is neither, as noise, is not told. Raises MissingError as `voices`.
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
    """The recognizer of that name: in this process, or behind `endpoint` (a URL).

    `threads` are for this process, `key` for a server. Raises MissingError where the model or what
    runs it is not there, with the command that gets it, and UsageError.
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
