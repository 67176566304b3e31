"""Captions that a model writes: frames are decoded ahead in a thread while it works."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from types import ModuleType
from typing import Any

from vtk.caption.scene import Scene, Wish
from vtk.caption.see import Shown, look
from vtk.caption.talk import Outcome, converse
from vtk.errors import MissingError, OutputError, UsageError
from vtk.media.video import Latest
from vtk.models.ahead import ahead
from vtk.models.prompt import LanguageModel
from vtk.span import Span, failure

ROUNDS = 2  # spans for each prompt that the model works on at once: a short answer delays nobody


@dataclass(frozen=True)
class Looked:
    """A span, its frames and its video's own title; without frames it passes through."""

    span: Span
    shown: list[Shown]
    title: str = ""


def looked(spans: Iterable[Span], wish: Wish) -> Iterator[Looked]:
    """Each span with the frames that the model is shown of it, in order."""
    with Latest() as latest:
        for span in spans:
            if span.failed:
                yield Looked(span, [])
                continue
            try:
                video = latest(span.video)
                shown = look(video, span, wish.sight)
                new = span.reaching(*video.stretch(span.start, span.end))
                if "keyframes" not in span:
                    new["keyframes"] = [{"t": time} for time, _ in shown]
                title = video.container.metadata.get("title", "")
                yield Looked(new, shown, title)
            except (MissingError, UsageError, OutputError):
                raise
            except Exception as error:
                yield Looked(failure("caption", span, error), [])


def write(
    spans: Iterable[Span], model: LanguageModel, method: str, strategy: ModuleType, wish: Wish
) -> Iterator[Span]:
    """Each span with what the strategy makes of it, in order.

    As many spans are under way as keep the model busy; where the caption before is told, one.
    """
    together = 1 if wish.telling.previous or model.at_once == 1 else ROUNDS * model.at_once
    prompts = {**strategy.PROMPTS, **wish.telling.prompts}
    before = Span(video="")
    with closing(ahead(looked(spans, wish), 2 * together)) as ready:
        while group := list(islice(ready, together)):
            begun = time.monotonic()
            scenes = [_scene(each, prompts, wish, before) for each in group if each.shown]
            outcomes = iter(converse(model, map(strategy.caption, scenes)))
            taken = round((time.monotonic() - begun) / max(len(scenes), 1), 3)
            seconds = taken if wish.timed else None
            for each in group:
                if not each.shown:
                    yield each.span
                elif (outcome := next(outcomes)).error:
                    yield failure("caption", each.span, outcome.error)
                else:
                    before = Span({**each.span, **outcome.fields})
                    origin = provenance(model, prompts, each, outcome, wish)
                    yield before.made("caption", method, **origin, seconds=seconds)


def _scene(each: Looked, prompts: Mapping[str, str], wish: Wish, before: Span) -> Scene:
    told = wish.telling.previous and before.video == each.span.video
    previous = str(before.get("caption", "")) if told else ""
    known = wish.telling.values(each.span, each.title, previous)
    return Scene(each.span, each.shown, prompts, known, wish)


def provenance(
    model: LanguageModel, prompts: Mapping[str, str], each: Looked, outcome: Outcome, wish: Wish
) -> dict[str, Any]:
    """What a caption was made with: model, prompts, frames (seconds), tokens read and written."""
    return {
        "model": model.name,
        "sha256": model.sha256,
        "prompt": hashlib.sha256(repr(sorted(prompts.items())).encode()).hexdigest()[:16],
        "layout": wish.sight.layout,
        "frames": [time for time, _ in each.shown],
        "tokens_in": outcome.tokens_in,
        "tokens_out": outcome.tokens_out,
    }
