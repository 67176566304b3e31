"""Pictures for the tests of cues: bars, cards, boxes, credits, and what resembles them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.world import Clip, Encoding, Scene, Take, Timeline, write_clip
from tests.world.paint import Picture, textured

SIZE = (320, 180)
CODECS = [Encoding(), Encoding(container="webm", codec="libvpx-vp9")]
X264 = CODECS[0]
BUSY = Scene("orange", movers=3, speed=60)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A look drawn by a function of the size and the seconds within the take."""

    draw: Callable[[tuple[int, int], float], Picture]
    colour: str = ""
    light: str = ""
    text: str = ""
    builds: tuple[tuple[float, str], ...] = ()

    def open(self, size: Any, camera: Any, span: Any, rng: Any) -> Callable[[float], Picture]:
        return lambda seconds: self.draw(size, seconds)


@dataclass(frozen=True)
class Grainy:
    """Another look under noise that lives, of a standard deviation of 0..255."""

    look: Any
    grain: float
    colour: str = ""
    light: str = ""
    text: str = ""
    builds: tuple[tuple[float, str], ...] = ()

    def open(self, size: Any, camera: Any, span: Any, rng: Any) -> Callable[[float], Picture]:
        paint = self.look.open(size, camera, span, rng)

        def noisy(seconds: float) -> Picture:
            noise = rng.normal(0, self.grain, (size[1], size[0], 1))
            return np.asarray(np.clip(np.rint(paint(seconds) + noise), 0, 255), np.uint8)

        return noisy


