"""Live-action-like pictures: places with texture, cameras that move, people who walk and talk."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.benchmarks.wild.stage import Dice, any_colour, between, chance, fractal, near, pick
from tests.world.looks import Painter, Size
from tests.world.paint import Colour, Picture, to_bytes

View = tuple[float, float, float]  # centre across and down, 0..1 of the canvas, and zoom
Path = Callable[[float], View]


@dataclass(frozen=True)
class Tone:
    """The colours of a place."""

    above: Colour
    below: Colour
    light: float = 1.0


def some_tone(rng: Dice, light: float = 1.0) -> Tone:
    above, below = any_colour(rng, 40, 230), any_colour(rng, 20, 200)
    if chance(rng, 0.5):  # most pictures are of few and dull colours
        below = near(rng, above, 30)
    return Tone(above, below, light)


def place(rng: Dice, size: Size, tone: Tone, reach: float = 2.0) -> Image.Image:
    """A canvas `reach` times as wide as the picture: ground, sky or wall, and many things."""
    width, height = round(size[0] * reach), round(size[1] * min(reach, 1.6))
    horizon = rng.uniform(0.2, 0.85) * height
    down = np.arange(height, dtype=np.float32)[:, None, None]
    soft = np.clip((down - horizon) / rng.uniform(1, 30) + 0.5, 0, 1)
    base = np.asarray(tone.above, np.float32) * (1 - soft) + np.asarray(tone.below) * soft
    rough = fractal(rng, (width, height), rng.uniform(0.5, 1.3))[:, :, None]
    image = Image.fromarray(to_bytes(base * (1 + rng.uniform(0.1, 0.45) * rough)))
    _furnish(rng, image, tone, horizon)
    fine = fractal(rng, (width, height), rng.uniform(0.1, 0.7))[:, :, None]
    lit = np.asarray(image) * (1 + rng.uniform(0.05, 0.3) * fine) * tone.light
    image = Image.fromarray(to_bytes(lit))
    blur = rng.uniform(0, 2.2) if chance(rng, 0.5) else 0.5
    return image.filter(ImageFilter.GaussianBlur(blur))


def _furnish(rng: Dice, image: Image.Image, tone: Tone, horizon: float) -> None:
    """Hills, houses, trees, furniture: the nearer, the lower and the larger."""
    pen = ImageDraw.Draw(image)
    width, height = image.size
    for depth in np.sort(rng.uniform(0, 1, rng.integers(6, 60))):
        x, foot = rng.uniform(0, width), horizon + depth * (height * 1.1 - horizon)
        tall = height * (0.04 + 0.4 * depth) * rng.uniform(0.4, 1.4)
        wide = tall * rng.uniform(0.2, 2.2)
        own = near(rng, tone.below if chance(rng, 0.6) else any_colour(rng), 35)
        box = (x - wide / 2, foot - tall, x + wide / 2, foot)
        match int(rng.integers(4)):
            case 0:
                pen.rectangle(box, fill=own)
                pen.rectangle((x - wide / 2, foot - tall, x, foot), fill=near(rng, own, 8))
            case 1:
                pen.ellipse(box, fill=own)
                pen.ellipse(
                    (x - wide / 3, foot - tall, x, foot - tall / 2), fill=near(rng, own, 15)
                )
            case 2:
                points = [
                    (x + wide * dx, foot - tall * dy) for dx, dy in rng.uniform(-0.6, 1, (5, 2))
                ]
                pen.polygon(points, fill=own)
            case 3:
                pen.rectangle(
                    (x - wide / 12, foot - tall, x + wide / 12, foot), fill=near(rng, own)
                )
                pen.ellipse(
                    (x - wide / 2, foot - tall * 1.3, x + wide / 2, foot - tall / 2), fill=own
                )


def seen(canvas: Image.Image, size: Size, view: View, angle: float = 0.0) -> Image.Image:
    """What the camera sees of the canvas; it never looks beyond its edges."""
    width, height = size
    x, y, zoom = view
    if angle:
        x, y = np.clip(x, 0, 1) * canvas.width, np.clip(y, 0, 1) * canvas.height
        c, s = cos(angle) / zoom, sin(angle) / zoom
        turn = (c, -s, x - c * width / 2 + s * height / 2, s, c, y - s * width / 2 - c * height / 2)
        return canvas.transform(size, Image.Transform.AFFINE, turn, Image.Resampling.BILINEAR)
    zoom = max(zoom, width / canvas.width, height / canvas.height)
    wide, tall = width / zoom, height / zoom
    left = min(max(x * canvas.width - wide / 2, 0), canvas.width - wide)
    top = min(max(y * canvas.height - tall / 2, 0), canvas.height - tall)
    box = (left, top, left + wide, top + tall)
    return canvas.resize(size, Image.Resampling.BILINEAR, box=box)


def some_path(rng: Dice, seconds: float, moves: str = "still pan pan in out hand hand") -> Path:
    """A camera's way over a canvas."""
    x, y, zoom = rng.uniform(0.3, 0.7), rng.uniform(0.35, 0.65), rng.uniform(0.9, 1.6)
    move = pick(rng, moves.split())
    speed = rng.uniform(0.02, 0.25) * rng.choice([-1, 1])
    if move == "pan":
        x = 0.5 - speed * seconds / 2
    tilt = rng.normal(0, 0.02)
    shake, waves = rng.uniform(0.002, 0.02), rng.uniform(0.3, 3, 6)

    def path(t: float) -> View:
        if move == "pan":
            return x + speed * t, y + tilt * t, zoom
        if move in ("in", "out"):
            grown = abs(speed) * 2 * (t if move == "in" else seconds - t)
            return x, y, zoom * float(np.exp(grown))
        if move == "hand":
            across = sum(sin(waves[i] * 2 * pi * t + i) for i in range(3))
            down = sum(sin(waves[i] * 2 * pi * t + i) for i in range(3, 6))
            return x + shake * across, y + shake * down, zoom
        return x, y, zoom

    return path


