"""Read the tensors of a PyTorch checkpoint (.pth) without PyTorch and without running code.

A checkpoint is a zip file of raw storages and a pickle that builds tensors from them. As with
`torch.load(weights_only=True)`, the pickle may refer only to dictionaries, tensors and storages.
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
    """Return the tensors of a single-precision checkpoint by name.

    Raises ValueError if the file is not a checkpoint, is truncated or contains other objects.
    """
    try:
        with ZipFile(path) as archive:
            (listing,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
            with archive.open(listing) as file:
                return dict(_Reader(file, archive, listing.removesuffix("data.pkl")).load())
    except (BadZipFile, OSError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise ValueError(f"not a checkpoint of tensors ({error})") from None


class _Reader(pickle.Unpickler):  # builds tensors and the types in `ALLOWED` only
    def __init__(self, file: IO[bytes], archive: ZipFile, folder: str) -> None:
        super().__init__(file)
        self.archive, self.folder = archive, folder

    def find_class(self, module: str, name: str) -> Any:
        """Return the object for a global name in the pickle. Raises UnpicklingError."""
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) in ALLOWED:
            return ALLOWED[module, name]
        raise pickle.UnpicklingError(f"{module}.{name} is no tensor")

    def persistent_load(self, told: Any) -> Array:
        """Return the raw storage that a tensor refers to."""
        _, kind, key, _, _ = told
        return np.frombuffer(self.archive.read(f"{self.folder}data/{key}"), kind)


def _tensor(
    numbers: Array, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> Array:
    whole = tuple(math.prod(shape[place + 1 :]) for place in range(len(shape)))
    if math.prod(shape) and tuple(stride) != whole:
        raise pickle.UnpicklingError("a tensor is not in one piece")
    return numbers[offset : offset + math.prod(shape)].reshape(shape)
