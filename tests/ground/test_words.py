"""Quotations: found to the word in speech, whatever is spelt or said a little differently."""

import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from vtk.check import check
from vtk.errors import UsageError
from vtk.ground import ground
from vtk.ground.spoken import keys
from vtk.ground.words import matches
from vtk.schema import SCHEMA
from vtk.span import Span
from vtk.text import Analyzer

SPEECH = "We choose, uh, to go to the moon in this decade and do the other things"
STEM = Analyzer("en")


def timed(text: str, start: float = 10.0, video: str = "a.mp4") -> Span:
    """A span in which a word is said each second, with the time of every word."""
    words = [
        {"text": word, "start": start + n, "end": start + n + 0.5}
        for n, word in enumerate(text.split())
    ]
    end = words[-1]["end"]
    said = {"start": start, "end": end, "text": text, "words": words}
    return Span(video=video, start=0.0, end=100.0, speech=[said])


def cues(*texts: str) -> Span:
    """A span with a cue of ten seconds for each text, without times of words."""
    said = [{"start": 10.0 * n, "end": 10.0 * n + 10, "text": t} for n, t in enumerate(texts)]
    return Span(video="a.mp4", start=0.0, end=100.0, speech=said)


def found(span: Span, quotation: str, **options: Any) -> list[tuple[float, float]]:
    return [(m.start, m.end) for m in ground([span], quotation, method="words", **options)]


def test_a_quotation_has_the_times_of_its_first_and_its_last_word() -> None:
    (moment,) = ground([timed(SPEECH)], "go to the moon", method="words")
    check(moment, SCHEMA)
    assert (moment.start, moment.end, moment["score"]) == (14.0, 17.5, 1.0)
    assert moment["evidence"] == [
        {"start": 14.0, "end": 17.5, "text": "go to the moon", "source": "speech"}
    ]
    assert moment["made"][-1]["method"] == "words"


@pytest.mark.parametrize(
    ("quotation", "score"),
    [
        ("WE CHOOSE to go to the moon!", 1.0),  # case, marks, and a filler that is left out
        ("we chose to go to the moon", 0.9),  # a letter
        ("we choose to go to the green moon", 0.8),  # a word more
        ("we choose to fly to the moon", 0.8),  # another word
    ],
)
def test_small_differences_cost_a_part_of_the_score(quotation: str, score: float) -> None:
    (moment,) = ground([timed(SPEECH)], quotation, method="words")
    assert (moment.start, moment.end) == (10.0, 17.5)
    assert moment["score"] == pytest.approx(score, abs=0.08)


def test_what_is_not_said_is_not_found() -> None:
    assert found(timed(SPEECH), "we choose to remain on the ground and sleep") == []
    assert found(timed(SPEECH), "the other decade") == []


def test_numbers_are_the_same_in_words_and_in_digits() -> None:
    span = timed("in nineteen sixty-two he had 25 dogs and two hundred and five cats")
    assert found(span, "in 1962 he had twenty-five dogs") == [(10.0, 16.5)]
    assert found(span, "205 cats") == [(18.0, 22.5)]
    assert keys("12,000 and one thousand") == ["12000", "and", "1000"]


def test_a_quotation_may_go_over_the_end_of_a_cue() -> None:
    span = cues("aaaa bbbb cccc", "dddd eeee ffff")
    (moment,) = ground([span], "cccc dddd", method="words")
    assert moment.start == pytest.approx(10 / 14 * 10, abs=1e-6)
    assert moment.end == pytest.approx(10 + 4 / 14 * 10, abs=1e-6)


