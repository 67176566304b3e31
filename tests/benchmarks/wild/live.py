"""Films of live action: ordinary ones, of a low rate in a faster file, and of an unsteady hand."""

from collections.abc import Callable
from fractions import Fraction
from math import exp

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.motion import MOTIONS, flashing, lower_third
from tests.benchmarks.wild.people import Mover, acting, some_person
from tests.benchmarks.wild.scenery import SpanSampler, live, place, some_path, some_tone
from tests.benchmarks.wild.stage import (
    Dice,
    Plan,
    Stage,
    any_colour,
    between,
    chance,
    pick,
    takes_for,
)
from tests.world.film import Shot, at_rate
from tests.world.looks import Size
from tests.world.paint import Picture, to_bytes

SLOW = tuple(map(Fraction, ["5", "6", "8", "10", "12", "12", "12.5", "15", "16", "18", "20", "24"]))
Maker = Callable[[int], tuple[float, Shot]]


def ordinary(rng: Dice, stage: Stage) -> Plan:
    """Scenes of a few set-ups each, as a film is cut; some of them cut very quickly."""
    makers = [pick(rng, SCENES) for _ in range(3)]
    takes = []
    for number, maker in enumerate(makers):
        part = between(rng, 0.25, 0.45) * stage.seconds
        joins = "dissolve fade dissolve white" if number < 2 and chance(rng, 0.5) else ""
        takes += takes_for(rng, part, maker(rng, stage.size), joins)
    over, jumps = lower_third(rng, stage.size, stage.seconds) if chance(rng, 0.2) else (_same, ())
    return Plan(takes, over=over, jumps=jumps, noise=rng.uniform(0, 5))


def _same(picture: Picture, _: float) -> Picture:
    return picture


def low_rate(rng: Dice, stage: Stage) -> Plan:
    """Every picture of a slow film is shown two or more times."""
    stage.rate = pick(rng, tuple(map(Fraction, (24, 24, 25, 30, 30, 50, 60))))
    slow = [rate for rate in SLOW if rate < stage.rate * 4 / 5]
    rate = pick(rng, slow)
    steps = tuple(float(second) for second in range(1, int(stage.seconds)))  # some of them
    maker = pick(rng, (_places, _places, _dialogue, _montage, _reframed, _acts, _acts))
    takes = takes_for(rng, stage.seconds, maker(rng, stage.size), "dissolve fade")
    old = chance(rng, 0.4)
    over = _aged(rng, stage.size) if old else _same
    noise = rng.uniform(2, 9) if old else rng.uniform(0, 5)
    return Plan(takes, at_rate(rate), over, steps, noise)


def _aged(rng: Dice, size: Size) -> Callable[[Picture, float], Picture]:
    """An old print: grey or brown, flickering, scratched, unsteady in the gate."""
    tint = np.asarray((1.0, 1.0, 1.0) if chance(rng, 0.6) else (1.1, 0.95, 0.75), np.float32)
    flicker, weave, dirt = rng.uniform(0, 0.12), rng.uniform(0, 2.5), rng.uniform(0, 10)
    seed = int(rng.integers(1 << 30))

    def over(picture: Picture, t: float) -> Picture:
        own = np.random.default_rng([seed, int(t * 1000)])
        grey = picture.mean(axis=2, dtype=np.float32) * (1 + flicker * own.normal())
        grey = np.roll(grey, tuple(np.rint(own.normal(0, weave, 2)).astype(int)), (0, 1))
        image = Image.fromarray(to_bytes(grey[:, :, None] * tint))
        pen = ImageDraw.Draw(image)
        for _ in range(own.poisson(dirt)):
            x, y, r = own.uniform(0, size[0]), own.uniform(0, size[1]), own.uniform(0.3, 3)
            shade = int(own.choice([20, 235]))
            pen.ellipse((x - r, y - r, x + r, y + r * own.uniform(0.5, 3)), fill=(shade,) * 3)
        if own.random() < 0.3:
            x = own.uniform(0, size[0])
            pen.line((x, 0, x + own.normal(0, 4), size[1]), fill=(200, 200, 190))
        return np.asarray(image)

    return over


