"""Spans as a Parquet file: one row for each span, its most common fields as columns.

The format of https://parquet.apache.org, written by pyarrow. Rows are written in groups, so that
memory does not grow with their number.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vtk.errors import MissingError, OutputError, UsageError
from vtk.export import tell_left_out
from vtk.output import atomic, os_errors
from vtk.span import Span
from vtk.split import with_shots

COLUMNS = {
    "video": "string",
    "start": "float64",  # seconds
    "end": "float64",
    "kind": "string",
    "index": "int64",
    "score": "float64",
    "title": "string",
    "caption": "string",
    "summary": "string",
    "speech": "string",  # the joined texts, in time order
    "screen_text": "string",
    "keyframes": "list",  # time of each keyframe in seconds
    "record": "string",  # the whole span as JSON
}
GROUP = 10_000  # most rows in a row group
GROUP_BYTES = 32 * 2**20  # bytes of records after which a row group ends
LARGEST = 2**63 - 1  # largest value of an integer column


def parquet(spans: Iterable[Span], file: Path) -> Iterator[Span]:
    """Yield the spans, each written as a row of `file`, which appears after the last span.

    Error records are left out; if there are only error records, an existing file is kept. Whole
    videos are split into shots first. Raises MissingError without pyarrow, UsageError for a name
    that does not end in .parquet or .pq, OutputError.
    """
    if file.suffix.lower() not in (".parquet", ".pq"):  # else an input could be overwritten
        raise UsageError(f"{file} does not end in .parquet; the file to write comes first")
    arrow, writer = _library()
    target = Path(os.path.realpath(file))
    if target.is_dir():
        raise OutputError(f"cannot write {file}: it is a folder")
    types = {"list": arrow.list_(arrow.float64())}
    schema = arrow.schema(
        [(name, types.get(kind) or arrow.type_for_alias(kind)) for name, kind in COLUMNS.items()]
    )
    written = failed = 0
    with (
        atomic(target, lambda: written > 0 or not failed) as sink,
        os_errors(file),
        writer(sink, schema, compression="zstd") as table,
    ):
        rows: list[dict[str, Any]] = []
        size = 0
        for span in with_shots(spans, timed=True):
            if span.failed:
                failed += 1
                yield span
                continue
            rows.append(row(span))
            written += 1
            size += len(rows[-1]["record"])
            if len(rows) >= GROUP or size >= GROUP_BYTES:
                table.write_table(arrow.Table.from_pylist(rows, schema))
                rows, size = [], 0
            yield Span(span).with_provenance("export parquet")
        if rows:
            table.write_table(arrow.Table.from_pylist(rows, schema))
    tell_left_out(failed)


def row(span: Span) -> dict[str, Any]:
    """The columns of a span; None for a field that it does not have."""
    found = {name: span.get(name) for name in COLUMNS}
    for name in ("speech", "screen_text"):
        if name in span:
            found[name] = " ".join(entry["text"] for entry in span[name])
    if "keyframes" in span:
        found["keyframes"] = [entry["t"] for entry in span["keyframes"]]
    if "score" in span:
        found["score"] = float(span["score"])
    if span.get("index", 0) > LARGEST:
        found["index"] = None  # too large for the column; `record` still has the value
    return {**found, "record": span.dump().decode().rstrip("\n")}


def _library() -> tuple[Any, Any]:
    """Import pyarrow and its Parquet writer. Raises MissingError if they are not available."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError as error:
        hint = "pip install 'video-text-kit[parquet]'"
        if isinstance(error, ModuleNotFoundError) and error.name == "pyarrow":
            raise MissingError(f"a Parquet file needs pyarrow: {hint}") from None
        raise MissingError(f"pyarrow does not load ({error}): {hint}") from None
    return pyarrow, ParquetWriter
