"""Much motion within a shot: wings, dancers, hands, fire, water, lights, and what passes by."""

from collections.abc import Callable
from math import pi, sin

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.cartoon import backdrop
from tests.benchmarks.wild.scenery import Pose, live, place, some_path, some_person, some_tone
from tests.benchmarks.wild.stage import (
    Dice,
    Plan,
    Stage,
    any_colour,
    between,
    chance,
    count,
    fractal,
    near,
    pick,
    takes_for,
    times,
    words,
    write,
)
from tests.world.effects import torn
from tests.world.film import Over, Shot, at_rate
from tests.world.looks import Painter, Size
from tests.world.paint import Colour, Picture, to_bytes

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


def _stage_of(rng: Dice, size: Size, seconds: float) -> Painter:
    """What lies behind: a place, a plain or a drawn ground."""
    if chance(rng, 0.25):
        flat = np.asarray(backdrop(rng, size, [any_colour(rng) for _ in range(4)]))
        return lambda t: flat
    moves = "still still hand pan"
    return live(rng, size, seconds, place(rng, size, some_tone(rng, rng.uniform(0.2, 1))),
                some_path(rng, seconds, moves), ())  # fmt: skip


def _drawn(under: Painter, draw: Callable[[ImageDraw.ImageDraw, float], None]) -> Painter:
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
            pen.polygon([(x, y - height * 0.05), mid, tip, (mid[0], mid[1] + height * 0.25), (x, y + height * 0.1)],
                        fill=tint if way > 0 else other)  # fmt: skip
        pen.ellipse(
            (x - span * 0.06, y - height * 0.12, x + span * 0.06, y + height * 0.2),
            fill=near(np.random.default_rng(2), tint),
        )

    return Shot(_drawn(_stage_of(rng, size, seconds), draw), _beats(pace, seconds))


def _beats(pace: float, seconds: float) -> tuple[float, ...]:
    """A hard negative a second, for what moves all the time."""
    return tuple(round(float(t), 2) for t in np.arange(0.5, seconds - 0.3, max(0.8, 1 / pace)))


def _dancers(rng: Dice, size: Size, seconds: float) -> Shot:
    """People who throw their limbs about, from near."""
    width, height = size
    people = [(some_person(rng), rng.uniform(0.2, 0.8), rng.uniform(0.8, 1.8), rng.uniform(1, 4), rng.uniform(0, 6, 5))
              for _ in range(int(rng.integers(1, 4)))]  # fmt: skip

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        for who, x, tall, pace, phase in people:
            a, b, c, d, e = (
                sin(2 * pi * pace * t * k + p)
                for k, p in zip((1, 1, 0.5, 0.7, 0.5), phase, strict=True)
            )
            pose = Pose(0.9 * a, 1.6 * b, 1.6 * c, 1.2 * d, 0.5, e)
            feet = height * (0.25 + 0.8 * tall - 0.06 * abs(a))
            who.draw(pen, width * (x + 0.12 * e), feet, height * tall, pose)

    return Shot(_drawn(_stage_of(rng, size, seconds), draw), _beats(1, seconds))


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

    return Shot(_drawn(_stage_of(rng, size, seconds), draw), moments)


def _fire(rng: Dice, size: Size, seconds: float) -> Shot:
    """Flames that flicker, grow to fill the picture, and sink."""
    width, height = size
    noise = (fractal(rng, (width, height * 3), 0.8) + 1) / 2
    down, across = np.mgrid[:height, :width].astype(np.float32)
    x, wide = rng.uniform(0.3, 0.7) * width, rng.uniform(0.15, 0.6) * width
    moments, hue = times(rng, seconds, 0.5, 2.5), rng.uniform(0.25, 0.6)
    levels, under, rise = (
        rng.uniform(0.15, 1.3, len(moments) + 1),
        _stage_of(rng, size, seconds),
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
    under, level = _stage_of(rng, size, seconds), rng.uniform(0, 0.6)
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

    return Shot(paint, _beats(1, seconds))


def _crowd(rng: Dice, size: Size, seconds: float) -> Shot:
    """Many people who jump and wave."""
    width, height = size
    people = sorted(((rng.uniform(0.6, 1.3), some_person(rng), rng.uniform(0, 1), rng.uniform(1, 4), rng.uniform(0, 6))
                     for _ in range(int(rng.integers(6, 16)))), key=lambda p: p[0])  # fmt: skip

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        for foot, who, x, pace, phase in people:
            wave = sin(2 * pi * pace * t + phase)
            pose = Pose(
                0.2 * wave, -1.2 + 0.5 * wave, -1.2 - 0.5 * wave, 0.2, 0.7 * abs(wave), wave
            )
            who.draw(pen, x * width, height * (foot - 0.05 * abs(wave)), height * foot * 0.6, pose)

    return Shot(_drawn(_stage_of(rng, size, seconds), draw), _beats(1, seconds))


def _lights(rng: Dice, size: Size, seconds: float) -> Shot:
    """Strobes, the flashes of cameras, coloured beams: the light changes, the place does not."""
    under = _drawn(_stage_of(rng, size, seconds), _people(rng, size))
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


def _people(rng: Dice, size: Size) -> Callable[[ImageDraw.ImageDraw, float], None]:
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


def _passing(rng: Dice, size: Size, seconds: float) -> Shot:
    """Buses, poles and bars cross the picture from edge to edge and hide it for a moment."""
    width, height = size
    moments, shapes = times(rng, seconds, 0.3, 2.5), []
    for at in moments:
        shapes.append((at, rng.uniform(0.02, 1.3) * width, rng.uniform(0.15, 1.5), rng.choice([-1, 1]), any_colour(rng),
                       rng.uniform(0, 0.5) * height, rng.uniform(-0.3, 0.3) * height))  # fmt: skip

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
    return Shot(_drawn(_stage_of(rng, size, seconds), draw), tuple(sorted({*moments, *middle})))


def _darker(colour: Colour) -> Colour:
    return colour[0] // 2, colour[1] // 2, colour[2] // 2


def _broken(rng: Dice, size: Size, seconds: float) -> Shot:
    """Disturbances: torn rows, colours apart, blocks, for a few pictures within the shot."""
    under, moments = (
        _drawn(_stage_of(rng, size, seconds), _people(rng, size)),
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
    _wings, _dancers, _fingers, _fire, _water, _crowd, _lights, _lights, _passing, _broken,
)  # fmt: skip
