"""The first lessons of tiny-vlm's eye: what is in each patch of a picture.

A network that must learn to see and to speak at once stays blind for long. So the eye, with its
projector, first learns to name colour, shape and size of what covers each patch, the background,
the drawn word, and where the patch is, which the llama could hardly find out. It does so through
linear heads that are thrown away in the end.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.world.models.forms import BACKGROUNDS, COLOURS, FORMS
from tests.world.models.network import Shape
from tests.world.models.stage import SIZES, WORDS, Play, cast

PICTURES = 96
HEADS = {
    "colour": len(COLOURS) + 1,
    "shape": len(FORMS) + 1,
    "size": len(SIZES) + 1,
    "background": len(BACKGROUNDS),
    "word": len(WORDS) + 1,
    "row": Shape().side // Shape().patch,
    "column": Shape().side // Shape().patch,
}
ALWAYS = ("background", "row", "column")  # there is one in each patch


def labels(play: Play, share: float, grid: int) -> np.ndarray:
    """What is in each patch: shape (grid * grid, heads), 0 for nothing."""
    found = np.zeros((grid, grid, len(HEADS)), dtype=np.int64)
    found[:, :, 3] = list(BACKGROUNDS).index(play.background)
    centres = (np.arange(grid) + 0.5) / grid
    for actor in play.actors:
        x, y, radius = actor.at(share)
        if radius:
            far = np.hypot(centres[None, :] - x, centres[:, None] - y)
            inside = far < max(radius, far.min() + 1e-6)
            found[inside, 0] = 1 + list(COLOURS).index(actor.colour)
            found[inside, 1] = 1 + list(FORMS).index(actor.shape)
            found[inside, 2] = 1 + list(SIZES).index(actor.size)
    if play.word:
        found[-2:, :, 4] = 1 + WORDS.index(play.word)
    found[:, :, 5] = np.arange(grid)[:, None]
    found[:, :, 6] = np.arange(grid)[None, :]
    return found.reshape(grid * grid, len(HEADS))


def sights(seed: int, step: int, shape: Shape) -> tuple[Tensor, Tensor]:
    """Pictures (n, 3, side, side) and the labels of their patches (n, patches, heads)."""
    rng = np.random.default_rng((seed, 1, step))
    pictures, wanted = [], []
    for _ in range(PICTURES):
        play = cast(rng, moving=bool(rng.random() < 0.3))
        share = float(rng.random())
        pictures.append(worn(rng, play.picture(share, shape.side, grain=rng.uniform(0, 6))))
        wanted.append(labels(play, share, shape.side // shape.patch))
    scaled = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return scaled.contiguous(), torch.from_numpy(np.stack(wanted))


def worn(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """A little softer, darker or brighter, as encoding and resizing leave pictures."""
    values = picture.astype(np.float32)
    if rng.random() < 0.4:
        values = 0.6 * values + 0.4 * np.roll(
            values, int(rng.integers(-1, 2)), int(rng.integers(2))
        )
    values = (values - 128) * rng.uniform(0.85, 1.1) + 128 + rng.uniform(-10, 10)
    return np.clip(values, 0, 255).astype(np.uint8)


class Namer(nn.Module):
    """Linear heads on the tokens of pictures."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = nn.Linear(shape.width, sum(HEADS.values()))

    def forward(self, seen: Tensor, wanted: Tensor) -> tuple[Tensor, list[float]]:
        """The loss, and of each head the share of right answers where there is something."""
        said = self.heads(seen).float().split(list(HEADS.values()), dim=-1)
        loss = said[0].new_zeros(())
        right = []
        for number, (name, each) in enumerate(zip(HEADS, said, strict=True)):
            goal, guess = wanted[:, :, number].flatten(), each.flatten(0, 1)
            thing = (goal > 0) | (name in ALWAYS)
            # Most patches show nothing, and would drown those that show something.
            for part, weight in ((thing, 1.0), (~thing, 0.2)):
                if part.any():
                    loss = loss + weight * functional.cross_entropy(guess[part], goal[part])
            right.append(float((guess.argmax(-1) == goal)[thing].float().mean()))
        return loss, right
