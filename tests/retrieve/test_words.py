"""Search by words: phrases, fields, what is not wanted, and words that are misspelled."""

import logging
from pathlib import Path

import pytest

from tests.retrieve.shots import shots
from vtk.query import Query
from vtk.retrieve import Search, retrieve
from vtk.span import Span
from vtk.store.index import open_writer

TEXTS = [
    "A rocket lifts off at night.",
    "Off goes the rocket, a lift breaks.",
    "Heavy rain on a launch pad at night.",
    "Rain clouds, but no heavy traffic.",
    "The explosion of a rocket.",
]


def found(query: str, spans: list[Span] | None = None) -> list[int]:
    """The numbers of the spans that are found, in their order of input."""
    results = retrieve(shots(TEXTS) if spans is None else spans, query, n=0)
    return sorted(span["mine"][0] for span in results)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("rocket lift", [0, 1, 4]),
        ('"lifts off"', [0]),
        ('"lifting off" rocket', [0]),
        ('"off lifts"', []),
        ("night -rain", [0]),
        ("night +rain", [2, 3]),
        ('"rain" night', [0, 2, 3]),
        ('night rain -"heavy rain"', [0, 3]),
        ('-"rain heavy" rain', [2, 3]),
        ('+"rocket" -"off"', [4]),
    ],
)
def test_phrases_are_there_and_what_is_unwanted_is_not(query: str, numbers: list[int]) -> None:
    assert found(query) == numbers


def test_a_phrase_does_not_reach_from_one_text_into_another() -> None:
    spans = shots(["It ends with a rocket."])
    spans[0]["title"] = "Lifts off"
    assert found('"rocket lifts"', spans) == []
    assert found('"lifts off"', spans) == [0]


def test_many_spans_without_the_phrase_do_not_hide_the_one_with_it() -> None:
    spans = shots(["Off it lifts."] * 600 + ["Much later something lifts off."])
    assert [span["mine"] for span in retrieve(spans, '"lifts off"', n=1)] == [[600]]


def test_fields_say_where_a_word_stands() -> None:
    spans = shots(["A rocket.", "A dog.", "A dog."])
    spans[1]["speech"] = [{"start": 5, "end": 7, "text": "Nice rocket!"}]
    spans[2]["screen_text"] = [{"t": 11, "text": "ROCKET FUEL"}]
    assert found("rocket", spans) == [0, 1, 2]
    assert found("speech:rocket", spans) == [1]
    assert found('screen:"rocket fuel"', spans) == [2]
    assert found("caption:rocket", spans) == [0]
    assert found("dog -screen:rocket", spans) == [1]


def test_a_weight_moves_what_it_belongs_to_up() -> None:
    spans = shots(["A dog at night.", "A dog in the rain."])
    assert next(retrieve(spans, '"night" rain'))["mine"] == [0]
    assert next(retrieve(spans, '"night"^0.5 rain'))["mine"] == [1]


def test_conditions_choose_the_spans_that_take_part() -> None:
    spans = [*shots(["A dog."] * 4, "talks/one.mp4"), *shots(["A dog."] * 2, "two.mp4", 60.0)]
    spans[1]["tags"] = [{"tag": "beach"}]
    for number, span in enumerate(spans):
        span["mine"] = [number]
    assert found("dog video:one.mp4", spans) == [0, 1, 2, 3]
    assert found("dog video:talks/*", spans) == [0, 1, 2, 3]
    assert found("dog tag:beach", spans) == [1]
    assert found("dog kind:scene", spans) == []
    assert found("dog after:10s", spans) == [2, 3, 5]
    assert found("dog after:10s before:15s", spans) == [2]
    assert found("dog longer:1:00", spans) == [4, 5]
    assert found("dog shorter:30s after:5s", spans) == [1, 2, 3]


def test_a_word_that_no_span_has_is_the_one_spelled_nearly_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "vtk")
    results = list(retrieve(shots(TEXTS), "explotion roket", search=Search(why=True)))
    assert results[0]["mine"] == [4]
    assert {span["mine"][0] for span in results} == {0, 1, 4}
    assert results[0]["made"][-1]["respelled"] == {"explotion": ["explosion"], "roket": ["rocket"]}
    assert results[0]["why"]["words"]["terms"] == ["explos", "rocket"]
    assert caplog.messages == [
        "no span has the word explotion; searching for explosion",
        "no span has the word roket; searching for rocket",
    ]


