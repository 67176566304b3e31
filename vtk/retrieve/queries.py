"""A file of queries: one a line, as text or as a JSON object."""

from pathlib import Path
from typing import Any

import orjson

from vtk.errors import InputError, OpenError, UsageError
from vtk.query import Query
from vtk.span import Span, parse

LISTS = ("image", "like")
FIELDS: dict[str, tuple[type, ...]] = {
    **{"query": (str,), "id": (str, int)},
    **dict.fromkeys(LISTS, (str, list)),
}


def read_queries(path: Path, **options: Any) -> list[Query]:
    """Read the queries of a file; `options` are those of every `Query`. Empty lines do not count.

    A JSON object has `query`, and if it likes `id`, `image` (files) and `like` (media fragments).
    Raises UsageError, with the number of the line, for what is no query, and OpenError.
    """
    if str(path) == "-":
        raise UsageError("queries are read from a file: standard input is for spans")
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as error:
        raise OpenError(f"cannot read {path}: {error.strerror}") from None
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_query(line.strip(), options))
            except UnicodeDecodeError:
                told = f"iconv -f latin1 -t utf-8 {path} converts Latin-1"
                raise UsageError(f"{path}, line {number}: not UTF-8; {told}") from None
            except (UsageError, InputError, ValueError) as error:
                raise UsageError(f"{path}, line {number}: {error}") from None
    if not found:
        raise UsageError(f"{path} has no queries")
    return found


def example(text: str) -> Span:
    """A stretch of a video to search by. Raises UsageError if it is none."""
    try:
        return parse(text)
    except InputError as error:
        raise UsageError(f"--like {error}") from None


def read_bank(path: Path | None) -> tuple[str, ...]:
    """The queries of a file as texts, which others are compared with; none without a file."""
    return () if path is None else tuple(each.text for each in read_queries(path) if each.text)


def _query(line: bytes, options: dict[str, Any]) -> Query:
    if not line.startswith(b"{"):
        return Query(line.decode(), **options)
    entry = orjson.loads(line)
    for key, value in entry.items():
        if key not in FIELDS:
            raise UsageError(f"a query has no {key!r}, only {', '.join(FIELDS)}")
        if not isinstance(value, FIELDS[key]):
            raise UsageError(f"{key} cannot be {value!r}")
    image, like = (_texts(entry.get(key, [])) for key in LISTS)
    if not (entry.get("query") or image or like):
        raise UsageError("there is no query")
    named = str(entry["id"]) if "id" in entry else None
    likes = tuple(parse(each) for each in like)
    return Query(entry.get("query", ""), id=named, images=image, likes=likes, **options)


def _texts(value: Any) -> tuple[str, ...]:
    texts = (value,) if isinstance(value, str) else tuple(value)
    if not all(isinstance(text, str) for text in texts):
        raise UsageError("image and like are texts or lists of texts")
    return texts
