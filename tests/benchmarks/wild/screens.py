"""Recordings of screens: sites, applications and desktops, and what happens on them."""

from collections.abc import Callable
from math import exp, sin

import numpy as np
from PIL import Image, ImageDraw

from tests.benchmarks.wild.scenery import place, some_tone
from tests.benchmarks.wild.stage import (
    Dice,
    Plan,
    Stage,
    any_colour,
    between,
    chance,
    count,
    ink_on,
    near,
    pick,
    take,
    times,
    words,
    write,
)
from tests.benchmarks.wild.widgets import WIDGETS, Site, content, part, some_site
from tests.world.effects import Effect
from tests.world.film import Over, Shot
from tests.world.looks import Painter, Size
from tests.world.paint import Picture
from tests.world.timeline import CUT, Take
from tests.world.warp import zoomed


def screen(rng: Dice, stage: Stage) -> Plan:
    """Pages of a site and views of applications, with panes, menus and pop-ups in them."""
    site, size = some_site(rng), stage.size
    takes: list[Take] = []
    clock, long_, desktop = 0.0, chance(rng, 0.4), chance(rng, 0.25)
    frame, slow = 1 / float(stage.rate or 20), chance(rng, 0.15)
    while clock < stage.seconds:
        seconds = between(rng, 3, 12) if long_ else between(rng, 0.8, 5)
        if takes and chance(rng, 0.25):
            site = some_site(rng)
        makes = _desktop if desktop and chance(rng, 0.6) else page
        then = CUT
        if slow and chance(rng, 0.5):  # the next page is blank at first
            then = Effect("blank", round(frame * int(rng.integers(1, 7)), 3), site.seed)
        takes.append(take(seconds, makes(rng, size, seconds, site), then))
        clock += seconds + then.seconds
    takes[-1] = take(takes[-1].seconds, takes[-1].look)
    return Plan(takes, over=pointer(rng, size))


