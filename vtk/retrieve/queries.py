"""A file of queries: one a line, as text or as a JSON object."""

from pathlib import Path
from typing import Any

from vtk.errors import InputError, UsageError
from vtk.query import Query
from vtk.query_file import query_lines
from vtk.span import Span, parse

LISTS = ("image", "like")
FIELDS: dict[str, tuple[type, ...]] = {
    **{"query": (str,), "id": (str, int)},
    **dict.fromkeys(LISTS, (str, list)),
}


def read_queries(path: Path, **options: Any) -> list[Query]:
    """Read the queries of a file; `options` are those of every `Query`.

    A JSON object has `query`, and if it likes `id`, `image` (files) and `like` (media fragments).
    Raises as `vtk.query_file.query_lines`.
    """
    found = []
    for where, entry in query_lines(path, FIELDS):
        try:
            found.append(_query(entry, options))
        except (UsageError, InputError) as error:
            raise UsageError(f"{where}: {error}") from None
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


def _query(entry: dict[str, Any], options: dict[str, Any]) -> Query:
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
