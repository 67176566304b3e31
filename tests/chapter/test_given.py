"""Titles for boundaries that are given, and boundaries for titles."""

import json
import logging
import re
from itertools import combinations, pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chapter.test_chapter import lecture
from tests.chapter.test_llm import LINE, TOPICS, outline, talk
from tests.command_line import lines, vtk
from tests.prompting.scripted import Scripted
from vtk.chapter import Mark, Task, chapter
from vtk.chapter.placing import placed
from vtk.chapter.user_lists import read_boundaries
from vtk.check import check
from vtk.errors import UsageError
from vtk.media.container.timing import timing
from vtk.models.openers import Openers
from vtk.schema import SCHEMA
from vtk.span import Span

TITLES = ("The hive of the bees", "Suspension bridges", "The moon and the tides")


def test_titles_get_boundaries_by_the_words_of_their_chapters() -> None:
    found = list(chapter(lecture(), Task(titles=TITLES)))
    assert outline(found) == [(0, TITLES[0]), (30, TITLES[1]), (60, TITLES[2])]
    assert found[0]["made"][-1]["method"] == "given"
    assert "mended" not in found[0]["made"][-1]
    for span in found:
        check(span, SCHEMA)


def test_a_title_of_which_nothing_is_said_is_guessed_and_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        found = list(chapter(lecture(), Task(titles=("Bees", "Quantum physics", "Tides"))))
    assert outline(found) == [(0, "Bees"), (30, "Quantum physics"), (60, "Tides")]
    assert found[0]["made"][-1]["mended"] == {"guessed": 1}
    assert "chapters that were given, guessed: 1" in caplog.messages


def test_more_titles_than_places_are_an_error_of_the_video() -> None:
    (record,) = chapter(lecture()[:2], Task(titles=TITLES))
    assert "3 titles are given" in record["error"]["message"]


def test_titles_get_boundaries_by_a_model_that_reads_in_windows() -> None:
    """It sees one of the chapters begin nowhere, and another of them twice."""
    titles = tuple(f"Of {topic}" for topic in TOPICS)

    def say(text: str, _: float) -> str:
        told, found = LINE.findall(text), []
        for (_, before), (start, topic) in pairwise(told):
            if topic != before and topic != "salt":
                found.append({"number": TOPICS.index(topic) + 1, "start": int(start)})
        if told[0][0] == "0":
            found.append({"number": 8, "start": 300})
        return json.dumps({"chapters": found})

    model = Scripted(say)
    model.context = 2048
    task = Task(titles=titles, models=Openers(language=lambda: model))
    found = list(chapter(talk(80), task, method="llm"))
    assert [(round(start), title) for start, title in outline(found)] == [
        (600 * n, title) for n, title in enumerate(titles)
    ]
    assert found[0]["made"][-1]["mended"] == {"unordered": 1, "added": 2}
    assert len(model.asked) > 4
    assert model.closed


def test_boundaries_get_titles_and_stay_where_they_are() -> None:
    at = (Mark(61.5), Mark(30.0, "My own"), Mark(30.0), Mark(999.0))
    found = list(chapter(lecture(), Task(at=at)))
    assert [span.start for span in found] == [0, 30, 61.5]
    assert found[1]["title"] == "My own"
    assert len({span["title"].casefold() for span in found}) == 3
    assert found[0]["made"][-1]["mended"] == {"outside": 1, "unordered": 1, "repeated": 1}


def test_a_model_gives_the_titles_where_it_is_to() -> None:
    model = Scripted(lambda text, _: json.dumps({"title": re.findall(r"about (\w+)", text)[0]}))
    models = Openers(language=lambda: model)
    task = Task(at=(Mark(0.0), Mark(600.0, "Mine")), title_by="model", models=models)
    assert outline(list(chapter(talk(20), task))) == [(0, "bees"), (600, "Mine")]


