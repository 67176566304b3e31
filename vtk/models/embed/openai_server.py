"""Texts and pictures as vectors by any server that speaks OpenAI's protocol (embeddings).

The protocol knows texts only. llama-server takes pictures as the content of an input, vLLM as that
of a message; what a server refuses is asked once more in the form of the other.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, tee
from typing import Any, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from vtk.errors import MissingError, ModelError
from vtk.models.embed.image_text import Vector
from vtk.models.embed.prefixes import listed_embedder
from vtk.models.http import Reply
from vtk.models.llm.openai_chat import picture_part, plain_text
from vtk.models.llm.prompt import Picture
from vtk.models.openai_server import PATIENCE, OpenAIServer, RefusedError, error_text

T = TypeVar("T")
Json = dict[str, Any]
Form = Callable[[Json, tuple[str, str]], Json]

TOGETHER = 16  # texts per request
KEPT = 0.9  # of what would fit, when a text is cut: tokens are of unlike length

log = logging.getLogger("vtk")


def _first(*texts: str | None) -> str:
    """The first text that is there."""
    return next((text for text in texts if text is not None), "")


def _as_content(part: Json, around: tuple[str, str]) -> Json:
    """An input of llama-server, which does not render the model's template."""
    before, after = ({"type": "text", "text": text} for text in around)
    return {"input": [{"content": [before, part, after]}]}


def _as_message(part: Json, around: tuple[str, str]) -> Json:
    """The message that vLLM embeds, in the model's template."""
    return {"messages": [{"role": "user", "content": [part]}]}


