"""Output other than JSON, a line a span: media fragments, and templates of the user."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from os.path import basename, splitext
from typing import Any

from vtk.errors import UsageError
from vtk.span import Span, file_url, local_path
from vtk.stream.terminal import printable
from vtk.stream.writer import Lines, Output
from vtk.times import clock, rounded

log = logging.getLogger("vtk")

_FIELD = re.compile(r"\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}|[{}]")
_NUMBER = re.compile(r"0?\d{0,2}(?:\.\d{1,2})?[fge%]|0?\d{0,2}d")
_PLACE = re.compile(r"\[(\d+)\]")  # of an entry, as keyframes[0], which is also keyframes.0
_ESCAPES = {r"\t": "\t", r"\n": "\n", r"\\": "\\"}
_ESCAPE = re.compile(r"\\[tn\\]")

# What a template may name besides the fields of a span.
_MADE: dict[str, Callable[[Span], Any]] = {
    "uri": lambda span: _uri(span),
    "name": lambda span: basename(span.video) or span.video,
    "stem": lambda span: splitext(basename(span.video) or span.video)[0],
    "duration": lambda span: rounded(span.end - span.start) if "end" in span else None,
    "json": lambda span: span.dump().decode().rstrip("\n"),
}

Part = str | tuple[str, str]  # literal text, or the path of a field and its format


def uri_lines() -> Lines:
    """Write each span as its media fragment, ``talk.mp4#t=12,19``; error records as nothing."""
    return Lines(lambda span: _line("" if span.failed else printable(_uri(span)) + "\n"))


@dataclass(frozen=True)
class TemplateLines:
    """Writes a line of text for each span.

    It warns of fields that none of the spans had, and of formats that met no number.
    """

    parts: list[Part]
    whole_lines: bool = True

    def write(self, spans: Iterator[Span], output: Output) -> None:
        """Write the spans; error records as nothing."""
        fields = [part for part in self.parts if isinstance(part, tuple)]
        missing = dict.fromkeys(path for path, _ in fields)
        unused = dict.fromkeys((path, form) for path, form in fields if form)
        written = False

        def dump(span: Span) -> bytes:
            nonlocal written
            if span.failed:
                return b""
            written = True
            for path in [path for path in missing if _of(path, span) is not None]:
                del missing[path]
            for field in [field for field in unused if _is_number(_of(field[0], span))]:
                del unused[field]
            return _line(self.text(span) + "\n")

        Lines(dump).write(spans, output)
        if written and missing:
            log.warning("no result has %s: see vtk schema", " or ".join(map(repr, missing)))
        for path, form in unused if written else ():
            if path not in missing:
                log.warning(
                    "{%s:%s}: no result has a number there, so it is shown as it is", path, form
                )

    def text(self, span: Span) -> str:
        """The line of a span, without its end."""
        return "".join(p if isinstance(p, str) else _shown(*p, span) for p in self.parts)


def template_lines(template: str) -> TemplateLines:
    r"""Write each span by a template such as ``{start:hms}\t{title}``.

    A field is named by its path (``{keyframes.0.t}``); ``uri``, ``name`` (of the file, without its
    folder), ``stem`` (without its ending too), ``duration`` and ``json`` are there as well. After a
    colon stands ``hms`` for a clock time or a format of Python's for numbers (``.2f``). A missing
    field is empty, a list of texts is joined by spaces. Raises UsageError for what is no template.
    """
    if not template:
        raise UsageError("the template is empty: name a field, as in '{start:hms} {title}'")
    return TemplateLines(list(_parts(template)))


def _uri(span: Span) -> str:
    """The media fragment; of a name with what a line cannot hold, that of its URL."""
    path = local_path(span.video)
    if path is None or printable(path) == path:
        return span.fragment
    return Span({**span, "video": file_url(path)}).fragment


def _line(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _parts(template: str) -> Iterator[Part]:
    """Yield the literal texts and the fields of a template."""
    at = 0
    for match in _FIELD.finditer(template):
        yield _unescaped(template[at : match.start()])
        at = match.end()
        if match[0] in ("{{", "}}"):
            yield match[0][0]
        elif match[1]:
            yield _field(match[1], match[2] or "")
        else:
            raise UsageError(
                f"{template!r} is not a template: write {{field}}, and {{{{ for a brace"
            )
    yield _unescaped(template[at:])


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPES[match[0]], text)


def _field(path: str, form: str) -> Part:
    path = _PLACE.sub(r".\1", path)
    if form not in ("", "hms") and not _NUMBER.fullmatch(form):
        raise UsageError(f"{form!r} is not a format for {{{path}}}: use hms, .2f or 03d")
    return path, form


def _of(path: str, span: Span) -> Any:
    return _MADE[path](span) if path in _MADE else _value(span, path.split("."))


def _shown(path: str, form: str, span: Span) -> str:
    value = _of(path, span)
    if _is_number(value):
        if form == "hms":
            return clock(value, decimals=3)
        return format(round(value) if form.endswith("d") else value, form)
    return printable(" ".join(_text(value).split()))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _value(value: Any, path: list[str]) -> Any:
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _text(value: Any) -> str:
    """Return a value as text: a list of entries by their texts."""
    if isinstance(value, list):
        return " ".join(map(_text, value))
    if isinstance(value, dict):
        return str(value["text"]) if "text" in value else Span(value).dump().decode()
    return "" if value is None else str(value)
