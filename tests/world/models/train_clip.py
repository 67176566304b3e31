"""Train tiny-clip from a seed and write it as open_clip loads it, with held-out scores on the way.

    python -m tests.world.models.train_clip OUT_DIR [--steps N] [--seed N]

A clip is a moving play: its vector is the mean of its frames' vectors, which tells what is seen
and where but not in which order, so a motion is told apart by where it begins and passes.
"""

import argparse
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional
from torch.utils.data import Dataset

from tests.world.models.ahead import ahead
from tests.world.models.stage import Actor, Play, cast
from tests.world.models.talk import at

SIDE = 64
MODEL: dict[str, Any] = {
    "embed_dim": 96,
    "vision_cfg": {"image_size": SIDE, "layers": [1, 1, 1, 1], "width": 12, "head_width": 32},
    "text_cfg": {
        "context_length": 48,
        "vocab_size": 49408,
        "width": 48,
        "heads": 4,
        "layers": 2,
    },
}
LOOK = {
    "mean": [0.5] * 3,
    "std": [0.5] * 3,
    "interpolation": "bicubic",
    "resize_mode": "squash",
    "size": [SIDE, SIDE],
}
STILLS, CLIPS, FRAMES = 224, 112, 2  # pictures of a batch; clips of a batch, frames of each
PEAK, WARM = 3e-3, 60

Batch = tuple[Tensor, list[str]]  # pictures (texts, frames, 3, side, side) in bytes, and texts


def tell(play: Play, *, moving: bool, rng: np.random.Generator | None = None) -> str:
    """All of a play: "a large red circle at the top left moves right on grass with the word go".

    With `rng`, only some of it half of the time, in the words of `talk.describe` among others.
    """
    if rng is None or rng.random() < 0.5:
        clauses = [_clause(actor, moving, (True, True, True)) for actor in play.actors]
        return " and ".join(clauses) + f" on {play.background}" + _word(play)
    kept = [bool(value) for value in rng.random(5) < 0.6]
    actors = [play.actors[n] for n in rng.permutation(len(play.actors))]
    if rng.random() < 0.3:
        actors = actors[:1]
    text = " and ".join(_clause(actor, moving, kept[:3]) for actor in actors)
    return text + (f" on {play.background}" if kept[3] else "") + (_word(play) if kept[4] else "")


def _clause(actor: Actor, moving: bool, kept: Sequence[bool]) -> str:
    size = f"{actor.size} " if kept[0] else ""
    place = f" {at(actor.place)}" if kept[1] else ""
    motion = f" {actor.motion}" if kept[2] and moving else ""
    return f"a {size}{actor.colour} {actor.shape}{place}{motion}"


def _word(play: Play) -> str:
    return f" with the word {play.word}" if play.word else ""


class Batches(Dataset[Batch]):
    """Batches by step, in turn of pictures and of clips, made in another process."""

    def __init__(self, seed: int, steps: int) -> None:
        self.seed, self.steps = seed, steps

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, step: int) -> Batch:
        torch.set_num_threads(1)
        rng = np.random.default_rng((self.seed, step))
        moving = step % 2 == 1
        plays = [cast(rng, moving=moving) for _ in range(CLIPS if moving else STILLS)]
        texts = [tell(play, moving=moving, rng=rng) for play in plays]
        shares = rng.random((len(plays), FRAMES if moving else 1))
        pictures = [
            play.picture(share, SIDE, grain=float(rng.uniform(0, 6)))
            for play, row in zip(plays, shares.tolist(), strict=True)
            for share in row
        ]
        stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
        return stacked.reshape(*shares.shape, 3, SIDE, SIDE), texts