@dataclass(frozen=True)
class Boxed:
    """Another look inside black bars: the picture is `width` x `height`."""

    look: Any
    width: int
    height: int
    words: str = ""  # written into the lower bar
    colour: str = ""
    light: str = ""
    text: str = ""
    builds: tuple[tuple[float, str], ...] = ()

    def open(self, size: Any, camera: Any, span: Any, rng: Any) -> Callable[[float], Picture]:
        paint = self.look.open((self.width, self.height), camera, span, rng)
        left, top = (size[0] - self.width) // 2, (size[1] - self.height) // 2

        def boxed(seconds: float) -> Picture:
            picture = np.zeros((size[1], size[0], 3), np.uint8)
            picture[top : top + self.height, left : left + self.width] = paint(seconds)
            if self.words and 1 <= seconds < 4:
                image = Image.fromarray(picture)
                at = (size[0] // 3, top + self.height + 2)
                font = ImageFont.load_default(size=12)
                ImageDraw.Draw(image).text(at, self.words, fill="white", font=font)
                picture = np.array(image)
            return picture

        return boxed


def film(folder: Path, *takes: Take, encoding: Encoding = X264, **more: Any) -> Clip:
    size = (encoding.width, encoding.height)
    timeline = Timeline(takes, size, 1 / encoding.rate, 7)
    return write_clip(folder / f"film.{encoding.container}", timeline, encoding, **more)


def stars(size: tuple[int, int], seconds: float) -> Picture:
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    rng = np.random.default_rng(3)
    picture[
        rng.integers(0, size[1], 150), (rng.integers(0, size[0], 150) + int(9 * seconds)) % 320
    ] = 255
    return picture


def blue_screen(size: tuple[int, int], seconds: float) -> Picture:
    return np.full((size[1], size[0], 3), (0, 0, 160), np.uint8)


def night(size: tuple[int, int], seconds: float) -> Picture:
    """Hardly lit: a mean luma of 22 on a scale on which black is 16."""
    rng = np.random.default_rng(4)
    scene = textured(rng, size[0] + 200, size[1], (8, 8, 10), contrast=0.9)
    return scene[:, int(20 * seconds) :][:, : size[0]]


def mouse(size: tuple[int, int], seconds: float) -> Picture:
    """A still room, and one small thing that creeps through it."""
    image = Image.fromarray(textured(np.random.default_rng(2), *size, (120, 100, 80)))
    left = 100 + 6 * seconds
    ImageDraw.Draw(image).ellipse((left, 90, left + 14, 100), fill=(60, 50, 50))
    return np.array(image)


VIVID = [(1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1)]


def columns(size: tuple[int, int], colours: list[Any], widths: list[float]) -> Picture:
    edges = np.round(np.cumsum([0, *widths]) / sum(widths) * size[0]).astype(int)
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    for colour, left, right in zip(colours, edges, edges[1:], strict=False):
        picture[:, left:right] = np.round(np.array(colour) * 255)
    return picture


def ebu(size: tuple[int, int], seconds: float) -> Picture:
    """EBU bars, 100/0/75/0."""
    colours = [(1, 1, 1), *(tuple(0.75 * c for c in one) for one in VIVID), (0, 0, 0)]
    return columns(size, colours, [1] * 8)


def smpte(size: tuple[int, int], seconds: float) -> Picture:
    """SMPTE EG 1: seven bars, a castellation, and a pluge below."""
    soft = [tuple(0.75 * c for c in one) for one in [(1, 1, 1), *VIVID]]
    picture = columns(size, soft, [1] * 7)
    low = [soft[6], (0, 0, 0), soft[4], (0, 0, 0), soft[2], (0, 0, 0), soft[0]]
    picture[size[1] * 2 // 3 :] = columns(size, low, [1] * 7)[size[1] * 2 // 3 :]
    pluge = [(0, 0.13, 0.3), (1, 1, 1), (0.2, 0, 0.42), (0.07,) * 3, (0.1,) * 3, (0.07,) * 3]
    picture[size[1] * 3 // 4 :] = columns(size, pluge, [5, 5, 5, 5, 2, 6])[size[1] * 3 // 4 :]
    return picture


def rp219(size: tuple[int, int], seconds: float) -> Picture:
    """SMPTE RP 219: seven bars between gray pillars."""
    soft = [(0.4,) * 3, *(tuple(0.75 * c for c in one) for one in [(1, 1, 1), *VIVID]), (0.4,) * 3]
    picture = columns(size, soft, [12, *[72 / 7] * 7, 12])
    picture[size[1] * 7 // 12 :] = (90, 90, 160)
    picture[size[1] * 3 // 4 :] = (20, 20, 20)
    return picture


def pm5544(size: tuple[int, int], seconds: float) -> Picture:
    """After Philips PM5544: a white grid on gray, a circle with bars, words and gratings."""
    width, height = size
    image = Image.new("RGB", size, (110, 110, 110))
    pen = ImageDraw.Draw(image)
    cell = height / 14
    for n in range(30):
        for side in (-1, 1):
            x, y = width / 2 + side * (n + 0.5) * cell, height / 2 + side * n * cell
            pen.line((x, 0, x, height), fill=(235, 235, 235), width=2)
            pen.line((0, y, width, y), fill=(235, 235, 235), width=2)
    inside = Image.fromarray(ebu(size, 0))
    ImageDraw.Draw(inside).rectangle((0, height * 0.3, width, height * 0.45), fill="black")
    ImageDraw.Draw(inside).rectangle((0, height * 0.7, width, height), fill="white")
    ImageDraw.Draw(inside).text((width * 0.43, height * 0.32), "VTK 1", fill="white")
    mask = Image.new("L", size, 0)
    box = (width / 2 - 0.42 * height, 0.08 * height, width / 2 + 0.42 * height, 0.92 * height)
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    image.paste(inside, mask=mask)
    clock = f"{int(seconds):02}"
    ImageDraw.Draw(image).text((width * 0.47, height * 0.72), clock, fill="black")
    return np.array(image)


def flag(size: tuple[int, int], seconds: float) -> Picture:
    """A rainbow: the colours of bars in another order."""
    return columns(size, [VIVID[n] for n in (4, 0, 2, 1, 5, 3)], [1] * 6)


def cartoon(size: tuple[int, int], seconds: float) -> Picture:
    picture = np.full((size[1], size[0], 3), (90, 200, 255), np.uint8)
    rng = np.random.default_rng(5)
    for _ in range(60):
        y, x = rng.integers(0, 160), rng.integers(0, 300)
        picture[y : y + 40, x : x + 40] = np.array(VIVID[rng.integers(0, 6)]) * 220
    return picture


def sheet(size: tuple[int, int], seconds: float) -> Picture:
    """A table: a regular grid, and no circle."""
    picture = np.full((size[1], size[0], 3), 250, np.uint8)
    picture[::12], picture[:, ::24] = 150, 150
    return picture


def clock(size: tuple[int, int], seconds: float) -> Picture:
    """A circle in the middle, and no grid."""
    image = Image.new("RGB", size, (60, 90, 60))
    pen = ImageDraw.Draw(image)
    pen.ellipse((90, 20, 230, 160), fill="white", outline="black", width=3)
    return np.array(image)


def lamp(size: tuple[int, int], seconds: float) -> Picture:
    """A night with a lit window, dark above and below."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[60:110, 100:190] = 200
    picture[30 + int(4 * seconds) :, 20:40] = 60
    return picture


NAMES = "Ada Lovelace,Grace Hopper,Alan Turing,Edith Clarke,Claude Shannon,Mary Keller,Tim Paterson"


def roll(speed: float, ground: int = 0, hold: float = 1.0, stop: float = 1e9) -> Drawn:
    """Credits that come in after `hold` seconds at `speed` lines a second, and may stop."""
    lines = [f"{job}   {name}" for job in ("Cast", "Sound", "Cut") for name in NAMES.split(",")]
    image = Image.new("L", (320, 16 * len(lines)), ground)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        left = 60 + 37 * number % 50
        pen.text((left, 16 * number), line, fill=255 - ground, font=ImageFont.load_default(11))
    words = np.array(image)
    words = words[np.flatnonzero((words != ground).any(axis=1))[0] :]

    def draw(size: tuple[int, int], seconds: float) -> Picture:
        gone = round(speed * (min(seconds, stop) - hold))
        picture = np.full((size[1], size[0]), ground, np.uint8)
        top = max(size[1] - gone, 0)
        part = words[max(gone - size[1], 0) :][: size[1] - top] if gone > 0 else words[:0]
        picture[top : top + len(part)] = part
        return np.repeat(picture[:, :, None], 3, axis=2)

    return Drawn(draw)


def balloon(size: tuple[int, int], seconds: float) -> Picture:
    image = Image.new("RGB", size, (120, 180, 240))
    top = 180 - 36 * seconds
    ImageDraw.Draw(image).ellipse((140, top, 180, top + 50), fill="red")
    return np.array(image)


def pages(size: tuple[int, int], seconds: float) -> Picture:
    """A page that is turned on, a few lines at a time."""
    return roll(48).draw(size, 2 + int(seconds))
