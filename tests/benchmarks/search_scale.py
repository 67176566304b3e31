"""One million spans of 512 dimensions on disk: a query by words and looks, fused.

The vectors have the shape of image-text embeddings: a common cone, topics, videos, scenes and shots
under a falling spectrum; the words follow Zipf's law and the topic. Queries by looks are shots seen
anew, queries by text lie beside all data by a common shift, as texts do beside pictures. Truth is
exact search by NumPy. Beside `vtk.store.index`: NumPy over the same vectors, and Lance as its
documents begin: a scan, and an IVF_PQ index, with a sub-vector for every 16 dimensions.

VTK_SPANS sets how many spans; with `small` it is 40,000. A million take 6 GB of disk and,
once, half an hour.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import lance
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vtk.embedding import pack
from vtk.span import Span
from vtk.store.index import open_index, open_writer
from vtk.text import Analyzer

DIM, SHOTS, SCENES, TOPICS = 512, 200, 10, 200
QUERIES = 100  # of each kind
SECONDS = 4.5  # of a shot
WORDS = 50_000
CHUNK = 16_384
Vectors = NDArray[Any]


def unit(vectors: Vectors) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    found: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return found


class Corpus:
    """Videos of SHOTS shots, and queries, drawn from a seed."""

    def __init__(self, videos: int) -> None:
        self.videos = videos
        random = np.random.default_rng(0)
        spectrum = np.arange(1, DIM + 1) ** -0.5
        turned, _ = np.linalg.qr(random.standard_normal((DIM, DIM)))
        self.basis = (spectrum / np.linalg.norm(spectrum))[:, None] * turned.T
        self.cone = self.draw(random, 1, 1.0)
        self.topics = self.draw(random, TOPICS, 0.8)
        share = 1 / np.arange(1, WORDS + 1) ** 1.07
        self.shares = np.cumsum(share / share.sum())

    def draw(self, random: np.random.Generator, count: int, length: float) -> Vectors:
        found: Vectors = length * random.standard_normal((count, DIM)) @ self.basis
        return found

    def video(self, number: int) -> tuple[NDArray[np.float32], list[str]]:
        """The vectors and the words of the shots of a video."""
        random = np.random.default_rng((1, number))
        topic = int(random.integers(TOPICS))
        middle = self.cone + self.topics[topic] + self.draw(random, 1, 0.6)
        scenes = np.repeat(middle + self.draw(random, SCENES, 0.5), SHOTS // SCENES, 0)
        found = np.searchsorted(self.shares, random.random((SHOTS, 38))).clip(0, WORDS - 1)
        found[:, :8] = (found[:, :8] + topic * 241) % WORDS
        texts = [" ".join(f"w{word}" for word in words) for words in found]
        return unit(scenes + self.draw(random, SHOTS, 0.35)), texts

    def spans(self) -> Iterator[Span]:
        for number in range(self.videos):
            for place, (vector, text) in enumerate(zip(*self.video(number), strict=True)):
                yield Span(
                    video=f"v{number:06}.mp4",
                    start=place * SECONDS,
                    end=(place + 1) * SECONDS,
                    kind="shot",
                    caption=text,
                    embedding=[pack(vector, "looks", "clip")],
                )

    def queries(self, kind: str) -> Iterator[tuple[NDArray[np.float32], str]]:
        random = np.random.default_rng((2, kind == "text"))
        shift = self.draw(np.random.default_rng(3), 1, 1.0)[0]
        for _ in range(QUERIES):
            vectors, _ = self.video(int(random.integers(self.videos)))
            vector = vectors[int(random.integers(SHOTS))]
            if kind == "looks":
                moved = vector + 0.35 * unit(self.draw(random, 1, 1.0))[0]
            else:
                moved = vector + 0.8 * unit(shift) + 0.6 * unit(self.draw(random, 1, 1.0))[0]
            words = np.searchsorted(self.shares, random.random(int(random.integers(2, 6))))
            yield unit(moved), " ".join(f"w{word}" for word in words.clip(20, WORDS - 1))


def run(folder: Path, *, small: bool) -> None:
    """Make what is missing, ask each way in a process of its own, and print the table."""
    count = int(os.environ.get("VTK_SPANS", 40_000 if small else 1_000_000))
    corpus = Corpus(count // SHOTS)
    home = folder / str(count)
    home.mkdir(exist_ok=True)
    for source in MAKERS:
        _make(source, corpus, home, small)
    print(f"{corpus.videos * SHOTS} spans of {DIM} dimensions, {QUERIES} queries of each kind")
    print("way                          p50 ms  p95 ms  recall@10 looks  text  memory MB  disk MB")
    for way in WAYS:
        command = [sys.executable, "-m", __spec__.name, str(home), way]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        size = sum(f.stat().st_size for f in (home / SOURCES[way]).rglob("*") if f.is_file())
        print(
            f"{way:28} {told['p50']:6.1f}  {told['p95']:6.1f}  {told['looks']:15.3f} "
            f"{told['text']:5.3f}  {told['memory']:9.0f}  {size / 1e6:7.0f}",
            flush=True,
        )


def _make(source: str, corpus: Corpus, home: Path, small: bool) -> None:
    """Make what some ways need, once."""
    begun, done = time.perf_counter(), home / f"{source}.done"
    if not done.exists():
        MAKERS[source](corpus, home, small)
        done.touch()
        print(f"{source} made in {time.perf_counter() - begun:.0f} s", flush=True)


def _make_arrays(corpus: Corpus, home: Path, small: bool) -> None:
    (home / "arrays").mkdir(exist_ok=True)
    shape = (corpus.videos * SHOTS, DIM)
    path = home / "arrays" / "vectors.npy"
    array = np.lib.format.open_memmap(path, "w+", np.float16, shape)
    for number in range(corpus.videos):
        array[number * SHOTS : (number + 1) * SHOTS] = corpus.video(number)[0]
    array.flush()
    for kind in ("looks", "text"):
        vectors, texts = zip(*corpus.queries(kind), strict=True)
        queries = np.stack(vectors)
        np.save(home / "arrays" / f"{kind}.npy", queries)
        (home / "arrays" / f"{kind}.txt").write_text("\n".join(texts))
        np.save(home / "arrays" / f"truth-{kind}.npy", _truth(array, queries))


def _make_index(corpus: Corpus, home: Path, small: bool) -> None:
    with mock.patch("vtk.store.index.upkeep.EXACT", corpus.videos if small else 300_000):
        for _ in open_writer(str(home / "index")).add(corpus.spans()):
            pass


def _make_plain(corpus: Corpus, home: Path, small: bool) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(corpus.videos):
            vectors, texts = corpus.video(number)
            flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIM)
            rows = range(number * SHOTS, (number + 1) * SHOTS)
            yield pa.RecordBatch.from_arrays([pa.array(rows), flat, pa.array(texts)], schema=form)

    vector = pa.list_(pa.float32(), DIM)
    form = pa.schema([("row", pa.int64()), ("vector", vector), ("text", pa.string())])
    table = lance.write_dataset(batches(), str(home / "plain"), schema=form)
    table.create_scalar_index("text", "INVERTED")
    table.create_index("vector", "IVF_PQ", metric="cosine", num_sub_vectors=DIM // 16)


def _truth(array: Vectors, queries: NDArray[np.float32]) -> NDArray[np.int64]:
    """The ten nearest rows of every query, in one pass."""
    chunks = (array[first : first + CHUNK] for first in range(0, len(array), CHUNK))
    scores = np.concatenate([queries @ chunk.astype(np.float32).T for chunk in chunks], 1)
    return np.argpartition(-scores, 10, 1)[:, :10]


def _exact(array: Vectors, query: NDArray[np.float32], n: int) -> NDArray[np.int64]:
    scores = np.concatenate(
        [
            array[first : first + CHUNK].astype(np.float32) @ query
            for first in range(0, len(array), CHUNK)
        ]
    )
    best = np.argpartition(-scores, n)[:n]
    return best[np.argsort(-scores[best])].astype(np.int64)


Ask = Callable[[NDArray[np.float32], str], list[int]]


def number(span: Span) -> int:
    """The place of a shot among all."""
    return int(span.video[1:7]) * SHOTS + round(span.start / SECONDS)


def _vtk(home: Path) -> Ask:
    index = open_index(str(home / "index"))
    analyzer = Analyzer(index.language)

    def ask(vector: NDArray[np.float32], text: str) -> list[int]:
        """Both searches, fused by reciprocal rank, and the ten best records."""
        words = index.words(analyzer.terms(text), 100).rows.tolist()
        looks = index.nearest("looks", "clip", vector, 100).rows.tolist()
        scores: dict[int, float] = {}
        for rows in (words, looks):
            for rank, row in enumerate(rows):
                scores[row] = scores.get(row, 0) + 1 / (60 + rank)
        index.spans(sorted(scores, key=lambda row: -scores[row])[:10])
        return [number(span) for span in index.spans(looks[:10])]  # rows are in another order

    return ask


def _numpy(home: Path) -> Ask:
    array = np.load(home / "arrays" / "vectors.npy", mmap_mode="r")
    return lambda vector, text: _exact(array, vector, 10).tolist()


def _plain(home: Path, **search: Any) -> Ask:
    table = lance.dataset(str(home / "plain"))

    def ask(vector: NDArray[np.float32], text: str) -> list[int]:
        table.to_table(columns=["row", "_score"], full_text_query=text, limit=100)
        nearest = {"column": "vector", "q": vector, "k": 10, "metric": "cosine", **search}
        found = table.to_table(columns=["row", "_distance"], nearest=nearest)
        return [int(row) for row in found["row"].to_pylist()]

    return ask


WAYS: dict[str, Callable[[Path], Ask]] = {
    "vtk, fused": _vtk,
    "NumPy, looks alone": _numpy,
    "Lance, scan, fused": lambda home: _plain(home, use_index=False),
    "Lance, IVF_PQ, fused": _plain,
}
SOURCES = dict(zip(WAYS, ("index", "arrays", "plain", "plain"), strict=True))
MAKERS = {"arrays": _make_arrays, "index": _make_index, "plain": _make_plain}


def measure(home: Path, way: str) -> dict[str, float]:
    """Times of a warm process, what it finds, and the most memory that it took."""
    ask, arrays = WAYS[way](home), home / "arrays"
    took, found = [], {}
    for kind in ("looks", "text"):
        vectors, truth = np.load(arrays / f"{kind}.npy"), np.load(arrays / f"truth-{kind}.npy")
        texts = (arrays / f"{kind}.txt").read_text().split("\n")
        hits = []
        for vector, text in zip(vectors[:10], texts, strict=False):
            ask(vector, text)
        for vector, text, right in zip(vectors, texts, truth, strict=True):
            begun = time.perf_counter()
            rows = ask(vector, text)
            took.append(time.perf_counter() - begun)
            hits.append(len({*rows} & {*right.tolist()}) / 10)
        found[kind] = float(np.mean(hits))
    p50, p95 = (float(1000 * np.percentile(took, share)) for share in (50, 95))
    # Not `getrusage`, whose figure a process has from the one that began it, if that is larger.
    told = Path("/proc/self/status").read_text().splitlines()
    (most,) = (line for line in told if line.startswith("VmHWM"))
    memory = int(most.split()[1]) / 1000
    return {"p50": p50, "p95": p95, "memory": memory, **found}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))
