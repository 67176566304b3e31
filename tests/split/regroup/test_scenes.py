"""vtk split --scenes: shots joined by look and words."""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world import Clip, Encoding, Scene, Take, Timeline, write_clip
from vtk.entries import SpeechEntry
from vtk.schema import SCHEMA
from vtk.span import Span, parse
from vtk.split import split
from vtk.split.regroup.scenes import AHEAD, scenes


class Colours:
    """A look for every shot of so many seconds: all of one colour."""

    def __init__(self, colours: list[int], seconds: int = 1) -> None:
        self.colours, self.seconds = colours, seconds

    def colour_histogram(self, start: int, end: int) -> Any:
        return np.eye(max(self.colours) + 1)[self.colours[start // 1000 // self.seconds]]

    def forget(self, before: int) -> None:
        pass


def shots(count: int, seconds: int = 1) -> Iterator[Span]:
    for number in range(count):
        start, end = number * seconds, (number + 1) * seconds
        yield Span(
            video="x.mp4", start=float(start), end=float(end), kind="shot", index=number,
            time_base="1/1000", pts=[1000 * start, 1000 * end],
            made=[{"by": "vtk split", "method": "content"}],
        )  # fmt: skip


def starts(colours: list[int], speech: list[SpeechEntry] | None = None) -> list[int]:
    """Numbers of the shots that scenes begin with."""
    found = scenes(shots(len(colours)), Colours(colours), speech or [])
    return [round(span.start) for span in found]


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_scenes_cover_the_shots_without_gap_or_overlap(colours: list[int]) -> None:
    found = list(scenes(shots(len(colours)), Colours(colours), []))
    assert sum(span["shots"] for span in found) == len(colours)
    assert found[0]["pts"][0] == 0
    assert found[-1]["pts"][1] == 1000 * len(colours)
    for one, two in itertools.pairwise(found):
        assert one["pts"][1] == two["pts"][0]
        assert one.end == two.start
    for span in found:
        assert span["kind"] == "scene"
        assert span["pts"][1] - span["pts"][0] == 1000 * span["shots"]
        jsonschema.validate(dict(span), SCHEMA)


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_a_scene_comes_out_a_few_shots_after_its_end(colours: list[int]) -> None:
    read = 0

    def counted() -> Iterator[Span]:
        nonlocal read
        for shot in shots(len(colours)):
            read += 1
            yield shot

    for span in scenes(counted(), Colours(colours), []):
        assert read <= round(span.end) + AHEAD + 1


def test_two_shots_in_turn_are_one_scene() -> None:
    assert starts([0, 1] * 8) == [0]
    assert starts([0, 1] * 6 + [2, 3] * 6 + [4, 5, 6] * 4) == [0, 12, 24]


def test_pictures_that_are_all_different_are_one_scene() -> None:
    assert starts(list(range(20))) == [0]


def test_long_takes_of_different_places_are_scenes() -> None:
    found = scenes(shots(3, seconds=20), Colours([0, 1, 1], seconds=20), [])
    assert [span["shots"] for span in found] == [1, 2]


def test_words_part_scenes_that_look_alike() -> None:
    def talk(words: str, first: int) -> list[SpeechEntry]:
        said = words.split()
        return [
            {
                "start": first + i + 0.1,
                "end": first + i + 0.9,
                "text": f"{said[i % 4]} {said[(i + 1) % 4]} {said[(i + 2) % 4]}.",
            }
            for i in range(20)
        ]

    bees = talk("honey hive nectar queen", 0)
    bridges = talk("bridge arch cable steel", 20)
    assert starts([0] * 40) == [0]
    assert starts([0] * 40, bees + bridges) == [0, 20]
    assert starts([0] * 40, talk("honey hive nectar queen", 0) * 2) == [0]


def test_errors_come_after_the_scenes() -> None:
    error = Span(video="x.mp4", start=1.0, end=2.0).with_error("split", "damaged", "MediaError")
    *found, last = scenes([*shots(3), error], Colours([0, 0, 0]), [])
    assert last == error
    assert [span["shots"] for span in found] == [3]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Three scenes of 8, 8 and 12 shots: in each, two cameras in turn look at one place."""
    places = [("blue", "teal")] * 4 + [("orange", "red")] * 4 + [("green", "yellow")] * 6
    takes = [Take(1.0, Scene(colour)) for place in places for colour in place]
    form = Encoding(width=160, height=90, rate=Fraction(12))
    timeline = Timeline(takes, (160, 90), 1 / form.rate, seed=3)
    return write_clip(tmp_path_factory.mktemp("film") / "film.mp4", timeline, form)


def test_the_scenes_of_a_film_are_found(film: Clip) -> None:
    found = list(split([parse(str(film.path))], method="content", scenes=True))
    assert [span.start for span in found] == [0.0, 8.0, 16.0]
    assert [span["shots"] for span in found] == [8, 8, 12]
    assert [span["index"] for span in found] == [0, 1, 2]
    assert all("why" not in span.get("transition", {}) for span in found)
    assert {entry["method"] for entry in found[0]["made"]} == {"content", "scenes"}


def test_why_says_how_deep_the_valley_is(film: Clip) -> None:
    _, two, _ = split([parse(str(film.path))], method="content", scenes=True, why=True)
    assert two["transition"]["type"] == "cut"
    assert {"depth", "look", "contrast"} <= set(two["transition"]["why"])


def test_short_scenes_can_be_joined(film: Clip) -> None:
    found = list(split([parse(str(film.path))], method="content", scenes=True, min_length=10))
    assert [(span.start, span["shots"]) for span in found] == [(0.0, 16), (16.0, 12)]


def test_scenes_of_a_real_film(real: Path) -> None:
    battle = parse(str(real / "tears_of_steel_battle.webm"))
    found = [round(s.start, 1) for s in split([battle], method="content", scenes=True)]
    assert 29.8 in found  # from the roof and the control room into the hall
    assert 2 <= len(found) <= 6
