"""Method content on small pictures made here: what a user would notice."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from tests.split.pictures import (
    RATE,
    Picture,
    cuts,
    found,
    frames,
    pan,
    slide,
    small,
    still,
    view,
    world,
)
from vtk.media.image.planes import TOGETHER, Thumbnail
from vtk.split.content import boundaries
from vtk.split.cuts.evidence import AROUND


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


def test_slides_are_found() -> None:
    assert cuts([slide(1)] * 40 + [slide(2)] * 40 + [slide(3)] * 40) == [40, 80]


def repeated(pictures: list[Picture], times: int) -> list[Picture]:
    return [picture for picture in pictures for _ in range(times)]


@pytest.mark.parametrize("times", [2, 3, 5])
def test_film_in_a_file_of_several_times_its_rate_has_its_cuts_alone(times: int) -> None:
    film = repeated(pan(1, 24, 2) + pan(2, 24, 1.5), times)
    assert cuts(film) == [24 * times]


def coded(pictures: list[Picture], noise: float) -> list[Picture]:
    """With a noise of its own on every picture, as lossy coding leaves it."""
    rng = np.random.default_rng(7)
    return [picture + rng.normal(0, noise, picture.shape) for picture in pictures]


def test_pictures_repeated_but_for_noise_count_as_repeated() -> None:
    assert cuts(coded(repeated(pan(1, 24, 2) + pan(2, 24, 1.5), 3), 0.7)) == [72]


def test_dropped_frames_of_a_pan_are_no_cuts() -> None:
    shot = pan(1, 96, 2)
    for first in (20, 45, 70):
        shot[first : first + 4] = [shot[first]] * 4
    assert found(shot) == []


def test_drawing_that_moves_in_steps_is_no_cut() -> None:
    """A box hops over a white page every nine frames."""
    film = []
    for step in range(14):
        picture = slide(1)
        picture[6:14, 2 + 3 * step : 10 + 3 * step] = 60
        film += [picture] * 9
    assert found(film) == []


def test_lines_that_appear_one_by_one_are_no_cuts() -> None:
    film = []
    for lines in range(8):
        picture = np.full((27, 48), 30.0)
        for row in range(lines + 1):
            picture[3 * row + 1, 4 : 30 + row] = 220
        film += [picture] * 12
    assert found(film) == []


def pane(page: Picture, shown: Picture) -> Picture:
    """A page of text with a picture beside it."""
    picture = page.copy()
    picture[6:24, 28:46] = shown[6:24, 28:46]
    return picture


def test_picture_that_changes_beside_text_that_stays_is_no_cut() -> None:
    page = slide(3)
    page[:, 26:] = 40
    shown = [pane(page, view(world(seed))) for seed in range(6)]
    assert found(repeated(shown, 30)) == []


def test_scores_are_probabilities() -> None:
    sure, doubtful = still(1, 30) + still(2, 30), pan(1, 30, 3) + pan(2, 30, 3)
    ((one,), (two,)) = (found(film) for film in (sure, doubtful))
    assert 0.5 <= two.score < one.score <= 1
    assert list(boundaries(frames(doubtful), threshold=two.score + 0.001)) == []
    assert list(boundaries(frames(doubtful), threshold=two.score)) == [two]


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
