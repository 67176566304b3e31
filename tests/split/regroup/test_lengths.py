"""vtk split --min-length and --max-length: shots joined and divided."""

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import World
from vtk.media.image.planes import Thumbnail, thumbnail
from vtk.media.video import Video, VideoCache
from vtk.span import Span, parse
from vtk.split import split
from vtk.split.regroup.frame_stats import FrameStats, FrameStatsOnDemand
from vtk.split.regroup.lengths import merge_short, split_long

BASE = Fraction(1, 1000)
FRAME = 40  # ticks

SHOTS = st.lists(st.tuples(st.integers(1, 200), st.floats(0.5, 1)), min_size=1, max_size=30)


def shot(start: int, end: int, score: float | None = None) -> Span:
    about: dict[str, Any] = {"time_base": str(BASE), "pts": [start, end]}
    if score is not None:
        about |= {"score": score, "transition": {"type": "cut", "score": score}}
    about["transition_out"] = {"type": "dissolve", "start": float(end * BASE)}
    return Span(
        video="x.mp4", start=float(start * BASE), end=float(end * BASE), kind="shot", index=0,
        **about, made=[{"by": "vtk split", "method": "content"}],
    )  # fmt: skip


def in_a_row(lengths: list[tuple[int, float]]) -> list[Span]:
    """Shots of so many frames, each with the score of the boundary it begins with."""
    edges = list(itertools.accumulate((FRAME * frames for frames, _ in lengths), initial=0))
    scores = [None, *(score for _, score in lengths[1:])]
    return [shot(a, b, s) for (a, b), s in zip(itertools.pairwise(edges), scores, strict=True)]


def seconds(span: Span) -> float:
    return span.end - span.start


def assert_covered(found: list[Span], shots: list[Span]) -> None:
    """The spans follow each other from the start of the shots to their end, pts and seconds."""
    edges = [shots[0]["pts"][0], *(span["pts"][1] for span in found)]
    assert [span["pts"] for span in found] == [list(pair) for pair in itertools.pairwise(edges)]
    assert edges[-1] == shots[-1]["pts"][1]
    assert [(s.start, s.end) for s in found] == [
        tuple(round(float(pts * BASE), 6) for pts in span["pts"]) for span in found
    ]