def pointer(rng: Dice, size: Size) -> Over:
    """A mouse that rests and darts."""
    stops, pace = rng.uniform(0.05, 0.95, (40, 2)), rng.uniform(0.4, 2.5)
    tall = max(6, size[1] // 18)
    if chance(rng, 0.2):
        return lambda picture, _: picture

    def over(picture: Picture, t: float) -> Picture:
        at, along = divmod(t / pace, 1)
        here, there = stops[int(at) % 40], stops[int(at + 1) % 40]
        along = min(1.0, max(0.0, along * 2.5 - 1.5))
        x, y = (here + (there - here) * along) * size
        image = Image.fromarray(picture)
        shape = [
            (x, y),
            (x, y + tall),
            (x + tall * 0.3, y + tall * 0.7),
            (x + tall * 0.7, y + tall * 0.7),
        ]
        ImageDraw.Draw(image).polygon(shape, fill=(255, 255, 255), outline=(0, 0, 0))
        return np.asarray(image)

    return over


def page(rng: Dice, size: Size, seconds: float, site: Site) -> Shot:
    """A page of a site, on which some of these happen: scrolling, panes, pop-ups, typing."""
    width, height = size
    body = (round(width * site.aside), round(height * site.head), width, height)
    scrolls, moved = _scrolling(rng, seconds, height) if chance(rng, 0.4) else ((), lambda t: 0.0)
    tall = body[3] - body[1] + (round(moved(seconds + 2)) + 2 if scrolls else 0)
    whole = content(rng, (body[2] - body[0], tall), site, height)
    frame = _frame(rng, size, site)
    layers, jumps = [], list(scrolls)
    for make, share in WIDGETS:
        if chance(rng, share):
            layer, moments = make(rng, body, seconds, site)
            layers.append(layer)
            jumps += moments

    def paint(t: float) -> Picture:
        image = frame.copy()
        top = min(round(moved(max(0.0, t))), tall - (body[3] - body[1]))
        image.paste(whole.crop((0, top, body[2] - body[0], top + body[3] - body[1])), body[:2])
        for layer in layers:
            layer(image, t)
        return np.asarray(image)

    if chance(rng, 0.12):
        nearer, moments = _nearer(rng, paint, seconds)
        return Shot(nearer, tuple(sorted({j for j in (*jumps, *moments) if j > 0})))
    return Shot(paint, tuple(sorted({j for j in jumps if j > 0})))


def _nearer(rng: Dice, paint: Painter, seconds: float) -> tuple[Painter, tuple[float, ...]]:
    """The recorder zooms into the screen and out again, softly or at once."""
    moments, scale = times(rng, seconds, 0.8, 3), rng.uniform(1.3, 2.5)
    soft = pick(rng, (0.01, 0.2, 0.5, 1.0))

    def zooms(t: float) -> Picture:
        shown = count(moments, t)
        along = min(1.0, (t - moments[shown - 1]) / soft) if shown else 0.0
        near_by = (along if shown % 2 else 1 - along) if shown else 0.0
        return zoomed(paint(t), scale**near_by) if near_by else paint(t)

    return zooms, moments


def _frame(rng: Dice, size: Size, site: Site) -> Image.Image:
    width, height = size
    own = np.random.default_rng(site.seed)
    image = Image.new("RGB", size, site.paper)
    pen = ImageDraw.Draw(image)
    if site.aside:
        pen.rectangle((0, 0, width * site.aside, height), fill=site.side)
        chosen, tint = int(rng.integers(3, 14)), near(own, site.header)
        for row in range(3, 16):
            y = height * (site.head + 0.02 + row * site.line * 1.2) - height * site.line * 3
            if row == chosen:
                pen.rectangle(
                    (0, y, width * site.aside, y + height * site.line * 1.2),
                    fill=tint,
                )
            write(
                pen,
                (width * 0.01, y),
                words(own, 1, 2)[: int(40 * site.aside)],
                height * site.line,
                site.ink,
            )
    pen.rectangle((0, 0, width, height * site.head), fill=site.header)
    write(
        pen,
        (width * 0.02, height * site.head * 0.2),
        site.name,
        height * site.head * 0.55,
        ink_on(own, site.header),
    )
    if site.tabs:
        for tab in range(4):
            x = width * (0.4 + 0.14 * tab)
            write(
                pen,
                (x, height * site.head * 0.3),
                words(own, 1, 1)[:9],
                height * site.head * 0.35,
                ink_on(own, site.header),
            )
    return image


def _scrolling(
    rng: Dice, seconds: float, height: int
) -> tuple[tuple[float, ...], Callable[[float], float]]:
    """How far the page is scrolled: in steps of the wheel, in smooth pushes, or steadily."""
    moments = times(rng, seconds, 0.3, rng.uniform(0.5, 2))
    far = rng.uniform(0.05, 0.9) * height
    soft, steady = (
        pick(rng, (0.0, 0.0, 0.1, 0.3)),
        rng.uniform(10, 200) if chance(rng, 0.3) else 0.0,
    )

    def moved(t: float) -> float:
        if steady:
            return steady * t
        if not soft:
            return far * count(moments, t)
        return far * sum(1 - exp(-(t - at) / soft) for at in moments if t >= at)

    return moments, moved


def _desktop(rng: Dice, size: Size, seconds: float, _: Site) -> Shot:
    """Windows that open, are dragged, lie one over the other, before a wallpaper."""
    width, height = size
    wall = (
        place(rng, size, some_tone(rng), 1.0).resize(size)
        if chance(rng, 0.6)
        else Image.new("RGB", size, any_colour(rng))
    )
    opens = times(rng, seconds, 0.4, 2.5)[:5]
    windows = []
    for at in (-1.0, *opens):
        box = part(rng, (0, 0, width, height), 0.3, 0.65)
        inside = content(rng, (box[2] - box[0], box[3] - box[1]), some_site(rng), height)
        closes = at + rng.uniform(0.5, 4) if chance(rng, 0.4) else 999.0
        drag = rng.normal(0, 0.3, 2) * size if chance(rng, 0.5) else np.zeros(2)
        windows.append((at, round(closes, 2), box, inside, drag, any_colour(rng)))

    def paint(t: float) -> Picture:
        image = wall.copy()
        pen = ImageDraw.Draw(image)
        for at, closes, box, inside, drag, bar in windows:
            if at <= t < closes:
                along = np.clip((t - at - 0.5) / 1.2, 0, 1) + 0.02 * sin(t)
                x, y = round(box[0] + drag[0] * along), round(box[1] + drag[1] * along)
                pen.rectangle((x - 1, y - 9, x + inside.width, y + inside.height), fill=bar)
                image.paste(inside, (x, y))
        pen.rectangle((0, height * 0.95, width, height), fill=(30, 30, 36))
        return np.asarray(image)

    return Shot(paint, (*opens, *(window[1] for window in windows if 0 < window[1] < 900)))
