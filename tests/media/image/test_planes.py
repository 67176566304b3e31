"""Cheap views of decoded pictures."""

import av
import numpy as np
import pytest

from vtk.media.image.planes import luma, thumbnail

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
