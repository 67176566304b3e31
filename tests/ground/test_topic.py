"""Topics: a moment is as long as the video goes on about the query."""

import math

from vtk.check import check
from vtk.ground import Wanted, ground
from vtk.schema import SCHEMA
from vtk.span import Span

TALK = [
    *["good morning and welcome to everybody"] * 20,
    *["the budget of the remote control", "it costs a lot", "so the budget is small"] * 10,
    *["lunch is at noon today"] * 30,
    *["one word about the budget"],
    *["thank you and goodbye"] * 19,
]


def meeting(video: str = "a.mp4") -> list[Span]:
    """A meeting of 500 s in turns of 5 s; from 100 to 250 s it is about the budget."""
    return [
        Span(video=video, start=5.0 * n, end=5.0 * n + 5, kind="shot", caption=f"{text} {n}")
        for n, text in enumerate(TALK)
    ]


def test_a_topic_is_found_from_its_beginning_to_its_end() -> None:
    first, *_ = ground(meeting(), "the budget", method="topic", max_length=math.inf)
    check(first, SCHEMA)
    assert abs(first.start - 100) <= 20
    assert abs(first.end - 250) <= 20
    assert 0.5 < first["score"] <= 1
    assert all("budget" in each["text"] for each in first["evidence"])


def test_lengths_hold() -> None:
    (short,) = ground(meeting(), "the budget", method="topic", n=1, max_length=30)
    assert short.end - short.start <= 30
    assert 100 <= short.start < short.end <= 250
    (long,) = ground(meeting(), "goodbye", method="topic", n=1, min_length=300, max_length=400)
    assert long.end - long.start == 300
    assert long.end <= 500


def test_what_is_nowhere_is_not_found() -> None:
    assert list(ground(meeting(), "volcano", method="topic")) == []


def test_queries_have_their_turns_and_their_videos() -> None:
    wanted = [Wanted("lunch", video="b.mp4"), Wanted("budget", id="q2")]
    spans = [*meeting("a.mp4"), *meeting("b.mp4")]
    found = list(ground(spans, wanted, method="topic", max_length=1000, n=2))
    assert [(m["query"], m.video, m["rank"]) for m in found] == [
        ("lunch", "b.mp4", 1),
        ("budget", "a.mp4", 1),
        ("budget", "b.mp4", 2),
    ]
    assert [m.get("query_id") for m in found] == [None, "q2", "q2"]
