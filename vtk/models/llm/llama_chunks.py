"""The texts and pictures of a prompt as libmtmd tokenizes them."""

import ctypes
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vtk.errors import ModelError
from vtk.models.llm.llama_library import last_error
from vtk.models.llm.prompt import Picture


@dataclass(frozen=True)
class Chunk:
    """A part of a prompt: one text token, or all tokens of a picture (`media` is set).

    `size` is in KV cache cells, `length` in positions; `key` identifies the content.
    """

    key: int | bytes
    size: int = 1
    length: int = 1
    media: Any = None


class Chunks(list[Chunk]):
    """The chunks of texts and pictures; the picture data stays valid until `close`."""

    def __init__(self, mtmd: Any, vision: Any, parts: Sequence[str | Picture]) -> None:
        super().__init__()
        self._mtmd = mtmd
        self._handle = mtmd.mtmd_input_chunks_init()
        bitmaps, inputs, kept = [], [], []
        try:
            for part in parts:
                if isinstance(part, str):
                    entry = mtmd.mtmd_input_part()
                    raw = part.encode("utf-8", "replace")
                    text = mtmd.mtmd_input_text(raw, len(raw), False, True)
                    entry.text = ctypes.pointer(text)
                    kept.append((raw, text))
                    inputs.append(ctypes.pointer(entry))
                    continue
                key = _key(part).hex().encode()
                for frame in part if part.ndim == 4 else [part]:
                    entry = mtmd.mtmd_input_part()
                    entry.bitmap = self._bitmap(frame, key, mergeable=part.ndim == 4)
                    bitmaps.append(entry.bitmap)
                    inputs.append(ctypes.pointer(entry))
            array = (ctypes.POINTER(mtmd.mtmd_input_part) * len(inputs))(*inputs)
            if mtmd.mtmd_tokenize_from_parts(vision, self._handle, array, len(inputs), True):
                raise ModelError(f"the pictures could not be read: {last_error()}")
            self._read()
        except BaseException:
            self.close()
            raise
        finally:
            for bitmap in bitmaps:
                mtmd.mtmd_bitmap_free(bitmap)

    def _bitmap(self, frame: Picture, key: bytes, *, mergeable: bool) -> Any:
        height, width, _ = frame.shape
        data = np.ascontiguousarray(frame).ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        bitmap = self._mtmd.mtmd_bitmap_init(width, height, data)
        # What is merged has the name of its first frame, so both have that of the pair.
        self._mtmd.mtmd_bitmap_set_id(bitmap, key)
        self._mtmd.mtmd_bitmap_set_mergeable(bitmap, mergeable)
        return bitmap

    def _read(self) -> None:
        mtmd = self._mtmd
        for number in range(mtmd.mtmd_input_chunks_size(self._handle)):
            media = mtmd.mtmd_input_chunks_get(self._handle, number)
            if mtmd.mtmd_input_chunk_get_type(media) == mtmd.MTMD_INPUT_CHUNK_TYPE_TEXT:
                count = ctypes.c_size_t()
                found = mtmd.mtmd_input_chunk_get_tokens_text(media, ctypes.byref(count))
                self.extend(Chunk(int(token)) for token in found[: count.value])
            else:
                size = int(mtmd.mtmd_input_chunk_get_n_tokens(media))
                length = int(mtmd.mtmd_input_chunk_get_n_pos(media))
                # A picture split into tiles gives several chunks with the same id.
                name = mtmd.mtmd_input_chunk_get_id(media) or b""
                self.append(Chunk(b"%s %d" % (name, number), size, length, media))

    def close(self) -> None:
        """Free the pictures."""
        if self._handle:
            self._mtmd.mtmd_input_chunks_free(self._handle)
            self._handle = None


def alike(first: list[str | Picture], second: list[str | Picture]) -> bool:
    """Whether two prompt prefixes are equal: equal texts, identical or equal pictures."""
    return len(first) == len(second) and all(map(_same, first, second))


def _same(a: str | Picture, b: str | Picture) -> bool:
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str) and a == b
    return a is b or np.array_equal(a, b)


def _key(picture: Picture) -> bytes:
    """Return a hash of a picture's shape and pixels."""
    digest = hashlib.blake2b(repr(picture.shape).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(picture).data)
    return digest.digest()
