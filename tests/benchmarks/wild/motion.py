"""Much motion within a shot: wings, dancers, hands, fire, water, lights, and what passes by."""

from collections.abc import Callable
from math import sin

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.bodies import BODIES, beats, before, behind, bystanders
from tests.benchmarks.wild.stage import (
    Dice,
    Plan,
    Stage,
    any_colour,
    between,
    chance,
    count,
    fractal,
    pick,
    takes_for,
    times,
    words,
    write,
)
from tests.world.film import Over, Shot, at_rate
from tests.world.looks import Painter, Size
from tests.world.paint import Colour, Picture, to_bytes
from tests.world.warp import torn

Maker = Callable[[Dice, Size, float], Shot]


def motion(rng: Dice, stage: Stage) -> Plan:
    """Few cuts, and in every shot something large that moves or flashes."""
    some = [pick(rng, MOTIONS) for _ in range(int(rng.integers(1, 4)))]

    def make(_: int) -> tuple[float, Shot]:
        seconds = between(rng, 1.5, 7)
        return seconds, pick(rng, some)(rng, stage.size, seconds)

    takes = takes_for(rng, stage.seconds, make)
    captions, jumps = (
        lower_third(rng, stage.size, stage.seconds) if chance(rng, 0.3) else (None, ())
    )
    held = at_rate(stage.rate / 2) if stage.rate > 24 and chance(rng, 0.3) else list
    return Plan(takes, held, captions or (lambda picture, _: picture), jumps, rng.uniform(0, 6))


def lower_third(rng: Dice, size: Size, seconds: float) -> tuple[Over, tuple[float, ...]]:
    """A caption in the lower part that changes, with or without a box, over all shots."""
    moments, (width, height) = times(rng, seconds, 0.6, 3), size
    said = [words(rng, 2, 7) for _ in moments]
    box, ink = (any_colour(rng, 0, 120) if chance(rng, 0.6) else None), any_colour(rng, 180, 255)
    top, tall = height * rng.uniform(0.72, 0.85), height * rng.uniform(0.06, 0.11)

    def over(picture: Picture, t: float) -> Picture:
        shown = count(moments, t)
        if not shown or shown % 5 == 0:
            return picture
        image = Image.fromarray(picture)
        pen = ImageDraw.Draw(image)
        if box:
            pen.rectangle((width * 0.05, top, width * 0.95, top + tall * 1.5), fill=box)
        write(pen, (width * 0.08, top), said[shown - 1], tall, ink)
        return np.asarray(image)

    return over, moments


def _fire(rng: Dice, size: Size, seconds: float) -> Shot:
    """Flames that flicker, grow to fill the picture, and sink."""
    width, height = size
    noise = (fractal(rng, (width, height * 3), 0.8) + 1) / 2
    down, across = np.mgrid[:height, :width].astype(np.float32)
    x, wide = rng.uniform(0.3, 0.7) * width, rng.uniform(0.15, 0.6) * width
    moments, hue = times(rng, seconds, 0.5, 2.5), rng.uniform(0.25, 0.6)
    levels, under, rise = (
        rng.uniform(0.15, 1.3, len(moments) + 1),
        behind(rng, size, seconds),
        rng.uniform(100, 400),
    )
    soft = rng.uniform(0.05, 0.5)

    def paint(t: float) -> Picture:
        shown = count(moments, t)
        level = levels[shown]
        if shown:
            level += (levels[shown - 1] - level) * np.exp(-(t - moments[shown - 1]) / soft)
        top = int((t + 3) * rise) % (2 * height)
        body = 1 - np.abs(across - x - 12 * sin(9 * t)) / wide * (1 if level < 1 else 0.4)
        heat = np.clip(
            body + noise[top : top + height] * 1.2 - (height - down) / (height * level), 0, 1
        )[:, :, None]
        colour = np.asarray((255, 255 * hue, 20), np.float32) + heat**2 * np.asarray((0, 110, 90))
        lit = under(t) * np.float32(1 + 0.25 * level * (1 + 0.3 * sin(31 * t)))
        return to_bytes(lit + np.minimum(1, 1.6 * heat) * (colour - lit))

    return Shot(paint, moments)


def _water(rng: Dice, size: Size, seconds: float) -> Shot:
    """Waves, foam and glitter over most of the picture."""
    width, height = size
    layers = [fractal(rng, (width * 2, height * 2), rng.uniform(0.3, 0.9)) for _ in range(2)]
    tint, speeds = np.asarray(any_colour(rng, 20, 160), np.float32), rng.normal(0, 90, (2, 2))
    under, level = behind(rng, size, seconds), rng.uniform(0, 0.6)
    foam = rng.uniform(0.4, 1.2)

    def paint(t: float) -> Picture:
        total = np.zeros((height, width), np.float32)
        for layer, (vx, vy) in zip(layers, speeds, strict=True):
            x, y = (
                int(abs((vx * t) % (2 * width) - width)),
                int(abs((vy * t) % (2 * height) - height)),
            )
            total += layer[y : y + height, x : x + width]
        top = int(height * (level + 0.05 * sin(2 * t)))
        picture = under(t).copy()
        water = tint * (1 + foam * total[max(0, top) :, :, None]) + 120 * np.maximum(
            0, total[max(0, top) :, :, None] - 0.4
        )
        picture[max(0, top) :] = to_bytes(water)
        return picture

    return Shot(paint, beats(1, seconds))


