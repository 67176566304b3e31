"""What is particular to llama-server: what it says of itself, and how its slots are shared."""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from typing import Any, Self
from weakref import WeakValueDictionary

import numpy as np

from vtk.models.llm.prompt import Prompt


@dataclass(frozen=True)
class ServerProps:
    """What a llama-server says of itself and its model (GET /props).

    `context` is the room of each of `slots`, in tokens.
    """

    model: str
    vision: bool
    audio: bool
    context: int
    slots: int

    @classmethod
    def of(cls, told: Any) -> Self | None:
        """Read a reply; None where it is none of a llama-server that has loaded a model."""
        match told:
            case {
                "default_generation_settings": {"n_ctx": int(context)},
                "total_slots": int(slots),
                "modalities": {"vision": bool(vision), "audio": bool(audio)},
            }:
                return cls(str(told.get("model_alias") or ""), vision, audio, context, slots)
        return None


class PictureTurns:
    """Lets prompts that begin with the same picture take turns.

    The server puts each to the slot that holds most of it, if that is free. All at once they would
    be spread over its slots, and the pictures encoded in each of them. The slot is not named
    (`id_slot`): a busy one is then cleared under the answer that it writes, if the server keeps a
    cache of prompts, as it does by default (seen in the build of llama-cpp-python 0.3.36).
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    def of(self, prompt: Prompt) -> asyncio.Lock:
        """What is to be held while a prompt is asked."""
        pictures = prompt.pictures
        if not pictures:
            return asyncio.Lock()
        key = hashlib.blake2b(np.ascontiguousarray(pictures[0]).data, digest_size=16).digest()
        return self._locks.setdefault(key, asyncio.Lock())


def is_same_model(asked: str, told: str) -> bool:
    """Whether two names may be of one model: apart from folders, file endings and dates."""
    ours, theirs = (re.sub(r".*[/\\]|\.gguf$", "", name.strip().lower()) for name in (asked, told))
    return bool(re.fullmatch(re.escape(ours) + r"([-@:]?(\d[\d-]*|latest))?", theirs))
