"""What keeps the table of an index quick to search: indices, large files, no old versions."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from vtk.store.index.approximate import EXACT, STALE, build, forget, settings
from vtk.store.index.columns import TERMS, Column, models

if TYPE_CHECKING:
    from vtk.store.index.place import Place

GRACE = timedelta(hours=1)  # for readers of old versions
ROWS = 131_072  # of a file, once small ones are joined
FILES = 24  # so many more than needed are joined
# `vtk.text.Analyzer` made the terms: the engine is to split them at white space, and no more.
SPLIT = {
    "with_position": False,
    "base_tokenizer": "whitespace",
    "lower_case": False,
    "stem": False,
    "remove_stop_words": False,
    "ascii_folding": False,
    "max_token_length": None,
}

Told = Callable[[str], None]

log = logging.getLogger("vtk")


def tidy(place: "Place", *, now: bool = False) -> None:
    """Do all of it, as `vtk.store.index.compact` says."""
    with place.locked(), place.writing():
        place.set_aside(log.warning)
        table = place.open()
        mend(table, log.warning)
        compact(table, always=True)
        index(table, log.info)
        clean(table, now=now)


def unindexed(table: Any) -> int:
    """Return how many rows came after the words were indexed, and are read one by one."""
    known = {each.field_names[0]: each.num_rows_indexed for each in table.describe_indices()}
    return int(table.count_rows() - known.get(TERMS[0], 0))


def broken(table: Any) -> dict[str, str]:
    """Return the names of the indices that cannot be read, and the column of each."""
    found = {}
    for each in table.describe_indices():
        try:
            table.prewarm_index(each.name)
        except (OSError, RuntimeError, ValueError):
            found[each.name] = each.field_names[0]
    return found


def mend(table: Any, tell: Told) -> None:
    """Drop the indices that cannot be read, so that they are made anew."""
    for name, column in broken(table).items():
        tell(f"the index of {column} cannot be read, and is made anew")
        table.drop_index(name)


def index(table: Any, tell: Told) -> None:
    """Index what is new, and drop the columns of models of which nothing is left."""
    for column in models(table.schema).values():
        if not table.count_rows(f"{column.one} IS NOT NULL"):
            forget(table, column)
            table.drop_columns([column.one, column.many])
    if not table.count_rows():
        return
    there = {each.field_names[0] for each in table.describe_indices()}
    if there:
        table.optimize.optimize_indices()
    if "video" not in there:
        table.create_scalar_index("video", "BTREE")
    for name in TERMS:
        if name not in there:
            table.create_scalar_index(name, "INVERTED", **SPLIT)
    for column in models(table.schema).values():
        _index_vectors(table, column, tell)


def _index_vectors(table: Any, column: Column, tell: Told) -> None:
    rows = table.count_rows(f"{column.one} IS NOT NULL")
    if rows < EXACT:
        forget(table, column)
        return
    kept = settings(table).get(column)
    if kept and abs(table.count_rows() - kept.rows) <= STALE * kept.rows:
        return
    tell(f"making an approximate index of {rows} vectors, which takes some minutes")
    made = build(table, column)
    tell(f"it finds {made.recall:.1%} of the 10 nearest")


def compact(table: Any, *, always: bool = False) -> None:
    """Join small files and leave deleted rows out, if it is worth it or `always`."""
    fragments = table.get_fragments()
    deleted = sum(fragment.num_deletions for fragment in fragments)
    needed = -(-table.count_rows() // ROWS)
    if always or len(fragments) > needed + FILES or deleted > STALE * table.count_rows():
        table.optimize.compact_files(target_rows_per_fragment=ROWS, batch_size=1024, num_threads=1)


def clean(table: Any, *, now: bool = False) -> None:
    """Remove versions that are older than GRACE; with `now`, all but the last."""
    older = timedelta(0) if now else GRACE
    table.cleanup_old_versions(older_than=older, error_if_tagged_old_versions=False)
