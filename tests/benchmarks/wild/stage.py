"""What the kinds of film share: the stage they play on, dice, words, and colours."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.world.effects import EFFECTS, Effect
from tests.world.film import Held, Over, Shot
from tests.world.looks import Size
from tests.world.paint import Colour, Picture, smooth_noise, to_bytes
from tests.world.timeline import CUT, Take, Transition
from tests.world.titles import face

Dice = np.random.Generator
T = TypeVar("T")
SHAPES: tuple[tuple[Size, tuple[int, int]], ...] = (  # the picture within its black borders
    *[((320, 180), (0, 0))] * 4,
    ((426, 240), (0, 0)),
    ((320, 240), (0, 0)),
    ((320, 136), (0, 22)),
    ((240, 180), (40, 0)),
    ((180, 320), (0, 0)),
    ((136, 180), (92, 0)),
)
RATES = tuple(map(Fraction, ("10", "12", "15", "24", "24000/1001", "25", "25", "30", "30", "50")))
RATES += (Fraction(30000, 1001), Fraction(60), Fraction(0))


@dataclass
class Stage:
    """The picture's size within any black borders, frames a second (0: variable), length."""

    size: Size
    rate: Fraction
    seconds: float
    border: tuple[int, int] = (0, 0)  # pixels left and right, above and below


@dataclass
class Plan:
    """A film to be rendered."""

    takes: list[Take]
    held: Held = list
    over: Over = lambda picture, _: picture
    jumps: tuple[float, ...] = ()
    noise: float = 0.0  # of the camera, standard deviation of 255
    size: Size | None = None  # that of the takes, where `over` changes it


def pick(rng: Dice, things: Sequence[T]) -> T:
    return things[int(rng.integers(len(things)))]


def between(rng: Dice, low: float, high: float) -> float:
    """A number on a grid of hundredths, which the timeline keeps exactly."""
    return round(float(rng.uniform(low, high)), 2)


def chance(rng: Dice, share: float) -> bool:
    return bool(rng.random() < share)


def some_stage(rng: Dice) -> Stage:
    size, border = pick(rng, SHAPES)
    rate = pick(rng, RATES)
    return Stage(size, rate, between(rng, 10, 25 if rate < 40 else 13), border)


def takes_for(
    rng: Dice, seconds: float, make: Callable[[int], tuple[float, Shot]], joins: str = ""
) -> list[Take]:
    """Takes until the time is up: hard cuts, and one in five joined by one of `joins`."""
    takes: list[Take] = []
    clock = 0.0
    while clock < seconds:
        length, shot = make(len(takes))
        then = some_join(rng, joins) if joins and chance(rng, 0.2) else CUT
        takes.append(take(length, shot, then))
        clock += length + then.seconds
    takes[-1] = take(takes[-1].seconds, takes[-1].look, CUT)
    return takes


def take(seconds: float, shot: object, then: Transition = CUT) -> Take:
    """A take without the jumps that come after its end."""
    assert isinstance(shot, Shot)
    jumps = tuple(at for at in shot.jumps if at < seconds)
    return Take(seconds, Shot(shot.paint, jumps, shot.colour, shot.light, shot.text), then=then)


def some_join(rng: Dice, names: str, low: float = 0.3, high: float = 1.4) -> Transition:
    name = pick(rng, names.split())
    if name in EFFECTS:
        return Effect(name, between(rng, low, high), int(rng.integers(1 << 30)))
    return Transition(name, between(rng, low, high))


def times(rng: Dice, seconds: float, low: float, high: float) -> tuple[float, ...]:
    """Moments within a shot, that far from one another."""
    found: list[float] = []
    clock = rng.uniform(low, high)
    while clock < seconds - 0.1:
        found.append(round(float(clock), 2))
        clock += rng.uniform(low, high)
    return tuple(found)


def count(moments: Iterable[float], seconds: float) -> int:
    """How many of the moments have come."""
    return sum(seconds >= at - 1e-6 for at in moments)


SYLLABLES = "ka lo mi ren ta sol ver in gra pho est ul or mon di fa ble tri un che sa ped ir ox"


