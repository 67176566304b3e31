"""How many keyframes there are: -k, --rate, --budget, --min-gap, --distinct; and damage."""

from itertools import pairwise
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import world as worlds
from tests.command_line import lines, vtk
from tests.world import Clip, World
from vtk.keyframes import keyframes
from vtk.keyframes.budget import apportion
from vtk.keyframes.methods import METHODS
from vtk.schema import SCHEMA
from vtk.span import Span, parse


def spans(clip: Clip) -> list[Span]:
    return [Span(video=str(clip.path), start=s.start, end=s.end) for s in clip.truth.shots]


def film(folder: Any, takes: list[worlds.Take], name: str = "film") -> Clip:
    encoding = worlds.Encoding()
    timeline = worlds.Timeline(takes, (320, 180), 1 / encoding.rate, 1)
    return worlds.write_clip(folder / f"{name}.mp4", timeline, encoding)


def test_a_rate_gives_frames_by_the_length_of_the_span(world: World) -> None:
    for span in keyframes(spans(world("cuts")), rate=2.0):
        assert len(span["keyframes"]) == max(round(2 * (span.end - span.start)), 1)


@pytest.mark.parametrize("method", ["sharp", "uniform", "cluster", "motion"])
def test_more_frames_than_are_chosen_at_once_are_exactly_as_many(world: World, method: str) -> None:
    clip = world("many_cuts")
    whole = Span(video=str(clip.path), start=0.0, end=clip.truth.end)
    (span,) = keyframes([whole], k=150, method=method)
    times = [entry["t"] for entry in span["keyframes"]]
    assert len(set(times)) == 150
    assert times == sorted(times)


def test_frames_that_lie_unevenly_are_exactly_as_many(world: World) -> None:
    clip = world("variable_rate")
    count = len(clip.truth.frame_pts) - 1
    whole = Span(video=str(clip.path), start=0.0, end=clip.truth.end)
    (span,) = keyframes([whole], k=count)
    assert len({entry["pts"] for entry in span["keyframes"]}) == count


@pytest.mark.parametrize("budget", [1, 5, 7, 30, 10_000])
def test_a_budget_is_spent_whole_and_on_every_span(world: World, budget: int) -> None:
    clip = world("cuts")
    counts = [len(span["keyframes"]) for span in keyframes(spans(clip), budget=budget)]
    assert sum(counts) == min(budget, len(clip.truth.frame_pts))
    if budget >= len(counts):
        assert min(counts) >= 1


def test_a_budget_goes_where_more_changes_and_where_it_is_longer(tmp_path: Any) -> None:
    slide = worlds.Slide("Graphs", ("Nodes and edges",))
    scene = worlds.Scene("green", movers=0, landmarks=20)
    takes = [
        worlds.Take(3.0, slide),
        worlds.Take(3.0, scene, worlds.Camera("right", 400.0)),
        worlds.Take(6.0, slide),
    ]
    clip = film(tmp_path, takes)
    still, moving, longer = (len(span["keyframes"]) for span in keyframes(spans(clip), budget=24))
    assert still < longer < moving


def test_a_budget_is_for_each_video_and_error_records_pass(world: World, tmp_path: Any) -> None:
    missing = Span(video=str(tmp_path / "none.mp4"), start=0.0, end=1.0)
    failed = Span(video=str(world("cuts").path)).with_error("split", "it broke", "MediaError")
    one, two = spans(world("cuts")), spans(world("gradual"))
    found = list(keyframes([*one[:2], failed, *one[2:], missing, *two], budget=9))
    counts = [0 if span.failed else len(span["keyframes"]) for span in found]
    assert sum(counts[:8]) == sum(counts[9:]) == 9
    assert [span.failed for span in found] == [i in (2, 8) for i in range(len(found))]


@given(
    st.lists(st.tuples(st.floats(0, 10), st.integers(0, 9)), min_size=1, max_size=12),
    st.integers(1, 80),
)
def test_seats_are_given_out_whole_and_fairly(spans: list[tuple[float, int]], total: int) -> None:
    weights, fits = [w for w, _ in spans], [n for _, n in spans]
    given = apportion(weights, fits, total)
    assert sum(given) == min(total, sum(fits))
    assert all(n <= most for n, most in zip(given, fits, strict=True))
    for i, one in enumerate(given):
        for j, two in enumerate(given):
            if weights[i] > weights[j] and fits[i] >= fits[j]:
                assert one >= two or one == fits[i]


@pytest.mark.parametrize("method", METHODS)
def test_keyframes_of_a_span_keep_their_distance(world: World, method: str) -> None:
    clip = world("many_cuts")
    whole = Span(video=str(clip.path), start=0.0, end=clip.truth.end)
    for k in (12, 200):
        (span,) = keyframes([whole], k=k, min_gap=1.5, method=method)
        times = [entry["t"] for entry in span["keyframes"]]
        assert times
        assert all(two - one >= 1.5 - 1e-5 for one, two in pairwise(times))
    if method == "uniform":
        assert len(times) >= clip.truth.end / 1.7


@pytest.fixture(scope="module")
def dialogue(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Two still slides in turn, A B A C A, each three seconds."""
    first = worlds.Slide("Graphs", ("Nodes and edges",))
    second, third = worlds.Slide("Trees", ("No cycles",)), worlds.Slide("Graphs", ("No edges",))
    takes = [worlds.Take(3.0, look) for look in (first, second, first, third, first)]
    return film(tmp_path_factory.mktemp("dialogue"), takes, "dialogue")


def test_what_was_shown_before_goes_under_the_keyframe_that_showed_it(dialogue: Clip) -> None:
    result = vtk("keyframes", "-k", "2", "--distinct", stdin=spans(dialogue))
    found = lines(result)
    for record in found:
        jsonschema.validate(record, SCHEMA)
    assert [len(record["keyframes"]) for record in found] == [1, 1, 0, 1, 0]
    same = found[0]["keyframes"][0]["same_as"]
    assert [int(entry["t"] // 3) for entry in same] == [0, 2, 2, 4, 4]
    assert all(entry["pts"] in dialogue.truth.frame_pts for entry in same)


def test_shots_that_differ_all_stay(world: World) -> None:
    for name in ("cuts", "similar_cuts", "colours", "slides"):
        assert all(span["keyframes"] for span in keyframes(spans(world(name)), distinct=True))


def test_nothing_is_the_same_across_videos(dialogue: Clip, tmp_path: Any) -> None:
    other = tmp_path / "copy.mp4"
    other.write_bytes(dialogue.path.read_bytes())
    both = [spans(dialogue)[0], Span(spans(dialogue)[0], video=str(other))]
    assert all(span["keyframes"] for span in keyframes(both, distinct=True))


def test_spans_in_which_packets_did_not_decode_say_so(world: World) -> None:
    clip = world("corrupt")
    found = list(keyframes([parse(f"{clip.path}#t=0,{clip.truth.end}")], k=40))
    whole = list(keyframes([parse(f"{world('cuts').path}#t=0,9")], k=40))
    assert "damaged" not in whole[0]
    assert found[0].get("damaged", 0) > 0