class EmbeddingServer(OpenAIServer):
    """The embedder that a server runs, or one of them by name.

    Offers what `TextEmbedder` does for texts, and `ClipModel` for pictures and texts. Texts that
    are too long for a llama-server are truncated, with one warning. `around` are the texts before
    and after a picture for llama-server; something has to follow, as a picture at the end of an
    input ends the process of that server (in the build of llama-cpp-python 0.3.36). Raises
    UsageError for what cannot be an endpoint or a key, and MissingError where no server or no such
    model is there, or where it does not embed.
    """

    lacks = "does not embed, or has no such model"
    sha256 = None  # a server does not tell
    name: str
    dim: int

    def __init__(
        self,
        endpoint: str,
        model: str | None = None,
        *,
        query_prefix: str | None = None,
        document_prefix: str | None = None,
        around: tuple[str, str] = ("", "\n"),
        key: str | None = None,
        jobs: int = 4,
        timeout: float = 300.0,
        retries: int = 5,
        patience: float = PATIENCE,
        option: str = "--endpoint",
    ) -> None:
        super().__init__(
            endpoint,
            key=key,
            jobs=jobs,
            timeout=timeout,
            retries=retries,
            patience=patience,
            option=option,
        )
        self._around = around
        self._forms: tuple[Form, ...] = (_as_content, _as_message)
        self._warned = False
        try:
            self.name = model or self._service.wait(self._first_model())
            (first,) = self._service.wait(self._texts(("a",)))
            self.dim = len(first)
            entry = listed_embedder(self.name)
            self._query_prefix = _first(query_prefix, entry.query_prefix if entry else None)
            self._document_prefix = _first(
                document_prefix, entry.document_prefix if entry else None
            )
        except MissingError:
            self.close()
            raise
        except ModelError as error:
            self.close()
            raise MissingError(
                f"{error}: no embeddings come from it (llama-server needs --embeddings)"
            ) from None
        except BaseException:
            self.close()
            raise

    def queries(self, texts: Iterable[str]) -> Iterator[Vector]:
        """Embed search queries, with the query prefix."""
        return self.embed(texts, self._query_prefix)

    def documents(self, texts: Iterable[str]) -> Iterator[Vector]:
        """Embed the documents to search in, with the document prefix."""
        return self.embed(texts, self._document_prefix)

    def embed(self, texts: Iterable[str], prefix: str = "") -> Iterator[Vector]:
        """Yield a unit vector (dim,) for each text, in order; zeros for a text without characters.

        Some requests are sent ahead. Raises ModelError where the server fails.
        """
        whole = (prefix + text if text.strip() else "" for text in texts)
        groups = iter(lambda: tuple(islice(whole, TOGETHER)), ())
        for found in self._service.map(groups, self._texts):
            if isinstance(found, ModelError):
                raise found
            yield from found

    def texts(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the unit vectors of texts: shape (texts, dim)."""
        return np.array(list(self.embed(texts)), np.float32).reshape(len(texts), self.dim)

    def images(self, pictures: Iterable[Picture]) -> Iterator[Vector]:
        """Yield a unit vector (dim,) for each picture, in order. Raises ModelError."""
        for found in self._service.map(pictures, self._picture):
            if isinstance(found, ModelError):
                raise found
            yield found

    def tagged(self, pairs: Iterable[tuple[T, Picture]]) -> Iterator[tuple[T, Vector]]:
        """Yield each tag with the unit vector (dim,) of its picture, in order."""
        tags, pictures = tee(pairs)
        vectors = self.images(picture for _, picture in pictures)
        yield from zip((tag for tag, _ in tags), vectors, strict=True)

    async def _texts(self, texts: tuple[str, ...]) -> list[Vector]:
        """The vectors of a few texts."""
        there = [plain_text(text) for text in texts if text]
        try:
            found = await self._vectors({"input": there}, len(there)) if there else []
        except RefusedError:
            found = [await self._cut_to_fit(text) for text in there]
        rest = iter(found)
        return [next(rest) if text else np.zeros(self.dim, np.float32) for text in texts]

    async def _cut_to_fit(self, text: str) -> Vector:
        """The vector of a text, or of as much of it as the server takes."""
        while True:
            try:
                (found,) = await self._vectors({"input": [text]}, 1)
            except RefusedError as refusal:
                size, room = refusal.room or (0, 0)
                if not 0 < room < size or len(text) < 2:
                    raise
                if not self._warned:
                    log.warning("texts longer than %d tokens are truncated for %s", room, self.name)
                    self._warned = True
                text = text[: max(1, int(len(text) * room / size * KEPT))]
            else:
                return found

    async def _picture(self, picture: Picture) -> Vector:
        part = picture_part(picture)
        failure: ModelError | None = None
        for form in self._forms:
            try:
                (found,) = await self._vectors(form(part, self._around), 1)
            except RefusedError as refusal:
                failure = failure or refusal
            else:
                self._forms = (form,)
                return found
        assert failure
        raise failure

    async def _vectors(self, what: Json, count: int) -> list[Vector]:
        body = orjson.dumps({"model": self.name, **what})
        reply = self._read(await self._service.fetch("POST", "embeddings", body))
        self._admitted = True
        found: dict[int, Vector] = {}
        try:
            for number, one in enumerate(reply["data"]):
                vector = np.asarray(one["embedding"], np.float32)
                length = float(np.linalg.norm(vector))
                if vector.ndim != 1 or not 0 < length < np.inf:
                    raise ValueError("a vector without a direction")
                found[int(one.get("index", number))] = vector / np.float32(length)
            vectors = [found[number] for number in range(count)]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ModelError(f"the reply of {self._service.place} has no embeddings") from None
        if len({len(vector) for vector in vectors} | {getattr(self, "dim", len(vectors[0]))}) > 1:
            raise ModelError(f"{self._service.place} gives vectors of different lengths")
        return vectors

    @staticmethod
    def _refuses(reply: Reply) -> bool:
        # llama-server answers 500 to an input that is too long, and to a picture it cannot see.
        told = error_text(reply.content)
        wrong = "too large to process" in told or "not supported" in told
        return reply.status in (400, 422) or (reply.status == 500 and wrong)
