"""Pixels: named colours, soft textures, shapes with smooth edges, grain.

A picture is a uint8 array of shape (height, width, 3), red, green, blue, 0 to 255.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

PALETTE: dict[str, Colour] = {
    "red": (200, 50, 45),
    "orange": (225, 130, 40),
    "yellow": (220, 200, 60),
    "green": (70, 165, 75),
    "teal": (40, 150, 150),
    "blue": (55, 90, 200),
    "purple": (140, 70, 175),
    "brown": (130, 85, 55),
    "grey": (135, 135, 135),
    "white": (245, 245, 245),
    "black": (12, 12, 12),
}

LIGHT: dict[str, float] = {"dark": 0.35, "medium": 0.75, "bright": 1.12}


def shade(name: str, light: str) -> Colour:
    """A named colour under "dark", "medium" or "bright" light."""
    red, green, blue = (min(255, round(value * LIGHT[light])) for value in PALETTE[name])
    return red, green, blue


def to_bytes(values: NDArray[Any]) -> Picture:
    """Numbers as bytes, what lies outside 0 to 255 cut off."""
    return np.asarray(np.clip(values, 0, 255), dtype=np.uint8)


def smooth_noise(
    rng: np.random.Generator, width: int, height: int, cells: int
) -> NDArray[np.float32]:
    """Noise of about `cells` bumps across: shape (height, width), within about -1 to 1."""
    rows = max(2, round(cells * height / width))
    grid = rng.uniform(-1, 1, (rows + 1, cells + 1)).astype(np.float32)
    image = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.float32)


def textured(
    rng: np.random.Generator, width: int, height: int, colour: Colour, contrast: float = 0.3
) -> Picture:
    """A background of one colour: a slanted gradient and soft texture in three sizes."""
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    slant = rng.uniform(-0.5, 0.5, 2)
    tone = slant[0] * across + slant[1] * down
    for cells, weight in ((3, 0.5), (9, 0.4), (27, 0.25)):
        tone = tone + weight * smooth_noise(rng, width, height, cells)
    picture = np.asarray(colour, dtype=np.float32) * (1 + contrast * tone)[:, :, None]
    return to_bytes(picture)


@dataclass(frozen=True)
class Shape:
    """A coloured shape that glides within the picture and turns back at its edges.

    `form` is "disc", "box" or "diamond". Sizes are pixels, velocities pixels a second; a velocity
    of (0, 0) is a fixed landmark.
    """

    form: str
    colour: Colour
    radius: float
    x: float
    y: float
    across: float = 0.0
    down: float = 0.0

    def at(self, seconds: float, width: int, height: int) -> tuple[float, float]:
        """The centre at a time, in pixels; the time may be negative."""
        return (
            _reflect(self.x + self.across * seconds, width),
            _reflect(self.y + self.down * seconds, height),
        )


def _reflect(position: float, limit: int) -> float:
    folded = position % (2 * limit)
    return folded if folded <= limit else 2 * limit - folded


def draw(picture: Picture, shape: Shape, seconds: float = 0.0) -> None:
    """Draw a shape into a picture, in place, with edges one pixel soft."""
    height, width = picture.shape[:2]
    x, y = shape.at(seconds, width, height)
    reach = int(shape.radius) + 2
    left, right = max(0, int(x) - reach), min(width, int(x) + reach + 1)
    top, bottom = max(0, int(y) - reach), min(height, int(y) + reach + 1)
    across = np.abs(np.arange(left, right, dtype=np.float32) - x)[None, :]
    down = np.abs(np.arange(top, bottom, dtype=np.float32) - y)[:, None]
    if shape.form == "disc":
        distance = np.hypot(across, down)
    elif shape.form == "box":
        distance = np.maximum(across, down)
    elif shape.form == "diamond":
        distance = across + down
    else:
        raise ValueError(f"unknown form of a shape: {shape.form!r}")
    cover = np.clip(shape.radius - distance + 0.5, 0, 1)[:, :, None]
    window = picture[top:bottom, left:right]
    window[...] = window + cover * (np.asarray(shape.colour, np.float32) - window)


def some_shape(
    rng: np.random.Generator, width: int, height: int, colour: Colour, speed: float
) -> Shape:
    """A shape of a related colour, between a fifteenth and a sixth of the picture's height."""
    tint = np.clip(np.asarray(colour) * rng.uniform(0.55, 1.5) + rng.uniform(-25, 25, 3), 0, 255)
    red, green, blue = (int(value) for value in tint)
    heading = rng.uniform(0, 2 * np.pi)
    return Shape(
        form=str(rng.choice(["disc", "box", "diamond"])),
        colour=(red, green, blue),
        radius=float(rng.uniform(height / 15, height / 6)),
        x=float(rng.uniform(0, width)),
        y=float(rng.uniform(0, height)),
        across=speed * float(np.cos(heading)),
        down=speed * float(np.sin(heading)),
    )


def mix(first: Picture, second: Picture, amount: float) -> Picture:
    """`first` at amount 0, `second` at amount 1, their blend between."""
    blend = first * np.float32(1 - amount) + second * np.float32(amount)
    return np.rint(blend).astype(np.uint8)


def add_grain(picture: Picture, grain: NDArray[np.int16]) -> Picture:
    """The picture with noise added; `grain` has the picture's height and width."""
    return to_bytes(picture + grain[:, :, None])
