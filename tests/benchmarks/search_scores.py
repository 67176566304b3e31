"""Whether a score tells that nothing fits: the best hit of queries with and without an answer.

Texts: the queries of `paraphrases.tsv` by MiniLM, with the captions that they mean among others.
Pictures: plays of the stage by tiny-clip, described in full, with the play that is described among
400. Near: the same without the answer; the others have words of the query, or colours, shapes and
places. Far: the queries of the other collection, which nothing here answers. One threshold is for
both collections, where as many are missed as are false for far ones; then some for the score alone.
The peers are the cosine, and how many deviations it is above the others of its query.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests import real_weights
from tests.benchmarks.search_meaning import PAIRS, table
from tests.models.tiny import HOME as MODELS
from tests.world.models.stage import Play, cast
from tests.world.models.train_clip import tell
from vtk.embedding import LOOKS, WORDS, pack
from vtk.models.embed.clip import ClipModel
from vtk.models.embed.text_model import open_text
from vtk.query import Query
from vtk.retrieve import Models
from vtk.retrieve.embedded import Embedded, looks, meaning
from vtk.retrieve.in_memory import InMemory
from vtk.span import Span

Vectors = NDArray[np.float32]
Found = dict[str, list[list[float]]]  # the best hit of each query, by whether it is answered
PLAYS, SHARES = 400, (0.1, 0.4, 0.7, 0.95)


def run(folder: Path, *, small: bool) -> None:
    """Print what is missed and what is false at thresholds."""
    rows = table(PAIRS)[: 12 if small else None]
    rng = np.random.default_rng(3)
    plays = [cast(rng, moving=True) for _ in range(PLAYS // 10 if small else PLAYS)]
    said, asked = [tell(play, moving=True) for play in plays[:100]], [row[0] for row in rows]
    found = {
        "texts": _texts([*(row[1] for row in rows), *(row[2] for row in rows)], asked, said),
        "pictures": _pictures(plays, said, asked),
    }
    print("score | collection | threshold | missed | false, near | false, far")
    print(" | ".join(["---"] * 6))
    for place, name in enumerate(("cosine", "above its own", "score")):
        kinds = {
            kind: {of: np.array(best)[:, place] for of, best in each.items()}
            for kind, each in found.items()
        }
        equal = _equal(*(np.concatenate([k[of] for k in kinds.values()]) for of in ("all", "far")))
        for kind, best in kinds.items():
            for limit in (equal, *((1.0, 1.3, 1.6, 2.0) if name == "score" else ())):
                shares = [(best["all"] < limit).mean()]
                shares += [(best[of] >= limit).mean() for of in ("near", "far")]
                told = " | ".join(f"{share:.2f}" for share in shares)
                print(f"{name} | {kind} | {limit:.2f} | {told}")


def _equal(held: Vectors, lacking: Vectors) -> float:
    """The threshold at which as many are missed as are false."""
    limits = np.sort(np.concatenate([held, lacking]))
    gaps = [abs((held < limit).mean() - (lacking >= limit).mean()) for limit in limits]
    return float(limits[int(np.argmin(gaps))])


def _texts(captions: Sequence[str], queries: Sequence[str], far: Sequence[str]) -> Found:
    with open_text(str(real_weights.minilm()), threads=1) as model:
        vectors = np.stack(list(model.documents(captions)))[:, None]
        return _best(meaning(Models(embedder=model)), WORDS, vectors, queries, far)


def _pictures(plays: Sequence[Play], queries: Sequence[str], far: Sequence[str]) -> Found:
    with ClipModel(str(MODELS / "tiny-clip"), threads=1) as model:
        pictures = (play.picture(share) for play in plays for share in SHARES)
        vectors = np.stack(list(model.images(pictures))).reshape(len(plays), len(SHARES), -1)
        return _best(looks(Models(clip=model)), LOOKS, vectors, queries, far)


def _best(
    channel: Embedded, of: str, vectors: Vectors, queries: Sequence[str], far: Sequence[str]
) -> Found:
    """The best by each score; the answer to each of `queries` is the row of its number."""
    assert channel.needs is not None
    collection = InMemory([], [channel.needs])
    for each in vectors:
        embedding = [pack(each, of, channel.needs[1])]
        collection.add(Span(video="a", start=0.0, end=1.0, embedding=embedding))
    found: Found = {"all": [], "near": [], "far": []}
    for number, text in enumerate([*queries, *far]):
        query = Query(text, n=0)
        hits = channel(collection, query, 0)
        scores = channel.evidence(collection, query, hits, hits.rows.tolist())
        above = (hits.scores - np.median(hits.scores)) / hits.scores.std()
        ways = (hits.scores, above, scores)
        best = [float(way.max()) for way in ways]
        if number >= len(queries):
            found["far"].append(best)
            continue
        found["all"].append(best)
        found["near"].append([float(way[hits.rows != number].max()) for way in ways])
    return found
