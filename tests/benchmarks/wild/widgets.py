"""What pages and windows hold: text, panes, pop-ups, menus, fields, charts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.scenery import live, place, some_tone
from tests.benchmarks.wild.stage import (
    Dice,
    any_colour,
    chance,
    count,
    ground_colour,
    ink_on,
    near,
    pick,
    small_photo,
    times,
    words,
    write,
)
from tests.world.looks import Painter, Size
from tests.world.paint import Colour

Box = tuple[int, int, int, int]  # left, top, right, bottom


Layer = Callable[[Image.Image, float], None]  # draws into a picture, in place


@dataclass(frozen=True)
class Site:
    """What the pages of a site, or the views of an application, have in common."""

    paper: Colour
    ink: Colour
    header: Colour
    side: Colour
    head: float  # shares of the height and the width
    aside: float
    name: str
    line: float
    tabs: bool
    seed: int  # of what is the same on all its pages


def some_site(rng: Dice) -> Site:
    paper = ground_colour(rng)
    if chance(rng, 0.4):
        paper = (250, 250, 250)
    aside = rng.uniform(0.12, 0.28) if chance(rng, 0.5) else 0.0
    header = near(rng, paper, 15) if chance(rng, 0.4) else any_colour(rng)
    return Site(
        paper,
        ink_on(rng, paper),
        header,
        near(rng, paper, 12),
        rng.uniform(0.06, 0.15),
        aside,
        words(rng, 1, 2),
        rng.uniform(0.03, 0.06),
        chance(rng, 0.4),
        int(rng.integers(1 << 30)),
    )


def content(rng: Dice, size: Size, site: Site, height: int) -> Image.Image:
    """Headings, paragraphs, cards, pictures and tables, from the top down."""
    image = Image.new("RGB", size, site.paper)
    y = line = height * site.line
    write(
        ImageDraw.Draw(image), (line, y), words(rng, 1, 4), line * rng.uniform(1.3, 2.2), site.ink
    )
    y += line * 3
    parts = pick(
        rng, ("text", "text photo", "cards", "table", "text cards photo", "text table", "code")
    )
    while y < size[1]:
        y += PARTS[pick(rng, parts.split())](rng, image, y, site, height) + line
    return image


def _text(
    rng: Dice, image: Image.Image, y: float, site: Site, height: int, code: bool = False
) -> float:
    """Lines of text from `y` on; as the other parts, returns how high it is."""
    pen, line, rows = ImageDraw.Draw(image), height * site.line, int(rng.integers(1, 6))
    for row in range(rows):
        x = line * (1 + (int(rng.integers(0, 4)) if code else 0))
        ink = ink_on(rng, site.paper) if code else site.ink
        write(pen, (x, y + row * line * 1.35), words(rng, 2, 9), line, ink)
    return rows * line * 1.35


def _photo(rng: Dice, image: Image.Image, y: float, site: Site, height: int) -> float:
    photo = round(image.width * rng.uniform(0.3, 0.9)), round(height * rng.uniform(0.2, 0.5))
    image.paste(small_photo(rng, photo), (round(height * site.line), round(y)))
    return photo[1]


def _cards(rng: Dice, image: Image.Image, y: float, site: Site, height: int) -> float:
    pen, columns, tint = ImageDraw.Draw(image), int(rng.integers(2, 5)), near(rng, site.paper, 25)
    wide = image.width / columns
    for column in range(columns):
        box = (column * wide + 3, y, (column + 1) * wide - 3, y + height * 0.25)
        pen.rectangle(box, fill=tint if chance(rng, 0.6) else any_colour(rng))
        write(pen, (box[0] + 3, y + 3), words(rng, 1, 1)[:12], height * site.line, site.ink)
    return height * 0.25


def _table(rng: Dice, image: Image.Image, y: float, site: Site, height: int) -> float:
    pen, line, rows = ImageDraw.Draw(image), height * site.line, int(rng.integers(3, 9))
    for row in range(rows):
        top = y + row * line * 1.3
        if row % 2:
            pen.rectangle((0, top, image.width, top + line * 1.3), fill=near(rng, site.paper, 4))
        for column in range(4):
            at = line + column * image.width / 4, top
            write(pen, at, words(rng, 1, 1)[:10], line * 0.9, site.ink)
    return rows * line * 1.3


PARTS: dict[str, Callable[[Dice, Image.Image, float, Site, int], float]] = {
    "text": _text,
    "code": partial(_text, code=True),
    "photo": _photo,
    "cards": _cards,
    "table": _table,
}


def part(rng: Dice, body: Box, low: float, high: float) -> Box:
    """A box within another; its sides are that share of the other's."""
    wide, tall = body[2] - body[0], body[3] - body[1]
    w, h = round(wide * rng.uniform(low, high)), round(tall * rng.uniform(low, high))
    left, top = body[0] + int(rng.uniform(0, wide - w)), body[1] + int(rng.uniform(0, tall - h))
    return left, top, left + max(8, w), top + max(8, h)


