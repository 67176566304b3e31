"""How a model is loaded into this process."""

from dataclasses import dataclass
from typing import Any

KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # numbers of ggml's types


@dataclass(frozen=True)
class LoadOptions:
    """How a model is loaded into this process; None leaves a choice to the machine.

    `gpu_layers` -1 puts all layers on the GPU where llama.cpp was built for one. `context` is in
    tokens and for each of `sequences`, the prompts that are worked on at once. `picture_tokens`
    limits the tokens of a picture, for models that can see it in several sizes.
    """

    gpu_layers: int = -1
    context: int | None = None
    threads: int | None = None
    flash_attention: bool | None = None
    kv_type: str = "f16"
    sequences: int | None = None
    picture_tokens: int | None = None


# What makes a model quicker or slower, and its answers no others.
SPEED: dict[str, Any] = {
    "gpu_layers": -1,
    "threads": None,
    "flash_attention": None,
    "sequences": None,
}
