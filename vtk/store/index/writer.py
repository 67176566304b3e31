"""Changes to an index. Every commit holds whole videos, in their old state or in their new one.

Spans are gathered to batches of whole videos. A batch is one `merge_insert` of Lance, which takes
the rows of `id`s that are there for new versions of these, adds the others, and deletes what else
the index had of the videos. The primary key makes Lance notice two writers who add the same spans;
a scalar index on `id` would keep it from noticing, so there is none. A local index is locked
besides.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from vtk.errors import InputError, UsageError
from vtk.pipeline import failure, group_by_video
from vtk.span import Span
from vtk.store.collection import Where, matches
from vtk.store.index import upkeep
from vtk.store.index.approximate import forget
from vtk.store.index.columns import (
    Column,
    Model,
    Row,
    model_fields,
    models,
    schema,
    to_row,
    to_table,
)
from vtk.store.index.place import Place
from vtk.store.index.reader import LanceIndex
from vtk.store.index.report import Report
from vtk.store.index.videos import Known, embedded, fingerprint_of, is_gone, known
from vtk.store.index.where import NOTHING, among, quoted, sql
from vtk.text import Analyzer

BATCH = 4096  # spans that are committed at once, unless a single video has more
BATCH_BYTES = 32 * 2**20
BEHIND = 20_000  # spans that may wait to be indexed while others are added

log = logging.getLogger("vtk")


@dataclass
class _Video:
    """A video of a batch."""

    fingerprint: str
    replaces: bool  # whether other spans that the index has of it go
    rows: dict[bytes, Row] = field(default_factory=dict)

    def is_unchanged(self, there: Known) -> bool:
        """Whether a commit would change nothing."""
        digests = {key: row.values["digest"] for key, row in self.rows.items()}
        same = digests.items() <= there.digests.items()
        whole = len(digests) == len(there.digests) or not self.replaces
        return same and whole and there.fingerprints <= {self.fingerprint}


class LanceWriter:
    """Changes the index at a place, as `vtk.store.index.Writer` describes it."""

    def __init__(self, place: Place, language: str | None = None) -> None:
        self.place = place.name
        self._place = place
        table = place.find()
        if table is not None:
            own = table.schema.metadata[b"vtk.language"].decode()
            if language and Analyzer(language).language != own:
                told = f"the words of {place.name} are analysed as {own}, not as {language}"
                raise UsageError(f"{told}: name another index, or leave --language out")
            language = own
        self._analyzer = Analyzer(language or "en")
        self._dims = {model: c.dim for model, c in models(table.schema).items()} if table else {}
        self._seen: dict[str, str] = {}  # fingerprint of each video of this run, by name
        self._fingerprints: dict[str, str] = {}  # of another index, which may have seen the files
        self.report = Report()

    def add(
        self, spans: Iterable[Span], *, prune: bool = False, lost: Callable[[], int] = int
    ) -> Iterator[Span]:
        """Add spans and yield each once it is in the index."""
        batch: dict[str, _Video] = {}
        waiting: list[Span] = []
        size = 0
        for group in group_by_video(spans):
            self.report.lost = lost()
            size += self._gather(batch, group, waiting)
            if sum(len(video.rows) for video in batch.values()) >= BATCH or size >= BATCH_BYTES:
                yield from self._committed(batch, waiting)
                size = 0
        yield from self._committed(batch, waiting)
        self.report.lost = lost()
        if not self.report.failed and not self.report.lost:
            with self._place.locked(making=True):  # an input without spans makes an empty index
                self._found()
        if self._place.find() is not None:
            with self._place.locked(), self._place.writing():
                table = self._place.open()
                if prune:
                    self._prune(table)
                self._tidy(table)
        self.report.warn()

    def merge(self, others: Iterable[str]) -> None:
        """Add all spans of other indexes, one after the other."""
        tables = [(place, place.open()) for place in map(Place, others)]
        for place, table in tables:
            index = LanceIndex(place, table)
            self._seen = {}
            self._fingerprints = index.fingerprints()
            for span in self.add(span for _, span in index.every()):
                if span.failed:
                    raise InputError(f"{span.fragment}: {span['error']['message']}")

    def _gather(self, batch: dict[str, _Video], group: list[Span], waiting: list[Span]) -> int:
        """Put the spans of a video into a batch; return how many bytes they take."""
        name, size = group[0].video, 0
        first = name not in self._seen
        if name not in self._seen:
            self._seen[name] = self._fingerprints.get(name) or fingerprint_of(name)
        if name not in batch:
            batch[name] = _Video(self._seen[name], first)
        if self.report.lost or any(span.failed for span in group):
            batch[name].replaces = False
        rows = batch[name].rows
        for span in group:
            if not span.failed:
                try:
                    row = self._row(span)
                except Exception as error:
                    span = failure("index add", span, error)
                    batch[name].replaces = False
                else:
                    self.report.span(row, again=row.values["id"] in rows)
                    rows[row.values["id"]] = row
                    size += row.size
            self.report.failed += span.failed
            waiting.append(span)
        return size

    def _row(self, span: Span) -> Row:
        row = to_row(span, self._analyzer)
        for model, vectors in row.vectors.items():
            dim = self._dims.setdefault(model, vectors.shape[1])
            if dim != vectors.shape[1]:
                raise InputError(
                    f"an embedding by {model.name} has {vectors.shape[1]} numbers, but those in "
                    f"the index have {dim}: was it made by another model of that name?"
                )
        return row

    def _committed(self, batch: dict[str, _Video], waiting: list[Span]) -> Iterator[Span]:
        """Commit a batch, which is then empty, and yield its spans."""
        if any(video.rows for video in batch.values()):
            with self._place.locked(making=True), self._place.writing():
                table = self._found()
                self._commit(table, {n: video for n, video in batch.items() if video.rows})
                if upkeep.unindexed(table) > max(BEHIND, table.count_rows() // 5):
                    upkeep.index(table, log.info)
        batch.clear()
        yield from waiting
        waiting.clear()

    def _found(self) -> Any:
        """Return the table, which is made if there is none. To be called while locked."""
        table = self._place.find()
        return self._place.make(schema(self._analyzer.language)) if table is None else table

    def _commit(self, table: Any, batch: dict[str, _Video]) -> None:
        there = known(table, batch, {video.fingerprint for video in batch.values()})
        moved = self._moved(batch, there)
        changed = {}
        for name, video in batch.items():
            still = name in there and name not in moved.values()
            if still and video.is_unchanged(there[name]):
                self.report.unchanged.add(name)
            else:
                changed[name] = video
                counted = self.report.replaced if name in there else self.report.added
                counted.add(name)
        self.report.moved |= {old: name for old, name in moved.items() if name in changed}
        if not changed:
            return
        _add_models(table, {m: d for v in changed.values() for m, d in _dims(v).items()})
        rows = [
            (row, video.fingerprint) for video in changed.values() for row in video.rows.values()
        ]
        own = {name: video for name, video in changed.items() if name in there}
        self.report.bared += _bared(own, embedded(table, own)) if own else {}
        gone = [name for name, video in own.items() if video.replaces]
        gone += [old for old, name in moved.items() if name in changed]
        merge = table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        if gone:
            merge = merge.when_not_matched_by_source_delete(among("video", gone))
        merge.use_index(False).execute(to_table(rows, table.schema))
        table.checkout_latest()

    def _moved(self, batch: dict[str, _Video], there: dict[str, Known]) -> dict[str, str]:
        """Videos of the index that are now elsewhere, and the names under which they came."""
        names = {video.fingerprint: name for name, video in batch.items() if video.fingerprint}
        return {
            old: new
            for old, found in there.items()
            for new in [names.get(next(iter(found.fingerprints), ""))]
            if new and old not in self._seen and is_gone(old, new)
        }

    def _prune(self, table: Any) -> None:
        if self.report.failed or self.report.lost or not self._seen:
            log.warning("nothing is pruned: %s", self.report.why_not_pruned)
            return
        kept = 0
        for name in LanceIndex(self._place, table).videos():
            if name in self._seen:
                continue
            if is_gone(name):
                table.delete(f"video = {quoted(name)}")
                self.report.pruned.add(name)
            else:
                kept += 1
        self.report.kept = kept

    def _tidy(self, table: Any) -> None:
        upkeep.compact(table)
        upkeep.index(table, log.info)
        upkeep.clean(table)

    def drop(self, where: Where) -> int:
        """Drop the spans that fulfil all conditions; return how many."""
        with self._place.locked(), self._place.writing():
            table = self._place.open()
            condition = sql(where, LanceIndex(self._place, table).videos)
            if condition == NOTHING:
                return 0
            before = table.count_rows()
            table.delete(condition or "true")
            self._tidy(table)
            return int(before - table.count_rows())

    def unknown(self, patterns: Iterable[str]) -> list[str]:
        """Return the patterns that no video of the index has."""
        names = LanceIndex(self._place, self._place.open()).videos()
        return [each for each in patterns if not any(matches(name, [each]) for name in names)]

    def drop_model(self, model: str) -> int:
        """Drop the vectors of a model. Raises UsageError if the index has none of it."""
        with self._place.locked(), self._place.writing():
            table = self._place.open()
            there = models(table.schema)
            own = [column for key, column in there.items() if key.name == model]
            if not own:
                names = ", ".join(dict.fromkeys(key.name for key in there))
                others = f", but by {names}" if names else ", nor by another model"
                raise UsageError(f"the index has no vectors by {model}{others}")
            some = " OR ".join(f"{column.one} IS NOT NULL" for column in own)
            count = table.count_rows(some)
            table.update({"digest": "NULL"}, where=some)  # so that to add them again is a change
            for column in own:
                forget(table, column)
            table.drop_columns([name for column in own for name in (column.one, column.many)])
            self._tidy(table)
            return int(count)


def _dims(video: _Video) -> dict[Model, int]:
    return {m: v.shape[1] for row in video.rows.values() for m, v in row.vectors.items()}


def _bared(videos: dict[str, _Video], had: dict[Model, dict[str, set[bytes]]]) -> Counter[str]:
    """Count the spans that come without the vectors that they, or their whole video, had."""
    found: Counter[str] = Counter()
    for model, keys in had.items():
        for name, own in keys.items():
            rows = videos[name].rows
            lacking = {key for key, row in rows.items() if model not in row.vectors}
            all_lack = len(lacking) == len(rows)
            found[model.name] += min(len(lacking), len(own)) if all_lack else len(lacking & own)
    return found


def _add_models(table: Any, dims: dict[Model, int]) -> None:
    """Add columns, empty so far, for the models that the table lacks."""
    there = models(table.schema)
    used = max((column.number for column in there.values()), default=-1)
    for number, model in enumerate((m for m in dims if m not in there), used + 1):
        table.add_columns(model_fields(model, Column(number, dims[model])))
