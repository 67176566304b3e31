"""Scores over time instead of moments."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.command_line import lines, vtk
from tests.ground.test_scan import Topics
from tests.world.encode import Encoding, write_clip
from tests.world.looks import Scene
from tests.world.timeline import Take, Timeline
from vtk.check import check
from vtk.errors import UsageError
from vtk.ground import Wanted, ground
from vtk.models.openers import Openers
from vtk.schema import SCHEMA
from vtk.span import Span

CLIP = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"


def curve(record: Span) -> tuple[list[float], list[float]]:
    check(record, SCHEMA)
    return [each["t"] for each in record["scores"]], [each["score"] for each in record["scores"]]


def test_topic_has_the_weight_of_words_in_each_second() -> None:
    said = ["hello", "the budget", "the budget again", "lunch"]
    spans = [
        Span(video=video, start=10.0 * n, end=10.0 * n + 10, caption=f"{text} {n}", take=3)
        for video in ("a.mp4", "b.mp4")
        for n, text in enumerate(said)
    ]
    wanted = [Wanted("budget", id="q1"), Wanted("lunch", video="b.mp4")]
    found = list(ground(spans, wanted, method="topic", scores=True))
    assert [(r.video, r["query"]) for r in found] == [
        ("a.mp4", "budget"),
        ("b.mp4", "budget"),
        ("b.mp4", "lunch"),
    ]
    first = found[0]
    assert (first.start, first.end, first["kind"], first["take"]) == (0, 40, "video", 3)
    assert first["query_id"] == "q1"
    times, scores = curve(first)
    assert times == [n + 0.5 for n in range(40)]
    assert 10 <= times[int(np.argmax(scores))] <= 30
    assert max(scores[:5] + scores[35:]) < max(scores) / 3


def test_what_is_said_nowhere_scores_nothing() -> None:
    span = Span(video="a.mp4", start=0, end=3.0, caption="A boat.")
    (record,) = ground([span], "volcano", method="topic", scores=True)
    assert curve(record) == ([0.5, 1.5, 2.5], [0, 0, 0])


def test_scan_has_the_best_cosine_of_texts_where_there_are_some() -> None:
    cues = [{"start": 2.0, "end": 4.0, "text": "A bee."}, {"start": 3.0, "end": 5.0, "text": "No."}]
    span = Span(video="a.mp4", start=0.0, end=9.0, speech=cues)
    models = Openers(embedder=Topics)
    (record,) = ground([span], "bee", method="scan", models=models, scores=True)
    times, scores = curve(record)
    assert times == [2.5, 3.5, 4.5]
    assert scores[0] == scores[1] > 0.9
    assert scores[2] < 0.1
    assert "speech" not in record


def test_highlights_have_their_attention(tmp_path: Path) -> None:
    video = tmp_path / "film.mp4"
    still = Scene("blue", "medium", movers=0, grain=0.0)
    takes = [Take(30, still), Take(6, Scene("orange", movers=6, speed=200.0)), Take(24, still)]
    encoding = Encoding(width=96, height=54, rate=Fraction(10))
    write_clip(video, Timeline(takes, (96, 54), 1 / encoding.rate, 1), encoding)
    (record,) = lines(vtk("ground", "-q", "--highlights", "--scores", str(video)))
    times = [each["t"] for each in record["scores"]]
    scores = [each["score"] for each in record["scores"]]
    assert 0 == min(scores) < max(scores) <= 1
    assert 29 <= times[int(np.argmax(scores))] <= 37
    assert (record["start"], record["end"], times[0] > 0) == (0, 60, True)


def test_a_method_without_scores_says_which_have_them() -> None:
    with pytest.raises(UsageError, match="words has no scores over time"):
        ground([], "a boat", method="words", scores=True)


def test_density_has_the_best_cover_of_each_second_and_scan_without_a_model_the_same() -> None:
    spans = [
        Span(video="a.mp4", start=0.0, end=4.0, caption="A boat."),
        Span(video="a.mp4", start=4.0, end=6.0, caption="A red boat.", take=3),
        Span(video="b.mp4", start=10.0, end=12.5),
    ]
    cues = [{"start": 11.2, "end": 11.3, "text": "Red!"}]
    spans[2]["speech"] = cues
    found = list(ground(spans, "red boat", scores=True, threshold=0.9, n=1))
    assert [(r.video, r.start, r.end, r["query"]) for r in found] == [
        ("a.mp4", 0.0, 6.0, "red boat"),
        ("b.mp4", 10.0, 12.5, "red boat"),
    ]
    assert found[0]["take"] == 3
    (times, scores), (later, said) = map(curve, found)
    assert times == [n + 0.5 for n in range(6)]
    assert 0 < scores[0] == scores[3] < scores[4] == scores[5] == 1
    (best, *_) = ground(spans, "red boat", n=1)
    assert best["score"] == scores[4]
    assert (later, said[0], said[1] > 0) == ([10.5, 11.5], 0, True)
    by_scan = ground(spans, "red boat", scores=True, method="scan")
    assert [r["scores"] for r in by_scan] == [r["scores"] for r in found]
