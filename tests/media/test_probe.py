"""vtk probe: what it says of a file is what the file was made of."""

from collections.abc import Callable

import pytest

from tests.conftest import lines, vtk
from tests.world import CATALOG, Clip

World = Callable[[str], Clip]


def media(clip: Clip) -> dict[str, object]:
    (record,) = lines(vtk("probe", clip.path))
    found = record["media"]
    assert isinstance(found, dict)
    return found


def video_stream(clip: Clip) -> dict[str, object]:
    (stream,) = [s for s in media(clip)["streams"] if s["type"] == "video"]  # type: ignore[attr-defined]
    return dict(stream)


@pytest.mark.parametrize("name", ["cuts", "ntsc", "fifty", "reordered", "late_start", "vp9"])
def test_rate_size_and_extent_are_those_rendered(world: World, name: str) -> None:
    clip = world(name)
    stream = video_stream(clip)
    truth = clip.truth
    assert stream["frame_rate_exact"] == str(truth.rate)
    assert stream["variable_frame_rate"] is False
    assert (stream["width"], stream["height"]) == (truth.width, truth.height)
    (record,) = lines(vtk("probe", clip.path))
    assert record["start"] == pytest.approx(float(truth.start), abs=1e-3)
    assert record["end"] == pytest.approx(float(truth.end), abs=0.06)
    assert record["kind"] == "video"


@pytest.mark.parametrize("name", ["variable_rate", "variable_rate_mkv"])
def test_a_variable_frame_rate_is_told(world: World, name: str) -> None:
    assert video_stream(world(name))["variable_frame_rate"] is True


@pytest.mark.parametrize(("name", "turn"), [("rotated", 270), ("rotated_180", 180),
                                            ("rotated_270", 90), ("cuts", 0)])  # fmt: skip
def test_rotation_is_the_clockwise_turn_that_shows_it_upright(
    world: World, name: str, turn: int
) -> None:
    assert video_stream(world(name))["rotation"] == turn
    assert -world(name).truth.rotation % 360 == turn  # the truth counts counter-clockwise


@pytest.mark.parametrize("name", ["subtitled", "subtitled_mp4", "dubbed", "sounded", "audio_only"])
def test_streams_and_languages_are_those_muxed(world: World, name: str) -> None:
    clip = world(name)
    found = [(s["type"], s.get("language", "")) for s in media(clip)["streams"]]  # type: ignore[attr-defined]
    wanted = [(s.type, s.language or "") for s in clip.truth.streams]
    assert found == wanted


@pytest.mark.parametrize("name", ["chaptered", "chaptered_mkv"])
def test_chapters_of_the_container_are_listed(world: World, name: str) -> None:
    clip = world(name)
    found = media(clip)["chapters"]
    assert [c["title"] for c in found] == [c.title for c in clip.truth.chapters]  # type: ignore[attr-defined]
    assert [c["start"] for c in found] == [float(c.start) for c in clip.truth.chapters]  # type: ignore[attr-defined]


def test_every_clip_of_the_world_is_probed_without_a_bug(world: World) -> None:
    result = vtk("probe", *[world(name).path for name in CATALOG])
    assert len(lines(result)) == len(CATALOG)
    assert result.returncode == 1  # the broken ones
    assert b"bug" not in result.stderr
