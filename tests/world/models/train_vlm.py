"""Train tiny-vlm from a seed and write its weights and GGUF files; scores it on the way.

python -m tests.world.models.train_vlm OUT [--eye-steps N] [--steps N] [--hard-steps N]
"""

import argparse
import math
import shutil
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, Subset

from tests.world.models.ahead import ahead
from tests.world.models.export_vlm import export
from tests.world.models.lessons import Batch, Lesson, batch, lesson, pack
from tests.world.models.network import Shape, TinyVLM
from tests.world.models.sight import HEADS, Namer, sights
from tests.world.models.stage import MOTIONS
from tests.world.models.tokens import END, IDS, SPACE, VOCABULARY

PEAK, WARM = 3e-3, 150
DECIDING = ("yes", "no", "A", "B", "C", "D")  # one word that needs all that was seen
DOING = sorted({word for motion in MOTIONS for word in motion.split()})  # need two frames
DIGITS = "0123456789"  # of times, which must be copied from the right picture
CLOCKS = 0.25  # first share of the hard steps, of which every second one is all about times
NAMING = 0.2  # what naming patches weighs beside speaking


class Steps(Dataset[Any]):
    """What each step needs, made in another process while the network learns."""

    def __init__(self, make: Callable[[int], Any], steps: int) -> None:
        self.make, self.steps = make, steps

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, step: int) -> Any:
        torch.set_num_threads(1)
        return self.make(step)


def prepared(make: Callable[[int], Any], first: int, steps: int) -> DataLoader[Any]:
    """What each step from the first on needs, a few steps ahead."""
    return ahead(Subset(Steps(make, steps), range(first, steps)))


def rate(step: int, first: int, steps: int) -> float:
    """The learning rate: half a cosine down to a fiftieth, after a warm-up from the first step."""
    warm = min(1.0, (step - first + 1) / WARM)
    return PEAK * warm * (0.02 + 0.49 * (1 + math.cos(math.pi * step / steps)))


def fused(model: TinyVLM) -> None:
    """Let what each block does be compiled, a fifth quicker, where there is a compiler."""
    if shutil.which("g++"):
        for block in (*model.eye.blk, *model.blk):
            block.compile(dynamic=True)


