"""Conditions of a search as SQL for the engine."""

from collections.abc import Callable, Iterable, Sequence

from vtk.store.collection import Where, matches

NOTHING = "false"


def sql(where: Where, videos: Callable[[], Sequence[str]]) -> str | None:
    """Return the conditions as SQL; None without any, `NOTHING` if no span can fulfil them.

    `videos` gives the names of all videos; shell patterns are compared with these here, so that
    they mean the same as for a stream.
    """
    parts = [f"array_has(tags, {quoted(tag)})" for tag in where.tags]
    if where.videos:
        found = [name for name in videos() if matches(name, where.videos)]
        if not found:
            return NOTHING
        parts.append(among("video", found))
    if where.kinds:
        parts.append(among("kind", where.kinds))
    if where.after > float("-inf"):
        parts.append(f"start >= {where.after!r}")
    if where.before < float("inf"):
        parts.append(f"`end` <= {where.before!r}")
    if where.longer > 0:
        parts.append(f"`end` - start >= {where.longer!r}")
    if where.shorter < float("inf"):
        parts.append(f"`end` - start <= {where.shorter!r}")
    return " AND ".join(parts) or None


def among(column: str, values: Iterable[str]) -> str:
    """Return the SQL condition that a column has one of some values."""
    return f"{column} IN ({', '.join(map(quoted, values))})"


def quoted(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
