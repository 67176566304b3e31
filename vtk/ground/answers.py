"""Stretches of time as a model answers them: asked for under a JSON Schema, and held to limits."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vtk.errors import ModelError
from vtk.ground.moments import Found
from vtk.models.llm.prompt import LanguageModel, Prompt, Sampling
from vtk.prompting.dialogue import Dialogue, Generate, raise_if_gone, run_dialogues

log = logging.getLogger("vtk")

MOST = 5  # stretches in an answer
_SECONDS = {"type": "number", "minimum": 0}
SCHEMA = {
    "type": "object",
    "properties": {
        "windows": {
            "type": "array",
            "maxItems": MOST,
            "items": {
                "type": "object",
                "properties": {
                    "start": _SECONDS,
                    "end": _SECONDS,
                    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
                },
                "required": ["start", "end", "confidence"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["windows"],
    "additionalProperties": False,
}
SAMPLING = Sampling(max_tokens=400, schema=SCHEMA)


@dataclass
class Tally:
    """What happened to the answers of a run."""

    clamped: int = 0  # stretches that reached beyond what the model was told of
    refused: int = 0  # stretches wholly outside of it, or without a length
    unanswered: list[ModelError] = field(default_factory=list)  # parts of videos without an answer

    def tell(self) -> None:
        """Warn of each once."""
        for count, what in (
            (self.clamped, "answers cut to the times that the model was told of"),
            (self.refused, "answers left out, outside the times that the model was told of"),
            (len(self.unanswered), "parts of videos that the model gave no answer about"),
        ):
            if count:
                log.warning("%s: %d", what, count)


@dataclass(frozen=True)
class Part:
    """What a model is told of a part of a video, and the start and end of it in seconds."""

    prompt: Prompt
    start: float
    end: float


def stretches(
    model: LanguageModel, parts: Iterable[Part], tally: Tally
) -> list[list[Found] | ModelError]:
    """Ask for the stretches in each part; return them, or why there is no answer, in order.

    `score` is the confidence that the model states. Raises GoneError if the model is gone.
    """
    asked = list(parts)
    outcomes = run_dialogues(model, (ask(part) for part in asked))
    raise_if_gone(outcomes)
    return [
        outcome.error or within(outcome.fields["windows"], part.start, part.end, tally)
        for part, outcome in zip(asked, outcomes, strict=True)
    ]


def ask(part: Part) -> Dialogue:
    """Ask for the `windows` in a part, under SCHEMA."""
    (answer,) = yield [Generate(part.prompt, SAMPLING, lambda value: value)]
    return {"windows": answer["windows"]}


def within(
    windows: Sequence[dict[str, Any]], start: float, end: float, tally: Tally
) -> list[Found]:
    """Return the stretches of an answer, cut to [start, end); those outside are left out."""
    found = []
    for window in windows:
        low, high = max(window["start"], start), min(window["end"], end)
        if not (window["start"] < window["end"] and low < high):
            tally.refused += 1
            continue
        tally.clamped += (low, high) != (window["start"], window["end"])
        found.append(Found(low, high, float(window["confidence"])))
    return found
