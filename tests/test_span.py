"""The record: names of spans, what passes from one span to another, what is no span."""

import json
import math
import os
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtk.errors import InputError
from vtk.schema import SCHEMA
from vtk.span import SPAN_ONLY_FIELDS, Span, join, load, local_path, parse, video_name
from vtk.times import clock, parse_clock, parse_duration

NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\n\r"), min_size=1
).filter(lambda name: not name.lstrip().startswith("{"))
SECONDS = st.floats(0, 1e6).map(lambda value: round(value, 6))
UNKNOWN = st.dictionaries(
    st.text(min_size=1).filter(
        lambda key: key not in SPAN_ONLY_FIELDS | {"video", "time_base", "made"}
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)


@given(NAMES, SECONDS, SECONDS)
def test_a_media_fragment_names_its_span_exactly(name: str, one: float, two: float) -> None:
    start, end = sorted((one, two))
    if start == end:
        end = round(end + 1, 6)
    span = Span(video=name, start=start, end=end)
    assert parse(span.fragment) == span


@given(NAMES.filter(lambda name: "#t=" not in name))
def test_a_bare_path_stands_for_the_whole_video(name: str) -> None:
    span = parse(name)
    assert span == {"video": name}
    assert span.is_whole_video
    assert (span.start, span.end) == (0, math.inf)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("a.mp4#t=10,20", 10, 20),
        ("a.mp4#t=,20", 0, 20),
        ("a.mp4#t=1:30", 90, math.inf),
        ("a.mp4#t=npt:0:10,1:00:00.5", 10, 3600.5),
        ("a#1.mp4#t=1,2", 1, 2),
    ],
)
def test_every_form_of_a_media_fragment_is_read(text: str, start: float, end: float) -> None:
    span = parse(text)
    assert (span.start, span.end) == (start, end)


@pytest.mark.parametrize("text", ["a.mp4#t=20,10", "a.mp4#t=5,5", "a.mp4#t=1:75", "", "a\0b"])
def test_a_name_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse(text)


def test_a_file_of_exactly_that_name_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("take#t=1,2", '{"video":"x"}'):
        Path(name).touch()
        assert parse(name) == {"video": name}


@given(st.binary(min_size=1, max_size=40).filter(lambda b: not {0, 47} & set(b)))
def test_any_file_name_survives_json(raw: bytes) -> None:
    path = os.fsdecode(raw)
    video = json.loads(Span(video=video_name(path)).dump())["video"]
    assert os.path.abspath(os.fsencode(local_path(video) or "")) == os.path.abspath(raw)


@settings(deadline=None)
@given(NAMES, SECONDS, SECONDS, UNKNOWN)
def test_a_record_survives_writing_and_reading(
    name: str, one: float, two: float, unknown: dict[str, object]
) -> None:
    span = Span({"video": name, "start": min(one, two), "end": max(one, two), **unknown})
    assert load(span.dump()) == span
    jsonschema.validate(json.loads(span.dump()), SCHEMA)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b'{"video": "\xff"}', "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"start": 1}', "has no video"),
        (b'{"video": ""}', "video is empty"),
        (b'{"video": 7}', "video must be text"),
        (b'{"video": "a", "start": "1"}', "start must be a number"),
        (b'{"video": "a", "start": true}', "start must be a number"),
        (b'{"video": "a", "start": 2, "end": 1}', "lies before start"),
        (b'{"video": "a", "kind": "shoe"}', "kind must be one of"),
        (b'{"video": "a", "keyframes": [{"t": "x"}]}', "keyframes[0].t must be a number"),
        (b'{"video": "a", "speech": [{"text": "x"}]}', "speech[0] has no start"),
        (b'{"video": "a", "pts": [1]}', "pts must have 2 entries"),
        (b'{"video": "a", "error": {}}', "error has no command"),
    ],
)
def test_a_line_that_is_no_span_is_refused_with_the_reason(line: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason.replace("[", r"\[")):
        load(line)


@given(UNKNOWN, SECONDS)
def test_unknown_fields_pass_to_a_part(unknown: dict[str, object], start: float) -> None:
    whole = Span({"video": "a", "start": 0.0, "end": 2e6, "caption": "all", **unknown})
    part = whole.sub_span(start, start + 1, "shot", index=3)
    assert {key: part[key] for key in unknown} == unknown
    assert "caption" not in part  # it was said of the whole


def test_a_part_keeps_what_happens_inside_it() -> None:
    whole = Span(
        video="a",
        start=0.0,
        end=10.0,
        speech=[
            {"start": 0.0, "end": 4.0, "text": "one"},
            {"start": 4.0, "end": 6.0, "text": "two"},
        ],
        keyframes=[{"t": 1.0}, {"t": 5.0}],
    )
    part = whole.sub_span(4.0, 8.0, "shot")
    assert [entry["text"] for entry in part["speech"]] == ["two"]
    assert part["keyframes"] == [{"t": 5.0}]


def test_a_cue_without_length_belongs_where_it_begins() -> None:
    whole = Span(video="a", start=0.0, end=10.0, speech=[{"start": 4.0, "end": 4.0, "text": "Hm"}])
    assert "speech" not in whole.sub_span(0.0, 4.0, "shot")
    assert whole.sub_span(4.0, 8.0, "shot")["speech"] == whole["speech"]


def test_a_join_unites_words_once_and_keeps_unknown_fields() -> None:
    cue = {"start": 1.0, "end": 3.0, "text": "over the cut"}
    one = Span(video="a", start=0.0, end=2.0, speech=[cue], lecture=7, take=1)
    two = Span(video="a", start=2.0, end=4.0, speech=[cue], lecture=7, take=2)
    joined = join([one, two], "chapter", title="Both")
    assert (joined.start, joined.end, joined["kind"]) == (0, 4, "chapter")
    assert joined["speech"] == [cue]
    assert (joined["lecture"], joined["take"]) == (7, [1, 2])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("30s", 30), ("1m30s", 90), ("500ms", 0.5), ("1:30", 90), ("2h", 7200)],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@given(st.integers(0, 360_000))
def test_a_clock_time_can_be_read_back(seconds: int) -> None:
    assert parse_clock(clock(seconds)) == seconds


def test_the_clear_part_leaves_out_more_at_a_transition_than_at_a_cut() -> None:
    span = Span(video="x.mp4", start=10.0, end=20.0)
    assert span.clear_part(10.0, 20.0) == pytest.approx((10.3, 19.7))
    assert span.clear_part(10.0, 11.0) == pytest.approx((10.15, 10.85))
    span["transition"] = {"type": "dissolve", "start": 9.0, "end": 11.5}
    assert span.clear_part(10.0, 20.0) == pytest.approx((12.1, 19.7))
    span["transition_out"] = {"type": "fade", "start": 18.0}
    assert span.clear_part(10.0, 20.0) == pytest.approx((12.1, 17.4))
    span["transition_out"] = {"type": "fade", "start": 11.0}  # nothing lies between the two
    assert span.clear_part(10.0, 20.0) == pytest.approx((10.6, 19.4))
