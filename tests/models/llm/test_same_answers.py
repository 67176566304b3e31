"""The same questions in this process and through a server that serves tiny-vlm."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")
pytest.importorskip("httpx2")
pytest.importorskip("torch")
pytest.importorskip("uvicorn")  # and what follows: llama-cpp-python's server
pytest.importorskip("fastapi")
pytest.importorskip("sse_starlette")
pytest.importorskip("starlette_context")
pytest.importorskip("pydantic_settings")

from tests.models.tiny import PROJECTOR, language_file, lessons, prompt, said, tiny_vlm
from vtk.models import open_language
from vtk.models.llm.prompt import LanguageModel, Sampling

SHORT = Sampling(max_tokens=60)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "llama_cpp.server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(language_file()), "--clip_model_path", str(PROJECTOR)]
    command += ["--chat_format", "mtmd", "--n_ctx", "2048", "--n_threads", "1"]
    command += ["--logits_all", "true"]  # without it this server lists no log-probabilities
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VTK_")}
    with log.open("wb") as file:
        server = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
    try:
        yield _ready(server, f"http://127.0.0.1:{port}", log)
    finally:
        server.terminate()
        server.wait(20)


def _ready(server: "subprocess.Popen[bytes]", url: str, log: Path) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/v1/models", timeout=5):
                return url
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def server(endpoint: str) -> Iterator[LanguageModel]:
    opened = open_language(None, endpoint=endpoint, jobs=2)
    yield opened
    opened.close()


def alike(ours: list[str], theirs: list[str]) -> bool:
    """Whether answers are the same; batches of another size may tip one near tie in ten."""
    return sum(a != b for a, b in zip(ours, theirs, strict=True)) <= len(ours) // 10


@pytest.mark.parametrize("frames", [1, 2, 4])
def test_descriptions_are_the_same(server: LanguageModel, frames: int) -> None:
    asked = [prompt(each) for each in lessons(12, frames)]
    with tiny_vlm() as here:
        ours = list(here.answers(asked, SHORT))
    theirs = list(server.answers(asked, SHORT))
    assert alike(said(ours), said(theirs))
    assert [a.tokens_in for a in ours] == [a.tokens_in for a in theirs]  # type: ignore[union-attr]


def test_answers_to_questions_are_the_same(server: LanguageModel) -> None:
    asked = [prompt(each, q) for each in lessons(10, 2) for q, _ in each.pairs]
    with tiny_vlm() as here:
        ours = said(list(here.answers(asked, SHORT)))
    assert alike(ours, said(list(server.answers(asked, SHORT))))


def test_scores_are_the_same(server: LanguageModel) -> None:
    asked = [
        prompt(each, q) for each in lessons(15, 1) for q, a in each.pairs if a in ("yes", "no")
    ]
    with tiny_vlm() as here:
        pairs = list(zip(here.scores(asked), server.scores(asked), strict=True))
    for ours, theirs in pairs:
        assert isinstance(ours, list)
        assert isinstance(theirs, list)
        assert ours[0] == pytest.approx(theirs[0], abs=0.02)


def test_a_schema_is_followed_by_both(server: LanguageModel) -> None:
    schema = {"type": "object", "properties": {"n": {"enum": [1, 2, 3]}}, "required": ["n"]}
    asked = [prompt(each, "How many shapes are there?") for each in lessons(3, 1)]
    with tiny_vlm() as here:
        for model in (here, server):
            for text in said(list(model.answers(asked, Sampling(schema=schema)))):
                assert "".join(text.split()) in ('{"n":1}', '{"n":2}', '{"n":3}')
