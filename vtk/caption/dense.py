"""dense: the events inside a span, each with its start and end.

Each pair of neighbouring frames is described separately; consecutive pairs with nearly the same
description become one event. Times are frame times, so they do not depend on how well a model
estimates seconds.
"""

from itertools import pairwise

from vtk.caption.methods import CaptionMethod
from vtk.caption.plain import PROMPTS as PLAIN
from vtk.caption.task import CaptionTask, join_sentences
from vtk.entries import EventEntry
from vtk.prompting.dialogue import Dialogue
from vtk.text import words

PROMPTS = {
    "event": "These are frames of a video, one after the other. Say in one sentence what happens "
    "in them: who or what does what.\nWhat is said meanwhile: {speech}\n"
    "Answer in this language: {language}",
    "caption": PLAIN["caption"],
}
ALIKE = 0.8  # Jaccard index of their words from which two descriptions are of one event


def caption(task: CaptionTask) -> Dialogue:
    """Return `events`, and `caption`: the events in order, or a description of a single frame."""
    if len(task.frames) < 2:
        (text,) = yield [task.generate("caption", task.parts)]
        return {"caption": text, "events": [_event(task.span.start, task.span.end, text)]}
    pairs = list(pairwise(task.frames))
    texts = yield [task.generate("event", task.parts_of(pair)) for pair in pairs]
    events: list[EventEntry] = []
    for (first, second), text in zip(pairs, texts, strict=True):
        if events and alike(events[-1]["text"], text):
            events[-1]["end"] = second[0]
        else:
            events.append(_event(first[0], second[0], text))
    # The first event begins and the last event ends with the span, not with a frame.
    events[0]["start"], events[-1]["end"] = task.span.start, task.span.end
    return {"caption": join_sentences([event["text"] for event in events]), "events": events}


def _event(start: float, end: float, text: str) -> EventEntry:
    return {"start": start, "end": end, "text": text}


def alike(one: str, two: str) -> bool:
    """Whether two texts say nearly the same: they share most of their words (Jaccard)."""
    first, second = set(words(one.casefold())), set(words(two.casefold()))
    return len(first & second) >= ALIKE * len(first | second)


METHOD = CaptionMethod(PROMPTS, caption)