def word(rng: Dice) -> str:
    return "".join(pick(rng, SYLLABLES.split()) for _ in range(rng.integers(1, 5)))


def words(rng: Dice, low: int, high: int) -> str:
    text = " ".join(word(rng) for _ in range(rng.integers(low, high + 1)))
    return text.capitalize() if chance(rng, 0.6) else text


def any_colour(rng: Dice, low: int = 0, high: int = 255) -> Colour:
    red, green, blue = rng.integers(low, high + 1, 3)
    return int(red), int(green), int(blue)


def near(rng: Dice, colour: Colour, by: float = 25.0) -> Colour:
    """A colour beside another."""
    red, green, blue = np.clip(np.asarray(colour) + rng.normal(0, by, 3), 0, 255)
    return int(red), int(green), int(blue)


def ground_colour(rng: Dice) -> Colour:
    """What papers and pages are made of: near white, near black, pale, deep or any."""
    match int(rng.integers(5)):
        case 0:
            return near(rng, (246, 246, 246), 6)
        case 1:
            return near(rng, (18, 18, 22), 10)
        case 2:
            return any_colour(rng, 190, 255)
        case 3:
            return any_colour(rng, 0, 80)
    return any_colour(rng)


def ink_on(rng: Dice, ground: Colour) -> Colour:
    """A colour that can be read on the ground, sometimes only just."""
    dark = sum(ground) > 384
    strength = rng.uniform(0.45, 1)
    end = 0.0 if dark else 255.0
    red, green, blue = np.asarray(ground) * (1 - strength) + end * strength
    return near(rng, (int(red), int(green), int(blue)), 18)


def write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: float, ink: Colour
) -> None:
    pen.text(at, text, fill=ink, font=face("", max(6, round(size))))


def oval(
    pen: ImageDraw.ImageDraw, x: float, y: float, across: float, down: float, fill: Colour
) -> None:
    """An ellipse around (x, y), of these radii."""
    pen.ellipse((x - across, y - down, x + across, y + down), fill=fill)


def wide(text: str, size: float) -> float:
    """The width of a line, in pixels."""
    return float(face("", max(6, round(size))).getlength(text))


def fractal(rng: Dice, size: Size, rough: float = 1.0) -> NDArray[np.float32]:
    """Noise with detail at every scale, about -1 to 1: the spectrum of photographs for rough 1."""
    width, height = size
    total = np.zeros((height, width), np.float32)
    cells, weight, whole = 2, 1.0, 0.0
    while cells < width / 2:
        total += weight * smooth_noise(rng, width, height, cells)
        whole += weight
        cells, weight = cells * 2, weight * 0.5**rough
    return total / np.float32(whole / 2)


@lru_cache(maxsize=4)
def grains(seed: int, size: Size, strength: float) -> NDArray[np.int16]:
    """Sixteen pictures of noise, (16, height, width)."""
    width, height = size
    return np.rint(np.random.default_rng(seed).normal(0, strength, (16, height, width))).astype(
        np.int16
    )


def grainy(picture: Picture, seconds: float, seed: int, strength: float) -> Picture:
    height, width = picture.shape[:2]
    noise = grains(seed, (width, height), strength)[int(seconds * 997) % 16]
    return to_bytes(picture + noise[:, :, None])


def small_photo(rng: Dice, size: Size) -> Image.Image:
    """A coloured texture with a few things in it, as a picture on a page."""
    width, height = size
    tone = fractal(rng, (max(8, width), max(8, height)), rng.uniform(0.6, 1.4))[:, :, None]
    base, other = np.asarray(any_colour(rng)), np.asarray(any_colour(rng))
    mixed = base + (other - base) * (0.5 + 0.5 * tone)
    image = Image.fromarray(to_bytes(mixed)).resize(size)
    pen = ImageDraw.Draw(image)
    for _ in range(rng.integers(0, 6)):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0.05, 0.3) * height
        box = (x - r, y - r, x + r, y + r * rng.uniform(0.3, 2))
        (pen.ellipse if chance(rng, 0.5) else pen.rectangle)(box, fill=any_colour(rng))
    return image
