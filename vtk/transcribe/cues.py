"""Cues for the speech, music and silence in spans."""

from collections.abc import Iterator

from vtk.media.container.timing import timing
from vtk.span import Span
from vtk.transcribe.activity import SpeechDetector, stretches, with_probabilities
from vtk.transcribe.listening import AudioEvent, audio_events, speech_event
from vtk.transcribe.lost import lost_records
from vtk.transcribe.recognition import open_voice

METHODS = {"speech": "silero", "music": "partials", "silence": "level"}


def cues(span: Span, detector: SpeechDetector, *, others: bool = False) -> Iterator[Span]:
    """Yield a cue of the type speech for each speech segment in the span.

    With `others`, also cues of the types music and silence, all ordered by start.
    """
    voice = open_voice(span.video)
    if voice is None:
        return
    found: Iterator[AudioEvent]
    try:
        start, end = timing(span.video).heard(span.start, span.end)
        if others:
            found = audio_events(voice, start, end, detector)
        else:
            found = map(
                speech_event, stretches(with_probabilities(voice.blocks(start, end), detector))
            )
        for index, one in enumerate(found):
            cue = span.sub_span(one.start, one.end, "cue", index=index, **one.details)
            method = METHODS[one.details["cue"]["type"]]
            yield cue.with_provenance("transcribe", method, one_channel=voice.one_channel or None)
        yield from lost_records(span, voice, "cue", start, end)
    finally:
        voice.close()
