"""Drawn animation: flat figures that move in steps before grounds that stand or scroll."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sin

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.people import Person, Pose, some_person
from tests.benchmarks.wild.stage import (
    Dice,
    Plan,
    Stage,
    any_colour,
    between,
    chance,
    count,
    near,
    oval,
    pick,
    takes_for,
    times,
    words,
    write,
)
from tests.world.film import Shot, at_rate
from tests.world.looks import Size
from tests.world.paint import Colour, Picture

Drawer = Callable[[ImageDraw.ImageDraw, float], None]


def cartoon(rng: Dice, stage: Stage) -> Plan:
    """Scenes of one style; limbs and mouths move every second to ninth picture."""
    frame = 1 / float(stage.rate or 24)
    base = [any_colour(rng, 30, 255) for _ in range(int(rng.integers(3, 8)))]
    cast = [some_actor(rng, base) for _ in range(int(rng.integers(2, 5)))]
    blocky = chance(rng, 0.2)

    def make(_: int) -> tuple[float, Shot]:
        seconds = between(rng, 0.8, 5)
        return seconds, _scene(rng, stage.size, seconds, frame, base, cast, blocky)

    takes = takes_for(rng, stage.seconds, make, "dissolve fade iris shapes wipe push")
    twos = stage.rate and chance(rng, 0.4)
    return Plan(takes, at_rate(stage.rate / int(rng.integers(2, 4))) if twos else list)


@dataclass(frozen=True)
class Actor:
    """A figure of the cast: a person, a blob with a face, or a thing of a few parts."""

    person: Person | None
    body: Colour
    other: Colour
    corners: tuple[tuple[float, float], ...]

    def draw(self, pen: ImageDraw.ImageDraw, x: float, feet: float, tall: float, d: Dice) -> None:
        """In a pose that the dice choose; x, feet and tall are pixels."""
        if self.person:
            leg, turn = d.uniform(-0.8, 0.8), d.uniform(-1, 1)
            arms, mouth = d.uniform(-1.6, 1.5, 3), pick(d, (0.0, 0.0, 0.6, 1.0))
            pose = Pose(leg, arms[0], arms[1], arms[2], mouth, turn, chance(d, 0.1))
            self.person.draw(pen, x, feet, tall, pose)
            return
        lean, squash = d.uniform(-0.2, 0.2), d.uniform(0.75, 1.2)
        points = [
            (x + (cx + lean * (1 - cy)) * tall * 0.5 / squash, feet - (1 - cy) * tall * squash)
            for cx, cy in self.corners
        ]
        pen.polygon(points, fill=self.body, outline=(20, 20, 20), width=2)
        for way in (-1, 1):
            shoulder = (x + way * tall * 0.25, feet - tall * 0.4)
            hand = (x + way * tall * d.uniform(0.3, 0.75), feet - tall * d.uniform(0.1, 1.1))
            pen.line((shoulder, hand), fill=self.other, width=max(2, int(tall * 0.06)))
        self._face(pen, x + lean * tall * 0.3, feet - tall * 0.65 * squash, tall * 0.09, d)

    def _face(self, pen: ImageDraw.ImageDraw, x: float, y: float, r: float, d: Dice) -> None:
        """Eyes of radius `r` that look about, and a mouth below them."""
        for eye in (x - 1.3 * r, x + 1.3 * r):
            oval(pen, eye, y, r, r, (250, 250, 250))
            dx, dy = d.uniform(-0.5, 0.5, 2) * r
            oval(pen, eye + dx, y + dy, r / 2, r / 2, (10, 10, 10))
        oval(
            pen,
            x,
            y + 3 * r,
            r * d.uniform(0.5, 2.2),
            r * pick(d, (0.1, 0.1, 0.7, 1.3)),
            (120, 20, 30),
        )


def some_actor(rng: Dice, base: list[Colour]) -> Actor:
    corners = []
    for angle in np.linspace(0, 2 * np.pi, int(rng.integers(4, 14)), endpoint=False):
        reach = rng.uniform(0.6, 1.05)
        corners.append((float(np.cos(angle) * reach), float(0.5 + 0.5 * np.sin(angle) * reach)))
    person = some_person(rng) if chance(rng, 0.5) else None
    return Actor(person, near(rng, pick(rng, base)), any_colour(rng), tuple(corners))


def _scene(
    rng: Dice, size: Size, seconds: float, frame: float, base: list[Colour], cast: list[Actor],
    blocky: bool,
) -> Shot:  # fmt: skip
    scroll = rng.uniform(10, 160) * rng.choice([-1, 1]) if chance(rng, 0.3) else 0.0
    ground = backdrop(rng, (round(size[0] + abs(scroll) * (seconds + 2)), size[1]), base)
    close = chance(rng, 0.25)
    drawers: list[Drawer] = []
    jumps: list[float] = []
    for who in range(1 if close else int(rng.integers(1, 4))):
        tall = rng.uniform(1.1, 2.4) if close else rng.uniform(0.25, 0.8)
        drawer, leaps = _plays(rng, size, seconds, frame, pick(rng, cast) if who else cast[0], tall)
        drawers.append(drawer)
        jumps += leaps
    if chance(rng, 0.3):
        drawer, leaps = _speech(rng, size, seconds)
        drawers.append(drawer)
        jumps += leaps
    step = frame * int(rng.integers(1, 4)) if scroll else 1.0

    def paint(t: float) -> Picture:
        left = abs(scroll) * (int((t + 2) / step) * step if scroll else 0)
        left = left if scroll > 0 else ground.width - size[0] - left
        image = ground.crop((round(left), 0, round(left) + size[0], size[1]))
        pen = ImageDraw.Draw(image)
        for drawer in drawers:
            drawer(pen, t)
        if blocky:
            small = image.resize((size[0] // 4, size[1] // 4), Image.Resampling.NEAREST)
            image = small.resize(size, Image.Resampling.NEAREST)
        return np.asarray(image)

    return Shot(paint, tuple(sorted({round(j, 2) for j in jumps if 0 < j < seconds})))


def _plays(
    rng: Dice, size: Size, seconds: float, frame: float, actor: Actor, tall: float
) -> tuple[Drawer, tuple[float, ...]]:
    """A figure in a new pose every few pictures; at its leaps it is elsewhere, or much larger."""
    width, height = size
    every = frame * int(rng.integers(2, 10)) * (2 if frame < 1 / 40 else 1)
    seed, x, speed = int(rng.integers(1 << 30)), rng.uniform(0.2, 0.8), rng.normal(0, 0.15)
    speed = speed if chance(rng, 0.4) else 0.0
    leaps = times(rng, seconds, 0.3, 1.8) if chance(rng, 0.6) else ()
    lasts = [int(n) for n in rng.integers(2, 12, 60)]

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        pose, leap = int((t + 10) / every), count(leaps, t)
        d = np.random.default_rng([seed, pose // lasts[pose % 60] if lasts[0] > 8 else pose])
        big, place = tall, x + speed * (pose * every - 10)
        if leap:
            there = np.random.default_rng([seed, leap, 5])
            big *= there.uniform(0.6, 1.9)
            place += there.uniform(-0.3, 0.3)
        feet = height * (0.95 if tall < 1 else 0.3 + 0.75 * big)
        actor.draw(pen, place * width, feet, big * height, d)

    steps = np.arange(0, seconds, every)[1:]
    return draw, (*leaps, *(float(s) for s in steps if chance(rng, 0.3)))


def _speech(rng: Dice, size: Size, seconds: float) -> tuple[Drawer, tuple[float, ...]]:
    """Balloons with words, one after the other."""
    moments = times(rng, seconds, 0.2, 1.2)
    width, height = size
    said = [(words(rng, 1, 4), rng.uniform(0.05, 0.5), rng.uniform(0.05, 0.4)) for _ in moments]
    plain, tall = chance(rng, 0.4), rng.uniform(0.08, 0.2) * height

    def draw(pen: ImageDraw.ImageDraw, t: float) -> None:
        at = count(moments, t)
        if not at:
            return
        text, x, y = said[at - 1]
        x, y = x * width, y * height
        if not plain:
            pen.ellipse(
                (x - 12, y - tall * 0.5, x + width * 0.45, y + tall * 1.8), fill=(255, 255, 255)
            )
        write(pen, (x, y), text, tall * 0.8, (0, 0, 0) if not plain else (255, 240, 60))

    return draw, moments


def backdrop(rng: Dice, size: Size, base: list[Colour]) -> Image.Image:
    """Flat hills, houses, clouds or a room, drawn in the colours of the film."""
    width, height = size
    image = Image.new("RGB", size, near(rng, pick(rng, base)))
    pen = ImageDraw.Draw(image)
    for layer in range(int(rng.integers(1, 4))):
        level = height * rng.uniform(0.4, 0.9)
        waves, high = rng.uniform(0.005, 0.05, 3), rng.uniform(0, 0.12) * height
        shore = [
            (x, level + high * sum(sin(x * w + layer) for w in waves))
            for x in range(0, width + 8, 8)
        ]
        pen.polygon([*shore, (width + 8, height), (0, height)], fill=near(rng, pick(rng, base)))
    for _ in range(int(rng.integers(2, 14) * width / 320)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        w, h = rng.uniform(0.03, 0.3) * height, rng.uniform(0.03, 0.4) * height
        shape = pick(rng, (pen.ellipse, pen.rectangle))
        line = (20, 20, 20) if chance(rng, 0.5) else None
        shape((x - w, y - h, x + w, y + h), fill=near(rng, pick(rng, base)), outline=line)
    return image
