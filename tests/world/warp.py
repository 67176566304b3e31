"""Whole pictures torn, enlarged, blurred and smeared."""

import numpy as np
from PIL import Image, ImageFilter

from tests.world.paint import Colour, Picture


def eased(amount: float) -> float:
    """Slow at both ends."""
    return amount * amount * (3 - 2 * amount)


def colour(rng: np.random.Generator) -> Colour:
    """Any colour, more often a strong one."""
    values = rng.integers(0, 256, 3)
    if rng.random() < 0.5:
        values[rng.integers(3)] = 255 * rng.integers(2)
    return int(values[0]), int(values[1]), int(values[2])


def torn(rng: np.random.Generator, picture: Picture, strength: float) -> Picture:
    """The picture with rows and blocks displaced and its colours apart."""
    height, width = picture.shape[:2]
    picture = picture.copy()
    for _ in range(rng.integers(3, 14)):
        top, tall = rng.integers(0, height - 4), rng.integers(2, max(3, height // 6))
        by = int(rng.normal(0, strength * width))
        picture[top : top + tall] = np.roll(picture[top : top + tall], by, axis=1)
    for channel in range(3):
        by = int(rng.normal(0, strength * width / 4))
        picture[:, :, channel] = np.roll(picture[:, :, channel], by, axis=1)
    for _ in range(rng.integers(0, 8)):
        top, left = rng.integers(0, height - 8), rng.integers(0, width - 8)
        block = picture[top : top + rng.integers(4, 40), left : left + rng.integers(8, 120)]
        block[...] = 255 - block if rng.random() < 0.5 else np.asarray(colour(rng), np.uint8)
    return picture


def zoomed(picture: Picture, scale: float, angle: float = 0.0) -> Picture:
    """The middle of the picture, `scale` times as large."""
    height, width = picture.shape[:2]
    image = Image.fromarray(picture)
    if angle:
        image = image.rotate(angle, Image.Resampling.BILINEAR)
    wide, tall = width / scale, height / scale
    left, top = (width - wide) / 2, (height - tall) / 2
    box = (left, top, left + wide, top + tall)
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, box=box))


def blurred(picture: Picture, radius: float) -> Picture:
    if radius < 0.3:
        return picture
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.BoxBlur(radius)))


def smeared(picture: Picture, length: int, axis: int = 1) -> Picture:
    """Blurred along one direction, as by a fast pan; `length` pixels."""
    if length < 2:
        return picture
    # Shrunk along the axis and stretched again: a box filter for the price of two resizes.
    height, width = picture.shape[:2]
    small = (max(1, width // length), height) if axis == 1 else (width, max(1, height // length))
    image = Image.fromarray(picture).resize(small, Image.Resampling.BOX)
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))
