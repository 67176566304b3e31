"""Error records for sound that is damaged or missing."""

from collections.abc import Iterator

from vtk.media.audio.speech_audio import SpeechAudio
from vtk.pipeline import damaged_record, truncated_record
from vtk.schema_parts import MAX_SECONDS
from vtk.span import Span


def lost_records(
    span: Span, voice: SpeechAudio, kind: str, start: float, end: float
) -> Iterator[Span]:
    """Yield error records of `kind` for the parts of a span whose sound could not be read.

    These are packets that did not decode, and the end of the span if the file is cut off before
    it. The sound of the span goes from `start` to `end` seconds, by what the file states.
    """
    end = min(end, MAX_SECONDS)
    damage = [time for time in voice.damage if start <= time < end]
    if damage:
        yield damaged_record(span, "transcribe", kind, damage, " of sound")
    if start < end and voice.is_cut_off(end):
        yield truncated_record(span, "transcribe", kind, voice.reached, end, "the sound ends")
