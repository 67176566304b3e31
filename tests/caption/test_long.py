"""vtk caption --long: a whole video in so many words, and nothing said twice."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prompting.scripted import Scripted
from tests.world.models.stage import cast
from tests.world.models.talk import describe
from vtk.caption.long import RepetitionFilter, divide_evenly, long_captions, repeated_share
from vtk.span import Span
from vtk.text import word_count

ASIDE = {"scene": "", "whole": ""}  # from the captions alone


def shots(count: int, video: str = "a.mp4") -> list[Span]:
    """Shots of three seconds, each with what is truly said of a play."""
    rng = np.random.default_rng(5)
    long_captions = (describe(cast(rng, moving=True), moving=True) for _ in range(count))
    return [
        Span(video=video, start=3.0 * n, end=3.0 * n + 3, kind="shot", caption=text)
        for n, text in enumerate(long_captions)
    ]


def silent(text: str, warmth: float) -> str:
    raise AssertionError("nothing was to be asked")


def test_ten_minutes_become_a_thousand_words_that_repeat_little() -> None:
    (whole,) = long_captions(shots(200), Scripted(silent), ASIDE, 1000)
    assert 950 <= word_count(whole["caption"]) <= 1100
    assert repeated_share(whole["caption"]) < 0.05
    assert (whole.start, whole.end, whole["kind"]) == (0.0, 600.0, "video")
    assert len(whole["parts"]) == 200


def test_what_a_model_repeats_goes_and_the_captions_fill_in() -> None:
    model = Scripted(lambda text, _: "It is a day at sea with a dog. All of it is calm and bright.")
    (whole,) = long_captions(shots(40), model, {}, 400)
    assert whole["caption"].count("day at sea") == 1
    assert word_count(whole["caption"]) >= 340


def test_one_scene_is_told_once_and_several_together_in_other_words() -> None:
    model = Scripted(lambda text, _: "A play." if "from its beginning" in text else "A dog barks.")
    (short,) = long_captions(shots(2), model, {}, 20)
    assert short["caption"].startswith("A dog barks. At 0:00, ")
    (whole,) = long_captions(shots(40), model, {}, 400)
    assert whole["caption"].startswith("A play.\n\nA dog barks. At 0:00, ")


def test_a_text_ends_with_what_the_captions_hold() -> None:
    (whole,) = long_captions(shots(2), Scripted(silent), ASIDE, 1000)
    assert word_count(whole["caption"]) < 45
    assert whole["caption"].startswith("At 0:00, a ")


def test_each_video_is_told_on_its_own_and_error_records_pass() -> None:
    failed = Span(video="a.mp4", error={"command": "c", "type": "t", "message": "m"})
    spans = [failed, *shots(3), *shots(2, "b.mp4")]
    found = list(long_captions(spans, Scripted(silent), ASIDE, 50))
    assert found[0] == failed
    assert [span.video for span in found[1:]] == ["a.mp4", "b.mp4"]


@settings(deadline=None)
@given(st.lists(st.floats(0.1, 50), min_size=1, max_size=40), st.integers(1, 12))
def test_scenes_hold_every_shot_once_in_order(lengths: list[float], count: int) -> None:
    ends = list(itertools.accumulate(lengths))
    spans = [
        Span(video="a", start=end - length, end=end)
        for length, end in zip(lengths, ends, strict=True)
    ]
    scenes = divide_evenly(spans, count)
    assert [span for scene in scenes for span in scene] == spans
    assert 1 <= len(scenes) <= count
    assert all(scenes)


@given(st.text(alphabet="ab ", max_size=60))
def test_nothing_is_said_twice(text: str) -> None:
    said = RepetitionFilter()
    said.accept(text, 1.0)
    assert not said.accept(text, 0.0) or len(text.split()) < 4


def test_what_a_model_says_without_an_end_mark_gets_one() -> None:
    (whole,) = long_captions(shots(2), Scripted(lambda *_: "It rains"), {}, 40)
    assert "It rains. At 0:00, a " in whole["caption"]
