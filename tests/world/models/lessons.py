"""Batches for tiny-vlm: pictures, and questions about them packed behind one encoding."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tests.world.models.network import Shape
from tests.world.models.sight import labels, worn
from tests.world.models.stage import Play, cast
from tests.world.models.talk import Pair, about, clock
from tests.world.models.tokens import END, MARKER, dialogue, encode

QUESTIONS = 4  # besides the description
DROPPING = 0.3  # share of the lessons in which tokens of pictures are dropped
SIZES = {1: 56, 2: 32, 3: 20, 4: 16}  # lessons of a batch, by frames
FRAMES = {1: 0.4, 2: 0.38, 3: 0.08, 4: 0.14}
HARD_FRAMES = {1: 0.2, 2: 0.5, 3: 0.15, 4: 0.15}


@dataclass(frozen=True)
class Lesson:
    """Frames, their times (negative: not told), and what is asked and said of them.

    `labels` are what is in each patch of each frame, for the eye.
    """

    pictures: list[np.ndarray]
    times: list[float]
    pairs: list[Pair]
    labels: list[np.ndarray]
    play: Play

    def parts(self, question: str) -> list[str]:
        """The user's turn, as vtk writes it: times before pictures, the question last."""
        found: list[str] = []
        for time in self.times:
            found += [f"<{time:.1f} seconds>", MARKER] if time >= 0 else [MARKER]
        return [*found, question]


def lesson(
    rng: np.random.Generator,
    frames: int,
    *,
    held: bool = False,
    side: int = 64,
    questions: int = QUESTIONS,
    hard: float = 1.0,
) -> Lesson:
    """A lesson of so many frames; held ones show an actor never seen in training."""
    play = cast(rng, moving=frames > 1, held=held)
    if hard > 1 and frames > 2 and rng.random() < 0.7:  # when: of plays that have an answer
        while not any(actor.motion in ("appears", "vanishes") for actor in play.actors):
            play = cast(rng, moving=True, held=held)
    shares = np.linspace(0, 1, frames).tolist() if frames > 1 else [0.0]
    grain = float(rng.uniform(0, 6))
    pictures = [worn(rng, play.picture(share, side, grain=grain)) for share in shares]
    times = _times(rng, frames) if rng.random() < 0.75 else [-1.0] * frames
    grid = side // Shape().patch
    named = [labels(play, share, grid) for share in shares]
    return Lesson(pictures, times, about(play, rng, times, questions, hard), named, play)


def _times(rng: np.random.Generator, frames: int) -> list[float]:
    first, step = rng.uniform(0, 1) ** 3 * 3000, rng.uniform(0.3, 12)
    return [round(first + step * number, 1) for number in range(frames)]


@dataclass(frozen=True)
class Batch:
    """Tensors as `TinyVLM.forward` takes them, and the tokens wanted."""

    tokens: Tensor
    pictures: Tensor
    kept: Tensor
    positions: Tensor
    segments: Tensor
    wanted: Tensor
    targets: Tensor
    labels: Tensor


def pack(lessons: list[Lesson], shape: Shape, kept: np.ndarray) -> Batch:
    """Lessons as one batch; `kept` (pictures, patches) says which tokens of pictures stay."""
    rows: list[list[tuple[int, int, int, int]]] = []  # token, position, segment, target or -1
    at = 0
    for each in lessons:
        rows.append(_row(each, kept[at : at + len(each.pictures)].sum(1)))
        at += len(each.pictures)
    longest = max(map(len, rows))
    table = np.full((len(rows), longest, 4), (END, 0, -1, -1), dtype=np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    tokens, positions, segments, targets = torch.from_numpy(table).unbind(-1)
    pictures = np.concatenate([each.pictures for each in lessons]).transpose(0, 3, 1, 2)
    scaled = torch.from_numpy(np.ascontiguousarray(pictures)).float() / 127.5 - 1
    wanted = targets >= 0
    named = torch.from_numpy(np.concatenate([each.labels for each in lessons]))
    goals = targets[wanted]
    return Batch(tokens, scaled, torch.from_numpy(kept), positions, segments, wanted, goals, named)


def _row(each: Lesson, sizes: np.ndarray) -> list[tuple[int, int, int, int]]:
    row: list[tuple[int, int, int, int]] = []
    for segment, (question, answer) in enumerate(each.pairs, 1):
        *chunks, last = dialogue(each.parts(question))
        if segment == 1:
            for chunk, size in zip(chunks, sizes, strict=True):
                for token in [*chunk, *[-1] * int(size)]:
                    row.append((token, len(row), 0, -1))
            shared = len(row)
        said = [*encode(" " + answer), END]
        inputs = [*last, *said[:-1]]
        goals = [-1] * (len(last) - 1) + said
        for number, (token, goal) in enumerate(zip(inputs, goals, strict=True)):
            row.append((token, shared + number, segment, goal))
    return row


def batch(
    seed: int,
    step: int,
    shape: Shape,
    still: int = 0,
    questions: int = QUESTIONS,
    hard: float = 1.0,
    clocks: int = 0,
) -> Batch:
    """The batch of a step, the same for the same seed; the first `still` ones have one frame.

    Of the first `clocks` every second one is about nothing but times.
    """
    rng = np.random.default_rng((seed, step))
    if step < clocks and step % 2:
        return _clocks(rng, shape)
    chances = HARD_FRAMES if hard > 1 else FRAMES
    frames = int(rng.choice(list(chances), p=list(chances.values()))) if step >= still else 1
    told = {"side": shape.side, "questions": questions, "hard": hard}
    lessons = [lesson(rng, frames, **told) for _ in range(SIZES[frames])]  # type: ignore[arg-type]
    kept = np.ones((frames * len(lessons), shape.patches), dtype=bool)
    for number in range(0, len(kept), frames):
        if rng.random() < DROPPING:
            share = rng.uniform(0.25, 1)
            kept[number : number + frames] = rng.random((frames, shape.patches)) < share
    kept[:, 0] |= ~kept.any(1)
    return pack(lessons, shape, kept)


def _clocks(rng: np.random.Generator, shape: Shape) -> Batch:
    """Times before pictures of one token each: copying them comes before choosing among them."""
    frames = int(rng.integers(1, 5))
    play = cast(rng)
    picture = play.picture(0.0, shape.side)
    named = labels(play, 0.0, shape.side // shape.patch)
    lessons = []
    for _ in range(SIZES[frames]):
        times = _times(rng, frames)
        pairs = [clock(int(number), times) for number in rng.permutation(frames)]
        lessons.append(Lesson([picture] * frames, times, pairs, [named] * frames, play))
    kept = np.zeros((frames * len(lessons), shape.patches), dtype=bool)
    kept[:, 0] = True
    return pack(lessons, shape, kept)
