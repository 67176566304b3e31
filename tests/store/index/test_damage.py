"""A damaged index: verify tells, what reads or writes it ends with a sentence, compact mends."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.index.library import made, shots
from vtk.errors import InputError, VtkError
from vtk.store.index import open_index, open_writer


def data_file(place: str) -> Path:
    """The file of the spans."""
    (path,) = Path(place, "spans.lance", "data").iterdir()
    return path


def problems(place: str) -> list[str]:
    with open_index(place) as index:
        return list(index.verify())


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
    assert problem.endswith("; restore it from a copy")
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
    with pytest.raises(InputError, match="vtk index verify tells"):
        read_words(place)
    open_writer(place).compact()
    assert problems(place) == []
    read_words(place)


@pytest.mark.parametrize(
    "damage", [shutil.rmtree, lambda path: os.truncate(next(path.iterdir()), 9)]
)
def test_without_the_list_of_its_files_it_is_not_begun_anew(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    place = made(tmp_path, shots("a"))
    versions = Path(place, "spans.lance", "_versions")
    for old in sorted(versions.glob("*.manifest"))[1:]:
        old.unlink()
    (versions / "latest_version_hint.json").unlink()
    damage(versions)
    with pytest.raises(InputError, match="restore it from a copy"):
        add(place)
