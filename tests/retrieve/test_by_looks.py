"""Search by looks with a real, tiny model: by text, by a picture, by a stretch of a film."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.models.tiny import HOME
from tests.world.models.long_film import write_long_film
from tests.world.models.stage import Play, cast
from tests.world.models.train_clip import tell
from vtk.errors import UsageError
from vtk.media.image.files import write_image
from vtk.models.embed.clip import ClipModel
from vtk.query import Query
from vtk.retrieve import Models, retrieve
from vtk.span import Span, parse

pytest.importorskip("open_clip")

SECONDS = 2.0


@pytest.fixture(scope="module")
def model() -> Iterator[ClipModel]:
    with ClipModel(str(HOME / "tiny-clip"), device="cpu", threads=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def plays() -> list[Play]:
    rng = np.random.default_rng(11)
    return [cast(rng, moving=True) for _ in range(12)]


@pytest.fixture(scope="module")
def film(plays: list[Play], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    write_long_film(path, [(play, SECONDS) for play in plays], side=64)
    return path


def places(film: Path, model: ClipModel, query: Query) -> list[int]:
    """The numbers of the plays that are found, the best first; the film is embedded on the way."""
    spans = [
        Span(
            video=str(film),
            start=n * SECONDS,
            end=(n + 1) * SECONDS,
            keyframes=[{"t": n * SECONDS + t} for t in (0.3, 1.0, 1.7)],
        )
        for n in range(12)
    ]
    found = retrieve(spans, query, by=("looks",), models=Models(clip=model))
    return [round(span["start"] / SECONDS) for span in found]


def test_a_film_is_searched_by_text_picture_and_example(
    film: Path, model: ClipModel, plays: list[Play], tmp_path: Path
) -> None:
    picture = tmp_path / "seven.png"
    write_image(picture, plays[7].picture(0.5, 64), "png")
    assert places(film, model, Query(tell(plays[4], moving=True), n=1)) == [4]
    assert places(film, model, Query("", images=(str(picture),), n=1)) == [7]
    example = parse(f"{film}#t=6.2,7.8")
    assert places(film, model, Query("", likes=(example,), n=1)) == [3]
    both = places(film, model, Query(tell(plays[4], moving=True), images=(str(picture),), n=2))
    assert sorted(both) == [4, 7]


def test_what_cannot_be_searched_by_is_told_once(
    film: Path, model: ClipModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(UsageError, match=r"none\.png cannot be searched by"):
        places(film, model, Query("", images=(str(tmp_path / "none.png"),)))
    with pytest.raises(UsageError, match=r"gone\.mp4.* cannot be searched by"):
        places(film, model, Query("", likes=(parse(str(tmp_path / "gone.mp4")),)))
    assert not caplog.messages  # what is raised is logged by who catches it
