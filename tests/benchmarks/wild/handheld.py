"""Films by an unsteady hand, or of a recorder that could not keep up."""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, pi, sin

import numpy as np
from PIL import Image, ImageFilter

from tests.benchmarks.wild.people import some_mover
from tests.benchmarks.wild.scenery import Path, SpanSampler, live, place, some_path, some_tone
from tests.benchmarks.wild.stage import (
    Dice,
    Plan,
    Stage,
    between,
    chance,
    pick,
    takes_for,
    times,
)
from tests.world.film import Held, Shot
from tests.world.looks import Painter, Size
from tests.world.paint import Picture, to_bytes
from tests.world.warp import smeared


def unsteady(rng: Dice, stage: Stage) -> Plan:
    """Hand-held shots with jolts, whips, dropped frames, and lenses that hunt for light."""

    def make(_: int) -> tuple[float, Shot]:
        seconds = between(rng, 2, 7)
        return seconds, _by_hand(rng, stage.size, seconds)

    takes = takes_for(rng, stage.seconds, make)
    held = stutter(rng) if chance(rng, 0.75) else list
    return Plan(takes, held, noise=rng.uniform(0, 6))


def stutter(rng: Dice) -> Held:
    """Pictures that stand for one to six frames now and then, or now and then a low rate."""
    seed, share, longest = (
        int(rng.integers(1 << 30)),
        rng.uniform(0.03, 0.4),
        int(rng.integers(1, 6)),
    )
    regular, slow = chance(rng, 0.4), Fraction(int(rng.integers(4, 13)))

    def held(moments: Sequence[Fraction]) -> list[Fraction]:
        own = np.random.default_rng(seed)
        shown: list[Fraction] = []
        while len(shown) < len(moments):
            at = len(shown)
            if own.random() > share:
                shown.append(moments[at])
            elif regular:
                part = moments[at : at + int(own.integers(10, 60))]
                shown += [max(moments[at], Fraction(int(t * slow)) / slow) for t in part]
            else:
                shown += [moments[at]] * int(own.integers(2, longest + 2))
        return shown[: len(moments)]

    return held


def _by_hand(rng: Dice, size: Size, seconds: float) -> Shot:
    """A shot with two of the accidents of a hand and an automatic camera."""
    canvas = place(rng, size, some_tone(rng, rng.uniform(0.3, 1.1)), rng.uniform(2.0, 3.5))
    jumps = times(rng, seconds, 0.5, 2.5)
    shake, style = rng.uniform(0.003, 0.03), pick(rng, ["drift", "whip", "jolt", "zoom", "walk"])
    base, waves = some_path(rng, seconds, "pan hand still"), rng.uniform(1, 7, 4)
    leaps = rng.normal(0, 0.22 if style == "whip" else 0.04, (len(jumps), 3))
    quick = 0.12 if style == "whip" else 0.03

    def path(t: float) -> SpanSampler:
        x, y, zoom = base(t)
        for at, leap in zip(jumps, leaps, strict=True):
            along = 1 / (1 + exp(min(50, -(t - at) / quick * 4)))
            x, y = x + along * leap[0], y + along * leap[1] / 2
            if style == "zoom":
                zoom *= exp(along * leap[2] * 8)
        step = abs(sin(waves[0] * t)) if style == "walk" else sin(waves[0] * t)
        x += shake * (sin(waves[1] * 2 * t) + sin(waves[2] * 3 * t)) / 2
        return x, y + shake * step, zoom

    movers = tuple(some_mover(rng) for _ in range(rng.integers(0, 3)))
    shot = live(rng, size, seconds, canvas, path, movers)
    if style == "whip":
        shot = _smears(shot, path, size)
    if chance(rng, 0.5):
        shot = pick(rng, (_exposes, _focuses))(rng, shot, seconds)
    return Shot(shot, jumps)


def _smears(shot: Painter, path: Path, size: Size) -> Painter:
    def paint(t: float) -> Picture:
        speed = abs(path(t + 0.02)[0] - path(t - 0.02)[0]) * size[0] * 2
        return smeared(shot(t), min(60, round(speed)))

    return paint


def _exposes(rng: Dice, shot: Painter, seconds: float) -> Painter:
    """The light jumps, and the camera follows it in steps."""
    moments, gains = times(rng, seconds, 0.3, 2), rng.uniform(0.5, 1.7, 40)
    speed = rng.uniform(0.03, 0.5)

    def paint(t: float) -> Picture:
        gain = 1.0
        for at, to in zip(moments, gains, strict=False):
            gain += (to - gain) * min(1.0, max(0.0, (t - at) / speed))
        return to_bytes(shot(t) * np.float32(gain))

    return paint


def _focuses(rng: Dice, shot: Painter, seconds: float) -> Painter:
    pace, depth, phase = rng.uniform(0.3, 1.5), rng.uniform(2, 7), rng.uniform(0, 6)

    def paint(t: float) -> Picture:
        radius = depth * max(0.0, sin(2 * pi * pace * t + phase)) ** 3
        picture = shot(t)
        if radius < 0.4:
            return picture
        return np.asarray(Image.fromarray(picture).filter(ImageFilter.BoxBlur(radius)))

    return paint
