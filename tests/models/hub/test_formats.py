"""Model files that are not what their names say, or not whole: told without loading them."""

import struct
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.models.tiny import HOME, PROJECTOR, language_file
from tests.real_weights import whisper_tiny_en
from vtk.models.hub.formats import GGUF_VERSION, TENSOR_TYPES, fault, kind
from vtk.models.hub.formats import PROJECTOR as AN_EYE

CLIP = HOME / "tiny-clip" / "open_clip_model.safetensors"
HTML = b"<!doctype html><html><body>404 Not Found</body></html>" * 9


def ocr_network() -> Path:
    """A network that comes with RapidOCR."""
    pytest.importorskip("rapidocr")
    spec = find_spec("rapidocr")
    assert spec
    assert spec.submodule_search_locations
    return next(Path(spec.submodule_search_locations[0], "models").glob("*_cls_*.onnx"))


def zipped(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "whole.pth", "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02." + bytes(900))
    return folder / "whole.pth"


@pytest.mark.parametrize("form", ["gguf", "safetensors", "onnx", "model.bin", "pth"])
def test_a_whole_file_is_told_from_a_cut_an_empty_and_an_alien_one(
    form: str, tmp_path: Path
) -> None:
    make: dict[str, Callable[[], Path]] = {
        "gguf": language_file,
        "safetensors": lambda: CLIP,
        "onnx": ocr_network,
        "model.bin": lambda: whisper_tiny_en() / "model.bin",
        "pth": lambda: zipped(tmp_path),
    }
    good = make[form]()
    assert fault(good) is None
    wrong = tmp_path / "wrong" / good.name
    wrong.parent.mkdir()
    content = good.read_bytes()
    for cut in (len(content) - 1, len(content) // 2, 40):
        wrong.write_bytes(content[:cut])
        assert fault(wrong) == f"is cut off at {cut:,} bytes"
    wrong.write_bytes(b"")
    assert fault(wrong) == "is empty"
    for alien in (HTML, b"\xff" * 99, b"<"):
        wrong.write_bytes(alien)
        assert str(fault(wrong)).startswith(("is not a", "is of CTranslate2's format")), alien


def test_a_model_and_its_projector_are_not_mistaken_for_one_another(tmp_path: Path) -> None:
    assert (fault(language_file(), "vlm"), fault(PROJECTOR, AN_EYE)) == (None, None)
    assert (fault(language_file()), fault(PROJECTOR)) == (None, None)
    assert fault(PROJECTOR, "vlm") == "is a projector, not a model"
    assert fault(language_file(), AN_EYE) == "is no projector"
    assert (kind(PROJECTOR), kind(language_file())) == (AN_EYE, "llm")
    later = tmp_path / "later.gguf"
    content = language_file().read_bytes()
    later.write_bytes(content[:4] + struct.pack("<I", GGUF_VERSION + 1) + content[8:])
    assert fault(later) == "is of GGUF version 4; known are 2 and 3"


def test_a_text_embedder_is_known_by_its_pooling(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf")
    writer = gguf.GGUFWriter(tmp_path / "m.gguf", "bert")
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    with open(tmp_path / "m.gguf", "ab") as file:
        file.write(bytes(32))
    assert kind(tmp_path / "m.gguf") == "embed"
    assert fault(tmp_path / "m.gguf", "embed") is None
    assert fault(tmp_path / "m.gguf", "llm") == "is a text embedder, not a language model"


def test_sizes_of_tensors_are_those_of_ggml() -> None:
    constants = pytest.importorskip("gguf.constants")
    # Q8_1 is of computations alone; no file has it.
    known = {int(t): size for t, size in constants.GGML_QUANT_SIZES.items() if t.name != "Q8_1"}
    assert {number: TENSOR_TYPES.get(number) for number in known} == known


def test_hostile_headers_end_in_words(tmp_path: Path) -> None:
    """Counts beyond the file, lists in lists, lengths of 2^64: no time, no memory, no traceback."""
    most = struct.pack("<Q", 2**64 - 1)
    start = b"GGUF" + struct.pack("<I", 3)
    key = struct.pack("<Q", 1) + b"k"
    for number, content in enumerate(
        [
            start + most + most,
            start + struct.pack("<QQ", 0, 1) + most + bytes(99),
            start + struct.pack("<QQ", 0, 1) + key + struct.pack("<IIQ", 9, 9, 5) + bytes(99),
            start + struct.pack("<QQ", 0, 1) + key + struct.pack("<IIQ", 9, 8, 2**63) + bytes(99),
            start + struct.pack("<QQ", 0, 1) + key + struct.pack("<I", 77),
        ]
    ):
        path = tmp_path / f"{number}.gguf"
        path.write_bytes(content)
        assert fault(path), number
    header = b'{"a":{"data_offsets":[0,"9"]}}'
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    assert fault(tmp_path / "a.safetensors") == "is not a safetensors file"
    (tmp_path / "b.safetensors").write_bytes(most + b"{}")
    assert fault(tmp_path / "b.safetensors") == "is not a safetensors file"
