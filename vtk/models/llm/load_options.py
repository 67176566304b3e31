"""Options for loading a model into this process."""

from dataclasses import dataclass
from typing import Any

KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # ggml type numbers


@dataclass(frozen=True)
class LoadOptions:
    """Options for loading a model into this process; None selects a default automatically.

    `gpu_layers` -1 puts all layers on the GPU if llama.cpp was built for one. `context` is the
    context window in tokens for each of `sequences`, the prompts evaluated at once.
    `picture_tokens` and `least_picture_tokens` limit the tokens per picture, for models with
    variable resolution: a picture that is too small for the least is enlarged. With `pairs`, a
    model that was trained to merge two successive frames is shown them so.
    """

    gpu_layers: int = -1
    context: int | None = None
    threads: int | None = None
    flash_attention: bool | None = None
    kv_type: str = "f16"
    sequences: int | None = None
    picture_tokens: int | None = None
    least_picture_tokens: int | None = None
    pairs: bool = True


# The options that affect only speed, not the answers, with their defaults.
SPEED: dict[str, Any] = {
    "gpu_layers": -1,
    "threads": None,
    "flash_attention": None,
    "sequences": None,
}
