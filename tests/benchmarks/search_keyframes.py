"""Keyframes for a query: needles in films of an hour, found by 8 keyframes of the whole film.

A needle is a play of 2 to 10 s, queried by its description; three other plays of the film share
one of its actors. `inside` is the share of needles of which a keyframe shows a frame, `5 s` the
share with a keyframe within 5 s of it (the threshold of LV-Haystack, Ye et al., "Re-thinking
Temporal Search for Long-Form Video Understanding", 2025), `looked at` the share of the moments,
one a second, that tiny-clip saw. `top-k` takes the best scores as they stand. The films are of
other seeds than those on which constants and the default method were chosen.

Frames are decoded and embedded once a film; every method then looks at what it asks for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.world.models.film import Act
from tests.world.models.long_film import write_long_film
from tests.world.models.stage import Play, cast
from tests.world.models.train_clip import tell
from vtk.keyframes.query.grid import Grid, spread
from vtk.keyframes.query.methods import QUERY_METHODS, Search
from vtk.media.image.files import fitted
from vtk.media.video import Video
from vtk.models.embed.clip import ClipModel

TINY = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"
SEEDS = (101, 102, 103)  # of the films; 1 to 3 are those on which methods were tuned
K = 8
NEAR = 5.0  # seconds
ASKING = ("yesno",)  # needs a model that answers
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Film:
    """A film's acts, those that are needles, and a vector of every moment looked at."""

    needles: list[Act]
    times: NDArray[np.float64]
    vectors: Vectors


def plays(seed: int, seconds: float, needles: int) -> list[tuple[Play, float, bool]]:
    """Plays in a random order, their seconds, and whether each is a needle."""
    rng = np.random.default_rng((seed, 22))
    found = [(cast(rng, moving=True), float(rng.uniform(2, 10)), True) for _ in range(needles)]
    for play, _, _ in list(found):
        for _ in range(3):
            other = cast(rng, moving=True)
            shared = play.actors[int(rng.integers(len(play.actors)))]
            first = replace(other.actors[0], colour=shared.colour, shape=shared.shape)
            other = replace(other, actors=(first, *other.actors[1:]))
            found.append((other, float(rng.uniform(2, 20)), False))
    while sum(length for _, length, _ in found) < seconds:
        found.append((cast(rng, moving=True), float(rng.uniform(2, 20)), False))
    return [found[number] for number in rng.permutation(len(found))]


def film(folder: Path, model: ClipModel, seed: int, seconds: float, needles: int) -> Film:
    """Write a film and embed it at a moment a second."""
    cast_of = plays(seed, seconds, needles)
    path = folder / f"{seed}-{seconds:.0f}.mp4"
    acts = write_long_film(path, [(play, length) for play, length, _ in cast_of])
    times = np.arange(0.5, acts[-1].end, 1.0)
    with Video(str(path)) as video:
        shown = (fitted(frame.image, None, (448, 448)) for frame in video.frames_at(times.tolist()))
        vectors = np.stack(list(model.images(shown)))
    wanted = [act for act, (_, _, needle) in zip(acts, cast_of, strict=True) if needle]
    return Film(wanted, times[: len(vectors)], vectors)


def found_by(name: str, query: str, made: Film, text: Vectors) -> tuple[list[float], float]:
    """The times of K keyframes by a method, and the share of the moments that it looked at."""
    scores = (made.vectors @ text).astype(np.float64)
    if name == "uniform":
        return [float(made.times[place]) for place in spread(len(made.times), K)], 0.0
    if name == "top-k":
        return [float(made.times[place]) for place in np.argsort(-scores)[:K]], 1.0
    grid = Grid(made.times, lambda places: (scores[places], made.vectors[places]))
    picks = QUERY_METHODS.load(name).choose(Search(query, K, grid, warn=len))
    return [float(made.times[place]) for place in picks], float(grid.seen.mean())


def lines(films: list[Film], texts: list[Vectors], queries: list[list[str]]) -> Iterator[str]:
    names = ["uniform", "top-k", *(name for name in QUERY_METHODS if name not in ASKING)]
    yield f"{'':8}  inside  within 5 s  looked at"
    for name in names:
        inside, near, looked = [], [], []
        for made, vectors, asked in zip(films, texts, queries, strict=True):
            for act, text, query in zip(made.needles, vectors, asked, strict=True):
                times, share = found_by(name, query, made, text)
                inside.append(any(act.start <= t < act.end for t in times))
                near.append(any(act.start - NEAR <= t <= act.end + NEAR for t in times))
                looked.append(share)
        row = f"{np.mean(inside):8.3f}{np.mean(near):12.3f}{np.mean(looked):10.1%}"
        yield f"{name:8}{row}"


def run(folder: Path, *, small: bool, seeds: tuple[int, ...] = SEEDS) -> None:
    """Print recall of the needles a method."""
    seconds, needles = (300.0, 4) if small else (3600.0, 40)
    with ClipModel(f"local-dir:{TINY}", threads=1) as model:
        films = [film(folder, model, seed, seconds, needles) for seed in seeds[: 1 if small else 3]]
        queries = [[tell(act.play, moving=True) for act in made.needles] for made in films]
        texts = [model.texts(asked) for asked in queries]
    print(f"{sum(len(made.needles) for made in films)} needles in {len(films)} films, k = {K}")
    for line in lines(films, texts, queries):
        print(line, flush=True)
