"""What is kept between runs may vanish, be damaged or be refused, and never does harm."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from vtk.store import cache


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VTK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def kept(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir())


def test_what_is_saved_is_loaded(home: Path) -> None:
    arrays = {"pts": np.arange(5) * 2**40, "key": np.array([True, False])}
    cache.save("packets", "one", **arrays)
    found = cache.load("packets", "one")
    assert found is not None
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in arrays.items()
    }
    assert kept(home) == ["packets-one.npz"]
    assert cache.load("packets", "two") is None
    assert cache.load("looks", "one") is None


def test_the_folder_is_where_the_user_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VTK_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache.folder() == Path("/somewhere/vtk")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert cache.folder() == Path("/home/me/.cache/vtk")


def test_a_damaged_file_counts_as_none(home: Path) -> None:
    cache.save("packets", "one", pts=np.arange(1000))
    path = home / "packets-one.npz"
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    for broken in (b"", b"no archive", whole[: len(whole) // 2], bytes(damaged)):
        path.write_bytes(broken)
        assert cache.load("packets", "one") is None
    cache.save("packets", "one", pts=np.arange(1000))
    assert cache.load("packets", "one") is not None


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_nothing_that_others_put_there_is_run(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    sprung = tmp_path / "sprung"
    (home / "packets-one.npz").write_bytes(pickle.dumps(Trap(sprung)))
    assert cache.load("packets", "one") is None
    np.savez(home / "packets-one.npz", pts=np.array([Trap(sprung)], object))
    assert cache.load("packets", "one") is None
    assert not sprung.exists()


def test_a_folder_that_cannot_be_written_is_no_error(home: Path) -> None:
    home.write_text("a file where the folder would be")
    cache.save("packets", "one", pts=np.arange(5))
    assert cache.load("packets", "one") is None


def test_what_was_used_longest_ago_goes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate(("a", "b", "c")):
        cache.save("packets", name, pts=np.arange(100))
        os.utime(home / f"packets-{name}.npz", (1000 + number, 1000 + number))
    assert cache.load("packets", "a") is not None  # used now
    size = (home / "packets-a.npz").stat().st_size
    monkeypatch.setattr(cache, "MOST", 3 * size)
    cache.save("packets", "d", pts=np.arange(100))
    assert kept(home) == ["packets-a.npz", "packets-c.npz", "packets-d.npz"]


def test_a_file_is_known_by_what_it_holds(tmp_path: Path) -> None:
    one, copy = tmp_path / "one.mp4", tmp_path / "copy.mp4"
    content = bytes(range(256)) * 8000
    one.write_bytes(content)
    copy.write_bytes(content)
    assert cache.fingerprint(str(one)) == cache.fingerprint(str(copy))
    names = {cache.fingerprint(str(one))}
    for place in (0, len(content) // 2, len(content) - 1):
        other = bytearray(content)
        other[place] ^= 1
        copy.write_bytes(other)
        names.add(cache.fingerprint(str(copy)))
    copy.write_bytes(content + b"x")
    names.add(cache.fingerprint(str(copy)))
    assert len(names) == 5
    copy.write_bytes(b"")
    assert cache.fingerprint(str(copy))
