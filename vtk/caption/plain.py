"""plain: one answer about all frames, as text or as a JSON object that follows a schema.

Without frames (layout `none`) it is about the words of the span. Where there are none, nothing is
asked and the caption is empty, as the model would invent one.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from vtk.caption.methods import CaptionMethod
from vtk.caption.task import CaptionTask
from vtk.errors import ModelError
from vtk.prompting.dialogue import Dialogue
from vtk.prompting.templates import CONTEXT_LINES

PROMPTS = {
    "caption": "Describe this shot of a video in two or three sentences: who or what is shown, "
    "what happens, and where. Say only what can be seen." + CONTEXT_LINES
}
WORDS = {
    "caption": """
Here is what is said in a part of a video: {speech}
Here is what is written in it: {screen_text}
The title of the video: {title}
What came just before: {previous}
Names and terms, to be spelt like this: {glossary}
Say in one or two sentences what this part is about. Say only what these words tell.
Answer in this language: {language}
"""
}


def caption(task: CaptionTask) -> Dialogue:
    """Return `caption`, the model's answer about frames or words; with a schema, also `fields`.

    `fields` is the answered object. `caption` is then its property `caption`, or else all its
    properties in words.
    """
    if not (task.frames or task.has_words("caption")):
        return {"caption": ""}
    schema = task.options.schema
    if schema is None:
        (text,) = yield [task.generate("caption", task.parts)]
        return {"caption": text}
    schema = {**schema, "type": "object"}  # which it may leave unsaid
    (found,) = yield [task.generate("caption", task.parts, schema=schema, read=_filled)]
    return {"caption": in_words(found), "fields": found}


def _filled(found: dict[str, Any]) -> dict[str, Any]:
    """Return an answered object. Raises ModelError if it is empty, as an empty text is."""
    if not found:
        raise ModelError("the model said nothing: {}")
    return found


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


METHOD = CaptionMethod(PROMPTS, caption, takes_schema=True, words=WORDS)
