"""What llama-server offers beyond OpenAI's protocol: what it says of itself, and its slots."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from vtk.models.llm.prompt import Prompt

REUSED = 0.25  # least share of a prompt that is reused where its pictures were in the slot
MISSES = 3  # prompts in a row that found their pictures gone; a restart of the server costs less


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


class PictureSlots:
    """Which slot holds which pictures: every question on the same ones is put to the same slot.

    Left to itself, a server spreads questions that come at once over its slots, and encodes the
    pictures in each of them.
    """

    def __init__(self, count: int) -> None:
        self._held: dict[int, bytes] = dict.fromkeys(range(count), b"")  # least recent first
        self._works = count > 1
        self._missed = 0

    def assign(self, prompt: Prompt) -> tuple[int, bool] | None:
        """The slot for a prompt, and whether it holds its pictures; None leaves the choice."""
        pictures = prompt.pictures
        if not (self._works and pictures):
            return None
        key = hashlib.blake2b(np.ascontiguousarray(pictures[0]).data, digest_size=16).digest()
        found = next((slot for slot, held in self._held.items() if held == key), None)
        slot = next(iter(self._held)) if found is None else found
        del self._held[slot]
        self._held[slot] = key
        return slot, found is not None

    def forget(self) -> None:
        """Count on nothing that the slots hold."""
        self._held = dict.fromkeys(self._held, b"")

    def learn(self, tokens_in: int, tokens_cached: int | None) -> None:
        """Leave the choice to the server if slots lose the pictures that they held.

        That is where others use the server too, or where it moves what idle slots hold into its
        cache of prompts, from which it takes back only what it places itself.
        """
        if tokens_cached is not None:
            self._missed = self._missed + 1 if tokens_cached < REUSED * tokens_in else 0
            self._works &= self._missed < MISSES


def is_same_model(asked: str, told: str) -> bool:
    """Whether two names may be of one model: apart from folders, file endings and dates."""
    ours, theirs = (re.sub(r".*[/\\]|\.gguf$", "", name.strip().lower()) for name in (asked, told))
    return bool(re.fullmatch(re.escape(ours) + r"([-@:]?(\d[\d-]*|latest))?", theirs))
