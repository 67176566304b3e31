"""Spans as table rows: comma-separated (RFC 4180) or tab-separated values.

Text that a spreadsheet would take for a formula gets a leading apostrophe, since it may come from
a video or a model (OWASP, CSV Injection).
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any, Literal

import orjson

from vtk.errors import UsageError
from vtk.export.aegisub import Indexes
from vtk.export.clock import FrameClock, counts
from vtk.export.files import TextFormat, with_timed_shots
from vtk.media.video.frame_index import frame_index
from vtk.schema import PROPERTIES
from vtk.span import Span
from vtk.times import stamp
from vtk.transcribe import with_speech

FIELDS = (
    *("video", "start", "end", "kind", "index", "cue.type", "score"),
    *("title", "caption", "query", "evidence"),
)
ENTRY = ("video", "start", "end", "speaker", "text")
SCENES = (
    *("Scene Number", "Start Frame", "Start Timecode", "Start Time (seconds)"),
    *("End Frame", "End Timecode", "End Time (seconds)"),
    *("Length (frames)", "Length (timecode)", "Length (seconds)"),
)
TIMECODES = ("start_timecode", "end_timecode")
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")


def table(
    form: Literal["csv", "tsv"] = "csv",
    *,
    fields: str | None = None,
    timecodes: bool = False,
    scenes: bool = False,
    each: str | None = None,
    rate: Fraction | None = None,
    drop: bool | None = None,
) -> TextFormat:
    """A table format: one row for each span.

    The columns are `fields`, comma-separated names, by default FIELDS; a name may be nested:
    ``transition.type``. `timecodes` adds start_timecode and end_timecode; `rate` and `drop` are as
    in `clock.counts`. With `each`, the name of a field with timed texts, each of these texts is a
    row, by default with the columns ENTRY. With `scenes`, the columns are those of PySceneDetect's
    scene list of one video: frames are counted in the file itself from 1, times from the first
    frame. Raises UsageError for an empty field name, for columns given together with `scenes`, and
    at the end for a field that the schema does not know and no span has.
    """
    if scenes:
        if fields is not None or timecodes or each:
            raise UsageError(
                "--scene-list has columns of its own: leave out --fields and --timecode"
            )
        index = lru_cache(maxsize=1)(frame_index)
        listed = partial(_text, form, SCENES, partial(_scene, index))
        return TextFormat(form, form, listed, lambda span: index(span.video))
    usual = ENTRY if each else FIELDS
    names = usual if fields is None else tuple(name.strip() for name in fields.split(","))
    if not all(names):
        raise UsageError("the name of a field is empty: write video,start,end")
    prepare = partial(_parts, each) if each else with_timed_shots
    count = counts(rate, drop)
    doubtful = [name for name in names if not _is_known(name, each)]
    if not timecodes:
        text = partial(_text, form, names, partial(_row, names, None), doubtful=doubtful)
        return TextFormat(form, form, text, prepare=prepare, mixed=True)
    row = partial(_row, names, count)
    text = partial(_text, form, names + TIMECODES, row, doubtful=doubtful)
    return TextFormat(form, form, text, lambda span: count(span.video), prepare=prepare, mixed=True)


def _parts(field: str, spans: Iterable[Span]) -> Iterator[Span]:
    """A span for each timed text of a field; a text that two spans share only once."""
    latest: list[Any] = []
    for span in with_speech(spans) if field == "speech" else with_timed_shots(spans):
        known = [] if span.failed else span.get(field)
        found = [entry for entry in known or () if _said(entry)] if isinstance(known, list) else []
        if span.failed:
            yield span
        for entry in found:
            if entry not in latest:
                times = {"start": entry.get("t", span.start), "end": span.end}
                yield Span({"video": span.video, **times, **entry})
        latest = found


def _text(
    form: str,
    names: Iterable[str],
    row: Callable[[int, Span], Iterable[Any]],
    spans: Iterator[Span],
    *,
    doubtful: Iterable[str] = (),
) -> Iterator[str]:
    """The lines of a table. Raises UsageError if no span has a field that is `doubtful`."""
    yield _line(names, form)
    missing, seen = [*doubtful], dict[str, None]()
    for number, span in enumerate(spans, 1):
        if missing:
            missing = [name for name in missing if _value(span, name) is None]
            seen |= dict.fromkeys(span)
        yield _line(row(number, span), form)
    if missing and seen:
        gone = " or ".join(map(repr, missing))
        raise UsageError(f"no span has the field {gone}: there are {', '.join(seen)}")


def _is_known(name: str, each: str | None) -> bool:
    """Whether the schema has a field, by its name or path, of spans or of the entries of `each`."""
    own: Any = PROPERTIES.get(each or "", {}).get("items", {}).get("properties", {})
    properties = {"video": {}, **(own or PROPERTIES)} if each else PROPERTIES
    for part in name.split("."):
        if properties is None or part not in properties:
            return False
        properties = properties[part].get("properties")
    return True


def _row(
    names: Iterable[str], count: Callable[[str], FrameClock] | None, _: int, span: Span
) -> Iterator[Any]:
    yield from (_value(span, name) for name in names)
    if count is not None:
        known = count(span.video)
        yield from (known.timecode(known.frame(time)) for time in (span.start, span.end))


def _scene(index: Indexes, number: int, span: Span) -> Iterator[Any]:
    known = index(span.video)
    first, last = known.number(span.start), known.number(span.end)
    start, end = (max(0.0, time - known.start) for time in (span.start, span.end))
    yield from (number, first + 1, stamp(start), f"{start:.3f}", last, stamp(end), f"{end:.3f}")
    yield from (last - first, stamp(end - start), f"{end - start:.3f}")


def _value(span: Span, field: str) -> Any:
    """The value of a field by its name or dotted path; None if there is none."""
    if field in span:
        return span[field]
    value: Any = span
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _line(cells: Iterable[Any], form: str) -> str:
    """A row of cells, with its line end."""
    found = [_cell(value) for value in cells]
    if form == "tsv":
        found = [re.sub(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", " ", cell) for cell in found]
    file = io.StringIO()
    csv.writer(file, delimiter="," if form == "csv" else "\t").writerow(found)
    return file.getvalue().removesuffix("\r\n") + "\n"  # csv's \r\n makes it quote both in cells


def _cell(value: Any) -> str:
    """A value as text that is safe in a spreadsheet; numbers are unchanged."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return orjson.dumps(value).decode()
    if isinstance(value, list) and value and all(_said(entry) for entry in value):
        value = " ".join(entry["text"] for entry in value)
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f"'{text}" if _FORMULA.match(text) else text


def _said(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("text"), str)
