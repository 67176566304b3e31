"""Grounding by models: what they are told and shown, and how answers are held to it."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.command_line import lines, vtk
from tests.models.tiny import language_file
from tests.real_weights import smollm2
from tests.world.models.film import film, write_pictures
from vtk.check import check
from vtk.errors import MissingError, ModelError
from vtk.ground import ground
from vtk.ground.answers import Tally, within
from vtk.ground.looking import explore
from vtk.ground.vlm import FRAMES, windows
from vtk.models.llm.prompt import Answer, Likelihood, Prompt, Sampling
from vtk.models.openers import Openers
from vtk.schema import SCHEMA
from vtk.span import Span

MOMENT = (61.0, 75.0)
LINE = re.compile(r"(\d+\.\d)-(\d+\.\d) \(\w+\): .*boat")


class Reader:
    """A `LanguageModel` that tells the lines with "boat", and affirms frames inside of MOMENT."""

    name, settings, sha256, pairs, at_once = "reader", "", None, False, 1
    context: int | None = None

    def __init__(self, reads: Callable[[str], Any] | None = None) -> None:
        self.reads = reads or self.boats
        self.asked: list[str] = []
        self.closed = False

    def boats(self, text: str) -> Any:
        found = [(float(a), float(b)) for a, b in LINE.findall(text)]
        return [{"start": a, "end": b, "confidence": 0.75} for a, b in found]

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling | None = None
    ) -> Iterator[Answer | ModelError]:
        for prompt in prompts:
            self.asked.append("".join(part for part in prompt.parts if isinstance(part, str)))
            found = self.reads(self.asked[-1])
            if isinstance(found, ModelError):
                yield found
            else:
                yield Answer(orjson.dumps({"windows": found}).decode(), 1, 1)

    def scores(
        self, prompts: Iterable[Prompt], choices: Sequence[str] = ()
    ) -> Iterator[list[float] | ModelError]:
        for prompt in prompts:
            told = " ".join(part for part in prompt.parts if isinstance(part, str))
            self.asked.append(told)
            times = [float(t) for t in re.findall(r"<(\d+\.\d) seconds>", told)]
            yes = sum(MOMENT[0] <= t < MOMENT[1] for t in times) / len(times)
            yield [0.05 + 0.9 * bool(yes), 0.0]

    def likelihoods(self, texts: Iterable[tuple[Prompt, str]]) -> Iterator[Likelihood | ModelError]:
        yield from ()

    def close(self) -> None:
        self.closed = True


def story(seconds: int = 600) -> list[Span]:
    """Captions of ten seconds each; from 300 to 310 s there is a boat."""
    told = [
        "A boat on a lake." if t == 300 else "Trees in the wind." for t in range(0, seconds, 10)
    ]
    return [
        Span(video="a.mp4", start=10.0 * n, end=10.0 * n + 10, kind="shot", caption=text)
        for n, text in enumerate(told)
    ]


def test_a_model_reads_timed_captions_and_its_windows_become_moments() -> None:
    model = Reader()
    (moment,) = ground(story(), "a boat", method="llm", models=Openers(language=lambda: model))
    check(moment, SCHEMA)
    assert (moment.start, moment.end, moment["score"], moment["rank"]) == (300, 310, 0.75, 1)
    assert moment["evidence"][0]["text"] == "A boat on a lake."
    assert moment["made"][-1]["model"] == "reader"
    assert "Where in the video is this: a boat" in model.asked[0]
    assert model.closed


def test_a_long_text_is_read_in_parts_and_none_of_it_is_left_out() -> None:
    model = Reader(lambda text: [])
    spans = story(36000)
    assert list(ground(spans, "a boat", method="llm", models=Openers(language=lambda: model))) == []
    assert len(model.asked) > 5
    assert max(map(len, model.asked)) < 30_000
    whole = "".join(model.asked)
    assert all(f"{span.start:.1f}-{span.end:.1f}" in whole for span in spans)


def test_answers_beyond_the_text_are_cut_or_left_out_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = [(590, 900), (700, 800), (50, 40)]
    model = Reader(lambda _: [{"start": a, "end": b, "confidence": 1} for a, b in said])
    with caplog.at_level(logging.WARNING):
        (moment,) = ground(story(), "boat", method="llm", models=Openers(language=lambda: model))
    assert (moment.start, moment.end) == (590, 600)
    assert caplog.messages == [
        "answers cut to the times that the model was told of: 1",
        "answers left out, outside the times that the model was told of: 2",
    ]


def test_a_part_without_an_answer_is_halved_and_asked_again() -> None:
    def reads(text: str) -> Any:
        return ModelError("too long") if text.count("caption") > 20 else model.boats(text)

    model = Reader(reads)
    (moment,) = ground(story(), "boat", method="llm", models=Openers(language=lambda: model))
    assert (moment.start, moment.end) == (300, 310)


def test_a_video_that_no_answer_is_about_becomes_an_error_record() -> None:
    model = Reader(lambda _: ModelError("it said nothing"))
    (record,) = ground(story(), "boat", method="llm", models=Openers(language=lambda: model))
    assert record["error"]["message"] == "it said nothing"


@pytest.mark.parametrize("method", ["llm", "vlm", "search"])
def test_a_method_that_needs_a_model_says_so(method: str) -> None:
    with pytest.raises(MissingError, match="--model"):
        list(ground(story(), "boat", method=method))


@settings(deadline=None)
@given(st.floats(0, 100), st.floats(0.1, 5000), st.floats(0.5, 9))
def test_windows_of_frames_cover_a_stretch(start: float, length: float, step: float) -> None:
    found = list(windows(start, start + length, step))
    assert found[0][0] == start
    assert found[-1][1] == start + length
    assert all(low < high <= low + FRAMES * step + 1e-6 for low, high in found)
    assert all(b[0] <= a[1] for a, b in pairwise(found))


WINDOWS = st.lists(
    st.fixed_dictionaries(
        {"start": st.floats(0, 99), "end": st.floats(0, 99), "confidence": st.floats(0, 1)}
    )
)


@settings(deadline=None)
@given(WINDOWS)
def test_no_answer_reaches_beyond_its_limits(said: list[dict[str, float]]) -> None:
    tally = Tally()
    found = within(said, 20.0, 60.0, tally)
    assert all(20 <= each.start < each.end <= 60 for each in found)
    assert len(found) + tally.refused == len(said)


def seen(moment: tuple[float, float]) -> Callable[[float, float], float]:
    return lambda start, end: 0.9 if start < moment[1] and end > moment[0] else 0.1


def test_a_search_closes_in_on_the_moment_within_its_looks() -> None:
    asked: list[tuple[float, float]] = []

    def look(start: float, end: float) -> float:
        asked.append((start, end))
        return seen((1000.0, 1030.0))(start, end)

    (found,), unseen = explore([(0.0, 3600.0)], even, look, 64)
    assert len(asked) <= 64
    assert unseen == 0
    assert found.start <= 1000 < 1030 <= found.end
    assert found.end - found.start < 40


def even(windows: Sequence[tuple[float, float]]) -> list[float]:
    return [0.0] * len(windows)


def test_a_search_begins_where_it_is_likely_and_tells_what_it_did_not_look_at() -> None:
    moment = seen((1000.0, 1030.0))
    (blind,), unseen = explore([(0.0, 3600.0)], even, moment, 12)
    assert unseen == 0
    told, unseen = explore(
        [(0.0, 3600.0)], lambda windows: [moment(*each) for each in windows], moment, 12
    )
    (found,) = told
    assert found.start <= 1000 < 1030 <= found.end
    assert found.end - found.start < blind.end - blind.start
    assert unseen > 0


def test_a_search_by_looks_proposes_bright_frames(tmp_path: Path) -> None:
    path = tmp_path / "flash.mp4"
    dark, bright = (np.full((64, 64, 3), level, np.uint8) for level in (30, 220))
    shown = (bright if 60 <= n / 4 < 76 else dark for n in range(480))
    write_pictures(path, shown, 64, 4)
    model = Reader()
    models = Openers(clip=Likeness, language=lambda: model)  # type: ignore[arg-type]
    spans = [Span(video=str(path))]
    (moment,) = ground(spans, "a light", method="search", models=models, looks=8)
    assert moment.start < 75
    assert moment.end > 61
    assert len(model.asked) == 8
    first = re.findall(r"<(\d+\.\d) seconds>", model.asked[0])
    assert 52 <= float(first[0]) <= 76


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return film(path, 5, shots=40, seconds=2.0, side=64, rate=4).path


def test_a_search_looks_at_frames_of_the_video(clip: Path) -> None:
    spans = [Span(video=str(clip), start=0.0, end=80.0)]
    (moment,) = ground(spans, "boat", method="search", models=Openers(language=Reader), looks=40)
    check(moment, SCHEMA)
    assert abs(moment.start - MOMENT[0]) <= 4
    assert abs(moment.end - MOMENT[1]) <= 4
    assert moment["score"] == pytest.approx(0.95)


class Likeness:
    """An image-text model in which frames are like the query if their upper left is bright."""

    name, dim, sha256 = "likeness", 2, None

    def __enter__(self) -> "Likeness":
        return self

    def __exit__(self, *_: object) -> None: ...

    def images(self, pictures: Iterable[Any]) -> Iterator[NDArray[np.float32]]:
        for picture in pictures:
            bright = picture[:8, :8].mean() > 128
            yield np.array([0.4, 0.0] if bright else [0.2, 0.0], np.float32)

    def texts(self, texts: list[str]) -> NDArray[np.float32]:
        return np.array([[1.0, 0.0]] * len(texts), np.float32)

    def close(self) -> None: ...


def test_what_is_read_is_fitted_to_the_pictures(tmp_path: Path) -> None:
    path = tmp_path / "flash.mp4"
    dark, bright = (np.full((64, 64, 3), level, np.uint8) for level in (30, 220))
    shown = (bright if 20 <= n / 4 < 26 else dark for n in range(160))
    write_pictures(path, shown, 64, 4)
    models = Openers(clip=Likeness, language=lambda: Reader(lambda _: said))  # type: ignore[arg-type]
    said = [{"start": 18, "end": 23, "confidence": 0.5}]
    spans = [Span(video=str(path), start=0.0, end=40.0, caption="A light.")]
    (moment,) = ground(spans, "a light", method="llm", models=models)
    assert (moment.start, moment.end) == pytest.approx((20, 26), abs=0.6)
    assert moment["made"][-1]["clip"] == "likeness"


def test_frames_come_with_their_times(clip: Path) -> None:
    def reads(text: str) -> Any:
        times = [float(t) for t in re.findall(r"<(\d+\.\d) seconds>", text)]
        inside = [t for t in times if MOMENT[0] <= t < MOMENT[1]]
        return [{"start": min(inside), "end": max(inside), "confidence": 1}] if inside else []

    model = Reader(reads)
    found = list(
        ground([Span(video=str(clip))], "x", method="vlm", models=Openers(language=lambda: model))
    )
    assert found
    assert all(MOMENT[0] <= m.start < m.end <= MOMENT[1] for m in found)
    assert sum(text.count("seconds>") for text in model.asked) <= 2 * 80 / 2


def test_a_small_language_model_answers_in_the_right_form() -> None:
    stdin = b"".join(span.dump() for span in story(10)).decode()
    result = vtk(
        "ground", "--method", "llm", "-m", smollm2(), "--threads", "1", "a boat", stdin=stdin
    )
    assert result.returncode in (0, 1), result.stderr
    for record in lines(result):
        check(Span(record), SCHEMA)
        assert record.get("made", [{}])[-1].get("method") == "llm" or "error" in record


def test_a_small_vision_model_answers_in_the_right_form(clip: Path) -> None:
    model = ["-m", str(language_file()), "--threads", "1"]
    for method, looks in (("vlm", "4"), ("search", "6")):
        result = vtk("ground", "--method", method, *model, "--looks", looks, "a red circle", clip)
        assert result.returncode in (0, 1), result.stderr
        for record in lines(result):
            check(Span(record), SCHEMA)
