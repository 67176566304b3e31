"""Words on grounds: slides, title cards, kinetic type, terminals and code that is written."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sin

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.scenery import live, place, some_mover, some_tone
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
    near,
    pick,
    small_photo,
    some_join,
    take,
    takes_for,
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
        rng.uniform(0.07, 0.13), rng.uniform(0.045, 0.08), chance(rng, 0.6),
        rng.uniform(0, 0.5) if chance(rng, 0.3) else 0.0, chance(rng, 0.3),
    )  # fmt: skip


def slides(rng: Dice, stage: Stage) -> Plan:
    """Slides of one design, full, small in a frame, or beside a speaker."""
    inner, over, jumps = _shown(rng, stage)
    design, title = some_design(rng), words(rng, 1, 4)
    number = int(rng.integers(1, 30))
    takes: list[Take] = []
    clock, joins = (
        0.0,
        pick(rng, ("", "", "dissolve", "push", "fly", "cover wipe", "dissolve fly fade")),
    )
    while clock < stage.seconds:
        seconds = between(rng, 0.8, 5)
        if chance(rng, 0.7):
            title = words(rng, 1, 4)
        shot = slide(rng, inner, seconds, design, title, number + len(takes))
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
                round(size[0] * rng.uniform(0.6, 0.75)),
                round(size[1] * rng.uniform(0.6, 0.8)),
            )
            room = live(rng, size, stage.seconds, place(rng, size, some_tone(rng), 1.2),
                        lambda t: (0.5, 0.5, 1.0), (some_mover(rng), some_mover(rng)))  # fmt: skip
            at = (size[0] - inner[0], 0) if chance(rng, 0.5) else (0, size[1] - inner[1])
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


def slide(rng: Dice, size: Size, seconds: float, design: Design, title: str, number: int) -> Shot:
    """A slide of a design with some of: lines that come one by one, a picture that changes."""
    bare = bare_slide(rng, size, design, title, number)
    width, height = size
    lines = [
        (words(rng, 2, 6), rng.uniform(0, 0.06) * width) for _ in range(int(rng.integers(0, 6)))
    ]
    late = times(rng, seconds, 0.3, 1.3)[: len(lines)] if chance(rng, 0.5) else ()
    pictured = chance(rng, 0.4) or not lines
    photo = (round(width * rng.uniform(0.2, 0.45)), round(height * rng.uniform(0.25, 0.55)))
    changes = times(rng, seconds, 0.4, 1.5) if pictured and chance(rng, 0.5) else ()
    photos = [small_photo(rng, photo) for _ in range(len(changes) + 1)] if pictured else []
    corner = round(width * rng.uniform(0.5, 0.55)), round(height * rng.uniform(0.3, 0.4))
    slow = rng.uniform(0.1, 0.4) if chance(rng, 0.3) else 0.0
    kept: dict[tuple[int, int], Image.Image] = {}

    def drawn(shown: int, photo_number: int) -> Image.Image:
        if (shown, photo_number) not in kept:
            image = bare.copy()
            pen = ImageDraw.Draw(image)
            left = width * (0.3 if design.band == "left" else 0.08)
            for row, (line, indent) in enumerate(lines[:shown]):
                y = height * (0.14 + design.title * 1.3) + row * height * design.line * 1.9
                if design.dots:
                    r = height * design.line * 0.2
                    pen.ellipse(
                        (left + indent - 4 * r, y + r, left + indent - 2 * r, y + 3 * r),
                        fill=design.accent,
                    )
                write(pen, (left + indent, y), line, height * design.line, design.ink)
            if photos:
                image.paste(photos[photo_number], corner)
            kept[shown, photo_number] = image
        return kept[shown, photo_number]

    always = len(lines) - len(late)

    def paint(t: float) -> Picture:
        shown, photo_number = always + count(late, t), count(changes, t)
        image = drawn(shown, photo_number)
        since = t - late[shown - always - 1] if shown > always else slow
        if slow and since < slow:
            image = Image.blend(drawn(shown - 1, photo_number), image, since / slow)
        return np.asarray(image)

    return Shot(paint, tuple(sorted({*late, *changes})))


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
    write(pen, (left, height * 0.08), title, height * design.title, design.ink)
    if design.logo:
        pen.ellipse(
            (width * 0.9, height * 0.05, width * 0.96, height * 0.05 + width * 0.06),
            fill=design.accent,
        )
        write(pen, (width * 0.93, height * 0.92), str(number), height * 0.045, design.ink)
    return image


def kinetic(rng: Dice, stage: Stage) -> Plan:
    """Cards and screens on which words, lines and numbers appear."""
    makers = [
        pick(rng, (_card, _card, _terminal, _counter, _poster))
        for _ in range(int(rng.integers(1, 4)))
    ]
    palette = [ground_colour(rng) for _ in range(int(rng.integers(1, 4)))]

    def make(number: int) -> tuple[float, Shot]:
        seconds = between(rng, 0.7, 4.5)
        return seconds, pick(rng, makers)(rng, stage.size, seconds, pick(rng, palette))

    return Plan(takes_for(rng, stage.seconds, make, "dissolve fade shapes push strokes"))


Step = tuple[float, Callable[[ImageDraw.ImageDraw], None]]


def _stepwise(base: Image.Image, steps: list[Step]) -> Shot:
    """A picture on which something is drawn at each moment, and stays."""
    kept = [base]

    def paint(t: float) -> Picture:
        shown = sum(t >= at for at, _ in steps)
        while len(kept) <= shown:
            image = kept[-1].copy()
            steps[len(kept) - 1][1](ImageDraw.Draw(image))
            kept.append(image)
        return np.asarray(kept[shown])

    return Shot(paint, tuple(at for at, _ in steps))


def _card(rng: Dice, size: Size, seconds: float, ground: Colour) -> Shot:
    """Large words, one after the other, each in its place."""
    width, height = size
    base = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(base)
    for _ in range(int(rng.integers(0, 5))):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(4, 60)
        pick(rng, (pen.ellipse, pen.rectangle))(
            (x - r, y - r, x + r, y + r), fill=near(rng, ground, 30)
        )
    write(pen, (rng.uniform(0.02, 0.5) * width, rng.uniform(0.02, 0.8) * height), words(rng, 1, 3),
          height * rng.uniform(0.1, 0.25), ink_on(rng, ground))  # fmt: skip
    steps = []
    for at in times(rng, seconds, 0.1, rng.uniform(0.2, 1.2)):
        text, tall = words(rng, 1, 2), height * rng.uniform(0.07, 0.3)
        place_ = rng.uniform(0, 0.6) * width, rng.uniform(0, 0.85) * height
        steps.append(
            (
                at,
                _writes(
                    place_,
                    text,
                    tall,
                    ink_on(rng, ground),
                    near(rng, ground) if chance(rng, 0.3) else None,
                ),
            )
        )
    return _stepwise(base, steps)


def _writes(
    at: tuple[float, float], text: str, tall: float, ink: Colour, behind: Colour | None = None
) -> Callable[[ImageDraw.ImageDraw], None]:
    def draw(pen: ImageDraw.ImageDraw) -> None:
        if behind:
            pen.rectangle(
                (at[0] - 4, at[1], at[0] + wide(text, tall) + 4, at[1] + tall * 1.3), fill=behind
            )
        write(pen, at, text, tall, ink)

    return draw


def _terminal(rng: Dice, size: Size, seconds: float, ground: Colour) -> Shot:
    """Code or commands typed by letter, word or line; it starts with a few lines."""
    width, height = size
    paper = near(rng, (15, 16, 20), 12) if chance(rng, 0.7) else ground
    image = Image.new("RGB", size, paper)
    pen, tall = ImageDraw.Draw(image), height * rng.uniform(0.045, 0.09)
    inks = [ink_on(rng, paper) for _ in range(4)]
    if chance(rng, 0.4):
        pen.rectangle((0, 0, width, height * 0.07), fill=near(rng, paper, 40))
    rows = int(height * 0.85 / (tall * 1.4))
    done, steps, row = int(rng.integers(0, max(1, rows - 2))), [], 0
    unit, pace = pick(rng, ("letter", "word", "line", "line")), rng.uniform(0.04, 0.15)
    clock = rng.uniform(0.1, 0.5)
    for row in range(rows):
        text, x = words(rng, 1, 5), width * 0.03 + tall * int(rng.integers(0, 3))
        y, ink = height * 0.1 + row * tall * 1.4, pick(rng, inks)
        parts = list(text) if unit == "letter" else text.split(" ") if unit == "word" else [text]
        for number in range(len(parts)):
            so_far = ("" if unit == "letter" else " ").join(parts[: number + 1])
            if row < done:
                continue
            clock += (
                pace
                * rng.uniform(0.5, 1.5)
                * (1 if unit == "letter" else 3 if unit == "word" else 6)
            )
            steps.append((round(clock, 2), _writes((x, y), so_far, tall, ink)))
        if row < done:
            write(pen, (x, y), text, tall, ink)
    return _stepwise(image, [step for step in steps if step[0] < seconds + 2])


def _counter(rng: Dice, size: Size, seconds: float, ground: Colour) -> Shot:
    """A large number that counts, with words around it."""
    width, height = size
    base = np.asarray(_stepwise(Image.new("RGB", size, ground), []).paint(0))
    tall, pace, start = (
        height * rng.uniform(0.2, 0.7),
        rng.uniform(0.06, 1),
        int(rng.integers(0, 999)),
    )
    ink, label = ink_on(rng, ground), words(rng, 1, 3)
    at = width * rng.uniform(0.02, 0.3), height * rng.uniform(0.02, 0.3)

    def paint(t: float) -> Picture:
        image = Image.fromarray(base)
        pen = ImageDraw.Draw(image)
        write(pen, at, str(start + int((t + 2) / pace)), tall, ink)
        write(pen, (at[0], height * 0.85), label, height * 0.1, ink)
        return np.asarray(image)

    return Shot(paint, tuple(round(float(s), 2) for s in np.arange(pace, seconds, pace)))


def _poster(rng: Dice, size: Size, seconds: float, ground: Colour) -> Shot:
    """A still or drifting picture with titles that come and go over it."""
    width, height = size
    under = live(rng, size, seconds, place(rng, size, some_tone(rng)), movers=())
    if chance(rng, 0.6):
        still = under(0.0)
        under = lambda t: still  # noqa: E731
    moments = times(rng, seconds, 0.2, 1.2)
    titles = [(words(rng, 1, 3), rng.uniform(0.08, 0.35) * height, any_colour(rng, 120, 255), rng.uniform(0, 0.6, 2))
              for _ in moments]  # fmt: skip
    boxed, wobble = chance(rng, 0.3), rng.uniform(0, 4) if chance(rng, 0.3) else 0.0

    def paint(t: float) -> Picture:
        shown = count(moments, t)
        if not shown:
            return under(t)
        image = Image.fromarray(under(t))
        text, tall, ink, (x, y) = titles[shown - 1]
        at = x * width + wobble * sin(20 * t), y * height
        _writes(at, text, tall, ink, (10, 10, 10) if boxed else None)(ImageDraw.Draw(image))
        return np.asarray(image)

    return Shot(paint, moments)
