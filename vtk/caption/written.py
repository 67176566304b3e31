"""Captions that a model writes: frames are decoded ahead in a thread while it works."""

import hashlib
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
from vtk.prompting.dialogue import Dialogue, Outcome, run_dialogues
from vtk.prompting.loader import FrameLoader, SpanFrames
from vtk.span import Span
from vtk.store.journal import ResumeJournal

ROUNDS = 2  # spans for each prompt that the model works on at once: a short answer delays nobody


def caption_with_model(
    spans: Iterable[Span],
    model: LanguageModel,
    method: str,
    chosen: CaptionMethod,
    options: CaptionOptions,
    journal: ResumeJournal | None = None,
) -> Iterator[Span]:
    """Each span with what the method makes of it, in order.

    As many spans are under way as keep the model busy; where the caption before is told, one.
    What `journal` has is taken from there.
    """
    together = 1 if options.context.previous or model.at_once == 1 else ROUNDS * model.at_once
    prompts = {**chosen.prompts, **tags.PROMPTS, **options.context.prompts}
    origin = made_with(model, method, prompts, options)
    load = FrameLoader(
        "caption",
        options.frames,
        options.context.subtitles,
        lambda span: journal.lookup(span, origin) if journal else None,
    )
    before = Span(video="")
    with closing(prefetch(load(spans), 2 * together)) as ready:
        while group := list(islice(ready, together)):
            begun = time.monotonic()
            tasks = [_task(each, prompts, options, before) for each in group if each.frames]
            outcomes = iter(run_dialogues(model, (_dialogue(chosen, task) for task in tasks)))
            taken = round((time.monotonic() - begun) / max(len(tasks), 1), 3)
            for each in group:
                before = each.span
                if each.frames:
                    before = _record(each, next(outcomes), origin, taken if options.timed else None)
                    if journal is not None:
                        journal.append(before)
                yield before


def _dialogue(chosen: CaptionMethod, task: CaptionTask) -> Dialogue:
    """The dialogue of the method, and of the tags where there are some to judge."""
    assert chosen.ask is not None
    fields = yield from chosen.ask(task)
    options = task.options
    if options.tags and options.clip:
        fields |= tags.tags_by_clip(
            options.clip, [picture for _, picture in task.frames], options.tags
        )
    elif options.tags:
        fields |= yield from tags.tags_by_model(task, options.tags)
    return fields


def made_with(
    model: LanguageModel, method: str, prompts: Mapping[str, str], options: CaptionOptions
) -> dict[str, Any]:
    """What all captions of a run are made with; `prompt` stands for every option that counts.

    Those that do not are how long a caption took, and what is made of captions afterwards.
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
    each: SpanFrames, outcome: Outcome, origin: Mapping[str, Any], seconds: float | None
) -> Span:
    """The span with what came of it, and with what that was made of."""
    if outcome.error is not None:
        return failure("caption", each.span, outcome.error)
    return Span({**each.span, **outcome.fields}).with_provenance(
        "caption",
        **origin,
        frames=[time for time, _ in each.frames],
        tokens_in=outcome.tokens_in,
        tokens_out=outcome.tokens_out,
        seconds=seconds,
    )


def _task(
    each: SpanFrames, prompts: Mapping[str, str], options: CaptionOptions, before: Span
) -> CaptionTask:
    told = options.context.previous and before.video == each.span.video
    previous = str(before.get("caption", "")) if told else ""
    known = options.context.values(each.span, each.title, previous)
    return CaptionTask(each.span, each.frames, prompts, known, options)
