"""Method content on small pictures made here: what a user would notice."""

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import av
import numpy as np
import pytest

from vtk.media.planes import TOGETHER, Thumbnail, luma, thumbnail
from vtk.split.content import Boundary, boundaries
from vtk.split.evidence import AROUND

RATE = 24.0
Picture = np.ndarray[Any, Any]  # (27, 48), luma 0..255


def world(seed: int, level: float = 120, contrast: float = 1.0) -> Picture:
    """A random scene larger than the picture, (81, 384): patches at several scales."""
    rng = np.random.default_rng(seed)
    total = np.full((81, 384), float(level))
    for cell, deviation in ((27, 30), (9, 20), (3, 12), (1, 4)):
        coarse = rng.normal(0, deviation * contrast, (81 // cell + 1, 384 // cell + 1))
        total += np.kron(coarse, np.ones((cell, cell)))[:81, :384]
    return np.asarray(np.clip(total, 16, 235))


def view(scene: Picture, x: float = 100, y: float = 27) -> Picture:
    return scene[int(y) : int(y) + 27, int(x) : int(x) + 48]


def still(seed: int, count: int, **about: float) -> list[Picture]:
    """A steady camera: one picture with a little noise on it."""
    rng = np.random.default_rng(seed + 1000)
    picture = view(world(seed, **about))
    return [picture + rng.normal(0, 1, picture.shape) for _ in range(count)]


def pan(seed: int, count: int, speed: float) -> list[Picture]:
    scene = world(seed)
    return [view(scene, 10 + speed * i) for i in range(count)]


def blend(a: list[Picture], b: list[Picture]) -> list[Picture]:
    """A dissolve as long as the two shots given."""
    n = len(a)
    return [
        one * (n - i) / (n + 1) + two * (i + 1) / (n + 1)
        for i, (one, two) in enumerate(zip(a, b, strict=True))
    ]


def small(picture: Picture) -> Thumbnail:
    gray = np.full((14, 24), 128, np.float32)
    return Thumbnail(np.clip(picture, 0, 255).astype(np.float32), gray, gray)


def frames(
    pictures: Iterable[Picture], rate: float = RATE
) -> Iterator[tuple[int, float, Thumbnail]]:
    for count, picture in enumerate(pictures):
        yield count, count / rate, small(picture)


def found(pictures: Iterable[Picture]) -> list[Boundary]:
    return list(boundaries(frames(pictures)))


def interval(boundary: Boundary) -> tuple[int, int]:
    """The numbers of the first and the last frame of a gradual transition."""
    assert boundary.start
    assert boundary.end
    return boundary.start[0], boundary.end[0]


def cuts(pictures: Iterable[Picture]) -> list[int]:
    """Numbers of the frames after cuts, where nothing else was found."""
    result = found(pictures)
    assert all(boundary.type == "cut" for boundary in result)
    return [boundary.pts for boundary in result]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_short_video_has_no_boundary(count: int) -> None:
    assert found(still(1, count)) == []


def test_cut_before_the_last_frame() -> None:
    assert cuts(still(1, 30) + still(2, 1)) == [30]


def test_cuts_at_the_exact_frames() -> None:
    assert cuts(still(1, 30) + still(2, 7) + pan(3, 40, 1.5) + still(4, 20)) == [30, 37, 77]


def test_cut_between_dark_shots() -> None:
    dark = {"level": 30, "contrast": 0.2}
    assert cuts(still(1, 30, **dark) + still(2, 30, **dark)) == [30]


def test_cut_between_two_pans() -> None:
    assert cuts(pan(1, 30, 1) + pan(2, 30, 2)) == [30]


def test_boundary_says_where_and_how_sure() -> None:
    (cut,) = found(still(1, 30) + still(2, 30))
    assert (cut.pts, cut.time, cut.type) == (30, 30 / RATE, "cut")
    assert cut.start is None
    assert 0.5 <= cut.score <= 1


def slide(seed: int) -> Picture:
    """White with a few lines of text."""
    rng = np.random.default_rng(seed)
    picture = np.full((27, 48), 235.0)
    for row in range(3, 25, 3):
        picture[row, 4 : rng.integers(12, 44)] = 150
    return picture


def test_slides_are_found() -> None:
    assert cuts([slide(1)] * 40 + [slide(2)] * 40 + [slide(3)] * 40) == [40, 80]


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("speed", [0, 2])
def test_flash_is_no_cut(length: int, speed: float) -> None:
    shot = pan(1, 60, speed)
    for i in range(30, 30 + length):
        shot[i] = 0.3 * shot[i] + 0.7 * 235
    assert found(shot) == []


def test_strobe_is_no_cut() -> None:
    shot = still(1, 60)
    for i in range(15, 45, 4):
        shot[i] = shot[i + 1] = 0.4 * shot[i] + 0.6 * 235
    assert found(shot) == []


@pytest.mark.parametrize("speed", [0.5, 2, 5])
def test_pan_is_no_cut(speed: float) -> None:
    assert found(pan(1, 60, speed)) == []


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


def test_whip_pan_between_steady_views_is_no_cut() -> None:
    scene = world(1)
    place = np.cumsum([0] * 30 + [3, 6, 9, 10, 10, 10, 9, 6, 3] + [0] * 30)
    assert found([view(scene, 20 + x) for x in place]) == []


def test_lamp_or_coarse_keyframe_is_no_cut() -> None:
    shot = still(1, 60)
    rng = np.random.default_rng(8)
    coding = rng.normal(0, 6, shot[0].shape)
    assert found(shot[:30] + [1.15 * picture + coding for picture in shot[30:]]) == []


def test_keyframe_of_a_pale_picture_is_no_cut() -> None:
    """Low contrast: noise and a shift of the level hide that the pattern is the same."""
    shot = still(1, 60, level=60, contrast=0.1)
    coding = np.random.default_rng(8).normal(3, 2, shot[0].shape)
    assert found(shot[:30] + [picture + coding for picture in shot[30:]]) == []


@pytest.mark.parametrize("gap", [5, 7])
def test_cut_beside_a_flash(gap: int) -> None:
    after = still(2, 30)
    after[gap] = after[gap + 1] = 0.1 * after[gap] + 0.9 * 235
    assert cuts(still(1, 30) + after) == [30]


def test_shaking_camera_is_no_cut() -> None:
    scene, rng = world(1), np.random.default_rng(5)
    assert (
        found([view(scene, 100 + rng.normal(0, 2), 27 + rng.normal(0, 2)) for _ in range(80)]) == []
    )


def test_noise_in_the_dark_is_no_cut() -> None:
    rng = np.random.default_rng(3)
    shot = still(1, 80, level=25, contrast=0.1)
    assert found([picture + rng.normal(0, 4, picture.shape) for picture in shot]) == []


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


def test_times_are_the_presentation_timestamps() -> None:
    """Variable rate: a slide that stays on screen for minutes as a single frame."""
    pictures = [slide(1)] * 6 + [slide(2)] * 6
    times = [5, 65, 66, 66.1, 300, 301, 400.25, 401, 700, 701, 702, 703]
    stream = [(round(1000 * t), t, small(p)) for t, p in zip(times, pictures, strict=True)]
    assert [(b.pts, b.time) for b in boundaries(stream)] == [(400250, 400.25)]


def test_cut_comes_as_soon_as_the_second_after_it_is_seen() -> None:
    taken = 0

    def watched() -> Iterator[tuple[int, float, Thumbnail]]:
        nonlocal taken
        for frame in frames(itertools.chain(still(1, 30), itertools.repeat(view(world(2))))):
            taken += 1
            yield frame

    assert next(boundaries(watched())).pts == 30
    assert taken <= 30 + AROUND * RATE + 1 + TOGETHER


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


FORMATS = ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuv420p10le", "nv12", "p010le", "rgb24"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("size", [(640, 360), (321, 241), (30, 20), (1, 1)])
def test_thumbnail_of_any_format_and_size(name: str, size: tuple[int, int]) -> None:
    rgb = np.zeros((size[1], size[0], 3), np.uint8)
    rgb[:, : size[0] // 2] = (200, 40, 40)
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
    expected = thumbnail(frame.reformat(format="yuv444p"))
    got = thumbnail(frame.reformat(format=name))
    assert [part.shape for part in got] == [(27, 48), (14, 24), (14, 24)]
    for part, reference in zip(got, expected, strict=True):
        assert np.abs(part - reference).mean() < (20 if name.startswith("yuvj") else 4)


@pytest.mark.parametrize("matrix", [3, 8])
def test_thumbnail_of_a_picture_that_states_a_matrix_nobody_knows(matrix: int) -> None:
    frame = av.VideoFrame.from_ndarray(np.full((64, 64, 4), 90, np.uint8), "bgra")
    expected = thumbnail(frame).luma
    frame.colorspace = matrix
    assert (thumbnail(frame).luma == expected).all()
    assert luma(frame).shape == (64, 64)


@pytest.mark.parametrize("name", ["gray", "gray10le"])
def test_thumbnail_of_gray_has_no_colour(name: str) -> None:
    frame = av.VideoFrame.from_ndarray(np.full((90, 160), 77, np.uint8), "gray")
    got = thumbnail(frame.reformat(format=name))
    assert np.abs(got.luma - 77).max() < 1
    assert (got.cb == 128).all()


def test_luma_is_the_full_picture_without_padding() -> None:
    plane = np.arange(33 * 50, dtype=np.uint8).reshape(33, 50)
    frame = av.VideoFrame.from_ndarray(plane, "gray")
    assert (luma(frame) == plane).all()
    deep = luma(frame.reformat(format="gray10le"))
    assert np.abs(deep.astype(int) - plane).max() <= 1


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
