"""vtk index duplicates: what videos of an index have in common, and nothing that they do not."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.command_line import vtk
from tests.retrieve.test_copies import film
from tests.store.index.library import made, shots
from tests.world.copies import copy_of, joined, write_clip
from vtk.embed import embed
from vtk.retrieve.duplicates import duplicates
from vtk.span import Span


def still(path: Path, seed: int) -> Path:
    """A view in which nothing moves, with the noise of a camera that differs from film to film."""
    view = np.kron(np.random.default_rng(1).integers(40, 216, (6, 6, 3)), np.ones((16, 16, 1)))
    noise = np.random.default_rng(seed).normal(0, 4, (48, 96, 96, 3))
    write_clip(path, list((view + noise).clip(0, 255).astype(np.uint8)), 4.0)
    return path


def signed(paths: Iterable[Path]) -> list[list[Span]]:
    return [list(embed([Span(video=str(path))], signature=True)) for path in paths]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film, two that are unrelated, and copies: encoded anew, a part cropped, a part cut in."""
    folder = tmp_path_factory.mktemp("films")
    film(folder / "film.mp4", 1)
    film(folder / "other.mp4", 2)
    film(folder / "third.mp4", 3, 24)
    rng = np.random.default_rng(5)
    copy_of(str(folder / "film.mp4"), 0, 48, folder / "whole.mp4", ["encode"], rng)
    copy_of(str(folder / "film.mp4"), 21, 33, folder / "part.mp4", ["crop"], rng)
    third = str(folder / "third.mp4")
    parts = [(third, 0.0, 8.0), (str(folder / "other.mp4"), 30.0, 40.0), (third, 8.0, 16.0)]
    joined(parts, folder / "cut.mp4")
    return folder


@pytest.fixture(scope="module")
def place(films: Path) -> str:
    return made(films, *signed(sorted(films.glob("*.mp4"))))


def test_copies_are_found_and_nothing_else(films: Path, place: str) -> None:
    found = [
        (
            Path(span.video).stem,
            [round(span.start), round(span.end)],
            Path(span["copy"]["video"]).stem,
            [round(span["copy"]["start"]), round(span["copy"]["end"])],
            round(span["copy"]["share"], 1),
        )
        for span in duplicates(place)
    ]
    assert found == [
        ("part", [0, 12], "film", [21, 33], 1.0),
        ("part", [0, 12], "whole", [21, 33], 1.0),
        ("third", [0, 8], "cut", [0, 8], 0.3),
        ("third", [8, 16], "cut", [18, 26], 0.3),
        ("cut", [8, 18], "other", [30, 40], 0.4),
        ("whole", [0, 48], "film", [0, 48], 1.0),
    ]


def test_stills_and_black_are_no_copies_of_each_other(tmp_path: Path) -> None:
    """Two recordings of a view in which nothing moves, the same file twice, and black."""
    paths = [still(tmp_path / f"{number}.mp4", number) for number in (1, 2)]
    for name in ("a.mp4", "b.mp4"):
        write_clip(tmp_path / name, [np.zeros((96, 96, 3), np.uint8)] * 24, 4.0)
        paths.append(tmp_path / name)
    (tmp_path / "same.mp4").write_bytes(paths[0].read_bytes())
    place = made(tmp_path, *signed([*paths, tmp_path / "same.mp4"]))
    assert not list(duplicates(place))


def test_what_a_film_repeats_of_itself_is_not_listed(films: Path, tmp_path: Path) -> None:
    twice = [(str(films / "third.mp4"), 0.0, 12.0)] * 2
    joined(twice, tmp_path / "twice.mp4")
    place = made(tmp_path, *signed([tmp_path / "twice.mp4", films / "other.mp4"]))
    assert not list(duplicates(place))


def test_the_command_writes_spans_and_tells_what_has_no_signatures(
    films: Path, tmp_path: Path
) -> None:
    paths = [films / name for name in ("cut.mp4", "third.mp4")]
    place = made(tmp_path, *signed(paths), shots("talk.mp4", 2))
    ran = vtk("index", "duplicates", place)
    first, second = map(json.loads, ran.stdout.splitlines())
    assert ran.returncode == 0
    assert b"1 of 3 videos have no signatures" in ran.stderr
    assert b"vtk embed --signature RECORDS | vtk index add" in ran.stderr
    assert (first["kind"], first["copy"]["video"]) == ("moment", str(films / "cut.mp4"))
    assert ran.stdout == vtk("index", "duplicates", place).stdout
    longest = max(each["end"] - each["start"] for each in (first, second))
    for option in (["--min-length", f"{longest + 1}s"], ["--threshold", "0.99"]):
        assert vtk("index", "duplicates", place, "-q", *option).stdout == b""
