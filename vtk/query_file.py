"""A file of queries: one a line, as text or as a JSON object."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from vtk.errors import OpenError, UsageError

Fields = Mapping[str, tuple[type, ...]]


def query_lines(path: Path, fields: Fields) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield where each query stands ("FILE, line 3"), and its fields, by name and type.

    A line that is no JSON object is a query's text; empty lines do not count. Raises OpenError, and
    UsageError, with the number of the line, for what is no query, and for a file without any.
    """
    if str(path) == "-":
        raise UsageError("queries are read from a file: standard input is for spans")
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as error:
        raise OpenError(f"cannot read {path}: {error.strerror}") from None
    if not any(line.strip() for line in lines):
        raise UsageError(f"{path} has no queries")
    for number, line in enumerate(lines, 1):
        if line.strip():
            where = f"{path}, line {number}"
            try:
                yield where, _entry(line.decode().strip(), fields)
            except UnicodeDecodeError:
                told = f"iconv -f latin1 -t utf-8 {path} converts Latin-1"
                raise UsageError(f"{where}: not UTF-8; {told}") from None
            except UsageError as error:
                raise UsageError(f"{where}: {error}") from None


def _entry(text: str, fields: Fields) -> dict[str, Any]:
    if not re.match(r'\{\s*(["}]|$)', text):
        return {"query": text}
    try:
        entry: dict[str, Any] = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"not JSON: {error}") from None
    for key, value in entry.items():
        if key not in fields:
            raise UsageError(f"a query has no {key!r}, only {', '.join(fields)}")
        if not isinstance(value, fields[key]) or isinstance(value, bool):
            raise UsageError(f"{key} cannot be {value!r}")
    return entry
