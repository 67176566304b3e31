"""Parts of frames as pictures: where they are cut, how large they are, and what is told of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import World
from vtk.errors import MediaError, UsageError
from vtk.media.image.files import fitted
from vtk.media.video import Video
from vtk.models.llm.prompt import Picture
from vtk.prompting.crops import LEAST, crop, crops, with_place


@pytest.mark.parametrize("name", ["cuts", "rotated"])
def test_a_crop_is_cut_from_the_picture_as_it_is_displayed(world: World, name: str) -> None:
    box = (0.5, 0.25, 1.0, 0.75)
    with Video(str(world(name).path)) as video:
        (frame,) = video.frames_at([1.0])
        shown = fitted(frame.image, video.stream.sample_aspect_ratio, None)
        ((time, found),) = crops(video, [(1.0, box)])
    tall, wide = shown.shape[:2]
    assert (tall > wide) == (name == "rotated")
    assert time == pytest.approx(frame.time, abs=1e-6)
    assert (found == shown[tall // 4 : tall * 3 // 4, wide // 2 :]).all()


def test_crops_come_in_the_order_they_were_asked_for(world: World) -> None:
    left, right = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0)
    places = [(2.0, left), (0.5, right), (2.0, right)]
    with Video(str(world("cuts").path)) as video:
        together = crops(video, places)
        for place, (time, picture) in zip(places, together, strict=True):
            ((alone_time, alone),) = crops(video, [place])
            assert time == alone_time
            assert (picture == alone).all()


def test_a_crop_shows_more_of_a_part_than_the_whole_picture_at_that_size(world: World) -> None:
    with Video(str(world("cuts").path)) as video:
        ((_, part),) = crops(video, [(1.0, (0.0, 0.0, 0.5, 0.5))], pixels=100)
    assert max(part.shape[:2]) == 100


def test_no_picture_at_a_time_is_an_error(world: World) -> None:
    with Video(str(world("cuts").path)) as video, pytest.raises(MediaError):
        crops(video, [(1.0, (0, 0, 1, 1)), (1e6, (0, 0, 1, 1))])


SIDE = st.integers(1, 90)
ENDS = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted).filter(lambda two: two[0] < two[1])


@given(SIDE, SIDE, ENDS, ENDS)
def test_a_crop_has_all_pixels_that_its_box_touches(
    tall: int, wide: int, across: list[float], down: list[float]
) -> None:
    rows, columns = np.indices((tall, wide))
    picture: Picture = np.stack((rows, columns, rows), -1).astype(np.uint8)
    part = crop(picture, (across[0], down[0], across[1], down[1]))
    for axis, (side, ends) in enumerate(((tall, down), (wide, across))):
        inside = part[..., axis]
        assert inside.min() <= ends[0] * side + 1e-3
        assert inside.max() + 1 >= ends[1] * side - 1e-3
        assert part.shape[axis] >= min(LEAST, side)
        assert part.shape[axis] <= max((ends[1] - ends[0]) * side + 2, LEAST)


@pytest.mark.parametrize(
    "box", [(0, 0, 1), (0.5, 0, 0.5, 1), (0, 0.9, 1, 0.1), (0, 0, 1.2, 1), (0, 0, float("nan"), 1)]
)
def test_what_is_no_box_is_wrong_usage(box: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="fractions of the picture"):
        crop(np.zeros((10, 10, 3), np.uint8), box)


def test_the_place_of_a_crop_is_told_before_it() -> None:
    picture = np.zeros((40, 40, 3), np.uint8)
    told, shown = with_place(12.54, picture, (0.1, 0.2, 0.5, 0.995))
    assert shown is picture
    assert "12.5 seconds" in str(told)
    assert "from 10 % to 50 % of its width" in str(told)
    assert "from 20 % to 100 % of its height" in str(told)
