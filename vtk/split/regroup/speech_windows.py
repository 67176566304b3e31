"""Windows that end between sentences, by the times of the speech."""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path

from vtk.errors import MediaError
from vtk.media.subtitles import speech_entries
from vtk.span import Span, local_path
from vtk.speech import speech_sentences
from vtk.split.regroup.windows import file_range

DEFAULT = 30.0  # seconds of a window if no length is given
BREATH = 0.25  # seconds of distance from the words in a pause, as word times are not exact

Pauses = list[tuple[float, float]]


def speech_windows(
    span: Span, every: float = DEFAULT, language: str | None = None
) -> Iterator[Span]:
    """Divide a span into windows of about `every` seconds that end between sentences.

    Uses the span's own `speech`, or the subtitles of its video in `language` (ISO 639), which are
    then added to the windows. A window is 0.5 to 1.5 times `every` long and ends in a pause as near
    to `every` as possible: between sentences, else between cues, else in mid-sentence. A span of up
    to 1.5 times `every` is one window. Nothing is decoded. Raises MediaError if there is no
    transcript.
    """
    start, end = file_range(span)
    if "speech" not in span:
        if not (entries := speech_entries(span.video, language)):
            raise MediaError(_wordless(span.video))
        span = Span({**span, "speech": entries})
    sentences = [(sentence.start, sentence.end) for sentence in speech_sentences(span["speech"])]
    cues = [(entry["start"], entry["end"]) for entry in span["speech"]]
    ways = [_pauses(times, start, end) for times in (sentences, cues)]
    edges = [start]
    while end - edges[-1] > 1.5 * every:
        last = edges[-1]
        limits = last + every / 2, min(last + 1.5 * every, end - every / 2)
        found = (_nearest(pauses, last + every, *limits) for pauses in ways)
        edges.append(next((time for time in found if time is not None), last + every))
    for index, (low, high) in enumerate(pairwise([*edges, end])):
        yield span.sub_span(low, high, "window", index=index).with_provenance("split", "speech")


def _wordless(video: str) -> str:
    path = local_path(video)
    beside = Path(path or video).with_suffix(".srt").name
    return (
        "no transcript: the file has no text subtitles and its spans have no `speech`; put "
        f"subtitles beside it as {beside}, or begin the pipeline with vtk transcribe"
    )


def _pauses(times: list[tuple[float, float]], start: float, end: float) -> Pauses:
    """Return the pauses in [start, end] between `times`; of length 0 where two of them abut."""
    times = sorted(times)
    silent = [start, *accumulate((high for _, high in times), max)]
    begins = [*(low for low, _ in times), end]
    return [(low, high) for low, high in zip(silent, begins, strict=True) if low <= high]


def _nearest(pauses: Pauses, wanted: float, low: float, high: float) -> float | None:
    """Return the time in a pause nearest to `wanted`, within [low, high]; None if there is none."""
    times = []
    for start, end in pauses:
        if start <= high and end >= low:
            breath = min(BREATH, (end - start) / 2)
            time = min(max(wanted, start + breath), end - breath)
            times.append(min(max(time, low), high))
    return min(times, key=lambda time: abs(time - wanted), default=None)
