"""The interface of models that embed texts, whatever runs them."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class TextModel(AbstractContextManager["TextModel"], Protocol):
    """A model that embeds texts as unit vectors (dim,), alike if they mean alike."""

    name: str
    dim: int

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the weights, if they are local."""

    def queries(self, texts: Iterable[str]) -> Iterator[Vector]:
        """Yield the vector of each search query, in order, with the model's query prefix."""
        ...

    def documents(self, texts: Iterable[str]) -> Iterator[Vector]:
        """Yield the vector of each text to search in, in order, with the document prefix."""
        ...

    def close(self) -> None:
        """Free all resources."""
        ...


def open_text(
    name: str, *, key: str | None = None, threads: int | None = None, option: str = "--embedder"
) -> TextModel:
    """Open the text embedder `name`, in this process, or the first one of a server if it is a URL.

    A GGUF file or a served model that is named as one of the catalog gets the prefixes of that.
    `key` is for a server, `option` what messages name its address by. Raises MissingError if the
    model or its backend is not there.
    """
    if name.startswith(("http://", "https://")):
        from vtk.models.embed.openai_server import EmbeddingServer

        return EmbeddingServer(name, key=key, option=option)
    from vtk.models.embed.prefixes import listed_embedder
    from vtk.models.embed.text import TextEmbedder
    from vtk.models.hub.files import resolve

    files = resolve(name, kinds=("embed",))
    entry = files.entry or listed_embedder(files.model.name)
    return TextEmbedder(replace(files, entry=entry), threads=threads)
