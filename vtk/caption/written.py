"""Captions written by a model; a thread decodes the next frames while the model works."""

import hashlib
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Any

from vtk.caption import tags
from vtk.caption.methods import CaptionMethod
from vtk.caption.options import CaptionOptions
from vtk.caption.task import CaptionTask
from vtk.models.llm.prompt import LanguageModel
from vtk.pipeline import failure
from vtk.prefetch import prefetch
from vtk.prompting.dialogue import Dialogue, Outcome, run_dialogues, tell_cut
from vtk.prompting.loader import FrameLoader, SpanFrames
from vtk.prompting.templates import LONGEST, exceeds_prompt
from vtk.span import Span
from vtk.store.journal import ResumeJournal

log = logging.getLogger("vtk")

ROUNDS = 2  # spans in flight per prompt the model runs at once, so that short answers leave no gap


def caption_with_model(
    spans: Iterable[Span],
    model: LanguageModel,
    method: str,
    chosen: CaptionMethod,
    options: CaptionOptions,
    journal: ResumeJournal | None = None,
) -> Iterator[Span]:
    """Yield each span with the fields that the method adds, in order.

    As many spans are in flight as keep the model busy, but only one if the prompt contains the
    previous caption. Spans found in `journal` are taken from it. Spans without words get an empty
    caption where the layout shows no frames, and are counted in a warning.
    """
    options = replace(options, frames=replace(options.frames, pairs=model.pairs))
    together = 1 if options.context.previous or model.at_once == 1 else ROUNDS * model.at_once
    templates = chosen.templates(options.frames.layout)
    prompts = {**templates, **tags.PROMPTS, **options.context.prompts}
    origin = made_with(model, method, prompts, options)
    load = FrameLoader(
        "caption",
        options.frames,
        options.context.subtitles,
        lambda span: journal.lookup(span, origin) if journal else None,
    )
    by_clip = tags.ClipTagger(options.clip, options.tags) if options.clip else None
    before, wordless, shortened, cut = Span(video=""), 0, 0, 0
    with closing(prefetch(load(spans), 2 * together)) as ready:
        while group := list(islice(ready, together)):
            begun = time.monotonic()
            tasks = [_task(each, prompts, options, before) for each in group if not each.passed]
            outcomes = iter(
                run_dialogues(model, (_dialogue(chosen, task, by_clip) for task in tasks))
            )
            taken = round((time.monotonic() - begun) / max(len(tasks), 1), 3)
            for each in group:
                before = each.span
                if not each.passed:
                    part = chosen.block is None and exceeds_prompt(each.span)
                    seconds = taken if options.timed else None
                    before = _record(each, next(outcomes), origin, seconds, shortened=part)
                    if journal is not None:
                        journal.append(before)
                    wordless += before.get("caption") == ""
                    made = {} if before.failed else before["made"][-1]
                    cut += made.get("cut", 0)
                    shortened += made.get("shortened", False)
                yield before
    if wordless:
        log.warning("spans without words, whose captions are empty: %d", wordless)
    if shortened:
        told = "spans whose words the model was told only in part (%d characters): %d; split them"
        log.warning(told, LONGEST, shortened)
    tell_cut(cut)


def _dialogue(
    chosen: CaptionMethod, task: CaptionTask, by_clip: "tags.ClipTagger | None"
) -> Dialogue:
    """The dialogue of the method, followed by that for tags if there are any."""
    assert chosen.ask is not None
    fields = yield from chosen.ask(task)
    options = task.options
    if options.tags and by_clip:
        fields |= by_clip([picture for _, picture in task.frames])
    elif options.tags:
        fields |= yield from tags.tags_by_model(task, options.tags)
    return fields


def made_with(
    model: LanguageModel, method: str, prompts: Mapping[str, str], options: CaptionOptions
) -> dict[str, Any]:
    """The provenance shared by all captions of a run; `prompt` is a hash of the settings.

    It leaves out options that do not change a caption: timing, and what is done to the captions
    afterwards.
    """
    counting = replace(options, timed=True, names=False, long=0, clip=None)
    clip = options.clip and (options.clip.name, options.clip.sha256)
    asked = [sorted(prompts.items()), counting, clip, model.settings]
    return {
        "method": method,
        "model": model.name,
        "sha256": model.sha256,
        "prompt": hashlib.sha256(repr(asked).encode()).hexdigest()[:16],
        "layout": options.frames.layout,
        "clip": options.clip and options.clip.name,
    }


def _record(
    each: SpanFrames,
    outcome: Outcome,
    origin: Mapping[str, Any],
    seconds: float | None,
    *,
    shortened: bool,
) -> Span:
    """The span with the fields of its outcome and their provenance, or as an error record."""
    if outcome.error is not None:
        return failure("caption", each.span, outcome.error)
    made = outcome.fields.pop("made", {})
    return Span({**each.span, **outcome.fields}).with_provenance(
        "caption",
        **origin,
        **made,
        served=outcome.served if outcome.served != origin["model"] else None,
        frames=[time for time, _ in each.frames] or None,
        pairs=outcome.paired or None,
        tokens_in=outcome.tokens_in,
        tokens_out=outcome.tokens_out,
        cut=outcome.cut or None,
        shortened=shortened or None,
        # Like the time, it may differ from run to run, with what was asked before.
        tokens_cached=outcome.tokens_cached if seconds is not None else None,
        seconds=seconds,
    )


def _task(
    each: SpanFrames, prompts: Mapping[str, str], options: CaptionOptions, before: Span
) -> CaptionTask:
    told = options.context.previous and before.video == each.span.video
    previous = str(before.get("caption", "")) if told else ""
    known = options.context.values(each.span, each.title, previous)
    return CaptionTask(each.span, each.frames, prompts, known, options)
