"""The options of vtk split that change what comes out: overlap, why, and what excludes what."""

import itertools
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.world import World
from vtk.schema import SCHEMA
from vtk.span import parse
from vtk.split import default_method, split
from vtk.split.methods import METHODS


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(every=st.floats(0.2, 15), share=st.floats(0, 0.9))
def test_windows_overlap_by_what_was_asked_and_cover_the_video(
    world: World, every: float, share: float
) -> None:
    clip = world("cuts")
    found = list(split([parse(str(clip.path))], every=every, overlap=max(0.001, share * every)))
    assert found[0].start == 0
    assert found[-1].end == pytest.approx(float(clip.truth.end), abs=0.05)
    for one, two in itertools.pairwise(found):
        assert one.end - one.start == pytest.approx(every, abs=1e-5)
        assert one.end - two.start == pytest.approx(max(0.001, share * every), abs=1e-5)
        assert two.end > one.end  # none shows only what the one before it does
    assert found[-1].end - found[-1].start <= every + 0.11


def test_windows_overlap_on_the_command_line(world: World) -> None:
    found = lines(vtk("split", "--every", "5s", "--overlap", "2s", world("cuts").path))
    assert [(span["start"], span["end"]) for span in found] == [
        (0.0, 5.0), (3.0, 8.0), (6.0, 11.0), (9.0, 12.0),
    ]  # fmt: skip


def test_why_tells_the_measurements_of_cuts_and_gradual_transitions(world: World) -> None:
    found = lines(vtk("split", "--method", "content", "--why", world("gradual").path))
    plain = lines(vtk("split", "--method", "content", world("gradual").path))
    for span in found[1:]:
        jsonschema.validate(span, SCHEMA)
        why = span["transition"].pop("why")
        cut = span["transition"]["type"] == "cut"
        assert set(why) == ({"contrast", "apart", "shift"} if cut else {"change", "residual"})
        assert all(value == round(value, 4) >= 0 for value in why.values())
    assert found == plain


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--scenes --every 30s", "--scenes and --every exclude each other"),
        ("--scenes --max-length 30s", "--scenes and --max-length exclude each other"),
        ("--cues --scenes", "--cues and --scenes exclude each other"),
        ("--cues --method content", "--cues and --method exclude each other"),
        ("--by speech --overlap 2s", "--by speech and --overlap exclude each other"),
        ("--by speech --min-length 2s", "--by speech and --min-length exclude each other"),
        ("--every 30s --why", "--every and --why exclude each other"),
        ("--overlap 2s", "--overlap is for windows: give their length with --every"),
        ("--every 2s --overlap 2s", "the overlap must be shorter than the windows"),
        ("--min-length 20s --max-length 30s", "at most half of --max-length"),
        ("--max-length 0s", "a duration must be at least"),
    ],
)
def test_options_that_exclude_each_other_are_refused_before_anything_is_read(
    tmp_path: Path, options: str, message: str
) -> None:
    result = vtk("split", *options.split(), tmp_path / "missing.mp4")
    assert result.returncode == 2
    assert message in result.stderr.decode()
    assert len(result.stderr.splitlines()) == 1


def test_a_variable_that_names_no_method_matters_where_shots_are_found(world: World) -> None:
    path, env = world("one_shot").path, {"VTK_SPLIT": "magic"}
    refused = vtk("split", path, env=env)
    assert refused.returncode == 2
    assert b"VTK_SPLIT names no method of split: 'magic'" in refused.stderr
    assert vtk("split", "--every", "1s", path, env=env).returncode == 0


def test_the_method_is_stated_in_every_shot(world: World) -> None:
    assert default_method() in METHODS
    found = list(split([parse(str(world("one_shot").path))], method="content"))
    assert {span["made"][-1]["method"] for span in found} == {"content"}


@pytest.mark.parametrize("options", [{"scenes": True}, {"min_length": 1.0}, {"max_length": 1.0}])
def test_what_is_missing_at_the_end_is_told_last(world: World, options: dict[str, Any]) -> None:
    *found, error = split([parse(str(world("truncated").path))], method="content", **options)
    assert found
    assert not any(span.failed for span in found)
    assert error["error"]["type"] == "MediaError"
