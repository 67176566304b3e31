"""Queries as they are typed: what is a word, a phrase, a field, an order, and what is only text."""

from math import inf

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vtk.query import CONDITIONS, SOURCES, Part, Query
from vtk.store.collection import Where, matches

PLAIN = [
    "a rocket lifts off",
    'a 5" disk',
    'he said "hello',
    "ratio 16:9",
    "at 10:30",
    "note: a dog",
]
PLAIN += ["rain - heavy", "well-known -5 degrees", "C++ then Python", "then, within 10s", ": :a b:"]
PLAIN += [
    "http://example.org/a",
    "x^2",
    "now and then",
    'then "a then b" within 10s',
    "speech: hello",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_known_field_or_sign_is_text(text: str) -> None:
    query = Query(text)
    assert all(part.weight == 1 and not part.sources for part in query.parts)
    assert query.steps == (query,)
    assert query.where == Where()
    assert not query.odd


def test_parts_have_signs_weights_and_sources() -> None:
    assert Query('+beach "night"^0.5').parts == (Part("beach", required=True), Part("night", 0.5))
    query = Query('beach + "night"^2 -"heavy rain" -dog speech:surf screen:"page 3"')
    assert query.parts == (
        Part("beach"),
        Part("night", 2.0, required=True),
        Part("heavy rain", -1.0, required=True),
        Part("dog", -1.0),
        Part("surf", sources=("speech",)),
        Part("page 3", sources=("screen_text",), required=True),
    )
    assert query.wanted == "beach night surf page 3"
    assert query.terms == ["beach", "night", "surf", "page", "3"]


def test_conditions_are_no_words() -> None:
    query = Query('rocket video:"my talk*" tag:space kind:shot after:1:30 after:80s longer:1m30s')
    assert query.wanted == "rocket"
    assert query.where == Where(("my talk*",), ("space",), ("shot",), 90.0, inf, 90.0)
    assert Query("before:5m shorter:2").where == Where(before=300.0, shorter=2.0)


def test_a_condition_without_sense_is_text_and_is_told() -> None:
    query = Query("after:lunch rocket")
    assert (query.odd, query.wanted) == (("after:lunch",), "lunch rocket")


def test_steps_follow_each_other() -> None:
    query = Query('video:a* ignition then "lifts off" then splash within 1m30s')
    assert [step.text for step in query.steps] == ["video:a* ignition", '"lifts off"', "splash"]
    assert query.within == 90
    assert query.terms == ["ignit", "lift", "splash"]


PIECES = st.sampled_from(
    [
        *(f"{name}:" for name in [*SOURCES, *CONDITIONS]),
        *(
            '"',
            "+",
            "-",
            "^2",
            " ",
            "then",
            "within",
            "rocket",
            "1:30",
            "10s",
            "*",
            "^",
            "\n",
            "猫",
        ),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), max_size=20).map("".join))
@example('"" -"" speech:"" tag: video:""')
def test_any_text_is_a_query(text: str) -> None:
    query = Query(text)
    for step in query.steps:
        assert all(part.weight != 0 or "^0" in text for part in step.parts)
        assert step.steps == (step,)
        step.where, step.odd  # noqa: B018
    if query.has_words:
        assert query.terms


@settings(max_examples=25, deadline=None)
@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=8))
def test_plain_words_stay_as_they_are(words: list[str]) -> None:
    text = " ".join(words)
    if "within" not in words:
        assert Query(text).wanted == text


def test_a_quotation_after_a_field_takes_either_mark_and_a_mistyped_field_is_known() -> None:
    one, two = Query("""speech:'lifts off' -video:'Tide*' 'tis"""), Query("it's speech:o'clock")
    assert one.parts == (Part('-video:"Tide*" \'tis'), Part("lifts off", 1.0, ("speech",), True))
    assert Query("video:'a b*'").where == Where(videos=("a b*",))
    assert two.parts[1].text == "o'clock"
    assert Query("speach:bitcoin Screen:x http://a b: xyzzy:1").unknown == {
        **{"speach": "speech", "Screen": "screen", "xyzzy": ""}
    }


def test_a_name_with_brackets_is_a_name_before_it_is_a_pattern() -> None:
    name = "/films/Tide [dQw4].mkv"
    for each in (name, "Tide [dQw4].mkv", "Tide*", "/films/*"):
        assert matches(name, [each])
    assert matches("Tide d.mkv", ["Tide [dQw4].mkv"])
    assert not matches(name, ["Tide [d].mkv"])
