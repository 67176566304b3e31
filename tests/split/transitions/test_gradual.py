"""Gradual transitions in small pictures made here: what a user would notice."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from tests.split.pictures import (
    RATE,
    Picture,
    found,
    frames,
    pan,
    slide,
    still,
)
from vtk.media.image.planes import Thumbnail
from vtk.split.boundary import Boundary
from vtk.split.content import boundaries


def blend(a: list[Picture], b: list[Picture]) -> list[Picture]:
    """A dissolve as long as the two shots given."""
    n = len(a)
    return [
        one * (n - i) / (n + 1) + two * (i + 1) / (n + 1)
        for i, (one, two) in enumerate(zip(a, b, strict=True))
    ]


def interval(boundary: Boundary) -> tuple[int, int]:
    """The numbers of the first and the last frame of a gradual transition."""
    assert boundary.start
    assert boundary.end
    return boundary.start[0], boundary.end[0]


def test_flame_that_grows_in_the_dark_is_no_dissolve() -> None:
    """A small part that becomes bright is near the line between the ends; the rest stays."""
    film = still(1, 24, level=30, contrast=0.3)
    light = [min(1.0, max(0.0, (number - 24) / 12)) for number in range(72)]
    lit = [film[number % 24].copy() for number in range(72)]
    rng = np.random.default_rng(3)
    for picture, amount in zip(lit, light, strict=True):
        size = 1 + round(9 * amount)
        flicker = rng.normal(0, 25, (27, 48))
        picture[24 - size : 24, 20 : 20 + size] += (190 + flicker)[24 - size : 24, 20 : 20 + size]
    assert found(lit) == []


@pytest.mark.parametrize("seed", range(8))
def test_slow_pan_over_clouds_is_no_dissolve(seed: int) -> None:
    """Between two views of what is soft all over, the pictures nearly blend into one another."""
    rng = np.random.default_rng(seed)
    rows, columns = np.arange(27)[:, None], np.arange(48)
    waves = rng.uniform((0.05, -0.2, 0, 15), (0.25, 0.2, 7, 30), (12, 4))  # about a picture long

    def clouds(along: float) -> Picture:
        parts = [a * np.sin(x * (columns + along) + y * rows + at) for x, y, at, a in waves]
        return np.asarray(120 + np.sum(parts, axis=0))

    assert not found(clouds(0.25 * number) for number in range(150))


@pytest.mark.parametrize("length", [10, 20, 34])
def test_dissolve_and_its_interval(length: int) -> None:
    a, b = still(1, 40 + length), still(2, 40 + length)
    (one,) = found(a[:40] + blend(a[40:], b[:length]) + b[length:])
    assert one.type == "dissolve"
    assert one.start is not None
    assert one.end is not None
    slack = 3 + length // 8
    assert abs(one.start[0] - 40) <= slack
    assert abs(one.end[0] - (39 + length)) <= slack
    assert one.start[0] < one.pts < one.end[0]
    assert one.start[1] == one.start[0] / RATE


def wipe(a: list[Picture], b: list[Picture], side: str) -> list[Picture]:
    """A wipe from the left, the top or a corner, as long as the two shots given."""
    y, x = np.mgrid[:27, :48]
    place = {"left": x / 48, "top": y / 27, "corner": x / 96 + y / 54}[side]
    parts = enumerate(zip(a, b, strict=True), 1)
    return [np.where(place < i / (len(a) + 1), two, one) for i, (one, two) in parts]


@pytest.mark.parametrize("side", ["left", "top", "corner"])
@pytest.mark.parametrize("length", [14, 30])
def test_wipe_and_its_interval(side: str, length: int) -> None:
    a, b = still(1, 40 + length), still(2, 40 + length)
    (one,) = found(a[:40] + wipe(a[40:], b[:length], side) + b[length:])
    assert one.type == "wipe"
    assert one.start is not None
    assert one.end is not None
    slack = 3 + length // 5
    assert abs(one.start[0] - 40) <= slack
    assert abs(one.end[0] - (39 + length)) <= slack
    assert one.start[0] < one.pts < one.end[0]


def test_large_thing_that_moves_into_view_is_no_wipe() -> None:
    shot = still(1, 90)
    for i, picture in enumerate(shot):
        picture[:, : int(np.clip(i - 30, 0, 30))] = 200
    assert found(shot) == []


def test_a_glimpse_between_two_dissolves_is_no_shot() -> None:
    into = blend(still(1, 12), still(2, 12))
    out = blend(still(2, 12), still(3, 12))
    pictures = still(1, 40) + into + still(2, 3) + out + still(3, 40)
    (one,) = found(pictures)
    assert one.type == "dissolve"
    assert one.start
    assert one.end
    assert one.start[0] == pytest.approx(40, abs=4)
    assert one.end[0] == pytest.approx(67, abs=4)
    assert one.start[0] <= one.pts <= one.end[0]
    assert len(found(still(1, 40) + into + still(2, 12) + out + still(3, 40))) == 2


def test_fade_through_black_is_one_boundary() -> None:
    black = [np.full((27, 48), 16.0)] * 20
    a, b = still(1, 60), still(2, 60)
    shots = a[:40] + blend(a[40:], black) + black[:8] + blend(black, b[:20]) + b[20:]
    (one,) = found(shots)
    assert one.type == "fade"
    assert interval(one) == pytest.approx((40, 87), abs=5)
    assert 60 <= one.pts <= 72


def fade(a: list[Picture], b: list[Picture], light: float = 16.0) -> list[Picture]:
    """A fade through an even light, as long as the two shots given."""
    places = [(i + 1) / (len(a) + 1) for i in range(len(a))]
    return [
        light + (one - light) * (1 - 2 * at) if at < 0.5 else light + (two - light) * (2 * at - 1)
        for at, one, two in zip(places, a, b, strict=True)
    ]


@pytest.mark.parametrize("light", [16.0, 235.0])
@pytest.mark.parametrize("length", [9, 10, 13, 16])
def test_fade_of_less_than_a_second_and_its_interval(length: int, light: float) -> None:
    between = fade(still(1, length), still(2, length), light)
    (one,) = found(still(1, 40) + between + still(2, 40))
    assert one.type == "fade"
    assert interval(one) == pytest.approx((40, 39 + length), abs=1)
    assert abs(one.pts - (40 + length // 2)) <= 2


def test_fade_through_white_between_black_bars() -> None:
    white = [np.full((27, 48), 235.0)] * 14
    shots = still(1, 40) + blend(still(1, 14), white) + white[:6] + blend(white, still(2, 14))
    shots = [picture.copy() for picture in shots + still(2, 40)]
    for picture in shots:
        picture[:4] = picture[-4:] = 16
    (one,) = found(shots)
    assert one.type == "fade"
    assert interval(one) == pytest.approx((40, 73), abs=4)


@pytest.mark.parametrize("length", [14, 16, 20, 28, 40])
def test_fade_between_slides_whose_darkest_frame_is_not_quite_black(length: int) -> None:
    between = fade([slide(1)] * length, [slide(2)] * length)
    (one,) = found([slide(1)] * 40 + between + [slide(2)] * 40)
    assert one.type == "fade"


def test_light_that_is_dimmed_and_a_dark_blink_are_no_fades() -> None:
    shot = still(1, 120)
    level = np.interp(np.arange(120), [30, 38, 46], [1, 0.4, 1])
    dimmed = [16 + (p - 16) * part for p, part in zip(shot, level, strict=True)]
    assert found(dimmed) == []
    assert found(shot[:40] + [np.full((27, 48), 16.0)] * 2 + shot[42:]) == []


def test_cuts_and_transitions_come_in_order() -> None:
    a, b = still(1, 60), still(2, 60)
    shots = a[:40] + blend(a[40:], b[:20]) + b[20:] + still(3, 40)
    assert [(x.type, x.pts > 60) for x in found(shots)] == [("dissolve", False), ("cut", True)]


def test_look_ahead_of_a_dissolve_is_bounded() -> None:
    a, b = still(1, 60), still(2, 20)
    taken = 0

    def watched() -> Iterator[tuple[int, float, Thumbnail]]:
        nonlocal taken
        endless = itertools.repeat(b[-1])
        for frame in frames(itertools.chain(a[:40], blend(a[40:], b), endless)):
            taken += 1
            yield frame

    assert next(boundaries(watched())).type == "dissolve"
    assert taken <= 60 + 6 * RATE


@pytest.mark.parametrize("back", [False, True])
def test_wipe_between_moving_shots_and_its_interval(back: bool) -> None:
    one, two = pan(21, 90, 0.7), pan(22, 90, 0.7)
    scene = wipe(one[40:64], two[:24], "left")
    pictures = [*one[:40], *scene, *two[24:]]
    if back:
        pictures = [picture[:, ::-1] for picture in pictures]
    (new,) = found(pictures)
    assert new.type == "wipe"
    assert interval(new) == pytest.approx((40, 63), abs=3)


@pytest.mark.parametrize("speed", [1.5, 2, 3])
def test_pan_at_the_speed_of_a_wipe_is_none(speed: float) -> None:
    assert found(pan(33, 30, 0) + pan(33, 48, speed)) == []


def test_pole_that_crosses_a_moving_view_is_no_wipe() -> None:
    pictures = pan(23, 96, 1.0)
    for place, picture in enumerate(pictures[20:68]):
        pictures[20 + place] = picture.copy()
        pictures[20 + place][:, max(0, place - 3) : place + 1] = 250
    assert not found(pictures)


def page(*lines: int) -> Picture:
    """Dark writing on white paper, of these lines."""
    rng = np.random.default_rng(5)
    words = rng.uniform(20, 200, (27, 48)) * (rng.random((27, 48)) < 0.7) + 30
    picture = np.full((27, 48), 235.0)
    for line in lines:
        picture[line, 4:24] = words[line, 4:24]
    return picture


def test_dissolve_from_slide_to_slide_of_one_design() -> None:
    one, two = page(2, 6, 9, 12), page(2, 7, 10, 16)
    joined = blend([one] * 20, [two] * 20)
    (new,) = found([*[one] * 50, *joined, *[two] * 50])
    assert new.type == "dissolve"


def test_line_that_fades_in_is_no_new_slide() -> None:
    one, two = page(2, 6, 9), page(2, 6, 9, 12, 14)
    assert not found([*[one] * 50, *blend([one] * 20, [two] * 20), *[two] * 50])
