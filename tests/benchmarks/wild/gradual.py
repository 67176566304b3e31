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
from tests.world.effects import EFFECTS, blurred
from tests.world.film import Shot
from tests.world.looks import Size
from tests.world.paint import Picture
from tests.world.timeline import CUT, Take, Transition

SHOWY = " ".join(EFFECTS)


def gradual(rng: Dice, stage: Stage) -> Plan:
    """Shots joined by transitions of a film's own few styles, some of them slow and faint."""
    style = pick(rng, ("faint", "showy", "showy", "plain", "through", "mixed"))
    mine = " ".join(pick(rng, SHOWY.split()) for _ in range(3))
    takes: list[Take] = []
    if chance(rng, 0.4):  # opens from black
        takes.append(
            take(
                round(float(rng.choice([0.05, 0.3, 1.0])), 2),
                _black(stage.size),
                Transition("dissolve", between(rng, 0.4, 2)),
            )
        )
    clock, last = sum(t.seconds + t.then.seconds for t in takes), ""
    while clock < stage.seconds:
        seconds = between(rng, 0.9, 4)
        dark = style == "faint"
        through = style == "through" or (style == "mixed" and chance(rng, 0.3))
        shot = (
            _zooming(rng, stage.size, seconds)
            if through
            else _some_shot(rng, stage.size, seconds, dark)
        )
        then = CUT
        if not through and chance(rng, 0.75):
            last = {
                "faint": "dissolve fade",
                "showy": mine,
                "plain": "dissolve dissolve fade wipe",
            }.get(style, mine)
            slow = (1.5, 4) if dark else (0.3, 2)
            then = some_join(rng, last, *slow)
        elif through:
            then = Transition("dissolve", between(rng, 0.1, 0.4))
            shot = Shot(shot.paint)
        takes.append(take(seconds, shot, then))
        clock += seconds + then.seconds
    if chance(rng, 0.4):  # closes to black
        takes[-1] = take(
            takes[-1].seconds, takes[-1].look, Transition("dissolve", between(rng, 0.4, 2))
        )
        takes.append(take(round(float(rng.choice([0.1, 0.3, 1.0])), 2), _black(stage.size)))
    else:
        takes[-1] = take(takes[-1].seconds, takes[-1].look)
    return Plan(takes, noise=rng.uniform(0, 4) if chance(rng, 0.5) else 0.0)


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
    parts = [(words(rng, 1, 2), rng.uniform(0, 0.7), rng.uniform(0, 0.8), rng.uniform(0.06, 0.2) * height, near(rng, ground, 90))
             for _ in range(int(rng.integers(1, 6)))]  # fmt: skip
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


def _zooming(rng: Dice, size: Size, seconds: float) -> Shot:
    """A title that stands, then rushes at the camera until all is black or a blur."""
    width, height = size
    ground, text = near(rng, (10, 10, 14), 10), words(rng, 1, 2)
    ink, tall = any_colour(rng, 120, 255), height * rng.uniform(0.1, 0.25)
    pace, starts = rng.uniform(4, 12), seconds - rng.uniform(0.3, 0.7)

    def paint(t: float) -> Picture:
        grown = exp(pace * max(0.0, t - starts))
        image = Image.new("RGB", size, ground)
        if grown > 60:
            return np.asarray(image)
        base = Image.new("RGB", (width, height), ground)
        write(ImageDraw.Draw(base), (width * 0.12, height / 2 - tall / 2), text, tall, ink)
        w, h = width / grown, height / grown
        box = (width * 0.4 - w * 0.4, height / 2 - h / 2, width * 0.4 + w * 0.6, height / 2 + h / 2)
        picture = np.asarray(base.resize(size, Image.Resampling.BILINEAR, box=box))
        fade = max(0.0, 1 - max(0.0, grown - 8) / 30)
        return blurred(np.asarray(picture * fade, np.uint8), min(8.0, (grown - 1) / 3))

    return Shot(paint)
