"""Films of the benchmark (work in progress)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.world.models.long_film import write_long_film
from tests.world.models.stage import Play, cast
from tests.world.models.train_clip import tell

SHORTEST, LONGEST = 2.0, 60.0  # seconds of a moment

Stretch = tuple[float, float]  # seconds


@dataclass(frozen=True)
class Question:
    """A query, and the moments that answer it: one, several or none."""

    text: str
    truth: list[Stretch]


def lasting(rng: np.random.Generator) -> float:
    """Seconds of a play: as many of 2 to 4 as of 30 to 60."""
    return float(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))))


def film(path: Path, seed: int, seconds: float, queries: int) -> list[Question]:
    """Write a film; return its queries, of which a tenth has several moments and a tenth none."""
    rng = np.random.default_rng(seed)
    several = none = max(1, queries // 10)
    shown = [(cast(rng, moving=True), 1) for _ in range(queries - several - none)]
    shown += [(cast(rng, moving=True), 2 + number % 2) for number in range(several)]
    plays = [(play, lasting(rng)) for play, times in shown for _ in range(times)]
    while sum(length for _, length in plays) < seconds:
        plays.append((cast(rng, moving=True), lasting(rng)))
    order = rng.permutation(len(plays))
    acts = write_long_film(path, [plays[number] for number in order])
    truth: dict[Play, list[Stretch]] = {play: [] for play, _ in shown}
    for act in acts:
        if act.play in truth:
            truth[act.play].append((act.start, act.end))
    absent = [Question(tell(cast(rng, moving=True), moving=True), []) for _ in range(none)]
    return [Question(tell(play, moving=True), truth[play]) for play, _ in shown] + absent
