"""Prefixes of text embedders that are named by a file or by a server."""

import pytest

from vtk.models.embed.prefixes import listed_embedder


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("nomic-embed-text-v1.5.Q8_0.gguf", "nomic-embed-1.5"),
        ("/models/nomic-embed-text-v1.5.f16.gguf", "nomic-embed-1.5"),
        ("Qwen/Qwen3-Embedding-0.6B", "qwen3-embedding-0.6b"),
        ("google/embeddinggemma-300M", "embeddinggemma"),
        ("BAAI/bge-m3", "bge-m3"),
        ("Qwen/Qwen3-Embedding-8B", None),
        ("qwen3-vl-4b", None),
        ("", None),
    ],
)
def test_a_name_is_that_of_an_entry_whatever_its_quantization(
    name: str, listed: str | None
) -> None:
    entry = listed_embedder(name)
    assert (entry.base if entry else None) == listed
