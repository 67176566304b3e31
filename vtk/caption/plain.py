"""plain: one answer about all frames, as a text or as an object that follows a schema."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson

from vtk.caption.methods import CaptionMethod
from vtk.caption.task import CaptionTask
from vtk.prompting.dialogue import Dialogue, unreadable
from vtk.prompting.templates import CONTEXT_LINES

PROMPTS = {
    "caption": "Describe this shot of a video in two or three sentences: who or what is shown, "
    "what happens, and where. Say only what can be seen." + CONTEXT_LINES
}


def caption(task: CaptionTask) -> Dialogue:
    """`caption`: what the model says of the frames. With a schema, `fields` is the object.

    The caption is then the text that the object has under `caption`, or all of it in words.
    """
    schema = task.options.schema
    if schema is None:
        (text,) = yield [task.generate("caption", task.parts)]
        return {"caption": text}
    read = partial(obeying, schema)
    (found,) = yield [task.generate("caption", task.parts, schema=schema, read=read)]
    return {"caption": in_words(found), "fields": found}


def obeying(schema: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The object that a text is. Raises ModelError where it is none or lacks what it must have."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise unreadable(text, "something that is not JSON") from None
    if not isinstance(found, dict):
        raise unreadable(text, "something that is not a JSON object")
    if missing := [key for key in schema.get("required", ()) if key not in found]:
        raise unreadable(text, f"an object without {', '.join(missing)}")
    return found


def in_words(found: Mapping[str, Any]) -> str:
    """The caption of an object."""
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
