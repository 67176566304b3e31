"""Text embedding with GGUF models in this process, through llama.cpp."""

import logging
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.cores import cores
from vtk.errors import MissingError
from vtk.models.closeable import Closeable
from vtk.models.hub.files import Files, sha256
from vtk.models.hub.formats import cause
from vtk.models.llm.llama_library import clear_errors, last_error, library

Vector = NDArray[np.float32]

LONGEST = 2048  # most tokens per text, even if the model takes more: memory grows with it
TOGETHER = {False: 256, True: 2048}  # tokens per batch, without and with a GPU

log = logging.getLogger("vtk")


class TextEmbedder(Closeable):
    """A GGUF model that embeds texts. Not thread-safe.

    `gpu_layers` -1 puts all layers on the GPU if llama.cpp was built for one; a text longer than
    `context` tokens is truncated. Raises MissingError if the file cannot be loaded or is not a
    text embedder.
    """

    def __init__(
        self,
        files: Files,
        *,
        gpu_layers: int = -1,
        context: int = LONGEST,
        threads: int | None = None,
    ) -> None:
        self.name = files.name
        self._files, self._entry = files, files.entry
        lib, _ = library()
        gpu = bool(lib.llama_supports_gpu_offload()) and gpu_layers != 0
        self._llama = _loaded(files, gpu_layers if gpu else 0, context, threads)
        self.dim = int(self._llama.n_embd())
        trained = int(self._llama._model.n_ctx_train())
        listed = self._entry.context if self._entry else None
        self.context = min(context, trained, listed or trained)
        self._room = max(self.context, min(TOGETHER[gpu], self._llama.n_batch))
        self._most = int(self._llama.context_params.n_seq_max)
        self._warned = False

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the model file, for provenance."""
        return sha256(self._files.model)

    def close(self) -> None:
        """Free the model; it must not be used afterwards."""
        self._llama.close()

    def queries(self, texts: Iterable[str]) -> Iterator[Vector]:
        """Embed search queries, with the model's query prefix if it has one."""
        return self.embed(texts, self._entry.query_prefix if self._entry else None)

    def documents(self, texts: Iterable[str]) -> Iterator[Vector]:
        """Embed the documents to search in, with the model's document prefix if it has one."""
        return self.embed(texts, self._entry.document_prefix if self._entry else None)

    def embed(self, texts: Iterable[str], prefix: str | None = None) -> Iterator[Vector]:
        """Yield a unit vector (dim,) for each text, in order; zeros for a text without tokens.

        Texts are read a batch ahead. Texts that are too long are truncated, with one warning.
        """
        batch: list[str] = []
        taken = 0
        for text in texts:
            whole = (prefix or "") + text
            fitting, tokens = self._fitting(whole)
            if batch and (taken + tokens > self._room or len(batch) == self._most):
                yield from self._vectors(batch)
                batch, taken = [], 0
            batch.append(fitting)
            taken += tokens
        if batch:
            yield from self._vectors(batch)

    def _tokens(self, text: str) -> int:
        return len(self._llama.tokenize(text.encode("utf-8", "replace")))

    def _fitting(self, text: str) -> tuple[str, int]:
        """Truncate a text to the context window; return it with its token count."""
        # A token stands for at least one byte, and few texts have more than 32 bytes per token.
        tokens = self._tokens(text[: self.context * 32])
        while tokens > self.context:
            if not self._warned:
                log.warning(
                    "texts longer than %d tokens are truncated for %s", self.context, self.name
                )
                self._warned = True
            # Truncate the text rather than its tokens, to keep the special tokens at both ends.
            text = text[: min(len(text) - 1, len(text) * self.context // tokens)]
            tokens = self._tokens(text)
        return text, tokens

    def _vectors(self, texts: list[str]) -> Iterator[Vector]:
        """Yield unit vectors of texts that fit into one batch."""
        there = [text for text in texts if self._tokens(text)]
        found = iter(self._llama.embed(there) if there else [])
        for text in texts:
            vector = np.zeros(self.dim, np.float32)
            if self._tokens(text):
                vector = np.asarray(next(found), np.float32)
                vector /= max(float(np.linalg.norm(vector)), 1e-12)
            yield vector


def _loaded(files: Files, gpu_layers: int, context: int, threads: int | None) -> Any:
    """Load the model as a llama-cpp-python object. Raises MissingError."""
    import llama_cpp

    count = threads or cores()
    size = max(context, *TOGETHER.values())
    clear_errors()
    try:
        llama: Any = llama_cpp.Llama(
            str(files.model),
            embedding=True,
            n_gpu_layers=gpu_layers,
            n_ctx=size,
            n_batch=size,
            n_ubatch=size,  # a text must fit into one physical batch
            n_threads=count,
            n_threads_batch=count,
            verbose=False,
        )
    except (ValueError, RuntimeError, OSError, AssertionError):
        reason = cause(files.model, last_error(), "embed")
        raise MissingError(f"{files.model} cannot be loaded as a text embedder: {reason}") from None
    if llama.pooling_type() not in (
        llama_cpp.LLAMA_POOLING_TYPE_MEAN,
        llama_cpp.LLAMA_POOLING_TYPE_CLS,
        llama_cpp.LLAMA_POOLING_TYPE_LAST,
    ):
        llama.close()
        raise MissingError(
            f"{files.model} is not a text embedder: see `vtk models list --kind embed`"
        )
    return llama
