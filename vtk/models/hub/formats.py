"""Examine model files without loading them: whether they are whole, and of which kind.

Read are the headers of GGUF (ggml's docs/gguf.md), of safetensors (its README, "Format") and of
CTranslate2's ``model.bin`` (its specs/model_spec.py), the fields of an ONNX file, which is a
protobuf message, and the directory of a PyTorch file, which is a zip archive.
"""

import io
import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import orjson

from vtk.errors import VtkError
from vtk.models.hub.repo_names import split_files

T = TypeVar("T")

PROJECTOR = "mmproj"
# Formats by the names of files or their endings, and those of the models of a kind.
_FORMATS = {
    **{".gguf": "GGUF", "model.bin": "CTranslate2", ".onnx": "ONNX"},
    **{".safetensors": "safetensors", ".bin": "PyTorch", ".pt": "PyTorch", ".pth": "PyTorch"},
}
_FORMATS_OF = {
    **dict.fromkeys((PROJECTOR, "vlm", "llm", "embed", "rerank"), ("GGUF",)),
    **{"ocr": ("GGUF", "ONNX"), "clip": ("safetensors", "PyTorch"), "speech": ("CTranslate2",)},
}
GGUF_VERSION = 3  # the latest that is known
CT2_VERSION = 6
# Bytes of the scalar types of GGUF's metadata, by number, as struct formats; 8 is text, 9 a list.
_SCALARS = dict(enumerate(("B", "b", "H", "h", "I", "i", "f", "?"))) | {10: "Q", 11: "q", 12: "d"}
# Values in a block and bytes of a block, by number of the tensor type (ggml.h, ggml_type).
TENSOR_TYPES = {
    **{0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34)},
    **{10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176)},
    **{14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98)},
    **{19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1)},
    **{25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2)},
    **{34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18)},
}


class FaultError(VtkError):
    """What is wrong with a file, in words that follow its name."""


def fault(path: Path, wanted: str | None = None) -> str | None:
    """Return in words what is wrong with a model file, or None where nothing is seen to be.

    Examined are files named .gguf, .safetensors, .onnx, .pt and .pth, CTranslate2's model.bin and
    PyTorch's pytorch_model.bin. `wanted` is what the file must be: PROJECTOR, or the weights of a
    model of one of `catalog.KINDS`. Raises OSError if the file cannot be read.
    """
    forms = _FORMATS_OF.get(wanted or "", ())
    if forms and _by_name(_FORMATS, path) not in forms:
        what = "projectors" if wanted == PROJECTOR else f"models of the kind {wanted}"
        return f"is not a {' or '.join(forms)} file, as {what} are"
    examine = _by_name(EXAMINERS, path)
    if examine is None:
        return None
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        try:
            if size == 0:
                raise FaultError("is empty")
            examine(_Reader(file, size))
        except FaultError as error:
            return str(error)
    return _misplaced(kind(path), wanted) if wanted and path.suffix.lower() == ".gguf" else None


def _misplaced(found: str, wanted: str) -> str | None:
    """Return in words what is wrong with a GGUF file that holds `found`."""
    if (found == PROJECTOR) != (wanted == PROJECTOR):
        return "is a projector, not a model" if found == PROJECTOR else "is no projector"
    if wanted == "embed" and found != "embed":
        return "is not a text embedder"
    if wanted in ("vlm", "llm", "ocr") and found == "embed":
        return "is a text embedder, not a language model"
    return None


def cause(path: Path, said: str, wanted: str | None = None) -> str:
    """Return why a file could not be loaded: its fault if one is seen, else what a library `said`.

    Of a model in several files, all are examined.
    """
    for number, part in enumerate(split_files(path.name)):
        with suppress(OSError):
            if wrong := fault(path.with_name(part), None if number else wanted):
                return f"it {wrong}" if part == path.name else f"{part} {wrong}"
    return said


def _by_name(table: Mapping[str, T], path: Path) -> T | None:
    return table.get(path.name) or table.get(path.suffix.lower())


def kind(path: Path) -> str:
    """Return what a GGUF file holds: PROJECTOR, "embed" (a text embedder) or "llm".

    Raises FaultError if it is none, OSError if it cannot be read.
    """
    with open(path, "rb") as file:
        known = _metadata(_Reader(file, os.fstat(file.fileno()).st_size))
    architecture = known.get("general.architecture")
    if known.get("general.type") == "mmproj" or architecture == "clip":
        return PROJECTOR
    return "embed" if f"{architecture}.pooling_type" in known else "llm"


class _Reader:
    """Reads little-endian values of a file one after the other. Raises FaultError at its end."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size, self.at = file, size, 0

    def bytes(self, count: int) -> bytes:
        self.skip(count)
        self.file.seek(self.at - count)
        return self.file.read(count)

    def skip(self, count: int) -> None:
        self.at += count
        if self.at > self.size:
            raise FaultError(f"is cut off at {self.size:,} bytes")

    def value(self, form: str) -> Any:
        (found,) = struct.unpack(f"<{form}", self.bytes(struct.calcsize(f"<{form}")))
        return found


def _metadata(reader: _Reader) -> dict[str, Any]:
    """Read the scalar metadata of a GGUF file; the reader is then at the tensors' directory."""
    if reader.bytes(min(4, reader.size)) != b"GGUF":
        raise FaultError("is not a GGUF file")
    version = reader.value("I")
    if not 2 <= version <= GGUF_VERSION:
        raise FaultError(f"is of GGUF version {version}; known are 2 and {GGUF_VERSION}")
    known: dict[str, Any] = {"tensors": reader.value("Q")}
    for _ in range(reader.value("Q")):
        key = reader.bytes(reader.value("Q")).decode("utf-8", "replace")
        known[key] = _value(reader, reader.value("I"))
    return known