@pytest.mark.parametrize(
    "query", ["mechansim", "learnign", "explanaton", "cafe", "strasse", "corrio"]
)
@pytest.mark.parametrize("indexed", [False, True])
def test_slips_near_the_end_and_marks_of_letters_hide_no_word(
    query: str, indexed: bool, tmp_path: Path
) -> None:
    texts = ["The mechanism of learning.", "An explanation.", "Straßen, un café.", "Él corrió."]
    spans, index = shots(texts), str(tmp_path / "a.index") if indexed else None
    if index:
        assert list(open_writer(index).add(spans))
    assert len(list(retrieve(spans, query, index=index))) == 1


def test_a_word_that_nothing_resembles_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert found("whalefish dog", shots(["A dog."])) == [0]
    assert caplog.messages == ["no span has the word whalefish or one spelled nearly so"]


@pytest.mark.parametrize("query", ["rain", "lift", "nite", "lig bot", "brain", "tain"])
def test_words_that_are_there_and_short_ones_are_taken_as_they_are(
    query: str, caplog: pytest.LogCaptureFixture
) -> None:
    spans = shots([*TEXTS, "A train, a shift, a lid, a bat."])
    assert all("respelled" not in span["made"][-1] for span in retrieve(spans, query))
    assert not any("searching for" in message for message in caplog.messages)


def test_a_word_that_comes_late_is_not_respelled() -> None:
    spans = shots(["A pocket.", "A socket.", "A rocket."])
    assert found("rocket", spans) == [2]


def test_what_is_no_condition_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert list(retrieve(shots(["Lunch with a dog."]), "after:lunch dog"))
    (message,) = caplog.messages
    assert message.startswith("after:lunch is no condition")


def test_a_condition_cannot_be_unwanted_and_is_one_with_a_plus(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert Query("dog +kind:shot").where == Query("dog kind:shot").where
    assert list(retrieve(shots(["A dog."]), "dog -video:b.mp4"))
    assert caplog.messages[0].startswith("-video:b.mp4 is no condition")


def test_a_misspelled_field_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    assert list(retrieve(shots(["A dog."]), "titel:dog dog"))
    assert caplog.messages == ["unknown field titel:; did you mean title:?"]


@pytest.mark.parametrize(
    "query",
    [
        *("a then b within -5s", "a then b within", "a then b then c", "a then b within 5x"),
        *('"key"^-1', '"key"^abc', '"key"^1e400'),
    ],
)
def test_an_order_or_a_weight_without_sense_is_told(query: str) -> None:
    assert Query(query).odd


@pytest.mark.parametrize(
    "query", ["a then b", "went then within reach", '"key"^2', "a then b within 5s"]
)
def test_what_has_sense_is_not_told_as_odd(query: str) -> None:
    assert not Query(query).odd


def test_why_names_the_terms_and_the_texts_that_have_them() -> None:
    spans = shots(["A rocket at night.", "A dog."])
    spans[0]["speech"] = [{"start": 0, "end": 2, "text": "What a day."}]
    (result,) = retrieve(spans, "rocket night fuel", search=Search(why=True))
    assert result["why"]["words"] == {
        "terms": ["rocket", "night"],
        "passages": [
            {"source": "caption", "text": "A rocket at night.", "terms": ["rocket", "night"]}
        ],
    }


def test_stop_words_in_a_set_of_queries_change_no_other_query() -> None:
    spans = shots(["To be or not to be.", "A rocket is to be seen.", "A rocket."])
    rocket, is_it = Query("rocket"), Query("to be")
    alone = list(retrieve(spans, [rocket]))
    assert list(retrieve(spans, [rocket, is_it]))[: len(alone)] == alone
    assert [s["mine"] for s in retrieve(spans, [is_it, rocket])][:2] == [[0], [1]]
