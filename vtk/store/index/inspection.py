"""What is in an index, and whether it is whole."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vtk.errors import DamagedError, InputError, VtkError
from vtk.span import load
from vtk.store.index import upkeep
from vtk.store.index.approximate import settings
from vtk.store.index.columns import TERMS, models, to_row
from vtk.store.index.place import RESTORE, Place
from vtk.store.index.videos import fingerprint_of, is_gone
from vtk.text import Analyzer

if TYPE_CHECKING:
    from vtk.store.index.reader import LanceIndex


COMPACT = "vtk index compact"


def info(table: Any, index: "LanceIndex") -> dict[str, Any]:
    """Return what is in an index: counts, models and how they are searched, sizes in bytes."""
    found = settings(table)
    embeddings = []
    for model, column in models(table.schema).items():
        told: dict[str, Any] = {"of": model.of, "model": model.name, "dim": column.dim}
        told["spans"] = table.count_rows(f"{column.one} IS NOT NULL")
        told["search"] = "exact"
        if chosen := found.get(column):
            told |= {"search": "approximate", "recall": chosen.recall, "nprobes": chosen.nprobes}
        embeddings.append(told)
    stats = table.stats.dataset_stats()
    indices = {each.field_names[0]: each.total_size_bytes or 0 for each in table.describe_indices()}
    return {
        "index": index.place,
        "videos": len(index.videos()),
        "spans": len(index),
        "without_words": table.count_rows("terms = ''"),
        "language": index.language,
        "embeddings": embeddings,
        "not_yet_indexed": upkeep.unindexed(table) if len(index) else 0,
        "bytes": sum(each.bytes_on_disk for each in table.stats.data_stats().fields),
        "bytes_of_indices": sum(indices.values()),
        "files": stats["num_fragments"] if isinstance(stats, dict) else stats.num_fragments,
        "version": table.version,
        "format": int(table.schema.metadata[b"vtk.index"]),
    }


def verify(place: Place) -> Iterator[str]:
    """Yield what is wrong, each as a sentence.

    Reads the list of files of each version, the indices of the columns, and every row up to one
    that cannot be read: its record is parsed and made a row again, whose identity, words and number
    of vectors must be those of the table. Names may not come twice. Files of videos that are here
    must be as they were; where one is gone or was changed, that is told too.
    """
    from vtk.store.index.reader import LanceIndex

    try:
        table = place.open()
    except DamagedError as error:
        yield str(error)
        return
    for version, path, why in place.unreadable():
        told = f"{path}, of the old version {version}, cannot be read ({why})"
        yield f"{told}: {COMPACT} sets it aside"
    index = LanceIndex(place, table)
    for column in upkeep.broken(table).values():
        yield f"the index of {column} cannot be read: {COMPACT} makes it anew"
    files: dict[str, str] = {}
    try:
        yield from _rows(index, files)
    except DamagedError as error:
        yield f"{str(error).rpartition('; ')[0]}; {RESTORE}"
    for name, fingerprint in files.items():
        if fingerprint and is_gone(name):
            yield f"{name} is gone: vtk index add --prune drops it"
        elif fingerprint and fingerprint_of(name) != fingerprint:
            yield f"{name} was changed: add it anew"


def _rows(index: "LanceIndex", files: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with rows, and note the fingerprint of each video's file."""
    analyzer = Analyzer(index.language)
    seen: set[bytes] = set()
    columns = ["id", "digest", "video", "fingerprint", *TERMS, *index.whole]
    for batch in index.batches(columns):
        rows = batch.select(columns[: 4 + len(TERMS)]).to_pylist()
        try:
            spans = list(index.read(batch))
        except (InputError, DamagedError, KeyError, TypeError):
            first = rows[0]["video"]
            yield f"records do not parse, beginning with one of {first}; {RESTORE}"
            continue
        for row, span in zip(rows, spans, strict=True):
            files.setdefault(row["video"], row["fingerprint"])
            if row["id"] in seen:
                yield f"{span.fragment} is there twice"
            seen.add(row["id"])
            try:
                values = to_row(load(span.dump()), analyzer).values
            except VtkError as error:
                yield f"{span.fragment}: {error}"
                continue
            if values["id"] != row["id"] or values["video"] != row["video"]:
                yield f"{span.fragment} is filed under another name"
            if any(values[name] != row[name] for name in TERMS):
                yield f"the words of {span.fragment} are indexed otherwise"
