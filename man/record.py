"""The page of the record, vtk-span(5): every field of the schema, and what scores measure."""

from collections.abc import Iterator
from typing import Any

from man.roff import escape, finish, head
from vtk.schema import PROPERTIES

# What the field `score` of a span measures, by what wrote it, with its range.
SCORES = {
    "split": ("the probability of the boundary that began the shot", "0 to 1"),
    "split --scenes": ("how deep likeness falls at the boundary that began the scene", "0 to 1"),
    "transcribe --sounds": ("the probability of speech, music or silence", "0 to 1"),
    "chapter": ("the strength of the chapter's first boundary", "0 to 1"),
    "retrieve": ("how many rare words of the query the span has (BM25)", "above 0"),
    "retrieve --by meaning, looks": ("nearness to the query; 1 is what chance gives", "any"),
    "retrieve --same": ("the likeness of the copy to the clip", "0 to 1"),
    "retrieve --rerank": ("the probability of yes, or nats a token (likelihood)", "any"),
    "ground": ("the share of the query's weight in the moment", "0 to 1"),
    "ground --method scan": ("the share of unrelated texts that would fit less well", "0 to 1"),
    "ground --method llm, vlm": ("the confidence that the model states", "0 to 1"),
    "ground --method search": ("the probability of yes", "0 to 1"),
    "ground --highlights": ("how much the moment stands out", "0 to 1"),
    "summarize --select": ("what a second of the stretch is worth", "0 and up"),
}
RULES = """\
Every line that a vtk command reads or writes is one JSON object in UTF-8: a span, a stretch of a
video and what is known about it.

On input only video is needed: a record without start and end stands for the whole video. On
output, a record has video and either start and end, or error. Times are presentation timestamps in
seconds; end is the first moment after the span. Boxes are left, top, right and bottom as fractions
of the picture as it is displayed. Fields that vtk does not know are kept.

An empty list or text means that a command looked and found nothing; a field that is not there means
that nobody looked."""


def page() -> str:
    """The page as roff."""
    lines = [*head("vtk-span", "the record of vtk: a stretch of a video", section=5)]
    lines += [".SH DESCRIPTION"]
    for paragraph in RULES.split("\n\n"):
        lines += [".PP", *escape(paragraph).splitlines()]
    lines += [
        ".SH FIELDS",
        "A dot leads to a field inside another,",
        r"\fB[]\fR to those of the entries of a list.",
    ]
    for name, kind, meaning in _fields(PROPERTIES):
        lines += [".TP", rf"\fB{escape(name)}\fR (\fI{escape(kind)}\fR)", escape(meaning)]
    lines += [
        ".SH SCORES",
        r"The field \fBscore\fR of a span is that of the command which the last entry of",
        r"\fBmade\fR names. Higher is better.",
    ]
    for writer, (meaning, extent) in SCORES.items():
        lines += [
            ".TP",
            rf"\fBvtk {escape(writer)}\fR",
            escape(f"{meaning} ({extent})"),
        ]
    return finish(lines, ["vtk", "vtk-schema"])


def _fields(properties: dict[str, Any], before: str = "") -> Iterator[tuple[str, str, str]]:
    """Every field of a schema with its type and meaning; those of `parts` are as in a span."""
    for name, schema in properties.items():
        if "$ref" in schema:
            continue
        meaning = schema.get("description", "").replace("`", "")
        if choices := schema.get("enum"):
            meaning += f": {', '.join(choices)}"
        yield before + name, schema["type"], meaning
        many = schema["type"] == "array"
        inner = schema.get("items", {}) if many else schema
        yield from _fields(inner.get("properties", {}), f"{before}{name}{'[]' * many}.")
