"""A damaged index: verify tells, what reads or writes it ends with a sentence, compact mends."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.index.library import made, shots
from vtk.errors import DamagedError, OpenError, VtkError
from vtk.store.index import compact, open_index, open_writer, remove, verify


def data_file(place: str) -> Path:
    """The file of the spans."""
    (path,) = Path(place, "spans.lance", "data").iterdir()
    return path


def problems(place: str) -> list[str]:
    return list(verify(place))


def read_words(place: str) -> None:
    with open_index(place) as index:
        index.spans(index.words(["see"], 0).rows.tolist())


def info(place: str) -> None:
    with open_index(place) as index:
        index.info()


def add(place: str) -> None:
    list(open_writer(place).add(shots("a", 3)))


def merge(place: str) -> None:
    open_writer(f"{place}-copy").merge([place])


@pytest.mark.parametrize("use", [read_words, info, add, merge])
def test_a_truncated_index_is_told_of(tmp_path: Path, use: Callable[[str], None]) -> None:
    place = made(tmp_path, shots("a"), shots("b"))
    os.truncate(data_file(place), 500)
    (problem,) = problems(place)
    assert problem.startswith(f"cannot read the index {place}: ")
    assert problem.endswith("or remove it by vtk index drop --all and add its spans anew")
    with pytest.raises(VtkError, match="; vtk index verify tells wh"):
        use(place)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.99])
def test_overwritten_bytes_are_a_problem(tmp_path: Path, share: float) -> None:
    place = made(tmp_path, *(shots(name) for name in "abcdefghij"))
    path = data_file(place)
    content = bytearray(path.read_bytes())
    first = int(share * len(content))
    content[first : first + 300] = b"\xff" * 300
    path.write_bytes(content[: path.stat().st_size])
    assert problems(place)


def test_indices_that_are_gone_are_made_anew(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"), shots("b"))
    shutil.rmtree(f"{place}/spans.lance/_indices")
    assert "the index of terms cannot be read: vtk index compact makes it anew" in problems(place)
    with pytest.raises(DamagedError, match="vtk index verify tells"):
        read_words(place)
    compact(place)
    assert problems(place) == []
    read_words(place)


def lists(place: str) -> list[Path]:
    """The lists of files of the versions, the newest first."""
    return sorted(Path(place, "spans.lance", "_versions").glob("*.manifest"))


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda path: os.truncate(path, 9), lambda path: path.write_bytes(b"")]
)
def test_without_any_list_of_its_files_it_is_not_begun_anew(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    place = made(tmp_path, shots("a"))
    for path in lists(place):
        damage(path)
    with pytest.raises(DamagedError, match="restore it from a copy, or remove it by"):
        add(place)
    with pytest.raises(DamagedError, match="restore it from a copy, or remove it by"):
        compact(place)
    (problem,) = problems(place)
    assert "the list of its files cannot be read" in problem
    remove(place)
    made(tmp_path, shots("a"))


def test_the_last_whole_version_takes_the_place_of_a_damaged_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = made(tmp_path, shots("a"))
    list(open_writer(place).add(shots("b")))
    for path in lists(place)[:2]:
        os.truncate(path, 9)
    before = len(lists(place)) - 2
    (problem,) = problems(place)
    assert f"vtk index compact goes back to version {before}, of 20" in problem
    with pytest.raises(DamagedError, match="vtk index compact goes back to version"):
        read_words(place)
    compact(place)
    assert f"version {before} is now the latest: what came later is to be added anew" in caplog.text
    assert problems(place) == []
    list(open_writer(place).add(shots("b")))
    with open_index(place) as index:
        assert index.videos() == ["a", "b"]


def test_damage_of_an_old_version_is_told_of_and_mended(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"), shots("b"))
    os.truncate(lists(place)[3], 9)
    (problem,) = problems(place)
    assert "cannot be read" in problem
    assert problem.endswith("vtk index compact sets it aside")
    compact(place)
    assert problems(place) == []
    with open_index(place) as index:
        assert index.videos() == ["a", "b"]


def test_what_is_not_there_is_not_made_by_upkeep(tmp_path: Path) -> None:
    place = tmp_path / "none"
    for use in (compact, remove, lambda name: open_writer(name).drop_model("clip")):
        with pytest.raises(OpenError, match="there is no index at"):
            use(str(place))
    assert not place.exists()