def _pane(rng: Dice, body: Box, seconds: float, site: Site) -> tuple[Layer, tuple[float, ...]]:
    """A film, a telephone's screen or a preview within the page, which changes wholly."""
    box = part(rng, body, 0.3, 0.8)
    if chance(rng, 0.35):  # a telephone
        box = (*box[:2], box[0] + max(8, round((box[3] - box[1]) * 0.5)), box[3])
    size = box[2] - box[0], box[3] - box[1]
    moments = times(rng, seconds, 0.3, rng.uniform(0.6, 3))
    style = pick(rng, ("film", "photo", "photo", "page", "page"))
    shown: list[Painter] = [
        _pane_content(rng, size, seconds, style) for _ in range(min(12, len(moments) + 1))
    ]
    rim = near(rng, site.ink, 20)

    def layer(image: Image.Image, t: float) -> None:
        ImageDraw.Draw(image).rectangle((box[0] - 2, box[1] - 2, box[2] + 1, box[3] + 1), fill=rim)
        image.paste(Image.fromarray(shown[count(moments, t) % len(shown)](t)), box[:2])

    return layer, moments


def _pane_content(rng: Dice, size: Size, seconds: float, style: str) -> Painter:
    if style == "film":
        return live(rng, size, seconds, place(rng, size, some_tone(rng), 1.3))
    if style == "photo":
        still = np.asarray(small_photo(rng, size))
    else:
        site = some_site(rng)
        still = np.asarray(content(rng, size, site, max(60, size[1])))
    return lambda t: still


def _popup(rng: Dice, body: Box, seconds: float, site: Site) -> tuple[Layer, tuple[float, ...]]:
    """A dialogue that opens over the page, which may go grey behind it, and closes again."""
    box, moments = part(rng, body, 0.25, 0.65), times(rng, seconds, 0.4, 2)
    paper = ground_colour(rng)
    inside = content(rng, (box[2] - box[0], box[3] - box[1]), some_site(rng), body[3])
    dims, framed = chance(rng, 0.3), chance(rng, 0.7)

    def layer(image: Image.Image, t: float) -> None:
        if count(moments, t) % 2:
            if dims:
                image.paste(image.point(lambda v: v * 0.6))
            if framed:
                ImageDraw.Draw(image).rectangle(
                    (box[0] - 3, box[1] - 8, box[2] + 2, box[3] + 2), fill=paper
                )
            image.paste(inside, box[:2])

    return layer, moments