def worn(pictures: Tensor) -> Tensor:
    """Bytes to -1 to 1, a little softer, shifted, darker or brighter, as video leaves pictures."""
    values = pictures.float() / 127.5 - 1
    count, device = len(values), values.device
    soft = functional.avg_pool2d(values, 3, 1, 1, count_include_pad=False)
    share = (torch.rand(count, 1, 1, 1, device=device) * 1.2 - 0.4).clamp(min=0)
    values = values + share * (soft - values)
    shift = torch.randint(-2, 3, (2,)).tolist()
    values = values.roll(shift, (2, 3))
    scale = 0.85 + 0.3 * torch.rand(count, 1, 1, 1, device=device)
    return values * scale + 0.16 * torch.rand(count, 1, 1, 1, device=device) - 0.08


def clip_vectors(model: Any, pictures: Tensor) -> Tensor:
    """Unit vectors (clips, dim) of pictures (clips, frames, 3, side, side), -1 to 1."""
    frames = model.encode_image(pictures.flatten(0, 1), normalize=True)
    return functional.normalize(frames.view(*pictures.shape[:2], -1).mean(1), dim=-1)


@torch.no_grad()
def held_out(model: Any, tokenizer: Any, clips: int = 100, frames: int = 8) -> tuple[float, float]:
    """Recall at 1 among clips with an actor never trained on: text to clip, and clip to text."""
    rng = np.random.default_rng(99)
    plays = [cast(rng, moving=True, held=True) for _ in range(clips)]
    shares = ((np.arange(frames) + 0.5) / frames).tolist()
    shown = np.stack([play.picture(share, SIDE) for play in plays for share in shares])
    device = next(model.parameters()).device
    pictures = torch.from_numpy(shown).permute(0, 3, 1, 2).to(device).float() / 127.5 - 1
    texts = tokenizer([tell(play, moving=True) for play in plays]).to(device)
    model.eval()
    images = clip_vectors(model, pictures.view(clips, frames, 3, SIDE, SIDE))
    scores = model.encode_text(texts, normalize=True) @ images.T
    model.train()
    right = torch.arange(clips, device=device)
    found = [float((scores.argmax(axis) == right).float().mean()) for axis in (1, 0)]
    return found[0], found[1]


def save(model: Any, out: Path) -> None:
    """Write the configuration and the weights, in half precision."""
    config = {"model_cfg": MODEL, "preprocess_cfg": LOOK}
    (out / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")
    weights = {
        name: (value.half() if value.is_floating_point() else value).cpu().contiguous()
        for name, value in model.state_dict().items()
    }
    save_file(weights, out / "open_clip_model.safetensors")


def rate(step: int, steps: int) -> float:
    """The learning rate: a warm-up, then half a cosine down to a hundredth."""
    if step < WARM:
        return PEAK * (step + 1) / WARM
    done = (step - WARM) / max(1, steps - WARM)
    return PEAK * (0.01 + 0.495 * (1 + math.cos(math.pi * done)))


def train(out: Path, steps: int, seed: int) -> None:
    """Train for so many steps and write the model."""
    import open_clip

    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    out.mkdir(parents=True, exist_ok=True)
    model = open_clip.CLIP(**MODEL).to(device)
    tokenizer = open_clip.SimpleTokenizer(context_length=MODEL["text_cfg"]["context_length"])
    contrast = open_clip.ClipLoss()
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    groups = [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": 0.05},
        {"params": [p for p in model.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, PEAK, betas=(0.9, 0.98))
    begun = time.monotonic()
    for step, (pictures, texts) in enumerate(ahead(Batches(seed, steps))):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps)
        shown = worn(pictures.flatten(0, 1).to(device)).view(pictures.shape)
        said = model.encode_text(tokenizer(texts).to(device), normalize=True)
        loss = contrast(clip_vectors(model, shown), said, model.logit_scale.exp())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(100))
        if step % 100 == 99 or step + 1 == steps:
            scores = [f"{share:.2f}" for share in held_out(model, tokenizer)]
            seconds = time.monotonic() - begun
            print(f"{step + 1} {seconds:.0f} s loss {loss.item():.3f}", *scores, flush=True)
            save(model, out)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    train(chosen.out, chosen.steps, chosen.seed)


if __name__ == "__main__":
    main()
