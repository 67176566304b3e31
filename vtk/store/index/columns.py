"""The columns of the table of an index, and spans as its rows.

Format 1. A row is a span:

- `id`: 16 bytes that name it: a hash of video, start, end, kind and query; `digest`: of its record
- `video`, `fingerprint` of the file (empty if it could not be read), `kind`, `start`, `end`
  (seconds, infinite if not known), `tags`: what a search is narrowed by
- `terms`, and `terms_SOURCE` for each source of `vtk.passages.Passage`: the terms of
  `vtk.text.Analyzer`, with single spaces between them
- `record`: the span as JSON, in which each embedding has the number of its vectors for `vectors`
- for each model a pair of columns, whose fields say of what and by which model they are: `vN`, one
  vector of float16, and `mN`, all vectors of a span that has several, one after another as bytes;
  then `vN` is the direction of their mean
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from vtk.embedding import unpack
from vtk.errors import InputError
from vtk.passages import passages
from vtk.span import Span
from vtk.store.index.place import FORMAT, engine
from vtk.text import Analyzer

SOURCES = ("speech", "screen_text", "caption", "title", "summary")
TERMS = ("terms", *(f"terms_{source}" for source in SOURCES))
PLAIN = ("id", "digest", "video", "fingerprint", "kind", "start", "end", "tags", *TERMS, "record")

Half = NDArray[np.float16]  # (vectors, dim)


class Model(NamedTuple):
    """Who made vectors, and of what: "words", "looks", or what else an entry says."""

    of: str
    name: str


@dataclass(frozen=True)
class Column:
    """Where the vectors of a model are."""

    number: int
    dim: int

    @property
    def one(self) -> str:
        """The column of one vector a span."""
        return f"v{self.number}"

    @property
    def many(self) -> str:
        """The column of all vectors of spans that have several."""
        return f"m{self.number}"


@dataclass
class Row:
    """A span on its way into the table."""

    values: dict[str, Any]  # of the columns of PLAIN but `fingerprint`
    vectors: dict[Model, Half] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        return len(self.values["record"]) + sum(v.nbytes for v in self.vectors.values()) + 500


def schema(language: str) -> Any:
    """Return the Arrow schema of a table without any model."""
    arrow = engine("pyarrow")
    text, key = arrow.string(), {"lance-schema:unenforced-primary-key": "true"}
    types = {
        "digest": arrow.binary(16),
        "start": arrow.float64(),
        "end": arrow.float64(),
        "tags": arrow.list_(text),
        "record": arrow.binary(),
    }
    fields = [arrow.field("id", arrow.binary(16), nullable=False, metadata=key)]
    fields += [arrow.field(name, types.get(name, text)) for name in PLAIN[1:]]
    return arrow.schema(fields, {"vtk.index": str(FORMAT), "vtk.language": language})


def model_fields(model: Model, column: Column) -> Any:
    """Return the Arrow schema of the two columns of a model."""
    arrow = engine("pyarrow")
    told = {"vtk.of": model.of, "vtk.model": model.name}
    one = arrow.list_(arrow.float16(), column.dim)
    pair = [(column.one, one), (column.many, arrow.large_binary())]
    return arrow.schema([arrow.field(name, kind, metadata=told) for name, kind in pair])


def models(table: Any) -> dict[Model, Column]:
    """Return the models of a schema, in the order in which they came."""
    found = {}
    for each in table:
        if each.name[0] == "v" and each.name[1:].isdigit():
            told = {key.decode(): value.decode() for key, value in each.metadata.items()}
            model = Model(told["vtk.of"], told["vtk.model"])
            found[model] = Column(int(each.name[1:]), each.type.list_size)
    return found


def to_row(span: Span, analyzer: Analyzer) -> Row:
    """Return a span as a row. Raises InputError if one of its embeddings is broken."""
    stripped, vectors = _without_vectors(span)
    terms: dict[str, list[str]] = {name: [] for name in TERMS}
    for passage in passages(span):
        found = analyzer.terms(passage.text, characters=True)
        terms["terms"] += found
        terms[f"terms_{passage.source}"] += found
    named = [span.video, span.get("start"), span.get("end"), span.get("kind"), span.get("query")]
    values = {
        "id": _hash(orjson.dumps(named)),
        "digest": _hash(span.dump()),
        "video": span.video,
        "kind": span.get("kind"),
        "start": span.start,
        "end": span.end,
        "tags": [entry["tag"] for entry in span.get("tags", [])],
        **{name: " ".join(found) for name, found in terms.items()},
        "record": orjson.dumps(stripped),
    }
    return Row(values, vectors)


def to_span(record: bytes, vectors: dict[Model, Half]) -> Span:
    """Return the span of a row, given the vectors of every model that the index still has."""
    span = Span(orjson.loads(record))
    taken = dict.fromkeys(vectors, 0)
    for holder in _holders(span):
        kept = []
        for entry in holder["embedding"]:
            model, count = Model(entry["of"], entry["model"]), entry["vectors"]
            if model in vectors:
                own = vectors[model][taken[model] : taken[model] + count]
                taken[model] += count
                kept.append({**entry, "vectors": b64encode(own.astype("<f2").tobytes()).decode()})
        holder["embedding"] = kept
        if not kept:
            del holder["embedding"]
    return span


def to_table(rows: Iterable[tuple[Row, str]], table: Any) -> Any:
    """Return rows, each with the fingerprint of its video, as an Arrow table of a schema."""
    arrow = engine("pyarrow")
    rows = list(rows)
    columns: dict[str, Any] = {
        name: arrow.array(
            [each if name == "fingerprint" else row.values[name] for row, each in rows],
            table.field(name).type,
        )
        for name in PLAIN
    }
    for model, column in models(table).items():
        means = np.zeros((len(rows), column.dim), np.float16)
        lacking = np.ones(len(rows), bool)
        many: list[bytes | None] = [None] * len(rows)
        for number, (row, _) in enumerate(rows):
            own = row.vectors.get(model)
            if own is not None and len(own):
                means[number], lacking[number] = mean(own), False
                many[number] = own.tobytes() if len(own) > 1 else None
        flat = arrow.array(means.reshape(-1), arrow.float16())
        columns[column.one] = arrow.FixedSizeListArray.from_arrays(
            flat, column.dim, mask=arrow.array(lacking)
        )
        columns[column.many] = arrow.array(many, arrow.large_binary())
    return arrow.Table.from_arrays([columns[name] for name in table.names], schema=table)


def read_vectors(table: Any, column: Column) -> Iterator[Half]:
    """Yield the vectors of a model for each row of an Arrow table: shape (vectors, dim)."""
    single = table.column(column.one).combine_chunks()
    many = table.column(column.many)
    lacks = np.asarray(single.is_null())
    flat = single.values.to_numpy(zero_copy_only=False)
    vectors = flat.reshape(-1, column.dim)[single.offset : single.offset + len(single)]
    for number, raw in enumerate(many):
        if raw.is_valid:
            yield np.frombuffer(raw.as_py(), "<f2").reshape(-1, column.dim)
        else:
            yield vectors[number : number + (not lacks[number])]


def mean(vectors: Half) -> Half:
    """Return the direction of the mean of unit vectors; one alone stays exactly as it is."""
    if len(vectors) == 1:
        only: Half = vectors[0]
        return only
    total = vectors.astype(np.float32).mean(0)
    length = float(np.linalg.norm(total))
    direction: Half = (total / (length or 1)).astype(np.float16)
    return direction


def _without_vectors(span: Span) -> tuple[dict[str, Any], dict[Model, Half]]:
    """Return a copy of a record without vectors, and these, of its keyframes last."""
    copy: dict[str, Any] = orjson.loads(span.dump())
    found: dict[Model, list[Half]] = {}
    for holder in _holders(copy):
        for entry in holder["embedding"]:
            vectors = unpack(entry).astype(np.float16)
            found.setdefault(Model(entry["of"], entry["model"]), []).append(vectors)
            entry["vectors"] = len(vectors)
    for model, each in found.items():
        if len({vectors.shape[1] for vectors in each}) > 1:
            raise InputError(f"embeddings by {model.name} differ in their number of dimensions")
    return copy, {model: np.concatenate(each) for model, each in found.items()}


def _holders(span: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the span and its keyframes, where they have embeddings."""
    for holder in (span, *span.get("keyframes", [])):
        if holder.get("embedding"):
            yield holder


def _hash(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
