"""Tensors of a .pth file, read without PyTorch: what it takes, and what it refuses to run."""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vtk.models.shots.checkpoint import tensors
from vtk.models.shots.numpy_transnet import TransNet


def saved(path: Path, **named: Any) -> Path:
    torch = pytest.importorskip("torch")
    torch.save({name: torch.from_numpy(value) for name, value in named.items()}, path)
    return path


def test_arrays_are_those_that_were_saved(tmp_path: Path) -> None:
    given = {
        "matrix": np.random.default_rng(1).normal(size=(3, 4, 5)).astype(np.float32),
        "count": np.array(7),
        "none": np.zeros((0, 3), np.float32),
    }
    read = tensors(saved(tmp_path / "some.pth", **given))
    assert list(read) == list(given)
    for name, value in given.items():
        assert read[name].dtype == value.dtype
        assert (read[name] == value).all()
        assert read[name].shape == value.shape


class Malicious:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    mark, file = tmp_path / "mark", io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"x": Malicious(mark)}))
    with pytest.raises(ValueError, match="is no tensor"):
        tensors(file)
    assert not mark.exists()


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_checkpoint_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = saved(tmp_path / "some.pth", matrix=np.ones((30, 30), np.float32))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ValueError, match="not a checkpoint"):
        tensors(path)


def test_what_is_a_view_of_other_numbers_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "some.pth", matrix=np.ones((3, 4), np.float32).T)
    with pytest.raises(ValueError, match="not in one piece"):
        tensors(path)


def test_weights_of_another_network_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "some.pth", matrix=np.ones((3, 4), np.float32))
    with pytest.raises(ValueError, match="weights of TransNetV2 lack"):
        TransNet(path)
    with pytest.raises(ValueError, match="not a checkpoint"):
        TransNet(tmp_path / "absent.pth")
