"""plain: one answer about all frames, as text or as a JSON object that follows a schema."""

from collections.abc import Mapping
from typing import Any

import orjson

from vtk.caption.methods import CaptionMethod
from vtk.caption.task import CaptionTask
from vtk.prompting.dialogue import Dialogue
from vtk.prompting.templates import CONTEXT_LINES

PROMPTS = {
    "caption": "Describe this shot of a video in two or three sentences: who or what is shown, "
    "what happens, and where. Say only what can be seen." + CONTEXT_LINES
}


def caption(task: CaptionTask) -> Dialogue:
    """Return `caption`, the model's answer about the frames; with a schema, also `fields`.

    `fields` is the answered object. `caption` is then its property `caption`, or else all its
    properties in words.
    """
    schema = task.options.schema
    if schema is None:
        (text,) = yield [task.generate("caption", task.parts)]
        return {"caption": text}
    schema = {**schema, "type": "object"}  # which it may leave unsaid
    (found,) = yield [task.generate("caption", task.parts, schema=schema, read=dict)]
    return {"caption": in_words(found), "fields": found}


def in_words(found: Mapping[str, Any]) -> str:
    """The caption of an answered object: its property `caption`, or all properties in words."""
    if isinstance(told := found.get("caption"), str) and told.strip():
        return told.strip()
    told = [f"{key.replace('_', ' ')}: {_value(value)}" for key, value in found.items()]
    return "; ".join(told)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(each)}" for key, each in value.items())
    return value if isinstance(value, str) else orjson.dumps(value).decode()


METHOD = CaptionMethod(PROMPTS, caption, takes_schema=True)
