"""Captions found by queries that share no word with them: MiniLM beside BM25, and both fused.

`paraphrases.tsv` has queries, each with the caption that it means and with one that has words of it
and means something else: the worst case for fusion, as each word of a query that is found misleads.
"""

from collections.abc import Sequence
from pathlib import Path

from tests import real_weights
from tests.benchmarks.search_corpus import KS, recall
from vtk.embed import embed
from vtk.models.embed.text_model import open_text
from vtk.query import Query
from vtk.retrieve import Models, retrieve
from vtk.span import Span
from vtk.text import Analyzer

PAIRS = Path(__file__).with_name("paraphrases.tsv")
CHANNELS = {
    "words (BM25)": ("words",),
    "meaning (MiniLM)": ("meaning",),
    "both, fused": ("words", "meaning"),
}


def run(folder: Path, *, small: bool) -> None:
    """Print recall by words, by meaning and by both."""
    rows = table(PAIRS)[: 12 if small else None]
    analyzer = Analyzer("en")
    shared = [q for q, caption, _ in rows if {*analyzer.terms(q)} & {*analyzer.terms(caption)}]
    assert not shared, f"a word in common: {shared}"
    captions = [row[1] for row in rows] + [row[2] for row in rows]
    spans = [
        Span(video=f"{n}.mp4", start=0.0, end=5.0, caption=text) for n, text in enumerate(captions)
    ]
    print(f"{len(rows)} queries, {len(spans)} captions | R@1 | R@5 | R@10\n--- | --- | --- | ---")
    with open_text(str(real_weights.minilm()), threads=1) as model:
        embedded = list(embed(spans, embedder=model))
        kinds = {
            "paraphrases": [row[0] for row in rows],
            "the captions themselves": [row[1] for row in rows],
        }
        for kind, queries in kinds.items():
            for name, by in CHANNELS.items():
                ranks = _places(embedded, queries, by, Models(embedder=model))
                print(f"{kind}, {name} |", recall(ranks))


def table(file: Path) -> list[list[str]]:
    """The rows of a file of texts with tabs between them, without its remarks."""
    return [line.split("\t") for line in file.read_text("utf-8").splitlines() if line[0] != "#"]


def _places(
    spans: list[Span], queries: Sequence[str], by: tuple[str, ...], models: Models
) -> list[int]:
    """At which place each query finds the caption of its number, from 0."""
    places = dict.fromkeys(range(len(queries)), KS[-1])
    asked = {text: number for number, text in enumerate(queries)}
    wanted = [Query(text, n=KS[-1]) for text in queries]
    for found in retrieve(spans, wanted, by=by, models=models):
        if found.video == f"{asked[found['query']]}.mp4":
            places[asked[found["query"]]] = found["rank"] - 1
    return list(places.values())
