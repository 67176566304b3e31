"""Films of slow and of showy transitions, between shots of every sort."""

from math import exp, sin

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.cartoon import backdrop
from tests.benchmarks.wild.scenery import live, place, some_tone
from tests.benchmarks.wild.slides import slide, some_design
from tests.benchmarks.wild.stage import (
    Dice,
    Plan,
    Stage,
    any_colour,
    between,
    chance,
    near,
    pick,
    some_join,
    take,
    words,
    write,
)
from tests.world.effects import EFFECTS
from tests.world.film import Shot
from tests.world.looks import Size
from tests.world.paint import Picture
from tests.world.timeline import CUT, Take, Transition
from tests.world.warp import blurred

SHOWY = [name for name in EFFECTS if name != "blank"]


def gradual(rng: Dice, stage: Stage) -> Plan:
    """Shots joined by transitions of a film's own few styles, some of them slow and faint."""
    style = pick(rng, ("faint", "showy", "showy", "plain", "title", "title", "mixed"))
    mine = " ".join(pick(rng, SHOWY) for _ in range(3))
    takes: list[Take] = []
    if chance(rng, 0.4):
        black = pick(rng, (0.05, 0.3, 1.0))
        takes.append(take(black, _black(stage.size), _fade(rng)))
    clock = 0.0
    while clock < stage.seconds:
        takes.append(_next(rng, stage, style, mine))
        clock += takes[-1].seconds + takes[-1].then.seconds
    if chance(rng, 0.4):
        takes[-1] = take(takes[-1].seconds, takes[-1].look, _fade(rng))
        takes.append(take(pick(rng, (0.1, 0.3, 1.0)), _black(stage.size)))
    else:
        takes[-1] = take(takes[-1].seconds, takes[-1].look)
    return Plan(takes, noise=rng.uniform(0, 4) if chance(rng, 0.5) else 0.0)


def _fade(rng: Dice) -> Transition:
    return Transition("dissolve", between(rng, 0.4, 2))


def _next(rng: Dice, stage: Stage, style: str, mine: str) -> Take:
    seconds, dark = between(rng, 0.9, 4), style == "faint"
    if (style == "title" and chance(rng, 0.5)) or (style == "mixed" and chance(rng, 0.2)):
        # Black stands for up to four pictures, or not at all, before the next scene.
        black = int(rng.integers(0, 5)) / float(stage.rate or 20)
        shot = _rushing(rng, stage.size, seconds - black)
        return take(
            seconds, shot, some_join(rng, "dissolve", 0.1, 0.4) if chance(rng, 0.3) else CUT
        )
    shot = _some_shot(rng, stage.size, seconds, dark)
    if chance(rng, 0.25):
        return take(seconds, shot)
    if style == "title":
        return take(seconds, shot, some_join(rng, "through through zoom", 0.3, 1.2))
    joins = {"faint": "dissolve fade", "plain": "dissolve dissolve fade wipe"}.get(style, mine)
    return take(seconds, shot, some_join(rng, joins, *((1.5, 4) if dark else (0.3, 2))))


def _black(size: Size) -> Shot:
    black = np.zeros((size[1], size[0], 3), np.uint8)
    return Shot(lambda t: black)


def _some_shot(rng: Dice, size: Size, seconds: float, dark: bool) -> Shot:
    match pick(
        rng, ("live", "live", "slide", "drawn") if not dark else ("night", "night", "slide", "live")
    ):
        case "slide":
            design = some_design(rng)
            return slide(rng, size, seconds, design, words(rng, 1, 3), 1)
        case "drawn":
            return _parts(rng, size, any_colour(rng))
        case "night":
            return _parts(rng, size, near(rng, (12, 12, 20), 8))
    light = rng.uniform(0.1, 0.4) if dark else rng.uniform(0.3, 1.1)
    return Shot(live(rng, size, seconds, place(rng, size, some_tone(rng, light))))


def _parts(rng: Dice, size: Size, ground: tuple[int, int, int]) -> Shot:
    """A few words and signs on a ground, which float."""
    width, height = size
    image = backdrop(rng, size, [ground]) if chance(rng, 0.5) else Image.new("RGB", size, ground)
    parts = [
        (
            words(rng, 1, 2),
            rng.uniform(0, 0.7),
            rng.uniform(0, 0.8),
            rng.uniform(0.06, 0.2) * height,
            near(rng, ground, 90),
        )
        for _ in range(int(rng.integers(1, 6)))
    ]
    float_ = rng.uniform(0, 4) if chance(rng, 0.5) else 0.0

    def paint(t: float) -> Picture:
        drawn = image.copy()
        pen = ImageDraw.Draw(drawn)
        for number, (text, x, y, tall, ink) in enumerate(parts):
            write(
                pen,
                (x * width + float_ * sin(t + number), y * height + float_ * t),
                text,
                tall,
                ink,
            )
        return np.asarray(drawn)

    return Shot(paint)


def _rushing(rng: Dice, size: Size, gone: float) -> Shot:
    """A title that stands, then rushes at the camera until all is black, at `gone` seconds."""
    width, height = size
    ground, text = near(rng, (10, 10, 14), 10), words(rng, 1, 2)
    ink, tall, lasts = (
        any_colour(rng, 120, 255),
        height * rng.uniform(0.1, 0.25),
        rng.uniform(0.2, 0.8),
    )
    still = Image.new("RGB", size, ground)
    write(ImageDraw.Draw(still), (width * 0.12, height / 2 - tall / 2), text, tall, ink)
    deep, blurs = rng.uniform(3, 5), rng.uniform(0, 8)

    def paint(t: float) -> Picture:
        along = 1 - (gone - t) / lasts
        if along >= 1:
            return np.zeros((height, width, 3), np.uint8)
        if along <= 0:
            return np.asarray(still)
        w, h = width / exp(deep * along), height / exp(deep * along)
        box = (width * 0.4 - w * 0.4, height / 2 - h / 2, width * 0.4 + w * 0.6, height / 2 + h / 2)
        picture = np.asarray(still.resize(size, Image.Resampling.BILINEAR, box=box))
        return blurred(np.asarray(picture * min(1, 2.5 - 2.5 * along), np.uint8), blurs * along)

    return Shot(paint)
