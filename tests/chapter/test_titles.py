"""Titles without a model: what a person would write, of what is said or stands on a slide."""

from typing import Any

import pytest

from tests.chapter.test_chapter import lecture
from vtk.chapter import Task, chapter
from vtk.chapter.slide_titles import slide_title, slides
from vtk.chapter.titles import titles
from vtk.span import Span


def said(*texts: str) -> list[Span]:
    """A chapter in which these sentences are said, five seconds each."""
    speech = [{"start": 5.0 * n, "end": 5.0 * n + 5, "text": text} for n, text in enumerate(texts)]
    return [Span(video="a", start=0.0, end=5.0 * len(texts), kind="shot", speech=speech)]


LEDGER = said(
    "Everyone keeps a copy of the public ledger.",
    "The public ledger is basic, and basic it will stay.",
    "It is so basic, so cultural, that the public ledger has 25 lines.",
)
HASH = said(
    "See https://example.com/basic?hash=1 or www.hash.org/hash for the hash function.",
    "A hash function is complicated; very complicated, isn't it?",
    "We're computing the hash function of https://example.com/basic?hash=1.",
)


def test_a_title_is_one_phrase_and_neither_an_adjective_nor_an_address() -> None:
    assert titles([LEDGER, HASH]) == ["Public Ledger", "Hash Function"]


def test_titles_keep_the_case_of_their_language_and_no_english_word() -> None:
    bees = said("Die Bienenkönigin legt Eier.", "Eine Bienenkönigin lebt lange.")
    moon = said("Der Vollmond zieht das Meer.", "Mit dem Vollmond kommt die Flut.")
    assert titles([bees, moon], "de") == ["Bienenkönigin", "Vollmond"]
    server = said("Свързване към сървъра с него и ние.", "Автоматично свързване към сървъра.")
    other = said("Снимка на небето с телескоп.", "И ние правим снимка на небето.")
    for title in titles([server, other], "bg"):
        assert " and " not in title
        assert title[1:] == title[1:].lower()
        assert title.split()[-1] not in ("с", "и", "ние", "към", "на")


def test_no_two_titles_are_alike() -> None:
    assert len(set(titles([LEDGER, LEDGER, LEDGER]))) == 3


def test_the_first_line_ends_with_a_whole_word() -> None:
    (title,) = titles([said("word " * 30)], by="line")
    assert title == " ".join(["word"] * 11) + "…"


def slide(start: float, end: float, *lines: tuple[str, float]) -> list[dict[str, Any]]:
    """The lines of a slide, one below the other, each with its height."""
    found, top = [], 0.1
    for text, height in lines:
        box = [0.1, round(top, 3), 0.8, round(top + height, 3)]
        found.append({"start": start, "end": end, "text": text, "box": box, "role": "slide"})
        top += height + 0.05
    return found


def deck() -> Span:
    """A talk of four slides, one of them built up, in one shot."""
    screen = [
        *slide(0, 30, ("1. What", 0.1), ("413M pairs", 0.05), ("https://example.com", 0.05)),
        *slide(15, 30, ("", 0.4), ("filtered", 0.05))[1:],
        *slide(30, 60, ("Why", 0.1), ("it is open", 0.05)),
        *slide(60, 90, ("Why", 0.1), ("it is large", 0.05)),
        *slide(90, 120, ("Get it", 0.1), ("three lines", 0.05)),
    ]
    return Span(video="talk.mp4", start=0.0, end=120.0, kind="shot", screen_text=screen)


def test_a_slide_that_is_built_up_or_keeps_its_title_is_one() -> None:
    assert [(each.start, each.title) for each in slides([deck()])] == [
        (0, "What"), (30, "Why"), (90, "Get it"),
    ]  # fmt: skip
    assert slide_title([deck()]) == "What"


def test_slides_make_chapters_that_are_called_as_they_are() -> None:
    found = list(chapter([deck()], method="slides"))
    assert [(span.start, span["title"]) for span in found] == [
        (0, "What"),
        (30, "Why"),
        (90, "Get it"),
    ]
    assert found[0]["made"][-1]["method"] == "slides"


def test_a_talk_without_slides_is_told(caplog: pytest.LogCaptureFixture) -> None:
    spans = [Span(span, screen_text=[]) for span in lecture()]
    (failed,) = chapter(spans, method="slides")
    assert "no slides" in failed["error"]["message"]


def test_two_levels_have_sections_in_the_parts() -> None:
    found = list(chapter(lecture(20.0), Task(levels=2, count=2, min_length=20)))
    sections = [part for span in found for part in span["parts"] if part["kind"] == "section"]
    assert len(found) == 2
    assert len(sections) >= 2
    assert len({part["title"] for part in sections}) == len(sections)


def test_chapters_begin_only_in_silence_or_with_shots_where_that_is_wanted() -> None:
    speech = [
        {"start": t, "end": t + (5.0 if t % 30 < 25 else 3.0), "text": text}
        for t, text in zip(
            range(0, 90, 5), (e["speech"][0]["text"] for e in lecture()), strict=True
        )
    ]
    spans = [Span(video="a", start=0.0, end=50.0, kind="shot", speech=speech)]
    spans.append(Span(video="a", start=50.0, end=90.0, kind="shot"))
    for snap, allowed in (("silence", {0, 30, 60}), ("shot", {0, 50})):
        starts = {span.start for span in chapter(spans, Task(count=3, snap=snap))}  # type: ignore[arg-type]
        assert starts == allowed


def test_no_chapter_is_longer_than_allowed() -> None:
    found = list(chapter(lecture(), Task(count=None, max_length=20)))
    assert max(span.end - span.start for span in found) <= 20


RUSSIAN = [
    "Сегодня мы говорим о том, как смотритель маяка носил масло наверх по лестнице.",
    "Смотритель маяка зажигал лампу, и её свет был виден далеко в море.",
    "Потом мы увидим, что линза Френеля собирает свет лампы в один луч.",
    "Эта линза Френеля была большой, но и очень лёгкой для своего времени.",
]


def test_titles_have_the_case_of_the_language_that_is_heard() -> None:
    spans = [
        Span(
            **{"video": "a.mp4", "start": 60.0 * n, "end": 60.0 * n + 60, "kind": "shot"},
            speech=[{"start": 60.0 * n, "end": 60.0 * n + 60, "text": text}],
        )
        for n, text in enumerate(RUSSIAN)
    ]
    found = list(chapter(spans, Task(count=2)))
    assert {entry["language"] for span in found for entry in span["made"]} == {"ru"}
    for span in found:
        first, *rest = span["title"].split(" ")
        assert first[0].isupper()
        assert not [word for word in rest if word[0].isupper() and word != "Френеля"]
