"""The approximate index of vectors: IVF_RQ of Lance, built from EXACT spans on.

Vectors are grouped by k-means, and each is kept as one bit a dimension, by which its distance is
estimated without bias (RaBitQ: Gao & Long, SIGMOD 2024); the best are compared again as they are.
How many groups a search looks at, and how many rows it compares again, decides what it finds: the
fewest that reach RECALL are found by searching for some rows themselves, moved as far away as the
queries of another modality are (Liang et al., "Mind the gap", NeurIPS 2022, measured a constant
shift between pictures and texts). What the test found is kept.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import orjson

from vtk.embedding import unit
from vtk.store.collection import Vectors
from vtk.store.index.columns import Column, Half, models

EXACT = 300_000  # spans; fewer are searched exactly
STALE = 0.2  # share of rows that came after the index was trained, from which it is trained anew
BITS = 1
GROUP = 4096  # vectors, about
TRAINING = {"max_iterations": 10, "sample_rate": 64}
RECALL = 0.97  # of the 10 nearest, that the test must find
REFINE = (10, 30, 100)  # times as many candidates are compared as they are
TRIED = (10, 20, 40, 60, 90, 130, 200, 300, 500, 1000)
QUERIES = 100
SHIFT = 0.8  # length of the shift that all queries of the test have in common
NOISE = 0.6  # and of the difference of two rows, which each has besides
CHUNK = 16_384  # rows


@dataclass(frozen=True)
class Setting:
    """How to search the approximate index of a column, and what that finds."""

    nprobes: int  # groups to look at
    refine: int  # times as many candidates are compared as they are
    recall: float  # of the 10 nearest, in the test
    rows: int  # when the index was trained


def settings(table: Any) -> dict[Column, Setting]:
    """Return how to search each column that has an approximate index."""
    kept = table.config()
    there = {field for index in table.describe_indices() for field in index.field_names}
    return {
        column: Setting(**orjson.loads(kept[_key(column)]))
        for column in models(table.schema).values()
        if _key(column) in kept and column.one in there
    }


def forget(table: Any, column: Column) -> None:
    """Remove what is kept about the index of a column."""
    if _key(column) in table.config():
        table.delete_config_keys([_key(column)])


def build(table: Any, column: Column) -> Setting:
    """Train the index of a column anew, test it, and keep how to search it."""
    groups = max(table.count_rows() // GROUP, 1)
    table.create_index(
        column.one,
        "IVF_RQ",
        metric="cosine",
        num_partitions=groups,
        num_bits=BITS,
        replace=True,
        **TRAINING,
    )
    setting = _tested(table, column, groups)
    table.update_config({_key(column): orjson.dumps(asdict(setting)).decode()})
    return setting


def _key(column: Column) -> str:
    return f"vtk.search.{column.one}"


def _tested(table: Any, column: Column, groups: int) -> Setting:
    rows = table.count_rows()
    queries = _queries(table, column, rows)
    truth = _truth(table, column, queries)
    recall, nprobes, refine = 0.0, groups, REFINE[0]
    fewer = [(count, REFINE[0]) for count in TRIED if count < groups]
    for nprobes, refine in [*fewer, *((groups, refine) for refine in REFINE)]:
        found = [_found(table, column, query, nprobes, refine) for query in queries]
        pairs = zip(found, truth, strict=True)
        recall = float(np.mean([len(own & right) / len(right) for own, right in pairs]))
        if recall >= RECALL:
            break
    return Setting(nprobes, refine, round(recall, 4), rows)


def _queries(table: Any, column: Column, rows: int) -> Vectors:
    """Return unit vectors (QUERIES, dim) as far from all rows as queries by text are."""
    random = np.random.default_rng(0)
    chosen = np.sort(random.choice(rows, min(4 * QUERIES, rows), replace=False))
    taken = table.take(chosen.tolist(), columns=[column.one]).column(0).drop_null()
    flat = taken.combine_chunks().flatten().to_numpy(zero_copy_only=False).astype(np.float32)
    found = random.permutation(unit(flat.reshape(-1, column.dim)))
    third = max(len(found) // 3, 1)
    base, one, other = (np.resize(part, (third, column.dim)) for part in _thirds(found, third))
    shift = unit(random.standard_normal((1, column.dim), np.float32))
    return unit(base + SHIFT * shift + NOISE * unit(one - other))[:QUERIES]


def _thirds(found: Vectors, third: int) -> tuple[Vectors, Vectors, Vectors]:
    return found[:third], found[third : 2 * third], found[2 * third : 3 * third]


def _truth(table: Any, column: Column, queries: Vectors) -> list[set[int]]:
    """Return the addresses of the 10 nearest rows of each query."""
    best = np.full((len(queries), 10), -2, np.float32)
    places = np.zeros((len(queries), 10), np.int64)
    scanner = table.scanner(
        columns=[column.one],
        filter=f"{column.one} IS NOT NULL",
        batch_size=CHUNK,
        batch_readahead=2,
        fragment_readahead=1,
        with_row_address=True,
    )
    for batch in scanner.to_batches():
        flat = batch[column.one].flatten().to_numpy(zero_copy_only=False)
        vectors: Half = flat.reshape(-1, column.dim)
        scores = queries @ unit(vectors.astype(np.float32)).T
        addresses = batch["_rowaddr"].to_numpy().astype(np.int64)
        joined = np.concatenate([best, scores], 1)
        known = np.concatenate([places, np.broadcast_to(addresses, scores.shape)], 1)
        order = np.argpartition(-joined, 9, 1)[:, :10]
        best = np.take_along_axis(joined, order, 1)
        places = np.take_along_axis(known, order, 1)
    return [set(row.tolist()) for row in places]


def _found(table: Any, column: Column, query: Vectors, nprobes: int, refine: int) -> set[int]:
    nearest = {
        "column": column.one,
        "q": query.astype(np.float16),
        "k": 10,
        "minimum_nprobes": nprobes,
        "maximum_nprobes": nprobes,
        "refine_factor": refine,
    }
    scanner = table.scanner(columns=["_distance"], nearest=nearest, with_row_address=True)
    return set(scanner.to_table()["_rowaddr"].to_pylist())
