"""Scanning: moments by what they look like, to the frame, from few looks."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.command_line import lines, vtk
from tests.world.models.film import Act
from tests.world.models.long_film import write_long_film
from tests.world.models.stage import cast
from tests.world.models.train_clip import tell
from vtk.ground import ground
from vtk.ground.edges import Edge
from vtk.ground.segments import maximal_segments
from vtk.models.embed.clip import ClipModel
from vtk.models.embed.image_text import ImageTextModel
from vtk.models.openers import Openers
from vtk.span import Span

CLIP = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"
SECONDS = [12.0, 2.0, 9.0, 20.0, 3.5, 15.0, 6.0, 11.0]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Act]]:
    """A film of plays, the second of which comes again as the last but one."""
    rng = np.random.default_rng(5)
    plays = [cast(rng, moving=True) for _ in SECONDS]
    plays[6] = plays[1]
    path = tmp_path_factory.mktemp("scan") / "film.mp4"
    return path, write_long_film(path, zip(plays, SECONDS, strict=True))


@pytest.fixture(scope="module")
def clip() -> ImageTextModel:
    return ClipModel(str(CLIP), threads=1)


def opener(model: ImageTextModel) -> Openers:
    class Kept:
        """The model, which stays open for the next test."""

        def __enter__(self) -> ImageTextModel:
            return model

        def __exit__(self, *exception: object) -> None:
            pass

    return Openers(clip=Kept)  # type: ignore[arg-type]


def told(act: Act) -> str:
    return tell(act.play, moving=True)


def test_moments_are_found_to_the_frame(film: tuple[Path, list[Act]], clip: ImageTextModel) -> None:
    path, acts = film
    queries = [told(acts[1]), told(acts[3])]
    found = list(ground([Span(video=str(path))], queries, method="scan", models=opener(clip)))
    twice = [(s.start, s.end) for s in found if s["query"] == queries[0]]
    assert sorted(twice)[:2] == [(acts[n].start, acts[n].end) for n in (1, 6)]
    (long, *_) = [(s.start, s.end) for s in found if s["query"] == queries[1]]
    assert long == (acts[3].start, acts[3].end)
    first = found[0]
    assert (first["rank"], first["kind"], first["made"][-1]["clip"]) == (1, "moment", "tiny-clip")
    assert {entry["source"] for entry in first["evidence"]} == {"looks"}
    assert all(first.start <= e["start"] < e["end"] <= first.end for e in first["evidence"])


def test_what_is_not_shown_is_not_found(film: tuple[Path, list[Act]], clip: ImageTextModel) -> None:
    path, _ = film
    strange = ["a bowl of soup on a picnic blanket", "a tram in a tunnel", "a guitar solo"]
    assert not list(ground([Span(video=str(path))], strange, method="scan", models=opener(clip)))


def test_only_the_given_spans_are_scanned(
    film: tuple[Path, list[Act]], clip: ImageTextModel
) -> None:
    path, acts = film
    spans = [
        Span(video=str(path), start=acts[4].start, end=acts[7].end, take=1),
        Span(video=str(path), start=acts[0].start, end=acts[0].end - 1, take=2),
    ]
    found = list(ground(spans, told(acts[1]), method="scan", models=opener(clip)))
    assert (found[0].start, found[0].end, found[0]["take"]) == (acts[6].start, acts[6].end, 1)
    (cut,) = ground(spans, told(acts[0]), n=1, method="scan", models=opener(clip))
    assert (cut.start, cut.end) == (acts[0].start, acts[0].end - 1)


def test_lengths_hold(film: tuple[Path, list[Act]], clip: ImageTextModel) -> None:
    path, acts = film

    def lengths(**options: Any) -> list[float]:
        whole, model = Span(video=str(path)), opener(clip)
        found = ground([whole], told(acts[3]), method="scan", models=model, **options)
        return [span.end - span.start for span in found]

    assert lengths(max_length=5.0)[0] == 5
    assert lengths(min_length=30.0)[0] == 30


def test_a_frame_is_looked_at_once(
    film: tuple[Path, list[Act]], clip: ImageTextModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, acts = film
    shown: list[float] = []
    tagged = clip.tagged

    def watched(pairs: object) -> object:
        for tag, vector in tagged(pairs):  # type: ignore[arg-type, var-annotated]
            shown.append(tag)
            yield tag, vector

    monkeypatch.setattr(clip, "tagged", watched)
    queries = [told(act) for act in acts]
    list(ground([Span(video=str(path))], queries, method="scan", models=opener(clip)))
    assert len(shown) == len({*shown}) < 8 * sum(SECONDS) / 3


def test_scores_are_the_cosines_of_a_frame_a_second(
    film: tuple[Path, list[Act]], clip: ImageTextModel
) -> None:
    path, acts = film
    spans = [Span(video=str(path), start=acts[2].start, end=acts[4].end), Span(video="gone.mp4")]
    found = ground(spans, told(acts[3]), method="scan", models=opener(clip), scores=True)
    record, broken = found
    assert broken["error"]["command"] == "vtk ground"
    assert (record.start, record.end) == (acts[2].start, acts[4].end)
    times = [each["t"] for each in record["scores"]]
    assert times == pytest.approx([acts[2].start + 0.5 + n for n in range(len(times))])
    scores = np.array([each["score"] for each in record["scores"]])
    shown = np.array([acts[3].start <= t < acts[3].end for t in times])
    assert shown.sum() == 20
    assert scores[shown].min() > scores[~shown].max()
    assert record["made"][-1]["clip"] == "tiny-clip"


def test_the_command_scans_videos(film: tuple[Path, list[Act]], tmp_path: Path) -> None:
    path, acts = film
    queries = tmp_path / "queries"
    queries.write_text(told(acts[3]) + "\na tram in a tunnel\n")
    options = ["ground", "--method", "scan", "--clip", str(CLIP), "--queries", str(queries)]
    result = vtk(*options, "gone.mp4", f"{path}#t=0,80")
    assert result.returncode == 1
    broken, first, *_ = lines(result)
    assert broken["error"]["command"] == "vtk ground"
    assert (first["start"], first["end"]) == (acts[3].start, acts[3].end)


def test_without_a_model_words_are_compared_and_this_is_said() -> None:
    span = {"video": "a.mp4", "start": 0, "end": 9, "caption": "A rocket."}
    result = vtk("ground", "--method", "scan", "rocket", stdin=[span])
    assert [record["start"] for record in lines(result)] == [0]
    assert b"neither --clip nor --embedder" in result.stderr
    assert b"those of density" in result.stderr


class Topics:
    """A text embedder that knows two topics, and finds all else unlike."""

    name, dim, sha256 = "topics", 4, None

    def documents(self, texts: Iterable[str], place: int = 2) -> Iterator[NDArray[np.float32]]:
        for text in texts:
            vector = np.zeros(self.dim, np.float32)
            vector[:2] = text.count("bee"), text.count("rocket")
            vector[place] = not vector.any() or 0.2
            yield vector / np.linalg.norm(vector)

    def queries(self, texts: Iterable[str]) -> Iterator[NDArray[np.float32]]:
        return self.documents(texts, 3)

    def __enter__(self) -> "Topics":
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def close(self) -> None:
        pass


def test_texts_that_mean_the_same_are_one_moment_of_whole_cues() -> None:
    said = ["Hello.", "A bee, bee!", "Two bee bee bee.", "So.", "A rocket rocket.", "Bye."]
    cues = [{"start": 5.0 * n, "end": 5.0 * n + 4, "text": text} for n, text in enumerate(said)]
    span = Span(video="a.mp4", start=0.0, end=60.0, speech=cues)
    found = list(ground([span], "bee bee bee", method="scan", models=Openers(embedder=Topics)))
    assert [(s.start, s.end) for s in found] == [(5, 14)]
    assert [entry["text"] for entry in found[0]["evidence"]] == said[1:3]
    assert found[0]["made"][-1]["embedder"] == "topics"
    models = Openers(embedder=Topics)
    short = ground([span], "bee bee bee", method="scan", max_length=5, models=models)
    assert [(s.start, s.end) for s in short] == [(10, 14)]


def test_nothing_found_can_be_a_failure() -> None:
    span = {"video": "a.mp4", "start": 0, "end": 9, "caption": "A rocket."}
    assert vtk("ground", "--fail-empty", "whale", stdin=[span]).returncode == 1
    assert vtk("ground", "--fail-empty", "rocket", stdin=[span]).returncode == 0


NUMBERS = st.lists(st.integers(-9, 9), max_size=14)


@given(NUMBERS)
def test_segments_are_the_maximal_ones(values: list[int]) -> None:
    found = maximal_segments(values)
    assert [sum(values[low:high]) for low, high, _ in found] == [total for *_, total in found]
    assert all(a[1] <= b[0] for a, b in combinations(found, 2))
    covered = {number for low, high, _ in found for number in range(low, high)}
    assert all(value <= 0 for number, value in enumerate(values) if number not in covered)
    best = max(
        (sum(values[a:b]) for a in range(len(values)) for b in range(a + 1, len(values) + 1)),
        default=0,
    )
    assert max((total for *_, total in found), default=0) == max(best, 0)
    for low, high, _ in found:
        assert all(sum(values[low:middle]) > 0 for middle in range(low + 1, high + 1))
        assert all(sum(values[middle:high]) > 0 for middle in range(low, high))


@given(st.integers(2, 400), st.data())
def test_an_edge_is_found_to_the_frame(count: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, count - 1))
    news = np.zeros(count, np.bool_)
    news[data.draw(st.lists(st.integers(0, count - 1), max_size=4))] = True
    edge = Edge(count - 1, 0, news)
    looks = 0
    while (number := edge.next) is not None:
        edge.advance(number, inside=number >= first)
        looks += 1
    assert (edge.outside, edge.inside) == (first - 1, first)
    assert looks <= 2 * news.sum() + np.log2(count) + 2


def test_as_many_moments_as_are_wanted_are_found(
    tmp_path: Path, clip: ImageTextModel, caplog: pytest.LogCaptureFixture
) -> None:
    rng = np.random.default_rng(7)
    wanted, *others = (cast(rng, moving=True) for _ in range(6))
    plays = [play for other in others for play in (other, wanted)]
    path = tmp_path / "film.mp4"
    acts = write_long_film(path, zip(plays, [6.0, 3.0] * 5, strict=True))
    options: dict[str, Any] = {"method": "scan", "threshold": 0.5, "models": opener(clip)}
    found = list(ground([Span(video=str(path))], told(acts[1]), n=0, **options))
    assert {act.start for act in acts[1::2]} <= {span.start for span in found}
    assert len(list(ground([Span(video=str(path))], told(acts[1]), n=4, **options))) == 4
    caplog.clear()
    list(ground([Span(video=str(path))], told(acts[1]), n=0, looks=1, **options))
    assert "were not looked at, for want of --looks" in caplog.text


def test_scores_and_times_do_not_depend_on_other_queries(
    film: tuple[Path, list[Act]], clip: ImageTextModel
) -> None:
    path, acts = film
    options: dict[str, Any] = {"method": "scan", "n": 1, "threshold": 0, "models": opener(clip)}
    (alone,) = ground([Span(video=str(path))], told(acts[3]), **options)
    first, _, _ = ground([Span(video=str(path))], [told(acts[n]) for n in (3, 1, 2)], **options)
    assert alone == first
    assert all(e[key] == round(e[key], 6) for e in first["evidence"] for key in ("start", "end"))


def test_a_span_outside_its_video_is_a_failure(
    film: tuple[Path, list[Act]], clip: ImageTextModel
) -> None:
    path, acts = film
    spans = [Span(video=str(path), start=a, end=b) for a, b in ((0.0, 80.0), (500.0, 510.0))]
    broken, *found = ground(spans, told(acts[3]), method="scan", models=opener(clip))
    assert (broken.start, broken.failed) == (500, True)
    assert (found[0].start, found[0].end) == (acts[3].start, acts[3].end)


def test_spans_of_a_video_that_all_lie_outside_are_each_a_failure(
    film: tuple[Path, list[Act]], clip: ImageTextModel
) -> None:
    spans = [Span(video=str(film[0]), start=a, end=a + 5) for a in (500.0, 600.0)]
    found = list(ground(spans, "a cow", method="scan", models=opener(clip)))
    assert [(span.start, span.failed) for span in found] == [(500, True), (600, True)]
