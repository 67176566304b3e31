"""Clips with words drawn into the picture: where, in which font, from when to when, how moving.

The truth's `about` holds `words`: text, start, end and box of each line, in the order they appear.
A line that fades counts from half of its strength on; one that moves in from outside, from when its
middle is in the picture if it rolls, and from its first letter to its last if it runs across.
"""

from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.world.encode import Encoding, write_clip
from tests.world.looks import Blank, Camera, Look, Painter, Scene, Size
from tests.world.paint import Colour, Picture, to_bytes
from tests.world.timeline import Take, Timeline
from tests.world.truth import Clip

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
# What is no text (symbols), and what no eye reads as such at this size.
UNFIT = ("D050000L", "StandardSymbols", "Symbol", "Emoji", "Math", "Z003", "Fallback", "Wingdings")
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True)
class Words:
    """A line of text. Places and sizes are pixels, of the line's top left corner at `start`."""

    text: str
    start: float  # seconds within the take
    end: float
    x: float
    y: float
    size: int = 28
    font: str = ""  # a file; Pillow's own if empty
    ink: Colour = WHITE
    rim: int = 0  # width of a black rim around the letters
    fade: float = 0.0  # seconds of fading in, and out
    across: float = 0.0  # pixels a second
    down: float = 0.0


@dataclass(frozen=True)
class Titled:
    """Another look with words over it."""

    under: Look
    words: tuple[Words, ...]

    @property
    def colour(self) -> str:
        return self.under.colour

    @property
    def light(self) -> str:
        return self.under.light

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.words)

    @property
    def builds(self) -> tuple[tuple[float, str], ...]:
        return ()

    def open(
        self, size: Size, camera: Camera, span: tuple[float, float], rng: np.random.Generator
    ) -> Painter:
        under = self.under.open(size, camera, span, rng)

        def paint(seconds: float) -> Picture:
            picture = under(seconds)
            for line in self.words:
                strength = _strength(line, seconds)
                if strength > 0:
                    picture = _drawn(picture, line, seconds, strength)
            return picture

        return paint


@cache
def face(font: str, size: int) -> Any:
    """The font of a file at a size, or Pillow's own."""
    return ImageFont.truetype(font, size) if font else ImageFont.load_default(size=size)