def _lights(rng: Dice, size: Size, seconds: float) -> Shot:
    """Strobes, the flashes of cameras, coloured beams: the light changes, the place does not."""
    under = before(behind(rng, size, seconds), bystanders(rng, size))
    style, frame = (
        pick(rng, ("flash", "flash", "strobe", "colour", "dark")),
        rng.uniform(0.02, 0.12),
    )
    low, high = (0.08, 0.4) if style == "strobe" else (0.3, 2)
    moments = times(rng, seconds, low, high)
    tints = rng.uniform(0.2, 1.6, (len(moments) + 1, 3)).astype(np.float32)
    power, decay = rng.uniform(60, 240), rng.uniform(0.03, 0.3)

    def paint(t: float) -> Picture:
        picture, shown = under(t), count(moments, t)
        since = t - moments[shown - 1] if shown else 99.0
        match style:
            case "flash":
                return (
                    to_bytes(picture + power * np.exp(-since / decay))
                    if since < 5 * decay
                    else picture
                )
            case "strobe":
                return to_bytes(picture * np.float32(1.6 if since < frame else 0.25))
            case "colour":
                return to_bytes(picture * tints[shown])
        return to_bytes(picture * np.float32(0.1 if shown % 2 else 1.0))

    return Shot(
        paint,
        tuple(sorted({*moments, *(round(m + frame, 2) for m in moments if style == "strobe")})),
    )


def flashing(rng: Dice, under: Painter, seconds: float) -> Shot:
    """A shot in which cameras flash."""
    moments, power, decay = (
        times(rng, seconds, 0.2, 2),
        rng.uniform(60, 240),
        rng.uniform(0.03, 0.2),
    )

    def paint(t: float) -> Picture:
        picture, shown = under(t), count(moments, t)
        light = power * np.exp(-(t - moments[shown - 1]) / decay) if shown else 0.0
        return to_bytes(picture + np.float32(light)) if light > 2 else picture

    return Shot(paint, moments)


def _passing(rng: Dice, size: Size, seconds: float) -> Shot:
    """Buses, poles and bars cross the picture from edge to edge and hide it for a moment."""
    width, height = size
    moments, shapes = times(rng, seconds, 0.3, 2.5), []
    for at in moments:
        shapes.append(
            (
                at,
                rng.uniform(0.02, 1.3) * width,
                rng.uniform(0.15, 1.5),
                rng.choice([-1, 1]),
                any_colour(rng),
                rng.uniform(0, 0.5) * height,
                rng.uniform(-0.3, 0.3) * height,
            )
        )

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        for at, wide, lasts, way, tint, top, lean in shapes:
            along = (t - at) / lasts
            if 0 <= along <= 1:
                left = (width + wide) * along - wide
                left = left if way > 0 else width - left - wide
                pen.polygon(
                    [
                        (left, top),
                        (left + wide, top),
                        (left + wide + lean, height),
                        (left + lean, height),
                    ],
                    fill=tint,
                )
                for window in range(int(wide // 50)):
                    x = left + 10 + 50 * window
                    pen.rectangle((x, top + 15, x + 35, top + height * 0.3), fill=_darker(tint))

    middle = tuple(round(float(at + lasts / 2), 2) for at, _, lasts, *_ in shapes)
    return Shot(before(behind(rng, size, seconds), draw), tuple(sorted({*moments, *middle})))


def _darker(colour: Colour) -> Colour:
    return colour[0] // 2, colour[1] // 2, colour[2] // 2


def _broken(rng: Dice, size: Size, seconds: float) -> Shot:
    """Disturbances: torn rows, colours apart, blocks, for a few pictures within the shot."""
    under, moments = (
        before(behind(rng, size, seconds), bystanders(rng, size)),
        times(rng, seconds, 0.3, 2),
    )
    lasts, seed, strength = (
        rng.uniform(0.05, 0.4),
        int(rng.integers(1 << 30)),
        rng.uniform(0.05, 0.4),
    )

    def paint(t: float) -> Picture:
        picture, shown = under(t), count(moments, t)
        if shown and t - moments[shown - 1] < lasts:
            return torn(np.random.default_rng([seed, int(t * 20)]), picture, strength)
        return picture

    return Shot(paint, tuple(sorted({*moments, *(round(at + lasts, 2) for at in moments)})))


MOTIONS: tuple[Maker, ...] = (
    *BODIES, _fire, _water, _lights, _lights, _passing, _broken,
)  # fmt: skip
