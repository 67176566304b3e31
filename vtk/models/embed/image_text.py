"""The interface of models that embed pictures and texts in one space, whatever runs them."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from vtk.models.llm.prompt import Picture

T = TypeVar("T")
Vector = NDArray[np.float32]


class ImageTextModel(AbstractContextManager["ImageTextModel"], Protocol):
    """A model that embeds pictures and texts as unit vectors (dim,), alike if they match."""

    name: str
    dim: int

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the weights, if they are local."""

    def images(self, pictures: Iterable[Picture]) -> Iterator[Vector]:
        """Yield the vector of each picture, in order."""
        ...

    def tagged(self, pairs: Iterable[tuple[T, Picture]]) -> Iterator[tuple[T, Vector]]:
        """Yield each tag with the vector of its picture, in order."""
        ...

    def texts(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the vectors of texts: shape (texts, dim)."""
        ...

    def close(self) -> None:
        """Free all resources."""
        ...


def open_image_text(
    name: str, *, key: str | None = None, threads: int | None = None, option: str = "--clip"
) -> ImageTextModel:
    """Open the model `name`, in this process, or the first one of a server if it is a URL.

    `key` is for a server, `option` what messages name its address by. Raises MissingError if the
    model or its backend is not there.
    """
    if name.startswith(("http://", "https://")):
        from vtk.models.embed.openai_server import EmbeddingServer

        return EmbeddingServer(name, key=key, option=option)
    from vtk.models.embed.clip import ClipModel

    return ClipModel(name, threads=threads)
