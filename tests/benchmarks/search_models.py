"""Search by models that answer, on short films: tiny-vlm sees, SmolLM2-135M reads.

Films of a minute, of plays of 4 to 10 s. A query tells a play with its motion. `keyframes` counts
queries of which one of 4 keyframes shows the play; `ground` first moments whose intersection over
union with it is at least 0.5, where captions tell each play as a still picture and each span is a
play, so that words alone know its edges. `chance` takes every even window of 7 s. tiny-vlm was
taught questions about single plays, not to name times or to judge windows, and SmolLM2-135M is far
smaller than what is meant to read: these figures say what the methods do with too small a model,
not what they are worth.

`highlights` are two of 4 to 10 s in still films of a minute, in which more moves than in a
distraction of the same length; found is what the first two moments match by 0.5, beside two evenly
spaced windows of 7 s.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.models.tiny import tiny_vlm
from tests.real_weights import smollm2
from tests.world.encode import Encoding, write_clip
from tests.world.looks import Scene
from tests.world.models.film import Act
from tests.world.models.long_film import write_long_film
from tests.world.models.stage import cast
from tests.world.models.talk import describe
from tests.world.models.train_clip import tell
from tests.world.timeline import Take, Timeline
from vtk.ground import ground
from vtk.ground.segments import overlap
from vtk.keyframes import keyframes
from vtk.keyframes.query import Query
from vtk.models.embed.clip import ClipModel
from vtk.models.hub.files import Files
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.openers import Openers
from vtk.span import Span

CLIP = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"
K = 4  # keyframes
EVEN = 7.0  # seconds of even windows
ENOUGH = 0.5  # intersection over union
QUERIES = 3  # of a film
SECONDS = 60.0
COLOURS = ("blue", "green", "orange", "red", "yellow")


def film(path: Path, seed: int) -> list[Act]:
    """Write a film of plays and return them."""
    rng = np.random.default_rng((seed, 5))
    plays: list[tuple[Any, float]] = []
    while sum(length for _, length in plays) < SECONDS:
        plays.append((cast(rng, moving=True), float(rng.uniform(4, 10))))
    return write_long_film(path, plays)


def even() -> list[tuple[float, float]]:
    """The even windows of a film, in seconds."""
    return [(at, at + EVEN) for at in np.arange(0, SECONDS - EVEN + 1e-6, EVEN).tolist()]


def lines_of_keyframes(films: dict[str, list[Act]], clip: ClipModel) -> Iterator[str]:
    with tiny_vlm() as model:
        ways: dict[str, dict[str, Any]] = {
            "yesno, tiny-vlm": {"method": "yesno", "model": model},
            "yesno, tiny-vlm and tiny-clip": {"method": "yesno", "model": model, "clip": clip},
            "clips, tiny-clip": {"method": "clips", "clip": clip},
        }
        found: dict[str, list[bool]] = {name: [] for name in ("uniform", *ways)}
        for video, acts in films.items():
            times = [(n + 0.5) * acts[-1].end / K for n in range(K)]
            for act in acts[:QUERIES]:
                found["uniform"].append(any(act.start <= t < act.end for t in times))
                for name, way in ways.items():
                    query = Query(
                        tell(act.play, moving=True), clip=way.get("clip"), model=way.get("model")
                    )
                    (span,) = keyframes([Span(video=video)], query=query, method=way["method"], k=K)
                    shown = [each["t"] for each in span["keyframes"]]
                    found[name].append(any(act.start <= t < act.end for t in shown))
    for name, hits in found.items():
        yield f"keyframes  {name:32}{np.mean(hits):6.2f}"


def lines_of_ground(films: dict[str, list[Act]], clip: ClipModel) -> Iterator[str]:
    reader = partial(
        LocalModel, Files("smollm2-135m", smollm2()), LoadOptions(threads=1, context=4096)
    )
    sees, reads = Openers(language=tiny_vlm), Openers(language=reader)
    looks = Openers(clip=partial(ClipModel, str(CLIP), threads=1), language=tiny_vlm)
    ways: dict[str, tuple[str, Openers, bool]] = {  # method, models, whether captions are there
        "density on captions": ("density", Openers(), True),
        "llm on captions, SmolLM2": ("llm", reads, True),
        "vlm, tiny-vlm": ("vlm", sees, False),
        "search, tiny-vlm": ("search", sees, False),
        "search, tiny-vlm and tiny-clip": ("search", looks, False),
        "scan, tiny-clip": ("scan", Openers(clip=looks.clip), False),
    }
    hits: dict[str, list[float]] = {name: [] for name in ("chance", *ways)}
    for video, acts in films.items():
        told = [
            Span(video=video, start=a.start, end=a.end, caption=describe(a.play, moving=False))
            for a in acts
        ]
        for act in acts[:QUERIES]:
            truth = (act.start, act.end)
            hits["chance"].append(float(np.mean([overlap(w, truth) >= ENOUGH for w in even()])))
            for name, (method, models, captioned) in ways.items():
                spans = told if captioned else [Span(video=video)]
                first = next(
                    ground(spans, tell(act.play, moving=True), method=method, models=models, n=1),
                    None,
                )
                if first is None or first.failed:
                    hits[name].append(0.0)
                else:
                    hits[name].append(overlap((first.start, first.end), truth) >= ENOUGH)
    for name, found in hits.items():
        yield f"ground     {name:32}{np.mean(found):6.2f}"


def highlighted(path: Path, seed: int) -> list[tuple[float, float]]:
    """Write a still film with two highlights and a distraction; return the highlights."""
    rng = np.random.default_rng((seed, 6))
    own, other, third = rng.permutation(COLOURS)[:3].tolist()
    still = Scene(own, "medium", movers=0, grain=0.0)
    lively = replace(still, colour=other, movers=6, speed=200.0)
    slow = replace(still, colour=third, movers=1, speed=20.0)
    kinds = rng.permutation(3).tolist()
    takes, truth, at = [], [], 0.0
    for kind in kinds:
        gap, length = (float(rng.integers(6, 12)), float(rng.integers(4, 11)))
        takes += [Take(gap, still), Take(length, slow if kind == 2 else lively)]
        if kind != 2:
            truth.append((at + gap, at + gap + length))
        at += gap + length
    takes.append(Take(SECONDS - at + 6, still))
    encoding = Encoding(width=96, height=54, rate=Fraction(10))
    write_clip(path, Timeline(takes, (96, 54), 1 / encoding.rate, 1), encoding)
    return truth


def lines_of_highlights(folder: Path, count: int) -> Iterator[str]:
    clip = Openers(clip=partial(ClipModel, str(CLIP), threads=1))
    hits: dict[str, list[bool]] = {"evenly spaced": [], "highlights": [], "with tiny-clip": []}
    for seed in range(401, 401 + count):
        video = folder / f"{seed}.mp4"
        truth = highlighted(video, seed)
        windows = {"evenly spaced": [(at - EVEN / 2, at + EVEN / 2) for at in (22.0, 44.0)]}
        for name, models in (("highlights", Openers()), ("with tiny-clip", clip)):
            moments = ground([Span(video=str(video))], method="highlights", n=2, models=models)
            windows[name] = [(each.start, each.end) for each in moments]
        for name, some in windows.items():
            hits[name] += [any(overlap(w, each) >= ENOUGH for w in some) for each in truth]
    for name, found in hits.items():
        yield f"highlights {name:32}{np.mean(found):6.2f}"


def run(folder: Path, *, small: bool) -> None:
    """Print a line for each way to search."""
    films = {}
    for seed in (501,) if small else range(501, 507):
        path = folder / f"{seed}.mp4"
        films[str(path)] = film(path, seed)
    print(f"{len(films)} film(s) of a minute, {QUERIES * len(films)} queries")
    with ClipModel(str(CLIP), threads=1) as clip:
        for lines in (lines_of_keyframes(films, clip), lines_of_ground(films, clip)):
            for line in lines:
                print(line, flush=True)
    for line in lines_of_highlights(folder, 1 if small else 8):
        print(line, flush=True)
