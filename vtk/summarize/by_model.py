"""What the methods with a language model share: the model, resuming, and the record."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

from vtk.entries import PartEntry, SentenceEntry
from vtk.errors import ModelError
from vtk.models.llm.prompt import LanguageModel
from vtk.pipeline import failure, map_videos
from vtk.span import Span, join
from vtk.summarize.asking import Asker
from vtk.summarize.citing import cites
from vtk.summarize.extract import WORDLESS
from vtk.summarize.length import count, fits
from vtk.summarize.lines import Line
from vtk.summarize.result import groups, heard, name_of, summed
from vtk.summarize.task import Task
from vtk.summarize.writing import SummaryWriter

log = logging.getLogger("vtk")


@dataclass(frozen=True)
class Written:
    """A summary, the parts of the video with what was written of them, and what `made` adds."""

    lines: Sequence[Line]
    parts: Sequence[PartEntry] = ()
    made: dict[str, Any] = field(default_factory=dict)


Write = Callable[[SummaryWriter, list[Span], list[Line]], Written]


def summarized(method: str, write: Write, source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield the summaries that a method writes with the model of the task, which is closed then.

    A video, or a chapter, of which the model gives no answer that can be used becomes an error
    record. What `task.journal` has is taken from there. Raises MissingError without a model.
    """
    with ExitStack() as stack:
        model = stack.enter_context(closing(task.models.need_language()()))
        embedder = stack.enter_context(task.models.embedder()) if task.models.embedder else None

        def work(spans: list[Span]) -> Iterator[Span]:
            before = spans[0] if task.by == "chapter" else join(spans, "summary")
            made = _origin(model, task)
            known = (
                task.journal.lookup(before, {"method": method, **made}) if task.journal else None
            )
            if known is None:
                try:
                    asker = Asker(model, spans[0].video, budget=task.budget, journal=task.journal)
                    writer = SummaryWriter(asker, heard(task, spans), embedder)
                    known = _summary(method, write, spans, writer, made)
                except ModelError as error:
                    if task.by == "video":
                        raise
                    known = failure("summarize", before, error)
                if task.journal is not None:
                    task.journal.append(known)
            yield known

        yield from map_videos("summarize", groups(source, task), work)


def _origin(model: LanguageModel, task: Task) -> dict[str, Any]:
    """The provenance that all summaries of a run share; `prompt` is a hash of what was wanted."""
    wanted = [task.by, task.style, task.sentences, task.words, task.focus, task.language]
    told = repr([*wanted, task.budget, model.settings])
    return {
        "model": model.name,
        "sha256": model.sha256,
        "prompt": hashlib.sha256(told.encode()).hexdigest()[:16],
        "style": task.style,
        "focus": task.focus,
    }


def _summary(
    method: str,
    write: Write,
    spans: list[Span],
    writer: SummaryWriter,
    made: dict[str, Any],
) -> Span:
    begun = time.monotonic()
    task, asker = writer.task, writer.asker
    spans = sorted(spans, key=lambda span: (span.start, span.end))
    lines = writer.read(spans)
    written = write(writer, spans, lines) if lines else Written(())
    words = count(written.lines)
    asked = {
        **written.made,
        "language": task.guessed,
        "served": asker.served if asker.served != made["model"] else None,
        "questions": asker.questions,
        "tokens_in": asker.tokens_in,
        "tokens_out": asker.tokens_out,
        "unasked": asker.unasked or None,
        "unanswered": writer.unanswered or None,
        "unwritten": writer.unwritten or None,
        "quoted": sum(line.quoted for line in written.lines) or None,
        "words": words if task.words and not fits(written.lines, task.words) else None,
        **writer.citations.made,
        "seconds": round(time.monotonic() - begun, 3) if task.timed else None,
    }
    fields = {"parts": [*written.parts]} if written.parts else None
    sentences = [sentence_entry(line) for line in written.lines]
    _tell(name_of(spans, task), asked, bool(lines))
    return summed(spans, task, sentences, method, fields=fields, **made, **asked)


TOLD = {
    "unasked": "questions that were not asked, as the budget of tokens is spent: %d",
    "unanswered": "parts that the model gave no answer about: %d",
    "unrated": "parts that the model did not rate: %d",
    "dropped": "sentences that the video does not support, left out: %d",
    "unchecked": "sentences that cannot be checked without --embedder, in another language: %d",
    "quoted": "sentences of the video that were put in, to have as many words as wanted: %d",
    "words": "the summary has %d words, more or fewer than wanted",
}


def _tell(name: str, made: Mapping[str, Any], has_words: bool) -> None:
    """Warn of what a summary leaves out, or has that was not wanted."""
    if not has_words:
        log.warning("%s: %s", name, WORDLESS)
    for key, told in TOLD.items():
        if number := made.get(key):
            log.warning(f"%s: {told}", name, number)


def sentence_entry(line: Line) -> SentenceEntry:
    """A written sentence as an entry of the record."""
    entry: SentenceEntry = {
        "start": line.start,
        "end": line.end,
        "text": line.text,
        "cites": cites(line.rests),
    }
    if line.section:
        entry["section"] = line.section
    return entry


def part_entry(part: Sequence[Line], told: Sequence[Line], kind: str) -> PartEntry:
    """An entry of `parts` for the stretch of some lines, with what was written of it."""
    start, end = min(line.start for line in part), max(line.end for line in part)
    entry: PartEntry = {"start": start, "end": end, "kind": kind}
    if told:
        entry["summary"] = " ".join(line.text for line in told)
        entry["sentences"] = [sentence_entry(line) for line in told]
    return entry
