"""A stage: up to three actors on a background, at most a word below, for a few seconds.

    play = cast(np.random.default_rng(1))
    play.picture(0.5, side=64)          # halfway through, 64 x 64 RGB

Every attribute is known, so whatever is said of a picture can be judged. `held_out` combinations
of colour and shape are never seen in training.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.world.models.forms import BACKGROUNDS, COLOURS, FORMS, draw_actor, draw_word

Picture = NDArray[np.uint8]

WORDS = (
    "go",
    "stop",
    "exit",
    "taxi",
    "news",
    "live",
    "sale",
    "park",
    "bank",
    "cafe",
    "open",
    "zoo",
)
PLACES = (
    ("top left", "top", "top right"),
    ("left", "middle", "right"),
    ("bottom left", "bottom", "bottom right"),
)
SIZES = {"small": 0.12, "large": 0.17}  # radius, in sides of the picture
HEADINGS = {
    "left": (-1, 0),
    "right": (1, 0),
    "up": (0, -1),
    "down": (0, 1),
    "up left": (-1, -1),
    "up right": (1, -1),
    "down left": (-1, 1),
    "down right": (1, 1),
}
MOTIONS = (
    *(f"moves {way}" for way in HEADINGS),
    "stays",
    "grows",
    "shrinks",
    "appears",
    "vanishes",
)


def held_out(colour: str, shape: str) -> bool:
    """Whether the combination is kept from training: one shape in twelve for each colour."""
    return list(FORMS).index(shape) == (list(COLOURS).index(colour) * 5 + 3) % len(FORMS)


@dataclass(frozen=True)
class Actor:
    """A coloured shape. It starts at (x, y), goes by (across, down), and is seen for a while."""

    colour: str
    shape: str
    size: str
    x: float
    y: float
    motion: str = "stays"
    across: float = 0.0
    down: float = 0.0
    tint: tuple[float, float, float] = (0.0, 0.0, 0.0)
    switch: float = 0.5  # when it appears or vanishes, as a share of the play

    @property
    def place(self) -> str:
        """Where it starts, on a grid of three by three."""
        return PLACES[min(2, int(self.y * 3))][min(2, int(self.x * 3))]

    def at(self, share: float) -> tuple[float, float, float]:
        """Centre and radius at a share of the play, 0 to 1; radius 0 while it is not there."""
        radius = SIZES[self.size]
        if self.motion == "grows":
            radius = 0.09 + share * 0.1
        elif self.motion == "shrinks":
            radius = 0.19 - share * 0.1
        elif (self.motion == "appears" and share < self.switch) or (
            self.motion == "vanishes" and share >= self.switch
        ):
            radius = 0.0
        return self.x + share * self.across, self.y + share * self.down, radius


@dataclass(frozen=True)
class Play:
    """What happens on a stage."""

    background: str
    actors: tuple[Actor, ...]
    word: str = ""
    word_x: float = 0.5
    seed: int = 0

    def picture(self, share: float = 0.0, side: int = 64, *, grain: float = 3.0) -> Picture:
        """The stage at a share of the play: shape (side, side, 3), RGB."""
        rng = np.random.default_rng(self.seed)
        canvas = BACKGROUNDS[self.background](rng, side).astype(np.float32)
        canvas += rng.uniform(-14, 14, 3).astype(np.float32)
        for actor in self.actors:
            x, y, radius = actor.at(share)
            if radius:
                colour = tuple(
                    base + shift
                    for base, shift in zip(COLOURS[actor.colour], actor.tint, strict=True)
                )
                draw_actor(canvas, actor.shape, colour, x, y, radius)
        if self.word:
            draw_word(canvas, self.word, self.word_x)
        if grain:
            noise = np.random.default_rng((self.seed, round(share * 1000)))
            canvas += noise.standard_normal((side, side, 1), np.float32) * np.float32(grain)
        return np.clip(canvas, 0, 255).astype(np.uint8)


def cast(
    rng: np.random.Generator, *, moving: bool = False, held: bool = False, actors: int | None = None
) -> Play:
    """A play drawn at random.

    With `held`, the first actor has a combination of colour and shape that is kept from training,
    and without it none has. With `moving`, actors do something; else the play is one picture.
    """
    count = actors or int(rng.choice([1, 2, 3], p=[0.4, 0.4, 0.2]))
    word = str(rng.choice(WORDS)) if rng.random() < 0.25 else ""
    while True:
        found: list[Actor] = []
        cells = rng.permutation(6 if word else 9)[:count]
        for number, cell in enumerate(cells):
            found.append(_actor(rng, int(cell), moving, held and number == 0, bool(word)))
        if len({(a.colour, a.shape) for a in found}) == count and _apart(found):
            break
    background = str(rng.choice(list(BACKGROUNDS)))
    found.sort(key=lambda actor: (actor.x, actor.y))
    return Play(
        background, tuple(found), word, float(rng.uniform(0.2, 0.8)), int(rng.integers(2**31))
    )


def _actor(rng: np.random.Generator, cell: int, moving: bool, held: bool, word: bool) -> Actor:
    while True:
        colour, shape = str(rng.choice(list(COLOURS))), str(rng.choice(list(FORMS)))
        if held_out(colour, shape) == held:
            break
    jitter = rng.uniform(-0.09, 0.09, 2)
    x = (cell % 3 * 2 + 1) / 6 + float(jitter[0])
    y = (cell // 3 * 2 + 1) / 6 + float(jitter[1])
    tint = tuple(float(value) for value in rng.uniform(-12, 12, 3))
    size = str(rng.choice(list(SIZES)))
    actor = Actor(colour, shape, size, x, y, tint=tint)  # type: ignore[arg-type]
    return _moved(rng, actor, 0.72 if word else 0.9) if moving else actor


def _moved(rng: np.random.Generator, actor: Actor, floor: float) -> Actor:
    """The actor with something to do that keeps it above `floor` and within the picture."""
    while True:
        motion = str(rng.choice(MOTIONS, p=_CHANCES))
        heading = HEADINGS.get(motion.removeprefix("moves "), (0, 0))
        reach = float(rng.uniform(0.25, 0.5))
        x, y = actor.x + heading[0] * reach, actor.y + heading[1] * reach
        if 0.1 <= x <= 0.9 and 0.1 <= y <= floor:
            break
    size = actor.size if motion not in ("grows", "shrinks") else "large"
    return Actor(
        actor.colour,
        actor.shape,
        size,
        actor.x,
        actor.y,
        motion,
        heading[0] * reach,
        heading[1] * reach,
        actor.tint,
        float(rng.uniform(0.05, 0.95)),
    )


_CHANCES = np.array([2.0] * 4 + [1.0] * 4 + [2.5, 1.2, 1.2, 1.2, 1.2])
_CHANCES /= _CHANCES.sum()


def _apart(actors: list[Actor]) -> bool:
    """Whether no two actors come so near each other that one hides the other."""
    for number, first in enumerate(actors):
        for second in actors[number + 1 :]:
            for share in (0, 0.25, 0.5, 0.75, 1):
                (x, y, r), (u, v, s) = first.at(share), second.at(share)
                if np.hypot(x - u, y - v) < 0.85 * (max(r, 0.12) + max(s, 0.12)):
                    return False
    return True
