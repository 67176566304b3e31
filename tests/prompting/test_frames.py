"""What a model is shown of a span: which frames, and how they are laid out."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtk.errors import UsageError
from vtk.prompting.frames import (
    DEFAULT_COUNTS,
    LAYOUTS,
    FrameOptions,
    downscaled,
    evenly_spaced,
    frame_times,
    tile,
)
from vtk.span import Span


def test_a_grid_holds_the_frames_row_by_row() -> None:
    pictures = [np.full((10, 20, 3), 10 * n, np.uint8) for n in range(1, 6)]
    sheet = tile(pictures, 3, 600)
    assert sheet.shape[0] < sheet.shape[1]
    middles = [sheet[5 + row * 12, 10 + column * 22, 0] for row in (0, 1) for column in (0, 1, 2)]
    assert middles == [10, 20, 30, 40, 50, 0]
    assert max(tile(pictures, 3, 30).shape[:2]) <= 30


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_a_shrunk_picture_keeps_its_brightness(tall: int, wide: int, high: int, broad: int) -> None:
    picture = np.full((max(tall, high), max(wide, broad), 3), 90, np.uint8)
    small = downscaled(picture, high, broad)
    assert small.shape == (high, broad, 3)
    assert (small == 90).all()


@settings(deadline=None)
@given(st.floats(0, 1e4), st.floats(0.01, 1e4), st.integers(1, 30))
def test_frames_are_spread_inside_the_span(start: float, length: float, count: int) -> None:
    times = evenly_spaced(start, start + length, count)
    assert len(times) == count
    assert times == sorted(times)
    assert start < times[0]
    assert times[-1] < start + length


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_picture_is_shown_of_the_transitions_at_the_ends(layout: str) -> None:
    span = Span(video="x.mp4", start=10.0, end=20.0)
    span["transition"] = {"type": "dissolve", "start": 9.0, "end": 11.5}
    span["transition_out"] = {"type": "fade", "start": 18.0}
    times = frame_times(span, 10.0, 20.0, FrameOptions(layout))
    assert times == sorted(times)
    assert min(times) >= 11.5
    assert max(times) < 18.0


def test_every_layout_has_its_number_of_frames_and_is_offered() -> None:
    command = import_module("vtk.commands").Commands()["caption"]
    (option,) = (each for each in command.params if each.name == "layout")
    assert list(option.type.choices) == list(LAYOUTS)
    with pytest.raises(UsageError, match="layout"):
        FrameOptions("circle")
    assert set(DEFAULT_COUNTS) == set(LAYOUTS)
    assert set(LAYOUTS) == {"frames", "grid", "thumbnail", "clip", "none"}
