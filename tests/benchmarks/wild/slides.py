"""Words on grounds: slides, title cards, kinetic type, terminals and code that is written."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.people import Mover, acting, some_person
from tests.benchmarks.wild.scenery import live, place, some_tone
from tests.benchmarks.wild.stage import (
    Dice,
    Plan,
    Stage,
    any_colour,
    between,
    chance,
    count,
    ground_colour,
    ink_on,
    pick,
    small_photo,
    some_join,
    take,
    times,
    wide,
    words,
    write,
)
from tests.world.film import Over, Shot
from tests.world.looks import Size
from tests.world.paint import Colour, Picture
from tests.world.timeline import CUT, Take


@dataclass(frozen=True)
class Design:
    """What the slides of one talk have in common."""

    paper: Colour
    ink: Colour
    accent: Colour
    band: str  # "", "top", "left", "foot"
    title: float  # sizes, shares of the height
    line: float
    dots: bool
    gradient: float
    logo: bool


def some_design(rng: Dice) -> Design:
    paper = ground_colour(rng)
    return Design(
        paper, ink_on(rng, paper), any_colour(rng), pick(rng, ("", "", "top", "left", "foot")),
        rng.uniform(0.07, 0.15), rng.uniform(0.05, 0.09), chance(rng, 0.6),
        rng.uniform(0, 0.5) if chance(rng, 0.3) else 0.0, chance(rng, 0.3),
    )  # fmt: skip


def slides(rng: Dice, stage: Stage) -> Plan:
    """Slides of one design, full, small in a frame, or beside a speaker."""
    inner, over, jumps = _shown(rng, stage)
    design, title = some_design(rng), words(rng, 1, 4)
    number, clock = int(rng.integers(1, 30)), 0.0
    joins = pick(rng, ("", "", "dissolve", "push", "fly", "cover wipe", "dissolve fly fade"))
    takes: list[Take] = []
    while clock < stage.seconds:
        seconds, same = between(rng, 0.8, 5), chance(rng, 0.3)
        title = title if same else words(rng, 1, 4)
        shot = slide(rng, inner, seconds, design, title, number + len(takes), same)
        if chance(rng, 0.06):
            design = some_design(rng)
        then = some_join(rng, joins, 0.2, 1.2) if joins and chance(rng, 0.5) else CUT
        takes.append(take(seconds, shot, then))
        clock += seconds + then.seconds
    takes[-1] = take(takes[-1].seconds, takes[-1].look)
    noise = rng.uniform(0, 2) if chance(rng, 0.2) else 0.0
    return Plan(takes, over=over, jumps=jumps, noise=noise, size=inner)


def _shown(rng: Dice, stage: Stage) -> tuple[Size, Over, tuple[float, ...]]:
    """How large the slides are within the picture, and what lies around or over them."""
    size = stage.size
    match pick(rng, ("full", "full", "framed", "speaker", "corner")):
        case "framed":
            inner = (
                round(size[0] * rng.uniform(0.4, 0.8) / 2) * 2,
                round(size[1] * rng.uniform(0.4, 0.8) / 2) * 2,
            )
            left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
            shade = (0, 0, 0) if chance(rng, 0.6) else any_colour(rng, 0, 60)
            return inner, _laid(size, (left, top), lambda t: Image.new("RGB", size, shade)), ()
        case "speaker":
            inner = (
                round(size[0] * rng.uniform(0.6, 0.8)),
                round(size[1] * rng.uniform(0.6, 0.8)),
            )
            at = (size[0] - inner[0], 0) if chance(rng, 0.5) else (0, size[1] - inner[1])
            tall, x = rng.uniform(0.8, 2), 0.5 * (1 - inner[0] / size[0]) + (0 if at[0] else 0.65)
            speaker = Mover(some_person(rng), acting(rng, 0.6), x, 0.2 + 0.8 * tall, tall)
            room = live(rng, size, stage.seconds, place(rng, size, some_tone(rng), 1.2),
                        lambda t: (0.5, 0.5, 1.0), (speaker,))  # fmt: skip
            return inner, _laid(size, at, lambda t: Image.fromarray(room(t))), ()
        case "corner":
            return (size, *_speaker_over(rng, size, stage.seconds))
    return size, lambda picture, _: picture, ()


def _laid(size: Size, at: tuple[int, int], behind: Callable[[float], Image.Image]) -> Over:
    def over(picture: Picture, t: float) -> Picture:
        image = behind(t)
        image.paste(Image.fromarray(picture), at)
        return np.asarray(image)

    return over


def _speaker_over(rng: Dice, size: Size, seconds: float) -> tuple[Over, tuple[float, ...]]:
    """A small picture of the speaker in a corner, gone and back again now and then."""
    small = (size[0] // int(rng.integers(3, 6)), size[1] // int(rng.integers(3, 5)))
    paint = live(rng, small, seconds, place(rng, small, some_tone(rng), 1.2))
    moments = times(rng, seconds, 2, 9) if chance(rng, 0.4) else ()
    left = 0 if chance(rng, 0.5) else size[0] - small[0]

    def over(picture: Picture, t: float) -> Picture:
        if count(moments, t) % 2:
            return picture
        picture = picture.copy()
        picture[size[1] - small[1] :, left : left + small[0]] = paint(t)
        return picture

    return over, moments


def slide(
    rng: Dice, size: Size, seconds: float, design: Design, title: str, number: int,
    full: bool = False,
) -> Shot:  # fmt: skip
    """A slide with lines that may come one by one and a picture that may change; or a title alone.

    A `full` one has more on it than a title.
    """
    bare = bare_slide(rng, size, design, title, number)
    lines = _lines(rng, size, design, 2 if full else int(chance(rng, 0.8)))
    late = times(rng, seconds, 0.3, 1.3)[: len(lines)] if chance(rng, 0.5) else ()
    pictured = chance(rng, 0.35) or (full and not lines)
    changes = times(rng, seconds, 0.4, 1.5) if pictured and chance(rng, 0.5) else ()
    photos = _photos(rng, size, len(changes) + 1) if pictured else []
    slow = rng.uniform(0.1, 0.4) if chance(rng, 0.3) else 0.0
    always = len(lines) - len(late)
    kept: dict[tuple[int, int], Image.Image] = {}

    def drawn(shown: int, photo_number: int) -> Image.Image:
        if (shown, photo_number) not in kept:
            image = bare.copy()
            for line in lines[:shown]:
                line(ImageDraw.Draw(image))
            if photos:
                image.paste(*photos[photo_number])
            kept[shown, photo_number] = image
        return kept[shown, photo_number]

    def paint(t: float) -> Picture:
        shown, photo_number = always + count(late, t), count(changes, t)
        image = drawn(shown, photo_number)
        since = t - late[shown - always - 1] if shown > always else slow
        if slow and since < slow:
            image = Image.blend(drawn(shown - 1, photo_number), image, since / slow)
        return np.asarray(image)

    return Shot(paint, tuple(sorted({*late, *changes})))


def _lines(
    rng: Dice, size: Size, design: Design, least: int
) -> list[Callable[[ImageDraw.ImageDraw], None]]:
    """What is written below the title, each line with its dot."""
    width, height = size
    tall = max(8.0, height * design.line)
    top, left = height * 0.12 + max(9.0, height * design.title) * 1.3, width * 0.09
    left += width * 0.2 if design.band == "left" else 0
    columns, room = pick(rng, (1, 1, 1, 2)), int((height * 0.93 - top) / (tall * 1.6))
    lines: list[Callable[[ImageDraw.ImageDraw], None]] = []
    for spot in range(int(rng.integers(least, max(least + 1, room + 1)))):
        x = left + (spot % columns) * width * 0.45 + rng.choice([0, 0, 0.04]) * width
        y = top + spot // columns * tall * 1.6
        text = fitting(words(rng, 1, 9), tall, width / columns - left * 0.9)

        def line(pen: ImageDraw.ImageDraw, x: float = x, y: float = y, text: str = text) -> None:
            if design.dots:
                r = tall * 0.18
                pen.ellipse((x - 4 * r, y + r, x - 2 * r, y + 3 * r), fill=design.accent)
            write(pen, (x, y), text, tall, design.ink)

        lines.append(line)
    return lines


def fitting(text: str, size: float, room: float) -> str:
    """As many of the words, from the first, as fit into a line."""
    said = text.split()
    while len(said) > 1 and wide(" ".join(said), size) > room:
        said.pop()
    return " ".join(said)


def _photos(rng: Dice, size: Size, number: int) -> list[tuple[Image.Image, tuple[int, int]]]:
    """Pictures for one place on a slide, with its corner."""
    width, height = size
    large = chance(rng, 0.3)
    low, high = (0.6, 0.85) if large else (0.2, 0.45)
    wide_, tall = (
        round(width * rng.uniform(low, high)),
        round(height * rng.uniform(low, high * 0.85)),
    )
    corner = (
        round((width - wide_) * (0.5 if large else 0.92)),
        round((height - tall) * rng.uniform(0.5, 0.9)),
    )
    return [(small_photo(rng, (wide_, tall)), corner) for _ in range(number)]


def bare_slide(rng: Dice, size: Size, design: Design, title: str, number: int) -> Image.Image:
    width, height = size
    image = Image.new("RGB", size, design.paper)
    if design.gradient:
        ramp = 1 - design.gradient * np.linspace(0, 1, height)[:, None, None]
        image = Image.fromarray(np.asarray(np.asarray(image) * ramp, np.uint8))
    pen = ImageDraw.Draw(image)
    band = {"top": (0, 0, width, height * 0.06), "left": (0, 0, width * 0.2, height),
            "foot": (0, height * 0.93, width, height)}.get(design.band)  # fmt: skip
    if band:
        pen.rectangle(band, fill=design.accent)
    left = width * (0.24 if design.band == "left" else 0.06)
    tall = max(9.0, height * design.title)
    write(pen, (left, height * 0.08), fitting(title, tall, width - left), tall, design.ink)
    if design.logo:
        pen.ellipse(
            (width * 0.9, height * 0.05, width * 0.96, height * 0.05 + width * 0.06),
            fill=design.accent,
        )
        write(pen, (width * 0.93, height * 0.92), str(number), height * 0.045, design.ink)
    return image
