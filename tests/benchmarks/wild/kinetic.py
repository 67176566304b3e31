"""Title cards, kinetic type, terminals and code that is written, counters."""

from collections.abc import Callable
from math import sin

import numpy as np
from PIL import Image, ImageDraw

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
    near,
    pick,
    takes_for,
    times,
    wide,
    words,
    write,
)
from tests.world.film import Shot
from tests.world.looks import Size
from tests.world.paint import Colour, Picture


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
    titles = [
        (
            words(rng, 1, 3),
            rng.uniform(0.08, 0.35) * height,
            any_colour(rng, 120, 255),
            rng.uniform(0, 0.6, 2),
        )
        for _ in moments
    ]
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
