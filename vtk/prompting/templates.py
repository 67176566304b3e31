"""Prompt templates and the values that are inserted into them.

A template names its values in braces. A line whose values are all empty is left out, so one
template serves spans with and without speech. Values are inserted literally, in one pass: braces in
texts from a video are not interpreted.
"""

import logging
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from vtk.entries import SpeechEntry, TextEntry
from vtk.errors import UsageError
from vtk.span import Span

log = logging.getLogger("vtk")

VALUE = re.compile(r"\{([a-z_]+)\}")
LONGEST = 2000  # most characters of speech, and of screen text, in a prompt

CONTEXT_LINES = """
The title of the video: {title}
What is said meanwhile: {speech}
What is written in the picture: {screen_text}
What was shown just before: {previous}
Names and terms, to be spelt like this: {glossary}
Answer in this language: {language}
"""


@dataclass(frozen=True)
class PromptContext:
    """The context in a prompt besides the pictures.

    `prompts` override templates of the method by name. `title` and `glossary` are inserted as they
    are; `previous` includes the caption of the previous span. `language` is the code or name of the
    answer language; `subtitles` is the language code of the subtitles inserted as speech.
    """

    prompts: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    glossary: str = ""
    language: str = ""
    subtitles: str | None = None
    previous: bool = False

    def values(self, span: Span, title: str, previous: str) -> dict[str, str]:
        """Return the template values for a span, by name."""
        return {
            "title": self.title or title,
            "speech": _joined(span.get("speech", [])),
            "screen_text": _joined(span.get("screen_text", [])),
            "previous": previous,
            "glossary": self.glossary,
            "language": self.language,
            "caption": str(span.get("caption", "")),
        }


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill in a template; lines whose values are all empty are left out.

    A name in braces that is not in `values` is left unchanged.
    """
    lines = []
    for line in template.strip().splitlines():
        names = [name for name in VALUE.findall(line) if name in values]
        if not names or any(values[name].strip() for name in names):
            lines.append(VALUE.sub(lambda m: values.get(m[1], m[0]), line))
    return "\n".join(lines).strip()


def exceeds_prompt(span: Span) -> bool:
    """Whether a prompt tells only the first LONGEST characters of the speech or screen text."""
    texts = (" ".join(lines_of(span.get(name, []))) for name in ("speech", "screen_text"))
    return any(len(text) > LONGEST for text in texts)


def _joined(entries: Sequence[SpeechEntry | TextEntry]) -> str:
    """Join the texts of timed entries, truncated to LONGEST characters."""
    whole = " ".join(lines_of(entries))
    return whole if len(whole) <= LONGEST else whole[:LONGEST].rsplit(" ", 1)[0] + " …"


def lines_of(entries: Sequence[SpeechEntry | TextEntry]) -> list[str]:
    """Return the texts of entries without consecutive repeats, naming each new speaker."""
    lines: list[str] = []
    before, speaking = "", ""
    for entry in entries:
        text = " ".join(str(entry.get("text", "")).split())
        speaker = " ".join(str(entry.get("speaker", "")).split())
        if text and (text, speaker or speaking) != (before, speaking):
            lines.append(f"{speaker}: {text}" if speaker not in ("", speaking) else text)
            before, speaking = text, speaker or speaking
    return lines


def user_templates(
    method: str, known: Mapping[str, str], prompt: str | None, file: Path | None, *, main: str
) -> dict[str, str]:
    """Return the templates that a user overrides: the `main` one, or by name from a TOML file.

    Raises UsageError if the file cannot be read or names a template that the method lacks.
    """
    if prompt is not None and file is not None:
        raise UsageError("give --prompt or --prompt-file, not both")
    if prompt is not None:
        return {_main(method, known, main): prompt}
    if file is None:
        return {}
    text = read_text(file)
    if file.suffix != ".toml":
        return {_main(method, known, main): text}
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is not TOML: {error}") from None
    for name, value in found.items():
        if name not in known or not isinstance(value, str):
            raise UsageError(f"{file}: {method} has the prompts {', '.join(known)}, not {name!r}")
    return found


def read_text(file: Path) -> str:
    """Read the text of a user's file. Raises UsageError, also for ``-``."""
    if str(file) == "-":
        raise UsageError("standard input holds videos and spans: name a file, not -")
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read {file}: it is not text in UTF-8") from None


def read_schema(file: Path) -> dict[str, Any]:
    """Read a JSON Schema from a user's file. Raises UsageError unless an object can follow it.

    Warns of formats that answers are not checked for.
    """
    from vtk.models.llm.grammar import contradiction
    from vtk.models.llm.json_schema import check_schema, unchecked_formats

    try:
        found = orjson.loads(read_text(file))
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{file} is not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("type", "object") != "object":
        raise UsageError(f"{file} is not the JSON Schema of an object")
    check_schema(found)
    if why := contradiction({**found, "type": "object"}):
        raise UsageError(f"no answer can follow {file}: {why}")
    if unknown := unchecked_formats(found):
        log.warning("nothing here checks that answers have the format %s", ", ".join(unknown))
    return found


def _main(method: str, known: Mapping[str, str], main: str) -> str:
    if main not in known:
        raise UsageError(
            f"{method} has several prompts ({', '.join(known)}): give a file of them, "
            "--prompt-file PROMPTS.toml, such as --show-prompt prints"
        )
    return main


def to_toml(templates: Mapping[str, str]) -> str:
    """Return the templates as TOML, for a user to read, edit and pass back."""
    blocks = []
    for name, text in templates.items():
        body = text.strip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        blocks.append(f'{name} = """\n{body}\n"""\n')
    return "\n".join(blocks)
