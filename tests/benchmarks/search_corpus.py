"""Clips of the stage found by their full description, and by what follows in them.

Films of 1,000 plays, cut into one span a play, are embedded by `vtk embed` with tiny-clip (8 frames
a clip) and searched by `vtk retrieve` for the description of each play: its ways to compare several
vectors beside each other, and one with the queries normalised as a set. The peer is open_clip used
plainly, on one frame in the middle of the clip or as the mean of 8.

In one corpus the first actor of each play has a colour and a shape never seen together in training,
in the other none has. Order: of two films with the same two plays, the one in which they come in
the order of "A then B within 10s".
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.world.models.long_film import write_long_film
from tests.world.models.stage import Play, cast
from tests.world.models.train_clip import tell
from vtk.embed import embed
from vtk.keyframes import keyframes
from vtk.models.embed.clip import ClipModel
from vtk.query import Query
from vtk.retrieve import Models, Search, retrieve
from vtk.retrieve.fusion import Fusion
from vtk.retrieve.stages import Normalised
from vtk.span import Span

TINY = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"
SEED = 20
FRAMES, SECONDS = 8, 3.0
PLAYS = 100  # of a film
KS = (1, 5, 10)
POOLS = ("mean", "max", "softmax")

Vectors = NDArray[np.float32]


def run(folder: Path, *, small: bool) -> None:
    """Print recall on both corpora, and of queries with an order."""
    count = 40 if small else 1000
    with ClipModel(str(TINY), device="cpu", threads=1) as model:
        print(f"{count} clips, text to clip | R@1 | R@5 | R@10\n--- | --- | --- | ---")
        for held in (False, True):
            _print_recall(folder / f"held-{held}", model, count, held)
        _print_order(folder / "order", model, 20 if small else 200)


def _print_recall(folder: Path, model: ClipModel, count: int, held: bool) -> None:
    rng = np.random.default_rng((SEED, held))
    plays = [cast(rng, moving=True, held=held) for _ in range(count)]
    films = [plays[at : at + PLAYS] for at in range(0, count, PLAYS)]
    spans = [s for n, film in enumerate(films) for s in _spans(folder / f"{n}.mp4", film)]
    begun = time.perf_counter()
    embedded = list(embed(keyframes(spans, k=FRAMES, method="uniform"), clip=model))
    taken = time.perf_counter() - begun
    said = [tell(play, moving=True) for play in plays]
    kind = "new combinations" if held else "known combinations"
    for pool in POOLS:
        ranks = _ranks(embedded, said, Models(clip=model, pool=pool))
        print(f"{kind}, vtk retrieve, {pool} of {FRAMES} frames |", recall(ranks))
    ranks = _ranks(embedded, said, Models(clip=model, pool="mean"), Normalised("softmax"))
    print(f"{kind}, vtk retrieve, mean, normalised over all queries |", recall(ranks))
    plain = _plainly(spans, texts_of=said)
    print(f"{kind}, open_clip plainly, 1 frame |", recall(_by_score(plain[0])))
    print(f"{kind}, open_clip plainly, mean of 8 |", recall(_by_score(plain[1])))
    print(f"{kind}: embedded {count * FRAMES / taken:.0f} frames a second, picked and decoded too")


def _print_order(folder: Path, model: ClipModel, count: int) -> None:
    rng = np.random.default_rng((SEED, 2))
    pairs = [[cast(rng, moving=True) for _ in range(2)] for _ in range(count // 2)]
    spans: list[Span] = []
    for number, pair in enumerate(pairs):
        spans += _spans(folder / f"{number}-right.mp4", pair)
        spans += _spans(folder / f"{number}-other.mp4", pair[::-1])
    embedded = list(embed(keyframes(spans, k=FRAMES, method="uniform"), clip=model))
    asked = [" then ".join(tell(p, moving=True) for p in pair) + " within 10s" for pair in pairs]
    queries = [Query(text, n=1) for text in asked]
    found = list(retrieve(embedded, queries, by=("looks",), models=Models(clip=model, pool="mean")))
    videos = {span["query"]: Path(span.video).name for span in found}
    right = [videos.get(text) == f"{n}-right.mp4" for n, text in enumerate(asked)]
    print(f"\n{len(pairs)} pairs of films, order | R@1\n--- | ---")
    print(f"A then B within 10s | {np.mean(right):.3f}")
    print("by chance, for who finds both and knows no order | 0.500")


def _spans(path: Path, plays: Sequence[Play]) -> list[Span]:
    """The plays of a film as spans; the film is written unless it is there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_suffix(".part.mp4")
        write_long_film(own, ((play, SECONDS) for play in plays))
        own.replace(path)
    return [
        Span(video=str(path), start=n * SECONDS, end=(n + 1) * SECONDS) for n in range(len(plays))
    ]


def _ranks(
    spans: list[Span], said: Sequence[str], models: Models, normalise: Normalised | None = None
) -> list[int]:
    """At which place vtk finds each clip by its description, from 0; KS[-1] if it does not."""
    queries = [Query(text, n=KS[-1]) for text in said]
    ranks = dict.fromkeys(range(len(said)), KS[-1])
    how = Search(fuse=Fusion(normalised=normalise is not None), normalise=normalise)
    number = {(span.video, span.start): at for at, span in enumerate(spans)}
    asked = {text: at for at, text in enumerate(said)}
    for found in retrieve(spans, queries, by=("looks",), models=models, search=how):
        if number[found.video, found.start] == asked[found["query"]]:
            ranks[asked[found["query"]]] = found["rank"] - 1
    return list(ranks.values())


def _by_score(scores: Vectors) -> list[int]:
    """The place of text n among the clips for clip n, from scores (texts, clips)."""
    own = np.diag(scores)[:, None]
    places: list[int] = (scores > own).sum(axis=1).tolist()
    return places


def recall(ranks: Sequence[int]) -> str:
    return " | ".join(f"{np.mean([rank < k for rank in ranks]):.3f}" for k in KS)


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


def _plainly(spans: Sequence[Span], texts_of: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Scores (texts, clips) of open_clip's own functions: by the middle frame, by the mean of 8."""
    import open_clip
    import torch

    model, _, prepare = open_clip.create_model_and_transforms(f"local-dir:{TINY}")
    tokenize = open_clip.get_tokenizer(f"local-dir:{TINY}")
    model.eval()
    with torch.inference_mode():
        said = model.encode_text(tokenize(list(texts_of)), normalize=True).numpy()
        seen = np.stack(
            [
                model.encode_image(torch.stack([prepare(p) for p in each]), normalize=True).numpy()
                for each in _pictures(spans)
            ]
        )
    return said @ seen[:, 0].T, said @ _unit(seen[:, 1:].mean(axis=1)).T


def _pictures(spans: Sequence[Span]) -> Iterator[list[Any]]:
    """Of each span the frame in the middle and 8 at even distances, decoded in turn by PyAV."""
    for video in dict.fromkeys(span.video for span in spans):
        with av.open(video) as file:
            frames = [
                Image.fromarray(frame.to_ndarray(format="rgb24")) for frame in file.decode(video=0)
            ]
            rate = float(file.streams.video[0].average_rate or 1)
        for span in (each for each in spans if each.video == video):
            shares = (0.5, *((np.arange(FRAMES) + 0.5) / FRAMES))
            times = [span.start + share * (span.end - span.start) for share in shares]
            yield [frames[min(int(t * rate), len(frames) - 1)] for t in times]
