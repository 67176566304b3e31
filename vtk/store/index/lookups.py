"""What is looked up in an index beside a search: weights of models, videos, kinds, spellings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Any, Protocol

import numpy as np

from vtk.embedding import entries
from vtk.passages import passages
from vtk.span import Span
from vtk.spelling import beginnings, nearest, tolerated
from vtk.store.collection import Rows
from vtk.store.index.columns import models
from vtk.store.index.where import NOTHING, among
from vtk.text import Analyzer


class Reader(Protocol):
    """What is asked of an open index, `vtk.store.index.reader.LanceIndex`."""

    language: str

    @property
    def whole(self) -> list[str]: ...

    def read(self, table: Any) -> Iterator[Span]: ...

    def batches(self, columns: list[str], condition: str | None = None) -> Iterator[Any]: ...

    def rows_of(self, table: Any) -> Rows: ...

    def resembling(self, term: str, most: int) -> list[int]: ...

    def spans(self, rows: Sequence[int]) -> list[Span]: ...


def weights(index: Reader, table: Any, of: str) -> dict[str, str]:
    """The SHA-256 of the weights of models, by name, as one span of each has it."""
    found = {}
    for model, column in models(table.schema).items():
        if model.of != of:
            continue
        some = table.to_table(index.whole, f"{column.one} IS NOT NULL", limit=1)
        for span in index.read(some):
            named = (each for each in entries(span, of) if each["model"] == model.name)
            found.update({each["model"]: each.get("sha256", "") for each in named})
    return {name: sha256 for name, sha256 in found.items() if sha256}


def extents(index: Reader, videos: Iterable[str]) -> dict[str, tuple[float, float]]:
    """The first start and the last end of the spans of each video."""
    found = dict.fromkeys(videos, (inf, -inf))
    names = ["video", "start", "end"]
    for batch in index.batches(names, among("video", found)) if found else ():
        for video, start, end in zip(*(batch[n].to_pylist() for n in names), strict=True):
            found[video] = min(found[video][0], start), max(found[video][1], end)
    return found


def fingerprints(index: Reader) -> dict[str, str]:
    """The fingerprint of each video, empty where its file could not be read."""
    found: dict[str, str] = {}
    for batch in index.batches(["video", "fingerprint"]):
        names, own = batch["video"].to_pylist(), batch["fingerprint"].to_pylist()
        found.update(zip(names, own, strict=True))
    return found


def values(index: Reader, column: str) -> list[str]:
    """What a column of texts has, each once, in order."""
    found: set[str] = set()
    for batch in index.batches([column]):
        found.update(filter(None, batch[column].unique().to_pylist()))
    return sorted(found)


def listed(index: Reader, condition: str | None, n: int) -> Rows:
    """The first `n` rows (0: all) under a condition, by video and start."""
    found: list[tuple[str, float, int]] = []
    for batch in index.batches(["video", "start"], condition) if condition != NOTHING else ():
        columns = (batch["video"].to_pylist(), batch["start"].to_pylist(), index.rows_of(batch))
        found += zip(*columns, strict=True)
        if n:
            found = sorted(found)[:n]
    return np.array([row for *_, row in sorted(found)], np.int64)


def meant(index: Reader, term: str, word: str) -> dict[str, str]:
    """The terms that stand for that of a word which no span has, each with a word."""
    most = max(tolerated(term), tolerated(word))
    rows: set[int] = set()
    for each in sorted(beginnings(term, word)) if most else ():
        rows.update(index.resembling(each, most))
    analyzer = Analyzer(index.language)
    texts = (p.text for span in index.spans(sorted(rows)) for p in passages(span))
    return nearest(term, word, Counter(pair for text in texts for pair in analyzer.pairs(text)))
