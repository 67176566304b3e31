"""Trains the network that judges steps, `vtk/models/judge.json`, and prints how good it is.

    python -m tests.benchmarks.split_train FOLDER... [-o judge.json] [--kept steps.npz]

It learns from rendered films, hard ones (`split_wild.py`), those of `split.py --world` and some of
flat colours, and from the labelled clips of the folders (a cuts.json each, as of `split.py`), each
step of which counts for several. Printed first is what it makes of the clips when it has learnt
from the rendered films alone, then when clips are judged by networks that learnt from all others
(cross-validation by clip; with `--auto` also as method auto judges them), then what is written.
Steps within a gradual transition, or marked as unsure, do not count.
Needs PyTorch, here only; takes some twenty minutes on two cores, nearly all of it rendering, whose
steps `--kept` writes into a file, or reads if it is there.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from tests import world
from tests.benchmarks.split import SLACK, small_pictures
from tests.benchmarks.split_clips import COLOURS, WORDS, Label, labelled, one, world_clip
from tests.benchmarks.split_wild import KINDS, wild_clip, wild_label
from vtk.cores import cores
from vtk.models.judge import FURTHEST, Judge
from vtk.split import auto
from vtk.split.content import found
from vtk.split.evidence import NAMES
from vtk.split.steps import sampled

Floats = NDArray[np.float32]
Weights = dict[str, Any]

FIRST = 1000  # of the numbers of the hard films: the benchmark measures those before it
SLIDES = 3  # times as many films of slides, whose changes are the smallest
PLAIN = 40  # films of flat colours
COUNTS = 5  # a step of a real clip, against one of a rendered film
HIDDEN, SEEDS = 16, 3  # units of a network, and networks whose logits are averaged
ROUNDS, RATE, DECAY, NOISE = 250, 0.02, 2e-3, 0.1
FOLDS = 7
DIGITS = 4


class Step(NamedTuple):
    """A proposed step: of which clip, to which frame, its evidence, and whether it is a cut.

    `network` is the score of TransNetV2 that `vtk.split.auto` weighs, of real clips alone.
    """

    clip: str
    frame: int
    known: Floats
    cut: bool
    network: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="labelled clips with cuts.json")
    parser.add_argument("--wild", type=int, default=540, metavar="N", help="hard films to render")
    parser.add_argument("--world", type=int, default=120, metavar="N", help="other films to render")
    parser.add_argument("-o", "--output", type=Path, help="where the weights are written")
    parser.add_argument("--kept", type=Path, help="the steps of the rendered films")
    parser.add_argument("--auto", action="store_true", help="also ask TransNetV2, as auto does")
    options = parser.parse_args()
    rendered = kept(options.kept, options.wild, options.world)
    real, cuts = [], 0
    for folder in options.folders:
        for name, label in json.loads((folder / "cuts.json").read_text()).items():
            real += list(steps_of(folder / name, label, options.auto))
            cuts += len(label["cuts"])
    print(f"rendered: {len(rendered)} steps, {sum(s.cut for s in rendered)} of them cuts")
    if real:
        print(f"clips: {len(real)} steps, {sum(s.cut for s in real)} of them cuts, of {cuts}")
        tell("learnt from rendered films alone", real, judged(fit(rendered), real), cuts)
        unseen = cross_validated(rendered, real)
        tell("cross-validated by clip", real, unseen, cuts)
        if options.auto:
            both = list(map(weighed, unseen, real))
            tell("the same, with TransNetV2 where in doubt", real, both, cuts)
    weights = fit(rendered, real)
    tell("what is written", real, judged(weights, real), cuts)
    if options.output:
        rounded = {name: _rounded(value) for name, value in weights.items()}
        options.output.write_bytes(orjson.dumps(rounded) + b"\n")


def kept(path: Path | None, wild: int, world: int) -> list[Step]:
    """The steps of that many rendered films, from a file that holds them if there is one."""
    if path and path.exists():
        with np.load(path) as held:
            parts = (held[name].tolist() for name in ("clip", "frame", "cut"))
            rows = zip(*parts, held["known"], strict=True)
            return [Step(clip, frame, known, cut) for clip, frame, cut, known in rows]
    slides = list(KINDS).index("slides")
    hard = [n for n in range(SLIDES * wild) if n < wild or (FIRST + n) % len(KINDS) == slides]
    films = [("wild", FIRST + n) for n in hard] + [("world", n) for n in range(world)]
    films += [("plain", n) for n in range(PLAIN)]
    with ProcessPoolExecutor(cores()) as pool:
        steps = [step for some in pool.map(film_steps, films) for step in some]
    if path:
        clip, frame, known, cut, _ = map(np.array, zip(*steps, strict=True))
        np.savez_compressed(path, clip=clip, frame=frame, known=known, cut=cut)
    return steps


def film_steps(film: tuple[str, int]) -> list[Step]:
    """The steps of a rendered film, named by its family and number."""
    family, number = film
    with tempfile.TemporaryDirectory() as folder:
        if family == "wild":
            path, label = wild_label(wild_clip(Path(folder), number))
        elif family == "world":
            path, label = labelled(world_clip(Path(folder), number))
        else:
            path, label = labelled(plain_clip(Path(folder), number))
        return list(steps_of(path, label))


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


def steps_of(path: Path, label: Label, with_network: bool = False) -> Iterator[Step]:
    """The steps that `vtk.split.content` has judged, by a judge that knows the truth."""
    numbers: dict[int, int] = {}
    steps: list[Step] = []

    def pictures() -> Iterator[Any]:
        for number, picture in enumerate(small_pictures(path)):
            numbers[picture[0]] = number
            yield picture

    def truth(frames: Sequence[Any], here: int, known: Floats) -> float:
        number = numbers[frames[here].pts]
        cut = any(abs(number - other) <= 1 for other in label["cuts"])
        network = auto.seen(frames, here) if with_network else 0.0
        steps.append(Step(path.name, number, known, cut, network))
        return float(cut)

    for _ in found(sampled(pictures()), truth, ahead=auto.BESIDE):
        pass
    open_ones = [(first, last) for first, last, *_ in (*label["gradual"], *label.get("unsure", ()))]
    for step in steps:
        if step.cut or not any(a - SLACK <= step.frame <= b + SLACK for a, b in open_ones):
            yield step


def fit(rendered: Sequence[Step], real: Sequence[Step] = ()) -> Weights:
    """The weights of `vtk.models.judge`, of a few networks side by side whose logits are averaged.

    The same steps give the same weights on one machine.
    """
    import torch

    torch.set_num_threads(1)
    steps = [*rendered, *real]
    known = np.stack([step.known for step in steps])
    mean, deviation = known.mean(0), known.std(0) + 1e-3
    inputs = torch.from_numpy(np.clip((known - mean) / deviation, -FURTHEST, FURTHEST))
    wanted = torch.tensor([float(step.cut) for step in steps])
    counts = torch.tensor([1.0] * len(rendered) + [float(COUNTS)] * len(real))
    loss_of = torch.nn.BCEWithLogitsLoss(weight=counts / counts.mean())
    parts = []
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        one, two = torch.nn.Linear(len(NAMES), HIDDEN), torch.nn.Linear(HIDDEN, 1)
        net = torch.nn.Sequential(one, torch.nn.ReLU(), two)
        adam = torch.optim.Adam(net.parameters(), RATE)
        slower = torch.optim.lr_scheduler.CosineAnnealingLR(adam, ROUNDS)
        for _ in range(ROUNDS):
            logits = net(inputs + NOISE * torch.randn_like(inputs))[:, 0]
            size = (one.weight**2).sum() + (two.weight**2).sum()
            loss = loss_of(logits, wanted) + DECAY / 2 * size
            adam.zero_grad()
            loss.backward()
            adam.step()
            slower.step()
        parts.append([part.detach().numpy() for part in net.parameters()])
    return {
        "mean": mean,
        "deviation": deviation,
        "in": np.concatenate([part[0].T for part in parts], 1),
        "bias": np.concatenate([part[1] for part in parts]),
        "out": np.concatenate([part[2][0] for part in parts]) / SEEDS,
        "base": np.mean([part[3][0] for part in parts]),
    }


def judged(weights: Weights, steps: Sequence[Step]) -> list[float]:
    """The probability of each step."""
    judge = Judge(weights)
    return [judge.probability(step.known) for step in steps]


def cross_validated(rendered: Sequence[Step], real: Sequence[Step]) -> list[float]:
    """The probability of each step by a network that has not seen its clip."""
    clips = list(dict.fromkeys(step.clip for step in real))
    fold = {clip: number % FOLDS for number, clip in enumerate(clips)}
    found: dict[int, float] = {}
    for number in range(FOLDS):
        others = [step for step in real if fold[step.clip] != number]
        own = [place for place, step in enumerate(real) if fold[step.clip] == number]
        made = judged(fit(rendered, others), [real[place] for place in own])
        found |= dict(zip(own, made, strict=True))
    return [found[place] for place in range(len(real))]


def weighed(content: float, step: Step) -> float:
    """What `vtk.split.auto` makes of a probability."""
    if not auto.DOUBT[0] < content < auto.DOUBT[1]:
        return content
    return auto.weighed(content, step.network, step.known)


def tell(name: str, steps: Sequence[Step], probabilities: Sequence[float], cuts: int) -> None:
    """Prints precision, recall and F1 of cuts at 0.5, and every error."""
    wrong = [(s, p) for s, p in zip(steps, probabilities, strict=True) if (p >= 0.5) != s.cut]
    right = sum(s.cut and p >= 0.5 for s, p in zip(steps, probabilities, strict=True))
    false = sum(not s.cut for s, _ in wrong)
    f1 = 2 * right / max(1, right + false + cuts)
    print(f"{name}: {right} of {cuts} cuts, {false} false, F1 {f1:.3f}")
    for step, p in wrong:
        print(f"    {step.clip} {step.frame} {'missed' if step.cut else 'false'} {p:.2f}")


def _rounded(value: Any) -> Any:
    if np.ndim(value):
        return [_rounded(part) for part in value]
    return float(f"{float(value):.{DIGITS}g}")


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
