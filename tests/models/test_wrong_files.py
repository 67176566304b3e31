"""A wrong, cut, newer or swapped file for any kind of model: one sentence, and status 69."""

import shutil
import struct
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.command_line import vtk
from tests.models.tiny import HOME, PROJECTOR, VLM, language_file
from tests.real_weights import whisper_tiny_en
from tests.world import World
from vtk.errors import MissingError, UsageError
from vtk.models import LoadOptions, open_language
from vtk.models.embed.clip import ClipModel
from vtk.models.ocr import OcrEngine, recognizer
from vtk.models.speech.whisper import WhisperModel

ONE = LoadOptions(threads=1, sequences=1)
HTML = b"<html><body>404 Not Found</body></html>" * 20


def wrong(content: bytes) -> dict[str, bytes]:
    """What may be in a file's place."""
    return {"html": HTML, "empty": b"", "cut": content[: len(content) // 2]}


FAULTS = {  # what is said of a file, whatever the library says that did not load it
    "html": "it is not a",
    "empty": "it is empty",
    "cut": "it is cut off at ",
    "newer": "; ",
    "projector": "it is a projector, not a model",
    "safetensors": "it is not a GGUF file",
    "model": "it is no projector",
    "gguf": "it is not a CTranslate2 model",
}


def in_one_sentence(error: pytest.ExceptionInfo[Exception], *words: str) -> None:
    text = str(error.value)
    assert "\n" not in text
    for word in words:
        assert word in text


@pytest.mark.parametrize("what", ["html", "empty", "cut", "newer", "projector", "safetensors"])
def test_a_language_model(what: str, tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp")
    good = language_file().read_bytes()
    contents = wrong(good) | {
        "newer": good[:4] + struct.pack("<I", 9) + good[8:],
        "projector": PROJECTOR.read_bytes(),
        "safetensors": (HOME / "tiny-clip" / "open_clip_model.safetensors").read_bytes(),
    }
    (tmp_path / "m.gguf").write_bytes(contents[what])
    with pytest.raises(MissingError) as error:
        open_language(str(tmp_path / "m.gguf"), loading=ONE)
    in_one_sentence(error, "m.gguf cannot be loaded as a model: ", FAULTS[what])


@pytest.mark.parametrize("what", ["html", "empty", "cut", "newer", "model"])
def test_a_projector(what: str, tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp")
    good = PROJECTOR.read_bytes()
    newer = good[:4] + struct.pack("<I", 9) + good[8:]
    contents = wrong(good) | {"newer": newer, "model": language_file().read_bytes()}
    (tmp_path / "mmproj.gguf").write_bytes(contents[what])
    with pytest.raises(MissingError) as error:
        open_language(str(language_file()), mmproj=str(tmp_path / "mmproj.gguf"), loading=ONE)
    in_one_sentence(error, "mmproj.gguf cannot be loaded as the projector of ", FAULTS[what])


@pytest.mark.parametrize("what", ["html", "empty", "cut"])
def test_an_open_clip_model(what: str, tmp_path: Path) -> None:
    pytest.importorskip("open_clip")
    folder = tmp_path / "tiny-clip"
    shutil.copytree(HOME / "tiny-clip", folder)
    weights = folder / "open_clip_model.safetensors"
    weights.write_bytes(wrong(weights.read_bytes())[what])
    with pytest.raises(MissingError) as error:
        ClipModel(str(folder))
    in_one_sentence(error, str(weights), FAULTS[what])


@pytest.mark.parametrize("what", ["html", "empty", "cut", "newer", "gguf"])
def test_a_speech_model(what: str, tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    folder = tmp_path / "whisper"
    shutil.copytree(whisper_tiny_en(), folder)
    good = (folder / "model.bin").read_bytes()
    newer = struct.pack("<I", 99) + good[4:]
    contents = wrong(good) | {"newer": newer, "gguf": language_file().read_bytes()}
    (folder / "model.bin").write_bytes(contents[what])
    with pytest.raises(MissingError) as error:
        WhisperModel(str(folder), device="cpu", threads=1)
    in_one_sentence(error, f"{folder}/model.bin cannot be loaded: ", FAULTS[what])


def test_a_network_that_is_another_file_is_told_by_its_format() -> None:
    pytest.importorskip("rapidocr")
    with pytest.raises(MissingError, match="text recognition network: it is not an ONNX file"):
        OcrEngine(weights=language_file(), threads=1)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tokenizer.json", "<|startoftranscript|>", "<|begin|>"),
        ("vocabulary.txt", "<|endoftext|>\n", ""),
    ],
)
def test_tokens_of_another_speech_model(file: str, old: str, new: str, tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    folder = tmp_path / "whisper"
    shutil.copytree(whisper_tiny_en(), folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    with pytest.raises(MissingError) as error:
        WhisperModel(str(folder), device="cpu", threads=1)
    in_one_sentence(error, str(folder / file))


@pytest.mark.parametrize("what", ["html", "empty", "cut", "detector"])
def test_a_network_that_recognizes_text(what: str, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    spec = find_spec("rapidocr") or pytest.skip("rapidocr is not here")
    assert spec.submodule_search_locations
    networks = Path(spec.submodule_search_locations[0]) / "models"
    good = next(networks.glob("*_rec_*.onnx")).read_bytes()
    contents = wrong(good) | {"detector": next(networks.glob("*_det_*.onnx")).read_bytes()}
    (tmp_path / "rec.onnx").write_bytes(contents[what])
    with pytest.raises(MissingError) as error:
        OcrEngine(weights=tmp_path / "rec.onnx", threads=1)
    in_one_sentence(error, "rec.onnx", "is not a text recognition network")


def test_a_model_of_another_kind_is_told_by_its_kind(tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp")
    folder = tmp_path / "whisper"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"\6\0\0\0")
    with pytest.raises(MissingError, match="is not a GGUF file, as language models are"):
        open_language(str(folder))
    with pytest.raises(UsageError, match="is not a speech model"):
        WhisperModel(str(language_file()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("whisper-turbo", "a speech model"), ("bge-m3", "a text embedder"), ("pp-ocrv6-medium", "")],
)
def test_a_model_of_the_catalog_is_told_by_its_kind_before_it_is_to_be_fetched(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    words = f"{name} is {kind}, not one of the kind vlm, llm or ocr: see" if kind else "ocr --weigh"
    with pytest.raises(UsageError, match=words):
        open_language(name)
    with pytest.raises(UsageError, match="is a speech model, not one of the kind ocr"):
        recognizer("whisper-turbo")
    with pytest.raises(UsageError, match="see `vtk models list --kind speech`"):
        WhisperModel("pe-core-b")
    if find_spec("open_clip"):
        with pytest.raises(UsageError, match="is a reranker, not one of the kind clip"):
            ClipModel("qwen3-vl-reranker-2b")


def test_nothing_is_lost_where_the_model_is_broken(world: World, tmp_path: Path) -> None:
    """The file of an earlier run stays, and nothing is written of this one."""
    pytest.importorskip("llama_cpp")
    for file in (language_file(), PROJECTOR):
        (tmp_path / file.name).write_bytes((VLM / file.name).read_bytes()[:5000])
    (tmp_path / "out.jsonl").write_text("of an earlier run\n")
    model = tmp_path / language_file().name
    run = vtk("caption", "-m", model, "-o", tmp_path / "out.jsonl", world("cuts").path)
    assert (run.returncode, run.stdout, run.stderr.count(b"\n")) == (69, b"", 1), run.stderr
    assert (tmp_path / "out.jsonl").read_text() == "of an earlier run\n"
