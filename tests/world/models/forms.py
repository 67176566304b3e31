"""How the stage looks: forms of actors, textures of backgrounds, drawn words, at any size.

Everything is in units of the picture's side, so a picture of 64 pixels shows what one of 256 does.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Plane = NDArray[Any]  # of float32
Form = Callable[[Plane, Plane], Plane]

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (215, 40, 40),
    "orange": (240, 140, 30),
    "yellow": (235, 220, 60),
    "green": (45, 170, 60),
    "teal": (30, 170, 170),
    "blue": (50, 80, 225),
    "purple": (140, 60, 190),
    "pink": (245, 140, 190),
    "brown": (125, 75, 40),
    "grey": (135, 135, 135),
    "white": (248, 248, 248),
    "black": (15, 15, 15),
}


def _star(u: Plane, v: Plane) -> Plane:
    around = np.arctan2(u, -v)
    fold = np.abs((around + np.pi / 5) % (2 * np.pi / 5) - np.pi / 5)
    across, along = np.hypot(u, v) * np.sin(fold), np.hypot(u, v) * np.cos(fold)
    edge: Plane = (across * 0.82 + (along - 1.05) * 0.57) * 0.9 + 0.06
    return edge


def _heart(u: Plane, v: Plane) -> Plane:
    lobes = np.hypot(np.abs(u) - 0.43, v + 0.33) - 0.47
    point = np.maximum((np.abs(u) + v - 0.9) / 1.41, -(v + 0.33))
    heart: Plane = np.minimum(lobes, np.maximum(point, np.abs(u) - 0.9))
    return heart


# Less than zero inside; u grows to the right and v downwards, both about -1 to 1.
FORMS: dict[str, Form] = {
    "circle": lambda u, v: np.hypot(u, v) - 0.9,
    "square": lambda u, v: np.maximum(np.abs(u), np.abs(v)) - 0.78,
    "triangle": lambda u, v: np.maximum(v - 0.75, (np.abs(u) - (v + 0.95) * 0.55) * 0.88),
    "cross": lambda u, v: np.minimum(
        np.maximum(np.abs(u) - 0.3, np.abs(v) - 0.95), np.maximum(np.abs(v) - 0.3, np.abs(u) - 0.95)
    ),
    "star": _star,
    "heart": _heart,
    "diamond": lambda u, v: (np.abs(u) * 1.5 + np.abs(v) - 1) / 1.8,
    "ring": lambda u, v: np.abs(np.hypot(u, v) - 0.68) - 0.26,
    "moon": lambda u, v: np.maximum(np.hypot(u, v) - 0.95, 0.8 - np.hypot(u - 0.5, v)),
    "hourglass": lambda u, v: np.maximum(
        np.abs(v) - 0.9, (np.abs(u) - np.abs(v) * 0.8 - 0.08) / 1.3
    ),
    "bar": lambda u, v: np.maximum(np.abs(u) - 1.0, np.abs(v) - 0.36),
    "arch": lambda u, v: np.maximum(
        np.where(v < 0, np.abs(np.hypot(u, v) - 0.62), np.abs(np.abs(u) - 0.62)) - 0.27, v - 0.85
    ),
}


def draw_actor(
    picture: Plane, form: str, colour: tuple[float, ...], x: float, y: float, radius: float
) -> None:
    """Draw a form with a thin edge, dark on light colours and light on dark ones, in place."""
    side = picture.shape[0]
    reach = radius * side * 1.1 + 2
    left, right = max(0, int(x * side - reach)), min(side, int(x * side + reach) + 1)
    top, bottom = max(0, int(y * side - reach)), min(side, int(y * side + reach) + 1)
    if left >= right or top >= bottom:
        return
    across = (np.arange(left, right, dtype=np.float32) + 0.5 - x * side)[None, :]
    down = (np.arange(top, bottom, dtype=np.float32) + 0.5 - y * side)[:, None]
    pixels = radius * side
    u, v = np.broadcast_arrays(across / pixels, down / pixels)
    far = FORMS[form](u, v) * pixels
    edge = side / 64
    rim = 235.0 if sum(colour) < 300 else 20.0
    window = picture[top:bottom, left:right]
    for level, paint in ((edge * 0.8, np.float32(rim)), (0.0, np.asarray(colour, np.float32))):
        cover = np.clip(level + 0.5 - far, 0, 1)[:, :, None]
        window += cover * (paint - window)


@lru_cache(maxsize=256)
def word_mask(word: str, side: int) -> Plane:
    """The word in capitals, white on nothing: shape (height, width), 0 to 1."""
    font = ImageFont.load_default(round(side * 0.17))
    left, top, right, bottom = (round(edge) for edge in font.getbbox(word.upper()))
    image = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(image).text((1 - left, 1 - top), word.upper(), fill=255, font=font)
    return np.asarray(image, dtype=np.float32) / 255


def draw_word(picture: Plane, word: str, x: float) -> None:
    """A caption bar at the bottom with a white word on black, its centre at `x`, in place."""
    side = picture.shape[0]
    mask = word_mask(word, side)
    height, width = mask.shape
    left = round(min(max(x * side - width / 2, 0), side - width))
    top = side - height - max(1, side // 40)
    pad = max(1, side // 40)
    picture[max(0, top - pad) : side, max(0, left - pad) : left + width + pad] *= np.float32(0.12)
    window = picture[top : top + height, left : left + width]
    window += mask[:, :, None] * (np.float32(250) - window)


def _grid(side: int) -> tuple[Plane, Plane]:
    line = (np.arange(side, dtype=np.float32) + 0.5) / side
    return line[None, :], line[:, None]


def _noise(rng: np.random.Generator, side: int, cells: int) -> Plane:
    seeds = Image.fromarray(rng.uniform(-1, 1, (cells + 1, cells + 1)).astype(np.float32))
    return np.asarray(seeds.resize((side, side), Image.Resampling.BICUBIC), dtype=np.float32)


def _mix(low: tuple[int, ...], high: tuple[int, ...], amount: Plane) -> Plane:
    first, second = np.asarray(low, np.float32), np.asarray(high, np.float32)
    mixed: Plane = first + np.clip(amount, 0, 1)[:, :, None] * (second - first)
    return mixed


def _night(rng: np.random.Generator, side: int) -> Plane:
    picture = _mix((8, 10, 35), (30, 25, 70), np.broadcast_to(_grid(side)[1], (side, side)))
    for x, y in rng.integers(0, 64, (14, 2)) * side // 64:
        picture[y : y + max(1, side // 64), x : x + max(1, side // 64)] = 225
    return picture


def _sky(rng: np.random.Generator, side: int) -> Plane:
    return _mix((120, 180, 235), (235, 240, 245), _noise(rng, side, 3) * 1.3 - 0.2)


def _grass(rng: np.random.Generator, side: int) -> Plane:
    across, down = _grid(side)
    blades = np.sin(across * 90 + np.sin(down * 25 + rng.uniform(0, 6)) * 1.5) * 0.5 + 0.5
    return _mix((35, 85, 25), (95, 140, 55), blades)


def _sand(rng: np.random.Generator, side: int) -> Plane:
    across, down = _grid(side)
    ripples = np.sin((down + 0.12 * np.sin(across * 7 + rng.uniform(0, 6))) * 40) * 0.5 + 0.5
    return _mix((195, 165, 110), (225, 200, 145), ripples)


def _water(rng: np.random.Generator, side: int) -> Plane:
    across, down = _grid(side)
    waves = np.sin(down * 55 + 2.2 * np.sin(across * 19 + rng.uniform(0, 6))) * 0.5 + 0.5
    return _mix((20, 65, 125), (75, 140, 180), waves)


def _snow(rng: np.random.Generator, side: int) -> Plane:
    return _mix((205, 215, 228), (240, 244, 250), _noise(rng, side, 4) * 0.6 + 0.5)


def _bricks(rng: np.random.Generator, side: int) -> Plane:
    across, down = _grid(side)
    down = down + rng.uniform(0, 1)
    row = np.floor(down * 9)
    seam = np.maximum(
        np.abs((down * 9) % 1 - 0.5) > 0.38, np.abs((across * 5 + row * 0.5) % 1 - 0.5) > 0.43
    )
    return _mix((150, 70, 55), (200, 185, 170), seam.astype(np.float32))


def _wood(rng: np.random.Generator, side: int) -> Plane:
    across, down = _grid(side)
    grain = np.sin((across + 0.05 * np.sin(down * 9 + rng.uniform(0, 6))) * 60) * 0.5 + 0.5
    return _mix((105, 65, 35), (165, 115, 70), grain)


def _stone(rng: np.random.Generator, side: int) -> Plane:
    blots = _noise(rng, side, 12) * 0.7 + _noise(rng, side, 5) * 0.5
    return _mix((75, 78, 82), (150, 150, 148), blots * 0.6 + 0.5)


def _tiles(rng: np.random.Generator, side: int) -> Plane:
    across, down = _grid(side)
    shift = rng.uniform(0, 1)
    odd = (np.floor(across * 6 + shift) + np.floor(down * 6 + shift)) % 2
    return _mix((165, 190, 175), (220, 225, 205), odd.astype(np.float32))


BACKGROUNDS: dict[str, Callable[[np.random.Generator, int], Plane]] = {
    "night": _night,
    "sky": _sky,
    "grass": _grass,
    "sand": _sand,
    "water": _water,
    "snow": _snow,
    "bricks": _bricks,
    "wood": _wood,
    "stone": _stone,
    "tiles": _tiles,
}
