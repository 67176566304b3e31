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
from vtk.caption.subtitles import Subtitles
from vtk.caption.talk import Outcome, converse
from vtk.errors import MissingError, OutputError, UsageError
from vtk.finished import Finished
from vtk.media.video import Latest, Video
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


class Eyes:
    """Looks at span after span; keeps the latest video open, and its subtitles."""

    def __init__(self, wish: Wish, finished: Finished | None, origin: Mapping[str, Any]) -> None:
        self.wish, self.finished, self.origin = wish, finished, origin
        self.subtitles = Subtitles(wish.telling.subtitles)

    def __call__(self, spans: Iterable[Span]) -> Iterator[Looked]:
        """Each span with the frames that the model is shown of it, in order.

        Error records and what an earlier run had finished come without frames.
        """
        with Latest() as latest:
            for span in spans:
                if span.failed:
                    yield Looked(span, [])
                    continue
                try:
                    yield self._look(latest(span.video), span)
                except (MissingError, UsageError, OutputError):
                    raise
                except Exception as error:
                    yield Looked(failure("caption", span, error), [])

    def _look(self, video: Video, span: Span) -> Looked:
        new = span.reaching(*video.stretch(span.start, span.end))
        if self.finished and (found := self.finished.take(new, self.origin)):
            return Looked(found, [])
        self.subtitles.put(new, video)
        shown = look(video, new, self.wish.sight)
        if "keyframes" not in new:
            new["keyframes"] = [{"t": time} for time, _ in shown]
        return Looked(new, shown, video.container.metadata.get("title", ""))


def write(
    spans: Iterable[Span],
    model: LanguageModel,
    method: str,
    strategy: ModuleType,
    wish: Wish,
    finished: Finished | None = None,
) -> Iterator[Span]:
    """Each span with what the strategy makes of it, in order.

    As many spans are under way as keep the model busy; where the caption before is told, one.
    What `finished` has is taken from there.
    """
    together = 1 if wish.telling.previous or model.at_once == 1 else ROUNDS * model.at_once
    prompts = {**strategy.PROMPTS, **wish.telling.prompts}
    origin = made_with(model, method, prompts, wish)
    eyes = Eyes(wish, finished, origin)
    before = Span(video="")
    with closing(ahead(eyes(spans), 2 * together)) as ready:
        while group := list(islice(ready, together)):
            begun = time.monotonic()
            scenes = [_scene(each, prompts, wish, before) for each in group if each.shown]
            outcomes = iter(converse(model, map(strategy.caption, scenes)))
            taken = round((time.monotonic() - begun) / max(len(scenes), 1), 3)
            for each in group:
                if each.shown:
                    found = _record(each, next(outcomes), origin, taken if wish.timed else None)
                else:
                    found = each.span
                before = found
                yield found


def made_with(
    model: LanguageModel, method: str, prompts: Mapping[str, str], wish: Wish
) -> dict[str, Any]:
    """What all captions of a run are made with; `prompt` stands for all that the model is asked."""
    asked = [sorted(prompts.items()), wish.telling, wish.sight, wish.sampling]
    return {
        "method": method,
        "model": model.name,
        "sha256": model.sha256,
        "prompt": hashlib.sha256(repr(asked).encode()).hexdigest()[:16],
        "layout": wish.sight.layout,
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
