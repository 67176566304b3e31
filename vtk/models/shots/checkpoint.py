"""Tensors of a PyTorch checkpoint (.pth) as arrays, without PyTorch, and without running code.

Such a file is a zip of raw numbers and of a pickle that says which of them make up which tensor.
The pickle may name a dictionary, tensors and their numbers and nothing else, as with
`torch.load(weights_only=True)`.
"""

import math
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
}


def tensors(path: Path | IO[bytes]) -> dict[str, Array]:
    """The tensors of a checkpoint of single-precision numbers by their names.

    Raises ValueError where the file is none, is cut off or names anything but tensors.
    """
    try:
        with ZipFile(path) as archive:
            (listing,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
            with archive.open(listing) as file:
                return dict(_Reader(file, archive, listing.removesuffix("data.pkl")).load())
    except (BadZipFile, OSError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise ValueError(f"not a checkpoint of tensors ({error})") from None


class _Reader(pickle.Unpickler):  # only `ALLOWED` can be made
    def __init__(self, file: IO[bytes], archive: ZipFile, folder: str) -> None:
        super().__init__(file)
        self.archive, self.folder = archive, folder

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the pickle stands for."""
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) in ALLOWED:
            return ALLOWED[module, name]
        raise pickle.UnpicklingError(f"{module}.{name} is no tensor")

    def persistent_load(self, told: Any) -> Array:
        """The numbers that tensors are made of."""
        _, kind, key, _, _ = told
        return np.frombuffer(self.archive.read(f"{self.folder}data/{key}"), kind)


def _tensor(
    numbers: Array, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> Array:
    whole = tuple(math.prod(shape[place + 1 :]) for place in range(len(shape)))
    if math.prod(shape) and tuple(stride) != whole:
        raise pickle.UnpicklingError("a tensor is not in one piece")
    return numbers[offset : offset + math.prod(shape)].reshape(shape)