@dataclass(frozen=True)
class Person:
    """Somebody who can be drawn at any size and in any pose."""

    skin: Colour
    hair: Colour
    shirt: Colour
    legs: Colour
    build: float = 1.0

    def draw(
        self, pen: ImageDraw.ImageDraw, x: float, feet: float, tall: float, pose: "Pose"
    ) -> None:
        """Standing at (x, feet), `tall` pixels high."""
        hip, neck = feet - tall * 0.47, feet - tall * 0.82
        girth = max(1, round(tall * 0.07 * self.build))
        for way, swing in ((-1, pose.leg), (1, -pose.leg)):
            foot = (
                x + tall * (0.05 * way + 0.22 * sin(swing)),
                feet - tall * 0.1 * abs(sin(swing)),
            )
            pen.line(((x + way * tall * 0.04, hip), foot), fill=self.legs, width=girth)
        wide = tall * 0.12 * self.build
        pen.rounded_rectangle(
            (x - wide, neck, x + wide, hip + tall * 0.02), tall * 0.05, self.shirt
        )
        for way, lift in ((-1, pose.left), (1, pose.right)):
            shoulder = (x + way * wide, neck + tall * 0.05)
            elbow = (
                shoulder[0] + way * tall * 0.16 * cos(lift),
                shoulder[1] + tall * 0.16 * sin(lift),
            )
            bend = lift - pose.bend
            hand = (elbow[0] + way * tall * 0.16 * cos(bend), elbow[1] + tall * 0.16 * sin(bend))
            pen.line((shoulder, elbow, hand), fill=self.shirt, width=girth, joint="curve")
            r = girth * 0.6
            pen.ellipse((hand[0] - r, hand[1] - r, hand[0] + r, hand[1] + r), fill=self.skin)
        self._head(pen, x + tall * 0.02 * pose.turn, neck - tall * 0.07, tall * 0.085, pose)

    def _head(self, pen: ImageDraw.ImageDraw, x: float, y: float, r: float, pose: "Pose") -> None:
        pen.ellipse((x - r * 0.9, y - r * 1.2, x + r * 0.9, y + r * 0.9), fill=self.hair)
        pen.rectangle((x - r * 0.3, y + r * 0.5, x + r * 0.3, y + r * 1.4), fill=self.skin)
        pen.ellipse((x - r * 0.75, y - r * 0.85, x + r * 0.75, y + r), fill=self.skin)
        look, dark = r * 0.25 * pose.turn, (25, 20, 20)
        for way in (-1, 1):
            eye = x + look + way * r * 0.3
            shut = r * (0.02 if pose.blink else 0.09)
            pen.ellipse((eye - r * 0.1, y - shut, eye + r * 0.1, y + shut), fill=dark)
        mouth = r * (0.03 + 0.22 * pose.mouth)
        at = y + r * 0.5
        pen.ellipse(
            (x + look - r * 0.25, at - mouth, x + look + r * 0.25, at + mouth), fill=(95, 30, 35)
        )


