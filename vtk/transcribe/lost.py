"""Sound that is not there to be heard, as error records."""

from collections.abc import Iterator

from vtk.media.audio.speech_audio import SpeechAudio
from vtk.pipeline import damaged_record, truncated_record
from vtk.schema import MAX_SECONDS
from vtk.span import Span


def lost_records(span: Span, voice: SpeechAudio, kind: str, stated: float) -> Iterator[Span]:
    """Error records of `kind` for what a span lacks of the sound that was listened to.

    That is what did not decode, and the end where the file is cut off before it; `stated` is where
    the file ends by its own account, in seconds.
    """
    end = min(span.end, stated, MAX_SECONDS)
    damage = [time for time in voice.damage if span.start <= time < span.end]
    if damage:
        yield damaged_record(span, "transcribe", kind, damage, " of sound")
    if span.start < end and voice.is_cut_off(end):
        yield truncated_record(span, "transcribe", kind, voice.reached, end, "the sound ends")
