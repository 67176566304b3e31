"""Captions that a model writes: frames are decoded ahead in a thread while it works."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Any

from vtk.caption import tags
from vtk.caption.eyes import Eyes, Looked
from vtk.caption.methods import CaptionMethod
from vtk.caption.scene import Scene, Wish
from vtk.caption.talk import Outcome, Talk, converse
from vtk.models.ahead import ahead
from vtk.models.prompt import LanguageModel
from vtk.pipeline import failure
from vtk.span import Span
from vtk.store.journal import ResumeJournal

ROUNDS = 2  # spans for each prompt that the model works on at once: a short answer delays nobody


def write(
    spans: Iterable[Span],
    model: LanguageModel,
    method: str,
    chosen: CaptionMethod,
    wish: Wish,
    journal: ResumeJournal | None = None,
) -> Iterator[Span]:
    """Each span with what the method makes of it, in order.

    As many spans are under way as keep the model busy; where the caption before is told, one.
    What `journal` has is taken from there.
    """
    together = 1 if wish.telling.previous or model.at_once == 1 else ROUNDS * model.at_once
    prompts = {**chosen.prompts, **tags.PROMPTS, **wish.telling.prompts}
    origin = made_with(model, method, prompts, wish)
    eyes = Eyes(wish, journal, origin)
    before = Span(video="")
    with closing(ahead(eyes(spans), 2 * together)) as ready:
        while group := list(islice(ready, together)):
            begun = time.monotonic()
            scenes = [_scene(each, prompts, wish, before) for each in group if each.shown]
            outcomes = iter(converse(model, (_talk(chosen, scene) for scene in scenes)))
            taken = round((time.monotonic() - begun) / max(len(scenes), 1), 3)
            for each in group:
                before = each.span
                if each.shown:
                    before = _record(each, next(outcomes), origin, taken if wish.timed else None)
                    if journal is not None:
                        journal.append(before)
                yield before


def _talk(chosen: CaptionMethod, scene: Scene) -> Talk:
    """The talk of the method, and of the tags where there are some to judge."""
    assert chosen.ask is not None
    fields = yield from chosen.ask(scene)
    wish = scene.wish
    if wish.tags and wish.clip:
        fields |= tags.near(wish.clip, [picture for _, picture in scene.shown], wish.tags)
    elif wish.tags:
        fields |= yield from tags.asked(scene, wish.tags)
    return fields


def made_with(
    model: LanguageModel, method: str, prompts: Mapping[str, str], wish: Wish
) -> dict[str, Any]:
    """What all captions of a run are made with; `prompt` stands for every option that counts.

    Those that do not are how long a caption took, and what is made of captions afterwards.
    """
    counting = replace(wish, timed=True, names=False, long=0, clip=None)
    clip = wish.clip and (wish.clip.name, wish.clip.sha256)
    asked = [sorted(prompts.items()), counting, clip, model.settings]
    return {
        "method": method,
        "model": model.name,
        "sha256": model.sha256,
        "prompt": hashlib.sha256(repr(asked).encode()).hexdigest()[:16],
        "layout": wish.sight.layout,
        "clip": wish.clip and wish.clip.name,
    }


def _record(
    each: Looked, outcome: Outcome, origin: Mapping[str, Any], seconds: float | None
) -> Span:
    """The span with what came of it, and with what that was made of."""
    if outcome.error is not None:
        return failure("caption", each.span, outcome.error)
    return Span({**each.span, **outcome.fields}).made(
        "caption",
        **origin,
        frames=[time for time, _ in each.shown],
        tokens_in=outcome.tokens_in,
        tokens_out=outcome.tokens_out,
        seconds=seconds,
    )


def _scene(each: Looked, prompts: Mapping[str, str], wish: Wish, before: Span) -> Scene:
    told = wish.telling.previous and before.video == each.span.video
    previous = str(before.get("caption", "")) if told else ""
    known = wish.telling.values(each.span, each.title, previous)
    return Scene(each.span, each.shown, prompts, known, wish)