@cache
def fonts(count: int) -> tuple[str, ...]:
    """Up to `count` font files of this machine, spread over all there are; "" for Pillow's own."""
    files = sorted({
        path.name: str(path)
        for folder in FOLDERS
        for path in Path(folder).rglob("*")
        if path.suffix.lower() in (".ttf", ".otf") and not any(word in path.name for word in UNFIT)
    }.values())  # fmt: skip
    wanted = min(count - 1, len(files))
    return ("", *(files[i * len(files) // wanted] for i in range(wanted)))


def _strength(line: Words, seconds: float) -> float:
    """How opaque a line is, 0..1; it is at half of it at its start and at its end."""
    if not line.fade:
        return float(line.start <= seconds < line.end)
    inside = min(seconds - line.start, line.end - seconds)
    return float(np.clip(inside / line.fade + 0.5, 0, 1))


def _drawn(picture: Picture, line: Words, seconds: float, strength: float) -> Picture:
    since = seconds - line.start
    stamp, (left, top) = _stamp(replace(line, start=0.0, end=0.0, x=0.0, y=0.0))
    left += round(line.x + line.across * since)
    top += round(line.y + line.down * since)
    height, width = picture.shape[:2]
    rows = slice(max(top, 0), max(min(top + stamp.shape[0], height), 0))
    columns = slice(max(left, 0), max(min(left + stamp.shape[1], width), 0))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return picture
    over = stamp[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    there = picture[rows, columns].astype(np.float32)
    picture = picture.copy()
    mixed = there + over[:, :, 3:] / 255 * strength * (over[:, :, :3] - there)
    picture[rows, columns] = to_bytes(np.rint(mixed))
    return picture


@lru_cache(maxsize=64)
def _stamp(line: Words) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """The line as red, green, blue and opacity, and where its corner is from that of the text."""
    left, top, right, bottom = map(round, box(line))
    layer = Image.new("RGBA", (right - left + 2, bottom - top + 2), (*line.ink, 0))
    ImageDraw.Draw(layer).text(
        (1 - left, 1 - top), line.text, fill=(*line.ink, 255), font=face(line.font, line.size),
        stroke_width=line.rim, stroke_fill=(*BLACK, 255),
    )  # fmt: skip
    return np.asarray(layer, np.float32), (left - 1, top - 1)


def box(line: Words) -> tuple[float, float, float, float]:
    """The corners of a line as it is drawn at its start, in pixels."""
    left, top, right, bottom = face(line.font, line.size).getbbox(line.text, stroke_width=line.rim)
    return line.x + left, line.y + top, line.x + right, line.y + bottom


def titled(
    path: Path,
    takes: list[Take],
    encoding: Encoding,
    truth: dict[str, tuple[float, float]],
    seed: int,
) -> Clip:
    """Encode takes of which some are `Titled`; `truth` gives other times to lines by their text."""
    size = (encoding.width, encoding.height)
    timeline = Timeline(takes, size, 1 / encoding.rate, seed)
    clip = write_clip(path, timeline, encoding)
    words = []
    for take, begin in zip(takes, timeline.starts, strict=True):
        for line in getattr(take.look, "words", ()):
            start, end = truth.get(line.text, (line.start, min(line.end, take.seconds)))
            left, top, right, bottom = box(line)
            wide, tall = size
            place = (left / wide, top / tall, right / wide, bottom / tall)
            words.append(asdict(line) | {
                "start": float(begin) + start, "end": float(begin) + end, "box": place,
            })  # fmt: skip
    words.sort(key=lambda word: word["start"])
    return Clip(clip.path, replace(clip.truth, about={"words": words}))


ENCODING = Encoding(width=640, height=360, rate=Fraction(24), gop=48)


def captions(directory: Path, seed: int = 0) -> Clip:
    """Captions over a moving picture on both sides of a cut, and a large title that fades."""
    takes = [
        Take(3.0, Titled(Scene("blue", movers=3), (
            Words("The river rises in the hills", 0.5, 2.2, 120, 300, 26, rim=2),
            Words("A LONG WAY HOME", 0.8, 2.4, 150, 130, 40, fade=0.4),
        ))),
        Take(3.0, Titled(Scene("green", movers=2), (
            Words("and meets the sea in the west.", 0.4, 1.9, 120, 300, 26, rim=2),
            Words("Ada Byron, engineer", 1.0, 2.6, 40, 250, 30, rim=2),
        ))),
    ]  # fmt: skip
    return titled(directory / "captions.mp4", takes, ENCODING, {}, seed)


def credits(directory: Path, seed: int = 0) -> Clip:
    """Credits that roll up, quicker than a line is high from look to look."""
    speed, step, seconds = 80.0, 48, 6.5
    names = ("Directed by", "Hannah Lindqvist", "Music", "Tomas Okafor")
    rolled = tuple(
        Words(name, 0.0, 99.0, 220, 365 + i * step, 28, down=-speed) for i, name in enumerate(names)
    )
    times = {}
    for line in rolled:
        _, top, _, bottom = box(line)
        middle = (top + bottom) / 2
        times[line.text] = ((middle - 360) / speed, min(middle / speed, seconds))
    takes = [Take(seconds, Titled(Blank("black"), rolled))]
    return titled(directory / "credits.mp4", takes, ENCODING, times, seed)


def ticker(directory: Path, seed: int = 0) -> Clip:
    """A line that runs across the whole picture and is never seen as one."""
    pace, start = 180.0, 0.5
    text = "Storm warning for the northern coast until Friday evening"
    run = Words(text, start, 99.0, 640, 300, 28, across=-pace)
    left, _, right, _ = box(run)
    times = {text: (start + (left - 640) / pace, start + right / pace)}
    seconds = times[text][1] + 0.8
    takes = [Take(round(seconds, 1), Titled(Scene("grey", movers=0, grain=0), (run,)))]
    return titled(directory / "ticker.mp4", takes, ENCODING, times, seed)


def slide(directory: Path, seed: int = 0) -> Clip:
    """Two spans of a slide in four fonts, of which a line comes late and one changes its digit."""
    faces = fonts(4)
    lines = (
        Words("Rivers of the North", 0.0, 5.0, 40, 30, 40, faces[0], BLACK),
        Words("They rise in the hills", 0.0, 5.0, 60, 120, 30, faces[-1], BLACK),
        Words("Floods last year: 3", 0.0, 2.5, 60, 190, 30, faces[0], BLACK),
        Words("Floods last year: 8", 2.5, 5.0, 60, 190, 30, faces[0], BLACK),
        Words("and end in salt marshes", 1.0, 5.0, 60, 260, 24, faces[len(faces) // 2], BLACK),
    )
    takes = [Take(5.0, Titled(Blank("white"), lines))]
    return titled(directory / "slide.mp4", takes, ENCODING, {}, seed)
