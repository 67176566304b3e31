"""Summaries: which sentences, how many, and where each comes from."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from vtk.check import check
from vtk.errors import UsageError
from vtk.schema import SCHEMA
from vtk.span import Span, join
from vtk.summarize import Task, summarize
from vtk.text import word_count

SPEECH = [
    "NAR: A lighthouse keeper carried oil",
    "up the stairs every evening. >> And that",
    "was that. The Fresnel lens sends the",
    "light of a small lamp out in one beam.",
    "Is it heavy? With a Fresnel lens, a lamp",
    "is seen twenty miles away. [Applause]",
    "Ships carry a list of the light of each",
    "lighthouse keeper on the coast.",
]


def talk(texts: list[str] = SPEECH, **fields: Any) -> list[Span]:
    """A span for each cue of four seconds."""
    return [
        Span(
            video="talk.mp4",
            start=i * 4.0,
            end=i * 4.0 + 4,
            kind="shot",
            speech=[{"start": i * 4.0, "end": i * 4.0 + 4, "text": text}],
            camera="left",
            **fields,
        )
        for i, text in enumerate(texts)
    ]


def test_a_summary_is_whole_sentences_in_order_of_time() -> None:
    (found,) = summarize(talk(), Task(sentences=2))
    check(found, SCHEMA)
    texts = [
        "A lighthouse keeper carried oil up the stairs every evening.",
        "The Fresnel lens sends the light of a small lamp out in one beam.",
    ]
    assert [entry["text"] for entry in found["sentences"]] == texts
    assert found["summary"] == " ".join(texts)
    first, second = found["sentences"]
    assert first["start"] == 0
    assert 4 < first["end"] < 8
    assert 8 < second["start"] < second["end"] == 16


def test_a_summary_is_one_span_over_the_video() -> None:
    (found,) = summarize(talk())
    assert (found["kind"], found.start, found.end) == ("summary", 0, 32)
    assert found["camera"] == "left"
    assert found["made"][-1]["by"] == "vtk summarize"
    assert len(found["sentences"]) <= 5


def test_what_is_said_twice_is_told_once() -> None:
    (found,) = summarize([*talk(), *talk(), *talk()])
    texts = [entry["text"] for entry in found["sentences"]]
    assert len(texts) == len(set(texts))


def test_captions_of_models_are_told_and_measurements_are_no_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caption = "A woman paints a boat on the beach of a small island."
    picture = "A dark picture for 3 seconds."
    facts = {"facts": {"picture": picture}, "caption": picture}
    spoken = talk(["The old harbour lies under the city wall."], **facts)
    painted = Span(video="talk.mp4", start=4, end=8, kind="shot", caption=caption)
    (found,) = summarize([*spoken, painted])
    assert found["summary"] == f"The old harbour lies under the city wall. {caption}"
    dumb = Span(video="talk.mp4", start=4, end=8, kind="shot", **facts)
    (found,) = summarize([dumb])
    assert (found["summary"], found["sentences"]) == ("", [])
    assert "talk.mp4: no words to sum up" in caplog.text


def test_titles_of_chapters_stay_as_parts() -> None:
    (found,) = summarize([Span({**span, "title": f"Part {span.start}"}) for span in talk()])
    assert found["parts"][1] == {"start": 4.0, "end": 8.0, "title": "Part 4.0"}


def test_each_chapter_has_its_own_summary() -> None:
    chapters = [join(part, "chapter", title="Part") for part in (talk()[:4], talk()[4:])]
    found = list(summarize(chapters, Task(by="chapter", sentences=1)))
    assert [(c.start, c.end, c["kind"]) for c in found] == [(0, 16, "chapter"), (16, 32, "chapter")]
    for each, before in zip(found, chapters, strict=True):
        (sentence,) = each["sentences"]
        assert each.start <= sentence["start"] < sentence["end"] <= each.end
        assert {**before, **each} == each | {"made": each["made"]}
    assert {span["kind"] for span in summarize(talk(), Task(by="chapter"))} == {"chapter"}


def test_speech_without_punctuation_is_told_in_excerpts() -> None:
    texts = [f"the telescope number {i} sees {name} far away" for i, name in enumerate("abcdefgh")]
    (found,) = summarize(talk(texts), Task(sentences=2))
    assert 1 <= len(found["sentences"]) <= 2
    assert " … " in found["summary"]


def test_a_budget_smaller_than_any_sentence_cuts_one() -> None:
    (found,) = summarize(talk(), Task(words=2))
    assert 0 < word_count(found["summary"]) <= 2
    assert found["summary"].endswith("…")


def test_each_video_has_its_own_summary_and_errors_pass() -> None:
    broken = Span(video="talk.mp4").with_error("split", "broken")
    other = [Span({**span, "video": "b.mp4"}) for span in talk()]
    found = list(summarize([*talk(), broken, *other]))
    assert [span.video for span in found] == ["talk.mp4", "talk.mp4", "b.mp4"]
    assert found[1] == broken


@pytest.mark.parametrize(
    "wrong",
    [{"sentences": 0}, {"words": 0}, {"budget": 0}, {"focus": "?"}, {"style": "x"}, {"by": "x"}],
    ids=str,
)
def test_options_without_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Task(**wrong)


TEXTS = st.lists(
    st.lists(
        st.sampled_from([*" ".join(SPEECH).split(), "望遠鏡。", "?"]), min_size=1, max_size=12
    ).map(" ".join),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(1, 6), st.none() | st.integers(1, 40))
def test_a_summary_keeps_within_its_budget(
    texts: list[str], sentences: int, words: int | None
) -> None:
    task = Task(sentences=sentences, words=words)
    (found,) = summarize(talk(texts), task)
    assert len(found["sentences"]) <= sentences
    assert words is None or word_count(found["summary"]) <= 1.1 * words
    times = [(entry["start"], entry["end"]) for entry in found["sentences"]]
    assert times == sorted(times)
    assert [found] == list(summarize(talk(texts), task))


def test_the_command_takes_a_budget() -> None:
    result = vtk("summarize", "--words", "25", stdin=[*talk()])
    assert result.returncode == 0, result.stderr
    (found,) = lines(result)
    assert 22 < word_count(found["summary"]) <= 27
    assert vtk("summarize", "--words", "0", stdin=talk()).returncode == 2
