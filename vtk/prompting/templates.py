"""What a model is told of a span: the prompts as templates, and what fills them.

A template has the names of values in braces. A line all of whose values are empty is left out, so
one template serves spans with and without speech. Values are put in as they are, once: what a
video says in braces stays text.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from vtk.errors import UsageError
from vtk.span import Span

VALUE = re.compile(r"\{([a-z_]+)\}")
LONGEST = 2000  # characters of speech and of text on screen that a model is told

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
    """What is told besides the pictures.

    `prompts` replace templates of the method by name. `title` and `glossary` are told as they are;
    with `previous`, the caption of the span before is told as well. `language` is a code or a name,
    of the answers; `subtitles` is the code of the subtitles that are told as speech.
    """

    prompts: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    glossary: str = ""
    language: str = ""
    subtitles: str | None = None
    previous: bool = False

    def values(self, span: Span, title: str, previous: str) -> dict[str, str]:
        """What is known of a span, by the names that templates use."""
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
    """The template with its values; lines whose values are all empty are left out.

    A name that is no value stays as it stands.
    """
    lines = []
    for line in template.strip().splitlines():
        names = [name for name in VALUE.findall(line) if name in values]
        if not names or any(values[name].strip() for name in names):
            lines.append(VALUE.sub(lambda m: values.get(m[1], m[0]), line))
    return "\n".join(lines).strip()


def _joined(entries: list[dict[str, Any]]) -> str:
    """The texts of timed entries, cut where there are too many."""
    whole = " ".join(lines_of(entries))
    return whole if len(whole) <= LONGEST else whole[:LONGEST].rsplit(" ", 1)[0] + " …"


def lines_of(entries: list[dict[str, Any]]) -> list[str]:
    """The texts of timed entries, none twice in a row, where another speaks after the name."""
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
    """The templates that a user replaces: the `main` one, or by name from a TOML file.

    Raises UsageError for a file that cannot be read or names a template that the method has not.
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
    """The text of a user's file. Raises UsageError."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from None


def read_schema(file: Path) -> dict[str, Any]:
    """The JSON Schema of a user's file. Raises UsageError where it is not one of an object."""
    try:
        found = orjson.loads(read_text(file))
    except orjson.JSONDecodeError as error:
        raise UsageError(f"{file} is not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("type", "object") != "object":
        raise UsageError(f"{file} is not the JSON Schema of an object")
    return found


def _main(method: str, known: Mapping[str, str], main: str) -> str:
    if main not in known:
        raise UsageError(
            f"{method} has several prompts ({', '.join(known)}): give a file of them, "
            "--prompt-file PROMPTS.toml, such as --show-prompt prints"
        )
    return main


def to_toml(templates: Mapping[str, str]) -> str:
    """The templates as TOML, for a user to read, change and give back."""
    blocks = []
    for name, text in templates.items():
        body = text.strip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        blocks.append(f'{name} = """\n{body}\n"""\n')
    return "\n".join(blocks)