def read(model: TinyVLM, each: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """The logits, and what the eye sees; in bfloat16 where the processor is quick with it."""
    device = model.output.weight.device
    parts = (each.kept, each.positions, each.segments, each.wanted)
    with torch.autocast(device.type, torch.bfloat16):
        seen = model.eye(each.pictures.to(device))
        logits = model(each.tokens.to(device), seen, *(part.to(device) for part in parts))
    return logits.float(), seen


@torch.no_grad()
def held_out(model: TinyVLM, frames: int, count: int = 60) -> tuple[float, float]:
    """Shares of descriptions and of answers that are right to the letter, told the start."""
    lessons = _unseen(frames, count, model.shape.side)
    kept = np.ones((frames * count, model.shape.patches), dtype=bool)
    packed = pack(lessons, model.shape, kept)
    right = (read(model, packed)[0].argmax(-1).cpu() == packed.targets).tolist()
    goals = packed.targets.tolist()
    whole, answers = True, []
    for ok, goal in zip(right, goals, strict=True):
        whole = whole and ok
        if goal == END:
            answers.append(whole)
            whole = True
    pairs = len(lessons[0].pairs)
    described = answers[::pairs]
    others = [ok for number, ok in enumerate(answers) if number % pairs]
    return float(np.mean(described)), float(np.mean(others))


@cache
def _unseen(frames: int, count: int, side: int) -> list[Lesson]:
    rng = np.random.default_rng((99, frames))
    return [lesson(rng, frames, held=True, side=side) for _ in range(count)]


def optimizers_of(*modules: nn.Module) -> list[torch.optim.Optimizer]:
    """Muon for the matrices within blocks, which halves the steps needed; AdamW for the rest."""
    named = [pair for module in modules for pair in module.named_parameters()]
    inner = [value for name, value in named if "blk." in name and value.ndim == 2]
    rest = [value for name, value in named if "blk." not in name or value.ndim != 2]
    return [
        torch.optim.Muon(inner, PEAK, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, PEAK, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def improve(
    optimizers: list[torch.optim.Optimizer], loss: torch.Tensor, learning_rate: float
) -> None:
    """One step down the gradient."""
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_([value for group in groups for value in group["params"]], 1.0)
    for group in groups:
        group["lr"] = learning_rate
    for optimizer in optimizers:
        optimizer.step()


def open_eye(model: TinyVLM, namer: Namer, steps: int, seed: int) -> None:
    """Teach the eye what is in each patch."""
    device = model.output.weight.device
    optimizers = optimizers_of(model.eye, namer)
    batches = prepared(partial(sights, seed, shape=model.shape), 0, steps)
    for step, (pictures, wanted) in enumerate(batches):
        with torch.autocast(device.type, torch.bfloat16):
            seen = model.eye(pictures.to(device))
        loss, right = namer(seen.float(), wanted.to(device))
        improve(optimizers, loss, rate(step, 0, steps))
        if step % 100 == 99:
            shares = [f"{name} {share:.2f}" for name, share in zip(HEADS, right, strict=True)]
            print(f"eye {step + 1} loss {loss.item():.3f}", *shares, flush=True)


def taught(step: int, *, seed: int, shape: Shape, steps: int, hard: int) -> Batch:
    """The batch of a step: first single frames, then several, from step `steps` on harder ones."""
    if step < steps:
        return batch(seed, step, shape=shape, still=steps // 5)
    clocks = int(CLOCKS * hard)
    return batch(seed + 1, step - steps, shape=shape, questions=8, hard=4.0, clocks=clocks)


def speak(
    model: TinyVLM, namer: Namer, out: Path, make: Callable[[int], Batch], first: int, steps: int
) -> None:
    """Teach it to describe and to answer, by the batches that `make` gives; saves it on the way."""
    device = model.output.weight.device
    optimizers = optimizers_of(model, namer)
    weights = torch.ones(len(VOCABULARY), device=device)
    weights[[IDS[SPACE + word] for word in DOING]] = 2.0
    pieces = [SPACE + word for word in (*DECIDING, *DIGITS)] + list(DIGITS)
    weights[[IDS[piece] for piece in pieces]] = 3.0
    begun = time.monotonic()
    for step, each in enumerate(prepared(make, first, steps), first):
        logits, seen = read(model, each)
        loss = functional.cross_entropy(logits, each.targets.to(device), weights)
        named, _ = namer(seen.float(), each.labels.to(device))
        improve(optimizers, loss + NAMING * named, rate(step, first, steps))
        if step % 250 == 249 or step + 1 == steps:
            scores = [f"{share:.2f}" for n in (1, 2, 4) for share in held_out(model, n)]
            seconds = time.monotonic() - begun
            print(f"{step + 1} {seconds:.0f} s loss {loss.item():.3f}", *scores, flush=True)
            save_file(model.state_dict(), out / "tiny-vlm.safetensors")


def train(out: Path, steps: tuple[int, int, int], seed: int, start: Path | None) -> None:
    """Train and write weights and GGUF files into a directory.

    `steps` of the eye, of speaking, and of speaking with more and harder questions, which begins
    from the weights in `start` where they are given.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = TinyVLM(len(VOCABULARY), Shape()).to(device)
    fused(model)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    namer = Namer(model.shape).to(device)
    if start:
        model.load_state_dict(load_file(start))
    else:
        open_eye(model, namer, steps[0], seed)
    make = partial(taught, seed=seed, shape=model.shape, steps=steps[1], hard=steps[2])
    speak(model, namer, out, make, steps[1] if start else 0, sum(steps[1:]))
    export(model.cpu(), out)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--eye-steps", type=int, default=1300)
    parser.add_argument("--steps", type=int, default=3850)
    parser.add_argument("--hard-steps", type=int, default=2450)
    parser.add_argument("--start", type=Path, help="weights to begin the hard steps with")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    steps = (chosen.eye_steps, chosen.steps, chosen.hard_steps)
    train(chosen.out, steps, chosen.seed, chosen.start)


if __name__ == "__main__":
    main()
