"""Transitions of the cutting room and of the slide show, beyond dissolve, fade and wipe.

Each takes a random generator (that of the transition, anew for every picture), the picture of the
old take, that of the new one, and how far it is along, 0 to 1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.world.paint import Picture, mix, smooth_noise
from tests.world.timeline import Transition
from tests.world.warp import blurred, colour, eased, smeared, torn, zoomed

Mixer = Callable[[np.random.Generator, Picture, Picture, float], Picture]


@dataclass(frozen=True)
class Effect(Transition):
    """A transition of `EFFECTS`; `seed` decides its direction, colours and the like."""

    seed: int = 0

    def picture(self, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
        return EFFECTS[self.kind](np.random.default_rng(self.seed), outgoing, incoming, amount)


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
    return np.where((far < abs(1 - 2 * amount) * reach)[:, :, None], shown, np.uint8(0))


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


def _zoom(rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float) -> Picture:
    """The camera flies into the old picture and out of a blur into the new one."""
    depth, turn = rng.uniform(2, 6), rng.uniform(-60, 60) * (rng.random() < 0.4)
    near = eased(amount)
    old = zoomed(outgoing, 1 + depth * near, turn * near)
    new = zoomed(incoming, 1 + depth * (1 - near), -turn * (1 - near))
    return blurred(mix(old, new, eased(near)), 8 * (1 - abs(1 - 2 * near)))


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


def _through(
    rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float
) -> Picture:
    """The old picture rushes at the camera until all is black; the new one may come from afar."""
    black, point = rng.uniform(0.4, 0.8), rng.uniform(0.6, 0.95)
    if amount < black:
        along = amount / black
        near = zoomed(outgoing, float(np.exp(4 * along * along)))
        return mix(blurred(near, 6 * along), np.zeros_like(near), max(0.0, along * 2 - 1))
    if amount < point or rng.random() < 0.5:
        return np.zeros_like(outgoing) if amount < point else incoming
    along = (amount - point) / (1 - point)
    return zoomed(incoming, 1 + 2 * (1 - along))


def _blank(
    rng: np.random.Generator, outgoing: Picture, incoming: Picture, amount: float
) -> Picture:
    """Nothing is shown: white, black, or the new picture's ground; then all of it."""
    grounds = (255, 255, 255), (0, 0, 0), np.median(incoming[::9, ::9].reshape(-1, 3), axis=0)
    return np.full_like(outgoing, grounds[int(rng.integers(3))])


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
    "through": _through,
    "blank": _blank,
}