def _value(reader: _Reader, form: int) -> Any:
    """Read one value of GGUF's metadata; lists are skipped and give None."""
    if form in _SCALARS:
        return reader.value(_SCALARS[form])
    if form == 8:
        return reader.bytes(reader.value("Q")).decode("utf-8", "replace")
    if form != 9:
        raise FaultError(f"has metadata of an unknown type {form}")
    inner, count = reader.value("I"), reader.value("Q")
    if inner in _SCALARS:
        reader.skip(count * struct.calcsize(f"<{_SCALARS[inner]}"))
        return None
    if inner != 8:
        raise FaultError(f"has a list of an unknown type {inner}")
    for _ in range(count):
        reader.skip(reader.value("Q"))
    return None


def _gguf(reader: _Reader) -> None:
    known = _metadata(reader)
    ends = [0]
    for _ in range(known["tensors"]):
        reader.skip(reader.value("Q"))
        count = 1
        for _ in range(reader.value("I")):
            count *= reader.value("Q")
        form, offset = reader.value("I"), reader.value("Q")
        # Of a type that came later, only the beginning is known to be there.
        block, size = TENSOR_TYPES.get(form, (1, 0))
        ends.append(offset + count // block * size)
    to = known.get("general.alignment", 32)
    reader.skip(-reader.at % to + max(ends))


def _safetensors(reader: _Reader) -> None:
    length = reader.value("Q") if reader.size >= 8 else 0
    if not 2 <= length <= 100_000_000:
        raise FaultError("is not a safetensors file")
    try:
        header = orjson.loads(reader.bytes(length))
        parts = [part for name, part in header.items() if name != "__metadata__"]
        reader.skip(max((part["data_offsets"][1] for part in parts), default=0))
    except (orjson.JSONDecodeError, AttributeError, TypeError, KeyError, IndexError):
        raise FaultError("is not a safetensors file") from None


def _ctranslate2(reader: _Reader) -> None:
    version = reader.value("I") if reader.size >= 4 else 0
    if not 1 <= version < 256:
        raise FaultError("is not a CTranslate2 model")
    if version > CT2_VERSION:
        raise FaultError(f"is of CTranslate2's format {version}; the latest known is {CT2_VERSION}")
    if version < 4:  # laid out otherwise; no model for recognizing speech is that old
        return
    specification = reader.bytes(reader.value("H")).rstrip(b"\0").decode("utf-8", "replace")
    if specification != "WhisperSpec":
        raise FaultError(f"is no Whisper model, but CTranslate2's {specification!r}")
    reader.skip(4)  # its revision
    for _ in range(reader.value("I")):
        reader.skip(reader.value("H"))
        reader.skip(4 * reader.value("B") + 1)  # its shape, and the type of its values
        reader.skip(reader.value("I"))
    for _ in range(reader.value("I")):  # other names of variables
        reader.skip(reader.value("H"))
        reader.skip(reader.value("H"))


def onnx_metadata(path: Path) -> dict[str, str]:
    """Return the metadata of an ONNX file, without its network. Raises FaultError, OSError."""
    found: list[bytes] = []
    with open(path, "rb") as file:
        _onnx(_Reader(file, os.fstat(file.fileno()).st_size), found)
    pairs = {}
    for entry in found:  # a message of two texts, the key and the value
        inner: list[bytes] = []
        for number in (1, 2):
            _fields(_Reader(io.BytesIO(entry), len(entry)), number, inner)
        key, *rest = (text.decode("utf-8", "replace") for text in inner)
        pairs[key] = "".join(rest)
    return pairs


def _onnx(reader: _Reader, metadata: list[bytes] | None = None) -> None:
    _fields(reader, 14, [] if metadata is None else metadata)


def _fields(reader: _Reader, wanted: int, found: list[bytes]) -> None:
    """Walk over the fields of a protobuf message; add the bytes of those numbered `wanted`."""
    while reader.at < reader.size:
        number, wire = divmod(_varint(reader), 8)
        if not 1 <= number <= 30 or wire not in (0, 1, 2, 5):
            raise FaultError("is not an ONNX file")
        if wire == 0:
            _varint(reader)
        elif wire != 2:
            reader.skip(8 if wire == 1 else 4)
        elif number == wanted:
            found.append(reader.bytes(_varint(reader)))
        else:
            reader.skip(_varint(reader))


def _varint(reader: _Reader) -> int:
    found = 0
    for shift in range(0, 70, 7):
        byte = reader.value("B")
        found |= (byte & 127) << shift
        if byte < 128:
            break
    return found


def _pytorch(reader: _Reader) -> None:
    start = reader.bytes(min(4, reader.size))
    if start[:2] != b"PK":
        # The format before PyTorch 1.6 is a pickle, of which only a whole reading would tell.
        if start[:1] != b"\x80":
            raise FaultError("is not a PyTorch file")
    elif not zipfile.is_zipfile(reader.file):
        raise FaultError(f"is cut off at {reader.size:,} bytes")


EXAMINERS: dict[str, Callable[[_Reader], None]] = {
    "open_clip_pytorch_model.bin": _pytorch,
    "pytorch_model.bin": _pytorch,
    ".gguf": _gguf,
    ".safetensors": _safetensors,
    "model.bin": _ctranslate2,
    ".onnx": _onnx,
    ".pt": _pytorch,
    ".pth": _pytorch,
}
