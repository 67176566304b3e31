"""What `split_train.py` learns from: steps and transitions as split measures them, with the truth.

A step may be a cut (`vtk.split.cuts.steps.candidate`), pictures that blend may be a gradual
transition (`vtk.split.transitions.gradual`). They come from rendered films, hard ones
(`split_wild.py`), those of `split.py --world` and some of flat colours, and from labelled clips.
"""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests import world
from tests.benchmarks.split import SLACK, small_pictures
from tests.benchmarks.split_clips import COLOURS, WORDS, Label, labelled, one, world_clip
from tests.benchmarks.split_wild import KINDS, wild_clip, wild_label
from vtk.cores import cores
from vtk.media.timestamp import Timestamp
from vtk.split import auto
from vtk.split.content import detect
from vtk.split.cuts.steps import with_features

Floats = NDArray[np.float32]

FIRST = 1000  # of the numbers of the hard films: the benchmark measures those before it
SLIDES = 3  # times as many films of slides, whose changes are the smallest
PLAIN = 40  # films of flat colours
OVERLAP = 0.2  # of a transition and a labelled one together, from which they are the same


class Measured(NamedTuple):
    """A step or a transition that may be one: of which clip, from which frame, and the truth."""

    clip: str
    frame: int
    known: Floats
    true: bool


class Learnt(NamedTuple):
    """All of some films."""

    cuts: list[Measured]
    gradual: list[Measured]


def together(parts: Sequence[Learnt]) -> Learnt:
    """Those of several films as one."""
    return Learnt([m for part in parts for m in part.cuts], [m for p in parts for m in p.gradual])


def rendered(path: Path | None, wild: int, world: int) -> Learnt:
    """Those of that many rendered films, from a file that holds them if there is one."""
    if path and path.exists():
        with np.load(path) as held:
            return Learnt(*(list(_loaded(held, name)) for name in Learnt._fields))
    slides = list(KINDS).index("slides")
    hard = [n for n in range(SLIDES * wild) if n < wild or (FIRST + n) % len(KINDS) == slides]
    films = [("wild", FIRST + n) for n in hard] + [("world", n) for n in range(world)]
    films += [("plain", n) for n in range(PLAIN)]
    with ProcessPoolExecutor(cores()) as pool:
        learnt = together(list(pool.map(film, films)))
    if path:
        parts = zip(Learnt._fields, learnt, strict=True)
        np.savez_compressed(path, **{k: v for part in parts for k, v in _columns(*part).items()})
    return learnt


def _columns(name: str, measured: Sequence[Measured]) -> dict[str, Any]:
    return {
        f"{name}_{field}": np.array([getattr(one, field) for one in measured])
        for field in ("clip", "frame", "known", "true")
    }


def _loaded(held: Any, name: str) -> Iterator[Measured]:
    clip, frame, known, true = (held[f"{name}_{f}"] for f in ("clip", "frame", "known", "true"))
    for row in zip(clip.tolist(), frame.tolist(), known, true.tolist(), strict=True):
        yield Measured(*row)


def film(which: tuple[str, int]) -> Learnt:
    """Those of a rendered film, named by its family and number."""
    family, number = which
    with tempfile.TemporaryDirectory() as folder:
        if family == "wild":
            path, label = wild_label(wild_clip(Path(folder), number))
        elif family == "world":
            path, label = labelled(world_clip(Path(folder), number))
        else:
            path, label = labelled(plain_clip(Path(folder), number))
        return measured(path, label)


def plain_clip(folder: Path, number: int) -> world.Clip:
    """Flat colours, with a scene or a page here and there; the same number gives the same clip."""
    rng = np.random.default_rng([61, number])
    looks: list[world.Blank | world.Scene | world.Slide] = [world.Blank("black")]
    while len(looks) < 8:
        colour, kind = (
            one(rng, f"{COLOURS} black white grey"),
            one(rng, "flat flat flat scene page"),
        )
        if kind == "flat" and looks[-1] != world.Blank(colour):
            looks.append(world.Blank(colour))
        elif kind == "scene":
            looks.append(world.Scene(one(rng, COLOURS)))
        elif kind == "page":
            looks.append(world.Slide(one(rng, WORDS), paper=one(rng, "white black")))
    takes = [world.Take(round(rng.uniform(0.5, 2), 2), look) for look in looks]
    encoding = world.Encoding()
    timeline = world.Timeline(takes, (320, 180), 1 / encoding.rate, number)
    return world.write_clip(folder / f"{number}.mp4", timeline, encoding)


def measured(path: Path, label: Label) -> Learnt:
    """What `vtk.split.content` has judged in a clip, by judges that know the truth.

    Steps within a gradual transition or marked as unsure, and transitions that are in part one that
    is labelled, do not count.
    """
    numbers: dict[int, int] = {}
    steps: list[Measured] = []
    blends: list[Measured] = []
    sure = [(first - SLACK, last + SLACK) for first, last, *_ in label["gradual"]]
    unsure = [(first - SLACK, last + SLACK) for first, last, *_ in label.get("unsure", ())]

    def pictures() -> Iterator[Any]:
        for number, picture in enumerate(small_pictures(path)):
            numbers[picture[0]] = number
            yield picture

    def is_cut(known: Floats, frames: Sequence[Any], here: int) -> float:
        number = numbers[frames[here].pts]
        cut = any(abs(number - other) <= 1 for other in label["cuts"])
        if cut or not any(a <= number <= b for a, b in (*sure, *unsure)):
            steps.append(Measured(path.name, number, known, cut))
        return float(cut)

    def is_gradual(known: Floats, start: Timestamp, end: Timestamp) -> float:
        here = numbers[start.pts], numbers[end.pts]
        true = any(_overlap(here, other) >= OVERLAP for other in sure)
        if true or not any(_overlap(here, other) for other in (*sure, *unsure)):
            blends.append(Measured(path.name, here[0], known, true))
        return float(true)

    for _ in detect(with_features(pictures()), is_cut, is_gradual, ahead=auto.BESIDE):
        pass
    return Learnt(steps, blends)


def _overlap(one: tuple[int, int], two: tuple[int, int]) -> float:
    """Of two stretches of frames, the share of both together that lies in both."""
    both = min(one[1], two[1]) - max(one[0], two[0]) + 1
    return max(0, both) / (max(one[1], two[1]) - min(one[0], two[0]) + 1)