class Still:
    """Pictures that never change: every frame of them is as calm as any other."""

    def differences(self, start: int, end: int) -> tuple[list[int], Any]:
        pts = list(range(-(-start // FRAME) * FRAME, end + 1, FRAME))
        return pts, np.zeros(len(pts))

    def forget(self, before: int) -> None:
        pass


@given(SHOTS, st.floats(0.1, 5))
def test_no_shot_is_shorter_than_asked_and_all_follow_each_other(
    lengths: list[tuple[int, float]], shortest: float
) -> None:
    shots = in_a_row(lengths)
    found = list(merge_short(shots, shortest))
    assert_covered(found, shots)
    assert len(found) == 1 or all(seconds(span) >= shortest - 1e-6 for span in found)
    before = {span["pts"][0]: span for span in shots}
    for span in found:  # a shot begins as it did, at a boundary that was there
        assert span.get("transition") == before[span["pts"][0]].get("transition")
        assert span["transition_out"]["start"] == span.end  # and ends as its last one did


@given(SHOTS, st.floats(0.2, 5))
def test_no_shot_is_longer_than_asked_and_no_part_shorter_than_half(
    lengths: list[tuple[int, float]], longest: float
) -> None:
    shots = in_a_row(lengths)
    found = list(split_long(shots, longest, Still()))
    assert_covered(found, shots)
    assert all(seconds(span) <= longest + 1e-6 for span in found)
    cuts = {span["pts"][0] for span in shots}
    for one, two in itertools.pairwise(found):
        divided = two["pts"][0] not in cuts
        assert divided == (two.get("transition", {}).get("type") == "divided")
        assert ("transition_out" in one) != divided
        if divided:
            assert min(seconds(one), seconds(two)) >= longest / 2 - 2e-3
    assert cuts <= {span["pts"][0] for span in found}


@given(SHOTS)
def test_both_lengths_hold_at_once(lengths: list[tuple[int, float]]) -> None:
    shots = in_a_row(lengths)
    found = list(split_long(merge_short(shots, 1.0), 2.0, Still()))
    assert_covered(found, shots)
    assert all(seconds(span) <= 2.0 + 1e-6 for span in found)
    assert len(found) == 1 or all(seconds(span) >= 1.0 - 2e-3 for span in found)


def test_a_short_shot_joins_over_the_less_certain_boundary() -> None:
    shots = in_a_row([(100, 0), (5, 0.6), (100, 0.9), (5, 0.9), (100, 0.6)])
    assert [span["pts"] for span in merge_short(shots, 1)] == [
        [0, 4200], [4200, 8200], [8200, 12400],
    ]  # fmt: skip


def test_a_shot_comes_out_once_the_next_one_is_long_enough() -> None:
    shots = iter(in_a_row([(100, 0), (5, 0.6), (100, 0.9), (100, 0.9), (100, 0.9)]))
    first = next(merge_short(shots, 1))
    assert first["pts"] == [0, 4200]
    assert len(list(shots)) == 2


def test_errors_stay_behind_the_shots() -> None:
    error = Span(video="x.mp4", start=4.0, end=5.0).with_error("split", "damaged", "MediaError")
    shots = in_a_row([(100, 0), (5, 0.6)])
    found = list(split_long(merge_short([*shots, error], 1), 3.0, Still()))
    assert [span.failed for span in found] == [False, False, True]


def test_a_take_is_divided_where_it_is_calm() -> None:
    rng = np.random.default_rng(1)
    pictures = rng.uniform(0, 255, (200, 27, 48)).astype(np.float32)
    pictures[120:132] = pictures[120]  # half a second in which nothing moves
    pictures[81] = pictures[80]  # one frame that is shown twice is not calm
    grey = np.full((14, 24), 128, np.float32)
    seen = FrameStats(steps=True)
    for number, picture in enumerate(pictures):
        seen.push(number * FRAME, number * FRAME / 1000, Thumbnail(picture, grey, grey))
    one, two = split_long([shot(0, 200 * FRAME)], 6, seen)
    assert 121 * FRAME <= one["pts"][1] == two["pts"][0] <= 131 * FRAME
    assert two["transition"] == {"type": "divided", "why": {"step": 0.0}}


def test_a_second_look_at_the_file_tells_what_the_first_did(world: World) -> None:
    clip = world("late_start")
    low, high = clip.truth.frame_pts[10], clip.truth.frame_pts[40]
    seen = FrameStats(steps=True, look_every=0.0)
    with Video(str(clip.path)) as video, VideoCache() as latest:
        for frame in video.frames():
            seen.push(frame.pts, frame.time, thumbnail(frame.image))
        again = FrameStatsOnDemand(str(clip.path), latest)
        (pts, steps), (pts_again, steps_again) = (
            seen.differences(low, high),
            again.differences(low, high),
        )
        assert pts == pts_again
        assert steps.tolist() == steps_again.tolist()
        shared = np.sqrt(seen.colour_histogram(low, high) * again.colour_histogram(low, high)).sum()
        assert shared == pytest.approx(1, abs=0.1)
        seen.forget(high)
        assert seen.differences(low, high)[0] == [high]


@pytest.mark.parametrize("name", ["one_shot", "variable_rate", "late_start"])
def test_parts_begin_with_frames_of_the_video(world: World, name: str) -> None:
    clip = world(name)
    found = list(split([parse(str(clip.path))], method="content", max_length=1.0))
    assert {span["pts"][0] for span in found} <= set(clip.truth.frame_pts)
    assert [span["index"] for span in found] == list(range(len(found)))
    assert all(seconds(span) <= 1.0 + 1e-6 for span in found)
    assert {"divided"} <= {span.get("transition", {}).get("type") for span in found}
    assert all(one["pts"][1] == two["pts"][0] for one, two in itertools.pairwise(found))


def test_short_shots_of_a_video_are_joined(world: World) -> None:
    clip = world("cuts")  # shots of 2, 1.5, 3, 0.5, 2, 1 and 2 s
    found = list(split([parse(str(clip.path))], method="content", min_length=1.2))
    assert len(found) == 5
    assert min(map(seconds, found)) >= 1.2
    assert [span["index"] for span in found] == list(range(5))
    assert found[-1].end == pytest.approx(float(clip.truth.end), abs=0.05)
