"""Live-action-like pictures: places with texture, cameras that move, people who walk and talk."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.benchmarks.wild.people import EdgeActivity, Mover, some_mover
from tests.benchmarks.wild.stage import Dice, any_colour, between, chance, fractal, near, pick
from tests.world.looks import Painter, Size
from tests.world.paint import Colour, Picture, to_bytes

SpanSampler = tuple[float, float, float]  # centre across and down, 0..1 of the canvas, and zoom


Path = Callable[[float], SpanSampler]


@dataclass(frozen=True)
class Tone:
    """The colours of a place."""

    above: Colour
    below: Colour
    light: float = 1.0
    vivid: float = 1.0

    def any(self, rng: Dice) -> Colour:
        """A colour of something in the place."""
        if chance(rng, 0.6):
            return near(rng, self.below, 35)
        return dulled(any_colour(rng), self.vivid)


def dulled(colour: Colour, vivid: float) -> Colour:
    """The colour nearer to grey: `vivid` 0 is grey, 1 leaves it."""
    grey = sum(colour) / 3
    red, green, blue = (int(grey + vivid * (value - grey)) for value in colour)
    return red, green, blue


def some_tone(rng: Dice, light: float = 1.0) -> Tone:
    vivid = rng.uniform(0, 1)
    above, below = dulled(any_colour(rng, 40, 230), vivid), dulled(any_colour(rng, 20, 200), vivid)
    if chance(rng, 0.5):
        below = near(rng, above, 30)
    return Tone(above, below, light, vivid)


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
    _detail(rng, image, horizon)
    fine = fractal(rng, (width, height), rng.uniform(0.1, 0.7))[:, :, None]
    lit = np.asarray(image) * (1 + rng.uniform(0.05, 0.3) * fine) * tone.light
    image = Image.fromarray(to_bytes(lit))
    blur = rng.uniform(0.5, 2.5) if chance(rng, 0.25) else rng.uniform(0.2, 0.6)
    return image.filter(ImageFilter.GaussianBlur(blur))


def _furnish(rng: Dice, image: Image.Image, tone: Tone, horizon: float) -> None:
    """Hills, houses, trees, furniture: the nearer, the lower and the larger."""
    pen = ImageDraw.Draw(image)
    width, height = image.size
    for depth in np.sort(rng.uniform(0, 1, rng.integers(6, 60))):
        x, foot = rng.uniform(0, width), horizon + depth * (height * 1.1 - horizon)
        tall = height * (0.04 + 0.4 * depth) * rng.uniform(0.4, 1.4)
        wide = tall * rng.uniform(0.2, 2.2)
        own = tone.any(rng)
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


def _detail(rng: Dice, image: Image.Image, horizon: float) -> None:
    """Windows, leaves, stones and blades: small marks in the colours that lie below them."""
    pen, pixels = ImageDraw.Draw(image), np.asarray(image)
    width, height = image.size
    for _ in range(int(rng.integers(0, 12))):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.05, 0.3) * height
        style, mark, shift = (
            int(rng.integers(3)),
            rng.uniform(1, 7),
            rng.choice([-1, 1]) * rng.uniform(10, 70),
        )
        if style == 0:  # rows
            step = mark * rng.uniform(1.5, 3)
            places = [(x + i * step, y + j * step) for i in range(6) for j in range(8)]
        else:
            places = list(zip(rng.normal(x, r, 60), rng.normal(y, r / 2, 60), strict=True))
        for at_x, at_y in places:
            if 0 <= at_x < width and 0 <= at_y < height:
                red, green, blue = np.clip(pixels[int(at_y), int(at_x)] + shift, 0, 255).astype(int)
                own = (int(red), int(green), int(blue))
                if style == 2:
                    pen.line((at_x, at_y, at_x + mark / 2, at_y - 2 * mark), fill=own)
                else:
                    pen.rectangle((at_x, at_y, at_x + mark, at_y + mark * 1.2), fill=own)


def seen(canvas: Image.Image, size: Size, view: SpanSampler, angle: float = 0.0) -> Image.Image:
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

    def path(t: float) -> SpanSampler:
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

    # Who walks beside the camera keeps in the picture; the others are left behind.
    depth = 0.0 if chance(rng, 0.3) else rng.uniform(0.8, 1.4)
    first = path(0.0)

    def moved(t: float) -> EdgeActivity:
        x, y, zoom = path(t)
        across, down = depth * canvas.width / size[0], depth * canvas.height / size[1]
        scale = min(4.0, zoom / first[2]) if depth else 1.0
        return (first[0] - x) * across * first[2], (first[1] - y) * down * first[2], scale

    def paint(t: float) -> Picture:
        image = seen(canvas, size, path(t), roll * sin(3 * t))
        pen = ImageDraw.Draw(image)
        for mover in movers:
            mover.draw(pen, size, t, moved(t))
        picture = np.asarray(image)
        return to_bytes(picture * np.float32(1 + flicker * sin(wave * t))) if flicker else picture

    return paint