def _places(rng: Dice, size: Size) -> Maker:
    """Unlike places, now and then two of the same colours, in light or in the dark."""
    light = pick(rng, (1.0, 1.0, 0.7, 0.3, 0.18))
    tones = [some_tone(rng, light)]

    def make(_: int) -> tuple[float, Shot]:
        if not chance(rng, 0.4):
            tones.append(some_tone(rng, light * rng.uniform(0.7, 1.3)))
        seconds = between(rng, 0.8, 4.5)
        shot = live(rng, size, seconds, place(rng, size, tones[-1]))
        if chance(rng, 0.15):
            return seconds, flashing(rng, shot, seconds)
        return seconds, Shot(shot)

    return make


def _montage(rng: Dice, size: Size) -> Maker:
    """Shots of a third of a second to a second, of two or three places in turn."""
    tones = [some_tone(rng) for _ in range(int(rng.integers(1, 4)))]
    canvases = [place(rng, size, pick(rng, tones)) for _ in range(int(rng.integers(3, 7)))]
    low = rng.uniform(0.25, 0.6)

    def make(number: int) -> tuple[float, Shot]:
        seconds = between(rng, low, low * 2)
        return seconds, Shot(live(rng, size, seconds, canvases[number % len(canvases)]))

    return make


def _dialogue(rng: Dice, size: Size) -> Maker:
    """Two people in one set, in turn, and now and then both from afar; returns to old angles."""
    tone = some_tone(rng, rng.uniform(0.3, 1))
    back = [place(rng, size, tone, 1.5) for _ in range(3)]
    people = [some_person(rng), some_person(rng)]
    poses = [acting(rng, rng.uniform(0.2, 0.8)) for _ in people]
    tall, held = rng.uniform(1.5, 2.6), chance(rng, 0.5)

    def make(number: int) -> tuple[float, Shot]:
        seconds = between(rng, 0.6, 3.5)
        path = some_path(rng, seconds, "hand" if held else "still still in")
        if number % 5 == 4 or number == 0:
            both = tuple(
                Mover(who, pose, x, 0.95, 0.6)
                for who, pose, x in zip(people, poses, (0.35, 0.65), strict=True)
            )
            return seconds, Shot(live(rng, size, seconds, back[2], path, both))
        who = number % 2
        x = 0.35 if who else 0.65
        near_by = (Mover(people[who], poses[who], x, 0.3 + tall * 0.8, tall),)
        return seconds, Shot(live(rng, size, seconds, back[who], path, near_by))

    return make


def _reframed(rng: Dice, size: Size) -> Maker:
    """The same person before the same plain ground, larger, smaller or a moment later."""
    plain = Image.new("RGB", (size[0] * 2, size[1] * 2), any_colour(rng, 40, 235))
    if chance(rng, 0.5):
        plain = place(rng, size, some_tone(rng), 1.3)
    who, pose = some_person(rng), acting(rng, rng.uniform(0.3, 1))
    last = [(0.0, 0.0, 0.0)]

    def make(number: int) -> tuple[float, Shot]:
        seconds, late = between(rng, 0.6, 3), rng.uniform(0, 60)
        frame = last[0]
        while (
            abs(frame[0] - last[0][0]) < 0.15
            and abs(np.log((frame[1] + 1) / (last[0][1] + 1))) < 0.2
        ):
            frame = (rng.uniform(0.25, 0.75), rng.uniform(0.7, 3.2), 0.0)
        last[0] = frame
        x, tall, _ = frame
        mover = Mover(who, lambda t: pose(t + late), x, max(0.95, 0.25 + tall * 0.82), tall)

        def path(t: float) -> SpanSampler:
            return 0.5, 0.5, 1.0 + tall / 6

        return seconds, Shot(live(rng, size, seconds, plain, path, (mover,)))

    return make


