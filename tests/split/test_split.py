"""vtk split on rendered clips: every boundary against the truth."""

import itertools
import math
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from tests.command_line import lines, vtk
from tests.world import Camera, Clip, Encoding, Scene, Take, Timeline, Transition, World, write_clip
from vtk.schema import SCHEMA
from vtk.span import Span, parse
from vtk.split import split

WIPE = Transition("wipe", 0.7)

CUTS = [
    "cuts", "similar_cuts", "many_cuts", "slides", "camera", "colours", "whip_pan", "ntsc",
    "fifty", "reordered", "variable_rate", "variable_rate_mkv", "late_start", "late_start_mkv",
    "ten_bit", "hevc", "vp9", "av1", "mpeg4", "odd_size", "rotated",
]  # fmt: skip


def shots(clip: Clip) -> list[Span]:
    return list(split([parse(str(clip.path))]))


@pytest.mark.parametrize("name", CUTS)
def test_every_cut_is_found_at_its_exact_timestamp(world: World, name: str) -> None:
    clip = world(name)
    found = shots(clip)
    assert [span["pts"][0] for span in found[1:]] == [cut.pts for cut in clip.truth.cuts]
    assert {span["time_base"] for span in found} == {str(clip.truth.time_base)}
    assert all(span["transition"]["type"] == "cut" for span in found[1:])


@pytest.mark.parametrize("name", [*CUTS, "gradual", "flashes", "blank", "one_shot", "one_frame"])
def test_shots_cover_the_video_without_gap_or_overlap(world: World, name: str) -> None:
    clip = world(name)
    found = shots(clip)
    tick = float(clip.truth.time_base or 0)
    assert found[0]["pts"][0] == clip.truth.frame_pts[0]
    assert found[-1].end == pytest.approx(float(clip.truth.end), abs=max(tick, 0.05))
    for one, two in itertools.pairwise(found):
        assert one["pts"][1] == two["pts"][0]
        assert one.end == two.start
    for index, span in enumerate(found):
        base = Fraction(span["time_base"])
        assert span["index"] == index
        assert span["kind"] == "shot"
        assert (span.start, span.end) == tuple(round(float(p * base), 6) for p in span["pts"])
        jsonschema.validate(dict(span), SCHEMA)


@pytest.mark.parametrize("name", ["flashes", "one_shot", "blank"])
def test_flashes_and_motion_are_no_cuts(world: World, name: str) -> None:
    clip = world(name)
    assert len(shots(clip)) == len(clip.truth.cuts) + 1


def test_dissolves_fades_and_wipes_are_found_as_intervals(world: World) -> None:
    wanted = world("gradual").truth.transitions
    spans = shots(world("gradual"))
    found = [s["transition"] for s in spans[1:] if s["transition"]["type"] != "cut"]
    assert [f["type"] for f in found] == [t.kind for t in wanted]
    for transition, truth in zip(found, wanted, strict=True):
        assert transition["start"] == pytest.approx(float(truth.start), abs=0.2)
        assert transition["end"] == pytest.approx(float(truth.end), abs=0.2)
    for span, following in itertools.pairwise(
        spans
    ):  # what begins gradually ends the shot before so
        begun, over = following["transition"], span.get("transition_out")
        if begun["type"] == "cut":
            assert over is None
        else:
            assert over == {k: begun[k] for k in ("type", "start")} | {"pts": begun["pts"][0]}


@pytest.mark.parametrize("seed", [8, 13])
def test_wipe_between_shots_that_move_in_ways_of_their_own(tmp_path: Path, seed: int) -> None:
    takes = [
        Take(1.5, Scene("purple", "bright", 3, 60, 8, 2.0), Camera("left", 80), (), WIPE),
        Take(1.5, Scene("green", "medium", 3, 60, 8, 2.0), Camera("down", 120)),
    ]
    encoding = Encoding("mp4", "libx264", rate=Fraction(24), gop=48)
    timeline = Timeline(takes, (320, 180), Fraction(1, 24), seed)
    _, new = split([parse(str(write_clip(tmp_path / "wipe.mp4", timeline, encoding).path))])
    assert new["transition"]["type"] == "wipe"
    assert new["transition"]["start"] == pytest.approx(1.5, abs=0.2)
    assert new["transition"]["end"] == pytest.approx(2.2, abs=0.2)


def test_a_span_given_in_is_split_up(world: World) -> None:
    clip = world("cuts")
    inside = [cut.pts for cut in clip.truth.cuts if 1.9 < cut.seconds < 9.1]
    found = list(split([parse(f"{clip.path}#t=1.9,9.1")]))
    assert (found[0].start, found[-1].end) == (1.9, 9.1)
    assert [span["pts"][0] for span in found[1:]] == inside


def test_a_span_that_begins_before_the_pictures_begins_with_them(world: World) -> None:
    clip = world("late_start")
    (first, *_) = split([Span(video=str(clip.path), start=0.0, end=8.0)])
    assert first["pts"][0] == clip.truth.frame_pts[0]


def test_what_a_span_carries_goes_to_its_shots(world: World) -> None:
    given = Span(
        video=str(world("cuts").path),
        lecture=7,
        caption="of the whole",
        speech=[{"start": 0.5, "end": 1.0, "text": "Hello."}],
    )
    first, *others = split([given])
    assert first["speech"] == given["speech"]
    assert all("speech" not in span for span in others)
    assert all(span["lecture"] == 7 and "caption" not in span for span in [first, *others])


def test_windows_cover_the_video_in_equal_steps(world: World) -> None:
    clip = world("cuts")
    found = list(split([parse(str(clip.path))], every=2.5))
    assert len(found) == math.ceil(float(clip.truth.end) / 2.5)
    assert [span.start for span in found] == [2.5 * i for i in range(len(found))]
    assert found[-1].end == pytest.approx(float(clip.truth.end), abs=0.05)
    assert {span["kind"] for span in found} == {"window"}
    late = list(split([parse(str(world("late_start").path))], every=1))
    assert late[0].start == pytest.approx(float(world("late_start").truth.start), abs=1e-3)


def test_sound_without_pictures_can_be_cut_into_windows_but_has_no_shots(world: World) -> None:
    path = world("audio_only").path
    windows = lines(vtk("split", "--every", "1s", path))
    assert windows
    assert not [span for span in windows if "error" in span]
    (error,) = lines(vtk("split", path))
    assert "only sound" in error["error"]["message"]


def test_nonsense_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    for wrong in ("0s", "-3", "often"):
        result = vtk("split", f"--every={wrong}", tmp_path / "missing.mp4")
        assert result.returncode == 2
        assert b"duration" in result.stderr


@pytest.mark.parametrize(
    ("name", "least"),
    [("tears_of_steel_battle.webm", 0.95), ("sintel_trailer_30s.mp4", 0.93)],
)
def test_hand_labelled_cuts_of_real_films_are_found(real: Path, name: str, least: float) -> None:
    import json

    labels = json.loads((real / "cuts.json").read_text())[name]
    spans = list(split([parse(str(real / name))]))
    found = {round(s.start * 24) for s in spans[1:] if s["transition"]["type"] == "cut"}
    right = {cut for cut in labels["cuts"] if found & {cut - 1, cut, cut + 1}}
    recall, precision = len(right) / len(labels["cuts"]), len(right) / len(found)
    assert 2 * recall * precision / (recall + precision) >= least
    assert not found & set(labels["hard_negatives"])
