"""Transitions of the cutting room and of the slide show, beyond dissolve, fade and wipe.

Each takes a random generator (that of the transition, anew for every picture), the picture of the
old take, that of the new one, and how far it is along, 0 to 1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tests.world.paint import Colour, Picture, mix, smooth_noise
from tests.world.timeline import Transition

Mixer = Callable[[np.random.Generator, Picture, Picture, float], Picture]


@dataclass(frozen=True)
class Effect(Transition):
    """A transition of `EFFECTS`; `seed` decides its direction, colours and the like."""

    seed: int = 0

    def picture(self, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
        return EFFECTS[self.kind](np.random.default_rng(self.seed), outgoing, incoming, amount)


def eased(amount: float) -> float:
    """Slow at both ends."""
    return amount * amount * (3 - 2 * amount)


def colour(rng: np.random.Generator) -> Colour:
    """Any colour, more often a strong one."""
    values = rng.integers(0, 256, 3)
    if rng.random() < 0.5:
        values[rng.integers(3)] = 255 * rng.integers(2)
    return int(values[0]), int(values[1]), int(values[2])


def _push(rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
    """The new picture pushes the old one out."""
    axis, sign = int(rng.integers(2)), int(rng.choice([-1, 1]))
    length = outgoing.shape[axis]
    gone = round((eased(amount) if rng.random() < 0.7 else amount) * length)
    pair = (outgoing, incoming) if sign > 0 else (incoming, outgoing)
    start = gone if sign > 0 else length - gone
    both = np.concatenate(pair, axis=axis)
    return both[start : start + length] if axis == 0 else both[:, start : start + length]


def _cover(
    rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float
) -> Picture:
    """The new picture slides over the old one, which stands."""
    pushed = _push(rng, outgoing, incoming, amount)
    again = np.random.default_rng(rng.integers(1 << 30))  # not the push's own direction
    if again.random() < 0.5:
        return pushed
    gone = round(eased(amount) * outgoing.shape[1])
    picture = outgoing.copy()
    picture[:, outgoing.shape[1] - gone :] = incoming[:, :gone]
    return picture


def _iris(rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
    """A circle closes to black and opens, or opens on the new picture."""
    height, width = outgoing.shape[:2]
    x, y = rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height
    down, across = np.ogrid[:height, :width]
    far = np.hypot(across - x, down - y)
    reach = float(far.max())
    if rng.random() < 0.5:
        return np.where((far < amount * reach)[:, :, None], incoming, outgoing)
    shown = outgoing if amount < 0.5 else incoming
    return shown * (far < abs(1 - 2 * amount) * reach)[:, :, None]


def _shapes(
    rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float
) -> Picture:
    """Coloured bands sweep over the old picture; behind the last comes the new one."""
    height, width = outgoing.shape[:2]
    lean, count = rng.uniform(-0.8, 0.8), int(rng.integers(1, 5))
    backward, wide = rng.random() < 0.5, rng.uniform(0.25, 0.8)
    down, across = np.mgrid[:height, :width].astype(np.float32)
    place = across + lean * down
    place = (place - place.min()) / (place.max() - place.min())
    if backward:
        place = 1 - place
    front = eased(amount) * (1 + wide)
    picture = outgoing.copy()
    for number in range(count):
        edge = front - wide * number / count
        picture[place < edge] = colour(rng)
    revealed = place < front - wide
    picture[revealed] = incoming[revealed]
    return picture


def _glitch(
    rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float
) -> Picture:
    """Torn rows and shifted colours while the picture flips between old and new."""
    here = np.random.default_rng([int(rng.integers(1 << 30)), int(amount * 1000)])
    return torn(here, incoming if here.random() < amount else outgoing, here.uniform(0.05, 0.3))


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


def _off(rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
    """The old picture shrinks to a bright line and a point, as a tube does; then the new one."""
    height, width = outgoing.shape[:2]
    last = rng.uniform(0.75, 0.95)
    if amount > last:
        return mix(np.zeros_like(outgoing), incoming, (amount - last) / (1 - last))
    along = amount / last
    tall = max(2, round(height * (1 - min(1, 2 * along))))
    wide = max(2, round(width * (1 if along < 0.5 else 2 - 2 * along)))
    small = Image.fromarray(outgoing).resize((wide, tall))
    lit = mix(np.asarray(small), np.full((tall, wide, 3), 255, np.uint8), min(1, 1.4 * along))
    picture = np.zeros_like(outgoing)
    top, left = (height - tall) // 2, (width - wide) // 2
    picture[top : top + tall, left : left + wide] = lit
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


def _zoom(rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
    """The camera flies into the old picture and out of a blur into the new one."""
    depth, turn = rng.uniform(2, 6), rng.uniform(-60, 60) * (rng.random() < 0.4)
    near = eased(amount)
    old = zoomed(outgoing, 1 + depth * near, turn * near)
    new = zoomed(incoming, 1 + depth * (1 - near), -turn * (1 - near))
    return blurred(mix(old, new, eased(near)), 8 * (1 - abs(1 - 2 * near)))


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


def _whip(rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
    """A pan too fast to see, from the old picture into the new one."""
    speed = 1 - abs(1 - 2 * amount)
    pushed = _push(rng, outgoing, incoming, amount)
    return smeared(pushed, round(speed * outgoing.shape[1] / 5))


def _blinds(
    rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float
) -> Picture:
    """The new picture comes in through blinds, tiles, or along a soft cloud."""
    height, width = outgoing.shape[:2]
    style, count = int(rng.integers(4)), int(rng.integers(3, 12))
    down, across = np.mgrid[:height, :width].astype(np.float32)
    if style == 0:
        place = (across * count / width) % 1
    elif style == 1:
        place = (down * count / height) % 1
    elif style == 2:
        place = np.arctan2(down - height / 2, across - width / 2) / (2 * np.pi) + 0.5
    else:
        place = smooth_noise(rng, width, height, count) / 2 + 0.5
    soft: NDArray[np.float32] = np.clip((amount * 1.1 - place) / 0.1, 0, 1)[:, :, None]
    return np.asarray(outgoing + soft * (incoming.astype(np.float32) - outgoing), np.uint8)


def _white(
    rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float
) -> Picture:
    """A fade through white or another colour."""
    tint = (255, 255, 255) if rng.random() < 0.6 else colour(rng)
    flat = np.full_like(outgoing, tint)
    if amount < 0.5:
        return mix(outgoing, flat, 2 * amount)
    return mix(flat, incoming, 2 * amount - 1)


def _fly(rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
    """The parts of the old picture fly out one after another, those of the new one in."""
    height, width = outgoing.shape[:2]
    rows = int(rng.integers(3, 7))
    ground = tuple(int(v) for v in np.median(outgoing[::9, ::9].reshape(-1, 3), axis=0))
    arrives = tuple(int(v) for v in np.median(incoming[::9, ::9].reshape(-1, 3), axis=0))
    leaving = amount < 0.5
    picture = np.full_like(outgoing, ground if leaving else arrives)
    edges = np.linspace(0, height, rows + 1).round().astype(int)
    ways = rng.choice([-1, 1], rows)
    for row, way in enumerate(ways):
        along = 2 * amount if leaving else 2 * amount - 1
        part = np.clip((along * (rows + 2) - row) / 3, 0, 1)
        shift = round(width * (part**2 if leaving else 1 - (1 - (1 - part)) ** 2) * way)
        source = outgoing if leaving else incoming
        strip = source[edges[row] : edges[row + 1]]
        if abs(shift) < width:
            left, right = max(0, shift), min(width, width + shift)
            target = picture[edges[row] : edges[row + 1], left:right]
            target[...] = strip[:, left - shift : right - shift]
    return picture


def _shrink(
    rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float
) -> Picture:
    """The old picture shrinks away over the new one, turning perhaps."""
    height, width = outgoing.shape[:2]
    left = 1 - eased(amount)
    wide, tall = max(1, round(width * left)), max(1, round(height * left))
    image = Image.fromarray(incoming)
    small = Image.fromarray(outgoing).resize((wide, tall)).convert("RGBA")
    if rng.random() < 0.5:
        small = small.rotate(rng.uniform(-180, 180) * amount, expand=True)
    x, y = rng.uniform(0, 1, 2)
    place = round((width - small.width) * x), round((height - small.height) * y)
    image.paste(small, place, small)
    return np.asarray(image)


def _strokes(
    rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float
) -> Picture:
    """Discs or boxes of colour grow over the old picture, and holes in them show the new one."""
    height, width = outgoing.shape[:2]
    tint, round_ = colour(rng), rng.random() < 0.6
    spots = rng.uniform(0, 1, (int(rng.integers(1, 9)), 2)) * (width, height)
    image, hole = Image.fromarray(outgoing), Image.new("L", (width, height))
    for mask, ahead in ((None, amount), (hole, amount * 2 - 1)):
        radius = 1.25 * width * max(0.0, ahead)
        pen = ImageDraw.Draw(image if mask is None else mask)
        shape = pen.ellipse if round_ else pen.rectangle
        for x, y in spots:
            if radius:
                box = (x - radius, y - radius, x + radius, y + radius)
                shape(box, fill=tint if mask is None else 255)
    image.paste(Image.fromarray(incoming), (0, 0), hole)
    return np.asarray(image)


EFFECTS: dict[str, Mixer] = {
    "push": _push,
    "cover": _cover,
    "iris": _iris,
    "shapes": _shapes,
    "glitch": _glitch,
    "off": _off,
    "zoom": _zoom,
    "whip": _whip,
    "blinds": _blinds,
    "white": _white,
    "fly": _fly,
    "shrink": _shrink,
    "strokes": _strokes,
}