@dataclass(frozen=True)
class Pose:
    """Angles of the limbs (0: level, pi / 2: hanging), mouth open 0..1, head turned -1..1."""

    leg: float = 0.0
    left: float = 1.3
    right: float = 1.3
    bend: float = 0.2
    mouth: float = 0.0
    turn: float = 0.0
    blink: bool = False


def some_person(rng: Dice) -> Person:
    tan = rng.uniform(0.3, 1)
    skin = (int(235 * tan + 15), int(190 * tan + 5), int(160 * tan))
    return Person(
        skin,
        near(rng, (50, 35, 25), 30),
        any_colour(rng),
        any_colour(rng, 10, 130),
        rng.uniform(0.8, 1.4),
    )


def acting(rng: Dice, busy: float = 1.0) -> Callable[[float], Pose]:
    """Talks, nods and moves the hands, the busier the wilder."""
    pace, phase = rng.uniform(0.5, 2.5, 6), rng.uniform(0, 6, 6)
    walks = chance(rng, 0.4)

    def pose(t: float) -> Pose:
        wave = [sin(pace[i] * 2 * pi * t + phase[i]) for i in range(6)]
        return Pose(
            leg=0.6 * wave[0] * busy if walks else 0.0,
            left=1.3 - 0.5 * busy * wave[1],
            right=1.3 - 0.5 * busy * wave[2],
            bend=0.3 + 0.6 * wave[3] * busy,
            mouth=max(0.0, wave[4] * sin(21 * t + phase[4])),
            turn=wave[5] * min(1.0, busy),
            blink=sin(1.7 * t + phase[0]) > 0.97,
        )

    return pose


@dataclass(frozen=True)
class Mover:
    """A person or a thing that crosses the picture; places and sizes are shares of it."""

    who: Person | Colour
    pose: Callable[[float], Pose]
    x: float
    feet: float
    tall: float
    speed: float = 0.0  # of the picture's width a second

    def draw(self, pen: ImageDraw.ImageDraw, size: Size, t: float) -> None:
        width, height = size
        x = (self.x + self.speed * t) * width
        feet, tall = self.feet * height, self.tall * height
        if isinstance(self.who, Person):
            self.who.draw(pen, x, feet, tall, self.pose(t))
            return
        wide = tall * 1.9
        low = feet - tall * 0.15
        pen.rounded_rectangle((x - wide / 2, feet - tall, x + wide / 2, low), tall * 0.2, self.who)
        pen.rectangle(
            (x - wide / 3, feet - tall * 0.85, x + wide / 4, feet - tall * 0.5), (40, 50, 60)
        )
        for wheel in (x - wide * 0.3, x + wide * 0.3):
            r = tall * 0.2
            pen.ellipse((wheel - r, feet - 2 * r, wheel + r, feet), fill=(20, 20, 20))


def some_mover(rng: Dice) -> Mover:
    who = some_person(rng) if chance(rng, 0.7) else any_colour(rng)
    tall = rng.uniform(0.25, 0.8) if chance(rng, 0.7) else rng.uniform(1.2, 2.6)
    feet = rng.uniform(0.75, 1.0) + max(0.0, tall - 0.8)
    speed = rng.normal(0, 0.15) if chance(rng, 0.6) else 0.0
    return Mover(
        who, acting(rng, rng.uniform(0.2, 1.2)), rng.uniform(0.15, 0.85), feet, tall, speed
    )


def live(
    rng: Dice, size: Size, seconds: float, canvas: Image.Image, path: Path | None = None,
    movers: tuple[Mover, ...] | None = None,
) -> Painter:  # fmt: skip
    """A shot of a place, with what moves in it."""
    path = path or some_path(rng, seconds)
    if movers is None:
        movers = tuple(some_mover(rng) for _ in range(rng.integers(0, 4)))
    roll = rng.normal(0, 0.02) if chance(rng, 0.2) else 0.0
    flicker, wave = (between(rng, 0, 0.05) if chance(rng, 0.3) else 0.0), rng.uniform(0.5, 9)

    def paint(t: float) -> Picture:
        image = seen(canvas, size, path(t), roll * sin(3 * t))
        pen = ImageDraw.Draw(image)
        for mover in movers:
            mover.draw(pen, size, t)
        picture = np.asarray(image)
        return to_bytes(picture * np.float32(1 + flicker * sin(wave * t))) if flicker else picture

    return paint
