"""Make options of captions by a model from user input: read files, insert templates."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vtk.caption.detailed import SIDES
from vtk.caption.methods import METHODS
from vtk.caption.options import CaptionOptions
from vtk.errors import UsageError
from vtk.prompting.frames import FrameOptions
from vtk.prompting.templates import (
    VALUE,
    PromptContext,
    read_schema,
    read_text,
    user_templates,
)
from vtk.span import Span

log = logging.getLogger("vtk")

APART = ("mentions", "cast", "scene", "whole")  # prompts about several spans, without context
OPTIONAL = (*SIDES, "merge", *APART)  # prompts of steps that are left out where they are empty


def templates(method: str, layout: str, *, tags: bool, names: bool, long: bool) -> dict[str, str]:
    """Return the templates that a user can see and replace, by name: of a method and its extras."""
    from vtk.caption.long import PROMPTS as OF_LONG
    from vtk.caption.names import PROMPTS as OF_NAMES
    from vtk.caption.tags import PROMPTS as OF_TAGS

    known = dict(METHODS.load(method).templates(layout))
    for wanted, prompts in ((tags, OF_TAGS), (names, OF_NAMES), (long, OF_LONG)):
        known |= prompts if wanted else {}
    return known


def read_options(
    method: str,
    *,
    prompt: str | None,
    prompt_file: Path | None,
    prompts: Mapping[str, str],
    title: str,
    glossary: Path | None,
    language: str | None,
    previous: bool,
    schema: Path | None,
    tags: Path | None,
    frames: FrameOptions,
    **options: Any,
) -> CaptionOptions:
    """Return the options that a user gives, with the content of the files among them.

    `prompts` are the templates of a recipe: unknown ones are ignored, and the user's own templates
    take precedence. `options` are fields of CaptionOptions. Raises UsageError.
    """
    from vtk.caption.tags import tags_of

    known = templates(method, frames.layout, tags=True, names=True, long=True)
    own = {name: text for name, text in prompts.items() if name in known}
    own |= user_templates(method, known, prompt, prompt_file, main="caption")
    _check_templates(own, known)
    context = PromptContext(
        own,
        title,
        read_text(glossary) if glossary else "",
        language=language or "",
        subtitles=language,
        previous=previous,
    )
    return CaptionOptions(
        context=context,
        schema=read_schema(schema) if schema else None,
        tags=tags_of(tags) if tags else (),
        frames=frames,
        **options,
    )


def _check_templates(own: Mapping[str, str], known: Mapping[str, str]) -> None:
    """Raise UsageError for an empty prompt that no method can do without; warn of unknown values.

    They are only told of, since braces may be meant as such.
    """
    common = PromptContext().values(Span(video=""), "", "")
    for name, text in own.items():
        if not text.strip() and name not in OPTIONAL:
            raise UsageError(f"the prompt {name} is empty")
        values = dict.fromkeys([*(() if name in APART else common), *VALUE.findall(known[name])])
        if unknown := [each for each in dict.fromkeys(VALUE.findall(text)) if each not in values]:
            log.warning(
                "the prompt %s names what nothing fills in: %s; there are %s",
                name,
                ", ".join(f"{{{each}}}" for each in unknown),
                ", ".join(f"{{{each}}}" for each in values),
            )
