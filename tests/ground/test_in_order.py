"""Many sentences at once: each in one stretch, in their order, or nowhere."""

import logging
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from tests.command_line import lines, vtk
from tests.world.models.film import write_pictures
from vtk.check import check
from vtk.errors import MediaError
from vtk.ground import ground
from vtk.ground.in_order import aligned
from vtk.ground.pictures import extents
from vtk.media.video import Video
from vtk.models.openers import Openers
from vtk.schema import SCHEMA
from vtk.span import Span

RECIPE = [
    *["Hello and welcome."] * 4,
    *["Chop the onion finely."] * 3,
    *["Fry it in butter."] * 5,
    *["Chop more onion for later."],
    *["Boil the rice in salted water."] * 4,
    *["Serve with parsley."] * 3,
]
STEPS = ["chop an onion", "fry in butter", "knead the dough", "boil rice", "serve with parsley"]


def video() -> list[Span]:
    """A recipe in captions of ten seconds each."""
    return [
        Span(video="a.mp4", start=10.0 * n, end=10.0 * n + 10, kind="shot", caption=text)
        for n, text in enumerate(RECIPE)
    ]


def test_steps_are_found_in_their_order_and_one_may_be_missing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        found = list(ground(video(), STEPS, method="in-order"))
    for moment in found:
        check(moment, SCHEMA)
    assert [moment["query"] for moment in found] == [STEPS[n] for n in (0, 1, 3, 4)]
    starts, ends = [m.start for m in found], [m.end for m in found]
    assert starts == pytest.approx([40, 70, 130, 170], abs=4)
    assert ends == pytest.approx([70, 120, 170, 200], abs=4)
    assert caplog.messages == [
        "sentences without a place in a video: 1",
        "nothing found for 'knead the dough' by in-order; spans searched: 20",
    ]


def test_the_order_decides_between_places_that_say_the_same() -> None:
    (_, second, _) = ground(
        video(), ["fry in butter", "chop onion", "boil rice"], method="in-order"
    )
    assert second.start == pytest.approx(120, abs=4)
    assert second.end == pytest.approx(130, abs=4)


def test_the_same_from_the_command_line(tmp_path: Path) -> None:
    steps = tmp_path / "steps.txt"
    steps.write_text("\n".join(STEPS))
    stdin = b"".join(span.dump() for span in video()).decode()
    found = lines(vtk("ground", "--in-order", "--queries", steps, stdin=stdin))
    assert [record["query"] for record in found] == [STEPS[n] for n in (0, 1, 3, 4)]


class Colours:
    """An image-text model that knows three colours, by name and by sight; also embeds texts."""

    name, dim, sha256 = "colours", 3, None
    NAMES = ("red", "green", "blue")

    def __enter__(self) -> "Colours":
        return self

    def __exit__(self, *_: object) -> None: ...

    def images(self, pictures: Iterable[Any]) -> Iterator[NDArray[np.float32]]:
        for picture in pictures:
            mean = picture.reshape(-1, 3).mean(0) - picture.mean()
            yield (mean / max(np.linalg.norm(mean), 1e-6)).astype(np.float32)

    def texts(self, texts: Iterable[str]) -> NDArray[np.float32]:
        return np.array([[name in text for name in self.NAMES] for text in texts], np.float32)

    def queries(self, texts: Iterable[str]) -> Iterator[NDArray[np.float32]]:
        return iter(self.texts(texts))

    documents = queries


def test_sentences_are_placed_by_looks(tmp_path: Path) -> None:
    path = tmp_path / "colours.mp4"
    shown = [np.full((64, 64, 3), level, np.uint8) for level in np.eye(3, dtype=np.uint8) * 200]
    write_pictures(path, (shown[n // 40] for n in range(120)), 64, 4)
    models = Openers(clip=Colours)  # type: ignore[arg-type]
    steps = ["a red wall", "a blue wall"]
    found = list(ground([Span(video=str(path))], steps, method="in-order", models=models))
    assert [(m["query"], m["made"][-1]["model"]) for m in found] == [(s, "colours") for s in steps]
    assert [m.start for m in found] == pytest.approx([0, 20], abs=1.5)
    assert [m.end for m in found] == pytest.approx([10, 30], abs=1.5)


def test_sentences_are_placed_by_meaning() -> None:
    models = Openers(embedder=Colours)  # type: ignore[arg-type]
    told = ["red"] * 3 + ["green"] * 3 + ["blue"] * 3
    spans = [
        Span(video="a.mp4", start=10.0 * n, end=10.0 * n + 10, caption=text)
        for n, text in enumerate(told)
    ]
    found = list(ground(spans, ["it is green", "it is blue"], method="in-order", models=models))
    assert [m.start for m in found] == pytest.approx([30, 60], abs=3)


GAINS = arrays(
    np.float64,
    st.tuples(st.integers(1, 3), st.integers(1, 5)),
    elements=st.integers(-4, 4).map(float),
)


@settings(deadline=None, max_examples=50)
@given(GAINS, st.integers(0, 3))
def test_no_other_placing_gains_more(gains: np.ndarray, cost: int) -> None:
    """Against every way to place the sentences."""
    found = aligned(gains, cost)
    ends = [stretch for stretch in found if stretch]
    assert all(one[1] <= other[0] for one, other in combinations(ends, 2))
    assert all(first < last for first, last in ends)
    assert _worth(gains, cost, found) == max(_placings(gains, cost, 0, 0))


def _worth(gains: np.ndarray, cost: float, found: list[tuple[int, int] | None]) -> float:
    return float(sum(gains[k, s[0] : s[1]].sum() - cost for k, s in enumerate(found) if s))


def _placings(gains: np.ndarray, cost: float, k: int, start: int) -> list[float]:
    if k == len(gains):
        return [0.0]
    worths = _placings(gains, cost, k + 1, start)
    for first in range(start, gains.shape[1]):
        for last in range(first + 1, gains.shape[1] + 1):
            own = gains[k, first:last].sum() - cost
            worths += [own + rest for rest in _placings(gains, cost, k + 1, last)]
    return worths


def test_spans_outside_a_video_are_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "film.mp4"
    write_pictures(path, iter([np.full((64, 64, 3), 90, np.uint8)] * 20), 64, 10)
    with Video(str(path)) as video:
        spans = [Span(video=str(path), start=a, end=a + 9.0) for a in (0.0, 500.0)]
        assert extents(video, spans) == [(video.start, min(9.0, video.end))]
        assert "spans that lie outside it" in caplog.text
        with pytest.raises(MediaError, match="outside the video"):
            extents(video, spans[1:])


def test_stretches_that_are_widened_keep_their_order() -> None:
    found = list(ground(video(), STEPS, method="in-order", min_length=90.0))
    assert all(one.end <= two.start for one, two in pairwise(found))
    assert found[0].start == 0