def test_guessed_times_are_told_in_the_record_and_once_on_stderr(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        (moment,) = ground([cues("we choose to go to the moon")], "to go", method="words")
    assert moment["evidence"][0]["guessed"] is True
    (warning,) = caplog.messages
    assert warning.startswith("moments whose times are guessed")


def test_a_video_without_speech_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    span = Span(video="a.mp4", start=0.0, end=9.0, caption="A moon.")
    with caplog.at_level(logging.WARNING):
        assert found(span, "moon") == []
    assert caplog.messages[0] == "videos without speech, in which nothing is quoted: 1"


def test_each_place_is_found_and_the_best_comes_first() -> None:
    span = timed("say it loud and say it again and then say it loudly")
    assert found(span, "say it loud") == [(10.0, 12.5), (19.0, 21.5)]
    assert found(span, "say it loud", n=1) == [(10.0, 12.5)]


@pytest.mark.parametrize(
    ("said", "quotation", "evidence"),
    [
        (
            "notice, um, in nineteen sixty",
            "notice in 1960",
            "notice, um, in nineteen sixty",
        ),
        ("Well, you'll NOTICE that", "you will notice", "you'll NOTICE"),
        ("his 1,200,000 stars", "1200000 stars", "1,200,000 stars"),
        ("今天讲人工智能的历史", "人工智能", "人工智能"),
        ("ผู้หญิงที่นี่", "ผู้หญิง", "ผู้หญิง"),
        ("a twenty-five-year plan", "25 year plan", "twenty-five-year plan"),
    ],
)
def test_the_evidence_is_what_was_said_as_it_is_written(
    said: str, quotation: str, evidence: str
) -> None:
    for span in (cues(said), timed(said)):
        (moment,) = ground([span], quotation, method="words")
        assert moment["evidence"][0]["text"] == evidence


def test_timed_words_of_a_script_without_spaces_are_told_without_spaces() -> None:
    words = [{"text": c, "start": n + 1.0, "end": n + 2.0} for n, c in enumerate("讲人工智能")]
    entry = {"start": 1.0, "end": 6.0, "text": "讲人工智能", "words": words}
    span = Span(video="a.mp4", start=0.0, end=9.0, speech=[entry])
    (moment,) = ground([span], "人工智能", method="words")
    assert (moment.start, moment["evidence"][0]["text"]) == (2, "人工智能")


def test_all_cues_of_a_quotation_are_in_its_speech() -> None:
    span = cues("we choose, as they say, to go", "to the moon in this decade and do the other")
    (moment,) = ground([span], "go to the moon in this decade and do the other", method="words")
    assert moment["speech"] == span["speech"]


@pytest.mark.parametrize(
    ("said", "quotation"),
    [
        ("I don't know", "I do not know"),
        ("you're right and it's true", "you are right and it is true"),
        ("we will see what they have done", "we'll see what they've done"),
        ("they can\u2019t and won\u2019t", "they cannot and will not"),
        ("dont do it", "don't do it"),
    ],
)
def test_contractions_are_what_they_stand_for(said: str, quotation: str) -> None:
    (moment,) = ground([timed(said)], quotation, method="words")
    assert moment["score"] == 1


def test_of_equal_matches_the_one_with_the_first_and_the_last_word_wins() -> None:
    said = timed("Ask not what your country can do for you")
    assert found(said, "ask what your country can do") == [(10.0, 16.5)]


def test_a_query_of_marks_has_no_words() -> None:
    with pytest.raises(UsageError, match="no words"):
        found(timed(SPEECH), "?!")


def test_the_same_from_the_command_line() -> None:
    result = vtk("ground", "--words", "go to the moon", stdin=timed(SPEECH).dump().decode())
    (record,) = lines(result)
    assert (record["start"], record["end"], record["query"]) == (14.0, 17.5, "go to the moon")


ALPHABET = st.sampled_from(["red", "blue", "green", "sun"])


@settings(deadline=None)
@given(st.lists(ALPHABET, max_size=12), st.lists(ALPHABET, min_size=1, max_size=4))
def test_exact_places_score_1_and_lie_apart(said: list[str], quotation: list[str]) -> None:
    places = matches(quotation, said, STEM)
    exact = {(m.first, m.last) for m in places if m.score == 1}
    assert all(said[first:last] == quotation for first, last in exact)
    size = len(quotation)
    there = [n for n in range(len(said)) if said[n : n + size] == quotation]
    assert bool(exact) == bool(there)
    taken = [n for m in places for n in range(m.first, m.last)]
    assert len(taken) == len(set(taken))


@settings(deadline=None)
@given(st.lists(ALPHABET, max_size=8), st.lists(ALPHABET, min_size=1, max_size=5))
def test_the_score_is_that_of_the_least_edits(said: list[str], quotation: list[str]) -> None:
    """Against the textbook recurrence over every stretch of the words."""
    stretches = [said[a:b] for a in range(len(said)) for b in range(a + 1, len(said) + 1)]
    costs = [_edits(quotation, stretch) for stretch in stretches]
    least = min(costs, default=len(quotation))
    best = matches(quotation, said, STEM)
    if best:
        assert best[0].score == pytest.approx(1 - least / len(quotation))
    else:
        assert 1 - least / len(quotation) < 0.7


def _edits(one: list[str], other: list[str]) -> int:
    row = list(range(len(other) + 1))
    for a in one:
        before, row = row, [row[0] + 1]
        for n, b in enumerate(other):
            row.append(min(row[-1] + 1, before[n + 1] + 1, before[n] + (a != b)))
    return row[-1]
