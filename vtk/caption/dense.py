"""dense: the events inside a span, each with its start and end.

Each pair of neighbouring frames is told on its own; stretches of which the same is said become one
event. The times are those of frames, so they are exact however badly a model counts seconds.
"""

from itertools import pairwise
from typing import Any

from vtk.caption.methods import CaptionMethod
from vtk.caption.plain import PROMPTS as PLAIN
from vtk.caption.task import CaptionTask, join_sentences
from vtk.prompting.dialogue import Dialogue
from vtk.text import words

PROMPTS = {
    "event": "These are frames of a video, one after the other. Say in one sentence what happens "
    "in them: who or what does what.\nWhat is said meanwhile: {speech}\n"
    "Answer in this language: {language}",
    "caption": PLAIN["caption"],
}
ALIKE = 0.8  # share of their words that two descriptions have in common to be of one event


def caption(task: CaptionTask) -> Dialogue:
    """`events`, and `caption`: the events in order; of a single frame, what it shows."""
    if len(task.frames) < 2:
        (text,) = yield [task.generate("caption", task.parts)]
        return {"caption": text, "events": [_event(task.span.start, task.span.end, text)]}
    pairs = list(pairwise(task.frames))
    texts = yield [task.generate("event", task.parts_of(pair)) for pair in pairs]
    events: list[dict[str, Any]] = []
    for (first, second), text in zip(pairs, texts, strict=True):
        if events and alike(events[-1]["text"], text):
            events[-1]["end"] = second[0]
        else:
            events.append(_event(first[0], second[0], text))
    # What the first and last frames show begins and ends with the span.
    events[0]["start"], events[-1]["end"] = task.span.start, task.span.end
    return {"caption": join_sentences([event["text"] for event in events]), "events": events}


def _event(start: float, end: float, text: str) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text}


def alike(one: str, two: str) -> bool:
    """Whether two texts say about the same: most of their words are shared (Jaccard)."""
    first, second = set(words(one.casefold())), set(words(two.casefold()))
    return len(first & second) >= ALIKE * len(first | second)


METHOD = CaptionMethod(PROMPTS, caption)