def test_files_of_times_chapters_and_titles(tmp_path: Path) -> None:
    times, notes, titles = (tmp_path / name for name in ("times.txt", "notes.txt", "titles.txt"))
    times.write_text("0\n0:30\n\n00:01:00.0\n")
    notes.write_text("In this talk:\n0:00 Of bees\n0:30 Of bridges\n1:00 Of tides\n")
    titles.write_text("\n".join(TITLES))
    odd = tmp_path / "odd.txt"
    odd.write_text("0:30\n99:99\n")
    found = {
        option: [Span(span) for span in lines(vtk("chapter", *option, stdin=lecture()))]
        for option in (
            ("--at", times),
            ("--at", notes),
            ("--outline", titles),
            ("--outline", notes),
        )
    }
    outlined = found.pop(("--outline", notes))  # of a list of chapters, the titles
    assert [s["title"] for s in outlined] == ["Of bees", "Of bridges", "Of tides"]
    for spans in found.values():
        assert [span.start for span in spans] == [0, 30, 60]
    assert [s["title"] for s in found["--at", notes]] == ["Of bees", "Of bridges", "Of tides"]
    assert tuple(s["title"] for s in found["--outline", titles]) == TITLES
    for wrong, told in (
        (("--at", times, "--outline", titles), b"nothing is left to find"),
        (("--at", titles), b"no chapters are in it"),
        (("--outline", tmp_path / "gone.txt"), b"cannot read"),
        (("--at", odd), b"not a time: '99:99'"),
    ):
        run = vtk("chapter", *wrong, stdin=lecture())
        assert run.returncode == 2
        assert told in run.stderr


def test_given_boundaries_count_from_the_start_of_the_file(tmp_path: Path) -> None:
    sound = tmp_path / "late.mp3"  # whose first sample has a time after 0
    with av.open(str(sound), "w") as file:
        stream = file.add_stream("mp3", rate=44_100)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 3 * 44_100), np.float32), "fltp", "mono")
        silence.rate = 44_100
        file.mux([*stream.encode(silence), *stream.encode(None)])
    about = timing(str(sound))
    assert about.end
    assert about.start > 0.01
    span = Span(video=str(sound), start=about.start, end=about.end, kind="video", speech=[])
    found = list(chapter([span], Task(at=(Mark(0.0, "Intro"), Mark(1.0, "Bees")))))
    assert outline(found) == [
        (about.start, "Intro"), (pytest.approx(about.start + 1), "Bees")
    ]  # fmt: skip
    assert "mended" not in found[0]["made"][-1]


@settings(deadline=None, max_examples=40)
@given(st.data(), st.integers(2, 4), st.integers(0, 4))
def test_titles_are_placed_where_the_sum_of_what_they_gain_is_the_largest(
    data: st.DataObject, count: int, more: int
) -> None:
    size = count + more
    cells = st.lists(st.integers(0, 3), min_size=size, max_size=size)
    gains = np.array([data.draw(cells.filter(any)) for _ in range(count)], np.float64)
    known = data.draw(st.none() | st.integers(1, size - count + 1))
    fixed = {} if known is None else {1: float(known)}

    def total(starts: tuple[int, ...]) -> float:
        return float(sum(gains[n, a:b].sum() for n, (a, b) in enumerate(pairwise([*starts, size]))))

    every = [(0, *rest) for rest in combinations(range(1, size), count - 1)]
    allowed = [starts for starts in every if known is None or starts[1] == known]
    found = placed(gains, range(size + 1), fixed, 0.0)
    assert found is not None
    starts, guessed = found
    assert guessed == 0
    assert tuple(starts) in allowed
    assert total(tuple(map(int, starts))) == max(map(total, allowed))


def test_an_odd_line_among_times_is_told_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "at.txt"
    file.write_text("0:00\n0:30\nO:45\n1:00\n1:30\n")
    with pytest.raises(UsageError, match=r"line 3: a time such as 1:02:03 was expected.*'O:45'"):
        read_boundaries(file)


def test_a_line_without_a_time_among_chapters_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "at.txt"
    file.write_text("0:00 The hive\n0:30 Bridges\nThe moon\n1:00 Tides\n")
    assert [mark.title for mark in read_boundaries(file)] == ["The hive", "Bridges", "Tides"]
    assert (
        "line 3: left out, as a time such as 1:02:03 and a title were expected: 'The moon'"
        in caplog.text
    )
    caplog.clear()
    file.write_text("0:00\nThe hive\n0:30\nBridges\n")
    assert [mark.title for mark in read_boundaries(file)] == ["The hive", "Bridges"]
    assert not caplog.text
