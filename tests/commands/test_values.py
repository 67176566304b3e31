"""Values that no option can make sense of are wrong usage, whatever the command."""

import pytest

from tests.command_line import vtk


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
@pytest.mark.parametrize(
    "option",
    [
        *("caption --temperature", "caption --timeout", "ocr --rate", "ground boat --threshold"),
        *("split --threshold", "keyframes --min-gap", "retrieve boat --threshold"),
        "export srt --reading-speed",
    ],
)
def test_a_number_is_finite(option: str, value: str) -> None:
    result = vtk(*option.split(), value)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"finite" in result.stderr or b"not in the range" in result.stderr


@pytest.mark.parametrize(
    "option",
    [
        *("caption -m", "caption --endpoint", "caption --clip", "caption --mmproj", "split -o"),
        *("transcribe -m", "transcribe --endpoint", "keyframes --clip"),
    ],
)
def test_a_name_is_not_empty(option: str) -> None:
    result = vtk(*option.split(), "")
    assert (result.returncode, result.stderr.count(b"\n")) == (2, 1)
    assert b" is empty" in result.stderr


def test_an_empty_variable_is_none() -> None:
    empty = {"VTK_MODEL": "", "VTK_ENDPOINT": "", "VTK_CLIP": ""}
    assert vtk("caption", "gone.mp4", env=empty).returncode == 66