def _jumps(rng: Dice, size: Size) -> Maker:
    """Somebody who talks before one camera; of what is said parts are left out."""
    ground, (who, pose) = (
        place(rng, size, some_tone(rng), 1.5),
        (some_person(rng), acting(rng, 1.0)),
    )
    tall, x = rng.uniform(1.0, 2.4), rng.uniform(0.35, 0.65)
    large = [False]

    def make(_: int) -> tuple[float, Shot]:
        seconds, late = between(rng, 0.6, 4), rng.uniform(0, 60)
        large[0] = not large[0]
        scale = rng.uniform(1.15, 1.5) if large[0] else 1.0
        mover = Mover(
            who,
            lambda t: pose(t + late),
            x + rng.normal(0, 0.03),
            0.2 + 0.8 * tall * scale,
            tall * scale,
        )

        def path(t: float) -> SpanSampler:
            return 0.5, 0.5, 1.1 * scale

        return seconds, Shot(live(rng, size, seconds, ground, path, (mover,)))

    return make


def _acts(rng: Dice, size: Size) -> Maker:
    """Wings, dancers, fire, water and what else moves much."""
    some = [pick(rng, MOTIONS) for _ in range(2)]

    def make(_: int) -> tuple[float, Shot]:
        seconds = between(rng, 1, 5)
        return seconds, pick(rng, some)(rng, size, seconds)

    return make


def _blast(rng: Dice, size: Size) -> Maker:
    """Explosions from near and from afar; their first flash is no cut, a wider frame is one."""
    canvas = place(rng, size, some_tone(rng, rng.uniform(0.3, 0.9)))
    hue = np.asarray((255, rng.uniform(120, 200), rng.uniform(20, 90)), np.float32)

    def make(number: int) -> tuple[float, Shot]:
        seconds, wide = between(rng, 0.7, 2.5), chance(rng, 0.5)
        starts = 0.0 if chance(rng, 0.6) and number else between(rng, 0.2, 0.9)
        shot = live(rng, size, seconds, canvas, some_path(rng, seconds, "hand"))
        size_of = rng.uniform(0.15, 0.35) if wide else rng.uniform(0.6, 1.4)
        fire = _fireball(rng, size, hue, size_of, starts)
        return seconds, Shot(lambda t: fire(shot(t), t), (starts, starts + 0.1) if starts else ())

    return make


def _fireball(
    rng: Dice, size: Size, hue: np.ndarray, radius: float, starts: float
) -> Callable[[Picture, float], Picture]:
    width, height = size
    down, across = np.mgrid[:height, :width].astype(np.float32)
    x, y = rng.uniform(0.3, 0.7) * width, rng.uniform(0.4, 0.7) * height
    angle = np.arctan2(down - y, across - x)
    far = np.hypot(across - x, down - y) / height
    lobes, phases = rng.integers(2, 9, 4), rng.uniform(0, 6, 4)

    def over(picture: Picture, t: float) -> Picture:
        age = t - starts
        if age < 0:
            return picture
        edge = radius * (1 - exp(-7 * age - 0.3))
        for lobe, phase in zip(lobes, phases, strict=True):
            edge = edge * (1 + 0.13 * np.sin(lobe * angle + phase + 5 * age))
        heat = np.clip((edge - far) / (0.25 * radius) + 0.3, 0, 1) * exp(-0.8 * age)
        glow = 0.5 * exp(-9 * age) + 0.25 * exp(-age)
        lit = picture * np.float32(1 + glow) + hue * (0.3 * np.float32(glow))
        fire = hue * (0.7 + 0.6 * heat[:, :, None])
        return to_bytes(lit + heat[:, :, None] * (fire - lit))

    return over


SCENES = (_places, _dialogue, _reframed, _montage, _blast, _jumps)
