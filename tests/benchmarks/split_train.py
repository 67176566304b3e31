"""Trains the networks that judge what may be a cut or a transition, and prints how good they are.

    python -m tests.benchmarks.split_train FOLDER... [-o vtk/models] [--kept learnt.npz]

They learn from what `split_learnt.py` measures in rendered films and in the labelled clips of the
folders (a cuts.json each, as of `split.py`), each of which counts for several. The table, as of
`split.py`, says how good split is on each clip by networks that learnt from the rendered films
alone, and by networks that learnt from all clips but those of its fold (cross-validation; with
`--auto` by method auto too). What is written has learnt from all: judge_cuts.json and
judge_gradual.json.
Needs PyTorch, here only; takes some forty minutes on two cores, nearly all of it rendering, whose
yield `--kept` writes into a file, or reads if it is there.
"""

import argparse
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from tests.benchmarks.split import quality, small_pictures, times_of
from tests.benchmarks.split_clips import Label
from tests.benchmarks.split_learnt import Learnt, Measured, measured, rendered, together
from tests.benchmarks.split_peers import Found, Method
from vtk.models.shots.judge import FURTHEST, Judge
from vtk.split import auto
from vtk.split.content import detect, without_frames
from vtk.split.cuts.steps import with_features

Floats = NDArray[np.float32]
Weights = dict[str, Any]

COUNTS = 5  # one of a real clip, against one of a rendered film
MOTION = 2  # what is no transition, against what is one: real films move more between them
BESIDE = 25  # frames within which all that may be transitions count as one together
HIDDEN, SEEDS = 16, 8  # units of a network, and networks whose logits are averaged
ROUNDS, RATE, DECAY, NOISE = 250, 0.02, 2e-3, 0.1
FOLDS = 7
DIGITS = 4


class Judges(NamedTuple):
    """Of cuts and of gradual transitions, as their weights."""

    cuts: Weights
    gradual: Weights


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="labelled clips with cuts.json")
    parser.add_argument("--wild", type=int, default=540, metavar="N", help="hard films to render")
    parser.add_argument("--world", type=int, default=240, metavar="N", help="other films to render")
    parser.add_argument("-o", "--output", type=Path, help="the folder the weights are written to")
    parser.add_argument("--kept", type=Path, help="what was measured in the rendered films")
    parser.add_argument("--auto", action="store_true", help="also cross-validate method auto")
    options = parser.parse_args()
    films = rendered(options.kept, options.wild, options.world)
    for name, several in films._asdict().items():
        print(f"{name}: {len(several)} from rendered films, {sum(m.true for m in several)} true")
    labels = {
        folder / name: label
        for folder in options.folders
        for name, label in json.loads((folder / "cuts.json").read_text()).items()
    }
    clips = {path: measured(path, label) for path, label in labels.items()}
    if clips:
        tell(films, labels, clips, with_auto=options.auto)
    for name, made in learn(films, together(list(clips.values())))._asdict().items():
        rounded = {part: _rounded(value) for part, value in made.items()}
        if options.output:
            path = options.output / f"judge_{name}.json"
            path.write_bytes(orjson.dumps(rounded) + b"\n")


def tell(
    films: Learnt, labels: Mapping[Path, Label], clips: Mapping[Path, Learnt], *, with_auto: bool
) -> None:
    """Prints how good the judges are on each of the clips, which they have not seen."""
    alone = learn(films, Learnt([], []))
    folds = []
    for number in range(FOLDS):
        others = [clip for place, clip in enumerate(clips.values()) if place % FOLDS != number]
        folds.append(learn(films, together(others)))
    unseen = {path: folds[place % FOLDS] for place, path in enumerate(clips)}
    methods: dict[str, Method] = {
        "rendered films alone": lambda path: boundaries(path, alone),
        "cross-validated": lambda path: boundaries(path, unseen[path]),
    }
    if with_auto:
        methods["cross-validated auto"] = lambda path: boundaries(path, unseen[path], auto.doubting)
    quality(labels.items(), methods)


def boundaries(
    path: Path, judges: Judges, probability: Callable[[Judge], Any] = without_frames
) -> Found:
    """Cuts and transitions of a clip, as `split.py` wants them."""
    cuts, gradual = Judge(judges.cuts), Judge(judges.gradual)
    pictures = with_features(small_pictures(path))
    return times_of(detect(pictures, probability(cuts), without_frames(gradual), ahead=auto.BESIDE))


def learn(films: Learnt, clips: Learnt) -> Judges:
    """The judges that learn from films, and from clips COUNTS times as much."""
    return Judges(
        fit(films.cuts, clips.cuts, np.ones(len(films.cuts) + len(clips.cuts), np.float32)),
        fit(films.gradual, clips.gradual, shared([*films.gradual, *clips.gradual])),
    )


def shared(measured: Sequence[Measured]) -> Floats:
    """What each counts: all of one transition as much as one, and motion more."""
    places = [(m.clip, m.true, m.frame // BESIDE) for m in measured]
    many = Counter(places)
    counts = [(1 if place[1] else MOTION) / many[place] for place in places]
    return np.array(counts, np.float32)


def fit(films: Sequence[Measured], clips: Sequence[Measured], counts: Floats) -> Weights:
    """The weights of `vtk.models.shots.judge`, of a few networks side by side whose logits are
    averaged.

    The same measurements give the same weights on one machine.
    """
    import torch

    torch.set_num_threads(1)
    known = np.stack([m.known for m in (*films, *clips)])
    mean, deviation = known.mean(0), known.std(0) + 1e-3
    inputs = torch.from_numpy(np.clip((known - mean) / deviation, -FURTHEST, FURTHEST))
    wanted = torch.tensor([float(m.true) for m in (*films, *clips)])
    counts = counts * np.repeat(np.array([1, COUNTS], np.float32), [len(films), len(clips)])
    loss_of = torch.nn.BCEWithLogitsLoss(weight=torch.from_numpy(counts / counts.mean()))
    parts = []
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        one, two = torch.nn.Linear(known.shape[1], HIDDEN), torch.nn.Linear(HIDDEN, 1)
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


def _rounded(value: Any) -> Any:
    if np.ndim(value):
        return [_rounded(part) for part in value]
    return float(f"{float(value):.{DIGITS}g}")


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
