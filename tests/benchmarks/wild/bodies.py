"""Bodies in fast motion: wings, dancers, hands before the lens, a crowd."""

from collections.abc import Callable
from math import pi, sin

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.cartoon import backdrop
from tests.benchmarks.wild.people import Pose, some_person
from tests.benchmarks.wild.scenery import live, place, some_path, some_tone
from tests.benchmarks.wild.stage import (
    Dice,
    any_colour,
    chance,
    count,
    near,
    times,
)
from tests.world.film import Shot
from tests.world.looks import Painter, Size
from tests.world.paint import Picture


def behind(rng: Dice, size: Size, seconds: float) -> Painter:
    """What lies behind: a place, a plain or a drawn ground."""
    if chance(rng, 0.25):
        flat = np.asarray(backdrop(rng, size, [any_colour(rng) for _ in range(4)]))
        return lambda t: flat
    moves = "still still hand pan"
    return live(rng, size, seconds, place(rng, size, some_tone(rng, rng.uniform(0.2, 1))),
                some_path(rng, seconds, moves), ())  # fmt: skip


def before(under: Painter, draw: Callable[[ImageDraw.ImageDraw, float], None]) -> Painter:
    def paint(t: float) -> Picture:
        image = Image.fromarray(under(t))
        draw(ImageDraw.Draw(image), t)
        return np.asarray(image)

    return paint


def _wings(rng: Dice, size: Size, seconds: float) -> Shot:
    """Something that flaps, near to the camera."""
    width, height = size
    pace, span, tint = rng.uniform(2, 7), rng.uniform(0.3, 0.9) * width, any_colour(rng)
    other, drift, phase = near(rng, tint, 60), rng.normal(0, 0.05, 2), rng.uniform(0, 6)

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        x, y = (
            width * (0.5 + drift[0] * t),
            height * (0.5 + drift[1] * t + 0.04 * sin(2 * pi * pace * t)),
        )
        beat = sin(2 * pi * pace * t + phase)
        for way in (-1, 1):
            tip = (x + way * span / 2, y - beat * height * 0.55)
            mid = (x + way * span / 4, y - beat * height * 0.2 - height * 0.12)
            pen.polygon(
                [
                    (x, y - height * 0.05),
                    mid,
                    tip,
                    (mid[0], mid[1] + height * 0.25),
                    (x, y + height * 0.1),
                ],
                fill=tint if way > 0 else other,
            )
        pen.ellipse(
            (x - span * 0.06, y - height * 0.12, x + span * 0.06, y + height * 0.2),
            fill=near(np.random.default_rng(2), tint),
        )

    return Shot(before(behind(rng, size, seconds), draw), beats(pace, seconds))


def beats(pace: float, seconds: float) -> tuple[float, ...]:
    """A hard negative a second, for what moves all the time."""
    return tuple(round(float(t), 2) for t in np.arange(0.5, seconds - 0.3, max(0.8, 1 / pace)))


def _dancers(rng: Dice, size: Size, seconds: float) -> Shot:
    """People who throw their limbs about, from near."""
    width, height = size
    people = [
        (
            some_person(rng),
            rng.uniform(0.2, 0.8),
            rng.uniform(0.8, 1.8),
            rng.uniform(1, 4),
            rng.uniform(0, 6, 5),
        )
        for _ in range(int(rng.integers(1, 4)))
    ]

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        for who, x, tall, pace, phase in people:
            a, b, c, d, e = (
                sin(2 * pi * pace * t * k + p)
                for k, p in zip((1, 1, 0.5, 0.7, 0.5), phase, strict=True)
            )
            pose = Pose(0.9 * a, 1.6 * b, 1.6 * c, 1.2 * d, 0.5, e)
            feet = height * (0.25 + 0.8 * tall - 0.06 * abs(a))
            who.draw(pen, width * (x + 0.12 * e), feet, height * tall, pose)

    return Shot(before(behind(rng, size, seconds), draw), beats(1, seconds))


def _fingers(rng: Dice, size: Size, seconds: float) -> Shot:
    """A hand before the lens: it comes, moves and goes."""
    width, height = size
    skin, paces, phases = some_person(rng).skin, rng.uniform(0.5, 3, 6), rng.uniform(0, 6, 6)
    thick, moments = rng.uniform(0.08, 0.2) * width, times(rng, seconds, 0.3, 2)
    quick = rng.uniform(0.04, 0.3)

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        shown = count(moments, t)
        along = 1 - min(1.0, (t - moments[shown - 1]) / quick) if shown else 1.0
        up = 1 - along if shown % 2 else along if shown else 0.0
        x, base = width * (0.4 + 0.2 * sin(paces[5] * t)), height * (1.75 - up)
        for i in range(4):
            lean = 0.3 * sin(2 * pi * paces[i] * t + phases[i])
            foot = (x + (i - 1.5) * thick * 0.9, base)
            tip = (foot[0] + lean * height * 0.7, base - height * (0.85 - 0.1 * abs(i - 1.5)))
            shade = np.asarray(skin) * (0.8 + 0.06 * i)
            fill = (int(shade[0]), int(shade[1]), int(shade[2]))
            pen.line((foot, tip), fill=fill, width=round(thick))
            r = thick / 2
            pen.ellipse((tip[0] - r, tip[1] - r, tip[0] + r, tip[1] + r), fill=fill)
        pen.rectangle((x - thick * 2, base - height * 0.1, x + thick * 2, base + height), fill=skin)

    return Shot(before(behind(rng, size, seconds), draw), moments)


def _crowd(rng: Dice, size: Size, seconds: float) -> Shot:
    """Many people who jump and wave."""
    width, height = size
    people = sorted(
        (
            (
                rng.uniform(0.6, 1.3),
                some_person(rng),
                rng.uniform(0, 1),
                rng.uniform(1, 4),
                rng.uniform(0, 6),
            )
            for _ in range(int(rng.integers(6, 16)))
        ),
        key=lambda p: p[0],
    )

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        for foot, who, x, pace, phase in people:
            wave = sin(2 * pi * pace * t + phase)
            pose = Pose(
                0.2 * wave, -1.2 + 0.5 * wave, -1.2 - 0.5 * wave, 0.2, 0.7 * abs(wave), wave
            )
            who.draw(pen, x * width, height * (foot - 0.05 * abs(wave)), height * foot * 0.6, pose)

    return Shot(before(behind(rng, size, seconds), draw), beats(1, seconds))


def bystanders(rng: Dice, size: Size) -> Callable[[ImageDraw.ImageDraw, float], None]:
    cast = [
        (some_person(rng), x, rng.uniform(0.5, 1.1))
        for x in rng.uniform(0.15, 0.85, int(rng.integers(0, 4)))
    ]

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        for who, x, tall in cast:
            pose = Pose(0, 1 + 0.4 * sin(3 * t + x), 1 - 0.4 * sin(4 * t), 0.4, abs(sin(7 * t)))
            who.draw(
                pen, x * size[0], size[1] * (0.95 if tall < 0.9 else 1.1), tall * size[1], pose
            )

    return draw


BODIES = (_wings, _dancers, _fingers, _crowd)