def _menu(rng: Dice, body: Box, seconds: float, site: Site) -> tuple[Layer, tuple[float, ...]]:
    """A menu that drops down, in which the mark moves from line to line."""
    moments = times(rng, seconds, 0.3, 1)
    left, line = int(rng.uniform(body[0], body[2] * 0.7)), max(7, (body[3] - body[1]) // 14)
    rows, paper = (
        [words(rng, 1, 2) for _ in range(int(rng.integers(4, 11)))],
        near(rng, site.paper, 25),
    )
    ink = ink_on(rng, paper)

    def layer(image: Image.Image, t: float) -> None:
        shown = count(moments, t)
        if shown % 3 == 0:
            return
        pen = ImageDraw.Draw(image)
        pen.rectangle(
            (left, body[1], left + line * 9, body[1] + line * 1.3 * len(rows)),
            fill=paper,
            outline=ink,
        )
        for row, text in enumerate(rows):
            y = body[1] + row * line * 1.3
            if row == shown % len(rows):
                pen.rectangle((left, y, left + line * 9, y + line * 1.3), fill=(60, 110, 220))
            write(pen, (left + 3, y), text[:14], line, ink)

    return layer, moments


def _typing(rng: Dice, body: Box, seconds: float, site: Site) -> tuple[Layer, tuple[float, ...]]:
    """A field into which text is typed, letter by letter or pasted."""
    text, pace = words(rng, 6, 30), rng.uniform(0.03, 0.2)
    left, top, right, bottom = part(rng, body, 0.35, 0.8)
    line, start = max(7, (body[3] - body[1]) // 15), rng.uniform(0, seconds / 2)
    across = max(6, int((right - left) / line * 1.6))
    pasted = chance(rng, 0.3)

    def layer(image: Image.Image, t: float) -> None:
        pen = ImageDraw.Draw(image)
        pen.rectangle((left, top, right, bottom), fill=site.paper, outline=site.ink)
        typed = text[: max(0, int((t - start) / pace))] if not pasted else text * (t > start)
        for row in range(len(typed) // across + 1):
            y = top + 3 + row * line * 1.3
            if y + line < bottom:
                write(pen, (left + 3, y), typed[row * across : (row + 1) * across], line, site.ink)
        if int(t * 2) % 2:
            pen.line((left + 3, top + 2, left + 3, top + line), fill=site.ink)

    return layer, ((round(float(start), 2),) if pasted else ())


def _chart(rng: Dice, body: Box, seconds: float, site: Site) -> tuple[Layer, tuple[float, ...]]:
    """Bars that jump to new values."""
    box, moments = part(rng, body, 0.4, 0.8), times(rng, seconds, 0.2, 1)
    bars = rng.uniform(0.05, 1, (len(moments) + 1, int(rng.integers(3, 12))))
    ink, paper = any_colour(rng), near(rng, site.paper, 6)

    def layer(image: Image.Image, t: float) -> None:
        pen = ImageDraw.Draw(image)
        pen.rectangle(box, fill=paper)
        values = bars[count(moments, t)]
        wide = (box[2] - box[0]) / len(values)
        for i, value in enumerate(values):
            top = box[3] - value * (box[3] - box[1])
            pen.rectangle(
                (box[0] + i * wide, top, box[0] + i * wide + wide * 0.7, box[3]), fill=ink
            )

    return layer, moments


def _banner(rng: Dice, body: Box, seconds: float, site: Site) -> tuple[Layer, tuple[float, ...]]:
    """The dark or bright theme switches on a part, or a message slides in from an edge."""
    moments, tall = times(rng, seconds, 0.5, 2.5), (body[3] - body[1]) * rng.uniform(0.1, 0.35)
    tint, text = any_colour(rng), words(rng, 2, 5)
    slides_in = rng.uniform(0.05, 0.4)

    def layer(image: Image.Image, t: float) -> None:
        shown = count(moments, t)
        if shown % 2:
            along = min(1.0, (t - moments[shown - 1]) / slides_in)
            top = body[3] - tall * along
            pen = ImageDraw.Draw(image)
            pen.rectangle((body[0], top, body[2], body[3]), fill=tint)
            write(
                pen,
                (body[0] + 5, top + 3),
                text,
                tall * 0.4,
                ink_on(np.random.default_rng(1), tint),
            )

    return layer, moments


# With the share of the pages on which each is.
WIDGETS = (
    (_pane, 0.5),
    (_popup, 0.35),
    (_menu, 0.25),
    (_typing, 0.3),
    (_chart, 0.12),
    (_banner, 0.15),
)
