"""Read text with a vision-language model, a whole frame at a time.

A frame is read where something that may be text is new and stands still; what moves is read now and
then. A line lasts from the reading that has it to the one that has it no more.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from vtk.entries import KeyframeEntry, TextEntry
from vtk.errors import GoneError, MediaError, MissingError, ModelError, OutputError, UsageError
from vtk.keyframes import with_keyframes
from vtk.media.video import OUTSIDE, Video, VideoCache
from vtk.models.hub.catalog import ocr_prompt
from vtk.models.llm.prompt import Answer, LanguageModel, Prompt, Sampling
from vtk.ocr import OcrSettings
from vtk.ocr.answer import NOTHING, ReadLine, lines_in
from vtk.ocr.moments import Look, Moments
from vtk.ocr.networks import Stretches, located
from vtk.ocr.words import comparison_key, digits, similarity
from vtk.pipeline import failure
from vtk.prefetch import prefetch
from vtk.prompting.dialogue import RETRY_TEMPERATURE
from vtk.span import Span
from vtk.split import with_shots
from vtk.times import rounded

if TYPE_CHECKING:
    from vtk.models.ocr import OcrEngine

ROUNDS = 2  # frames in flight per prompt that the model runs at once
SAME = 0.85  # similarity of two readings from which they are of one line
PLAIN = (
    "Write down all text that is written in this picture, exactly as it stands there, line by line "
    f"from top to bottom. Add nothing of your own. If there is none, answer {NOTHING}."
)

log = logging.getLogger("vtk")


def read(
    spans: Iterable[Span],
    settings: OcrSettings,
    *,
    engine: "OcrEngine | None" = None,
    model: LanguageModel | None = None,
) -> Iterator[Span]:
    """Yield each span with what the model reads in it; see `vtk.ocr.ocr`.

    Readings that fail, as those that repeat themselves even when asked again, are left out and told
    in `made` as `unread`, readings cut off at the limit of tokens as `cut`; if all fail, the span
    becomes an error record. Raises UsageError without a model.
    """
    if model is None:
        raise UsageError("the method vlm needs a model: --model NAME or --endpoint URL")
    asked = settings.prompt if settings.prompt is not None else ocr_prompt(model.name)
    if asked is None:
        told = f" The text is in the language {settings.language}." if settings.language else ""
        asked = f"{PLAIN}{told}"
    counting = [asked, settings.on, settings.rate, settings.pixels, settings.max_tokens]
    origin = {
        "on": settings.on,
        "model": model.name,
        "sha256": model.sha256,
        "prompt": hashlib.sha256(repr([*counting, model.settings]).encode()).hexdigest()[:16],
    }
    together = ROUNDS * model.at_once
    screen = _Screen()
    with closing(prefetch(_looks(spans, settings), 2 * together)) as ready:
        while batch := list(islice(ready, together)):
            looks = [each for each in batch if isinstance(each, Look) and each.picture is not None]
            found = iter(_readings(model, asked, looks, settings.max_tokens))
            for each in batch:
                if isinstance(each, Look):
                    screen.show(each, None if each.picture is None else next(found))
                else:
                    yield each if each.failed else screen.finish(each, origin)
                    screen.forget(everything=each.failed)


def _looks(spans: Iterable[Span], settings: OcrSettings) -> Iterator[Look | Span]:
    """Yield the frames of each span that are to be read, then the span; or its error record."""
    spans = with_shots(spans)
    if settings.on == "keyframes":
        spans = with_keyframes(spans)
    stretches = Stretches()
    moments: Moments | None = None
    with VideoCache() as latest:
        for span in spans:
            if span.failed:
                yield span
                continue
            try:
                video = latest(span.video)
                new = located(span, video)
                if settings.on == "keyframes":
                    yield from _of_keyframes(video, new, settings)
                else:
                    going_on = stretches.continues(video, new)
                    if moments is None or not going_on:
                        moments = _moments(video, 1 / settings.rate, settings)
                    for frame in stretches.frames(video, new):
                        yield from _look(moments.push(frame, frame.time))
                    yield from _look(moments.finish())
                yield new
            except (MissingError, UsageError, OutputError):
                raise
            except Exception as error:
                moments = None
                yield failure("ocr", span, error)


def _of_keyframes(video: Video, span: Span, settings: OcrSettings) -> Iterator[Look]:
    """Yield the keyframes that differ. Raises MediaError if none is shown."""
    keyframes: list[KeyframeEntry] = span["keyframes"]
    times = sorted({float(entry["t"]) for entry in keyframes})
    begins = [span.start, *((one + two) / 2 for one, two in pairwise(times))]
    moments = _moments(video, 0.0, settings)
    for frame, begin in zip(video.frames_at(times), begins, strict=False):
        yield from _look(moments.push(frame, begin))
    if not moments.has_begun:
        raise MediaError(OUTSIDE)


def _moments(video: Video, interval: float, settings: OcrSettings) -> Moments:
    return Moments(interval, video.stream.sample_aspect_ratio, settings.pixels)


def _look(found: Look | None) -> Iterator[Look]:
    if found:
        yield found


@dataclass
class _Reading:
    """What an answer says, or why it says nothing; its tokens."""

    lines: list[ReadLine] = field(default_factory=list)
    error: ModelError | None = None
    cut: bool = False
    tokens_in: int = 0
    tokens_out: int = 0


def _readings(
    model: LanguageModel, asked: str, looks: list[Look], limit: int
) -> Iterator[_Reading]:
    """Yield what the model reads in each picture; an answer in circles is asked for once more."""
    prompts = [
        Prompt((look.picture, asked) if asked else (look.picture,))
        for look in looks
        if look.picture is not None
    ]
    chosen = Sampling(limit)
    found = list(map(_read, prompts, model.answers(prompts, chosen)))
    again = [number for number, reading in enumerate(found) if reading.error and reading.tokens_out]
    if again:
        chosen = replace(chosen, temperature=RETRY_TEMPERATURE, seed=1)
        answers = model.answers([prompts[number] for number in again], chosen)
        for number, answer in zip(again, answers, strict=True):
            before, found[number] = found[number], _read(prompts[number], answer)
            found[number].tokens_in += before.tokens_in
            found[number].tokens_out += before.tokens_out
    yield from found


def _read(prompt: Prompt, answer: Answer | ModelError) -> _Reading:
    if isinstance(answer, GoneError):
        raise answer
    if isinstance(answer, ModelError):
        return _Reading(error=answer)
    reading = _Reading(
        cut=not answer.whole, tokens_in=answer.tokens_in, tokens_out=answer.tokens_out
    )
    height, width = prompt.pictures[0].shape[:2]
    try:
        reading.lines = lines_in(answer.text, width, height)
    except ModelError as error:
        reading.error = error
    return reading


@dataclass
class _Shown:
    """A line on screen, from `start` seconds."""

    line: ReadLine
    start: float
    end: float | None = None


class _Screen:
    """The lines on screen, from one reading to the next."""

    def __init__(self) -> None:
        self._lines: list[_Shown] = []
        self._made: list[tuple[Look, _Reading]] = []  # readings of the span that is not finished

    def show(self, look: Look, reading: _Reading | None) -> None:
        """Take in what a look has found; None for a screen on which nothing is written."""
        if look.fresh:
            self._lines = [each for each in self._lines if each.end is not None]
        if reading is not None:
            self._made.append((look, reading))
            if reading.error is not None:  # what was there may be there still
                return
        new = list(reading.lines if reading else [])
        here = [each for each in self._lines if each.end is None]
        for same in (_equal, _alike):
            for each in list(here):
                line = next((line for line in new if same(each.line.text, line.text)), None)
                if line is not None:
                    here.remove(each)
                    new.remove(line)
        for each in here:
            each.end = look.start
        self._lines += [_Shown(line, look.start) for line in new]

    def finish(self, span: Span, origin: dict[str, Any]) -> Span:
        """Return the span with its lines, and how they came; an error record if all were unread."""
        errors = [(look, reading.error) for look, reading in self._made if reading.error]
        if errors and len(errors) == len(self._made):
            return failure("ocr", span, errors[0][1] or ModelError("nothing could be read"))
        for look, error in errors:
            log.warning("%s: the frame at %.2f s was not read: %s", span.fragment, look.time, error)
        cut = [look.time for look, reading in self._made if reading.cut]
        if cut:
            limit = f"{len(cut)} reading{'s' if len(cut) > 1 else ''}"
            log.warning("%s: %s cut off: a larger --max-tokens may help", span.fragment, limit)
        entries = [entry for each in self._lines if (entry := _entry(each, span)) is not None]
        new = Span({**span, "screen_text": sorted(entries, key=lambda entry: entry["start"])})
        return new.with_provenance(
            "ocr",
            "vlm",
            **origin,
            frames=[rounded(look.time) for look, _ in self._made],
            tokens_in=sum(reading.tokens_in for _, reading in self._made),
            tokens_out=sum(reading.tokens_out for _, reading in self._made),
            cut=list(map(rounded, cut)) or None,
            unread=[rounded(look.time) for look, _ in errors] or None,
        )

    def forget(self, *, everything: bool) -> None:
        """Drop what is of the finished span; `everything` also drops what is still on screen."""
        self._made = []
        self._lines = [] if everything else [each for each in self._lines if each.end is None]


def _equal(one: str, other: str) -> bool:
    return comparison_key(one) == comparison_key(other)


def _alike(one: str, other: str) -> bool:
    """Whether two readings are likely of one line that was read differently."""
    return digits(one) == digits(other) and similarity(one, other) >= SAME


def _entry(shown: _Shown, span: Span) -> TextEntry | None:
    """The line as an entry of a span, if it was seen in it."""
    start = max(shown.start, span.start)
    end = span.end if shown.end is None else min(shown.end, span.end)
    if end <= start:
        return None
    entry: TextEntry = {"start": rounded(start), "end": rounded(end), "text": shown.line.text}
    if shown.line.box is not None:
        entry["box"] = shown.line.box
    return entry
