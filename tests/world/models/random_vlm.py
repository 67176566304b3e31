"""Vision-language models with random weights, a few hundred kilobytes each, in the architectures
of larger ones: `pairs` as Qwen3-VL, which sees frames two by two, `hybrid` as Qwen3.5, whose
recurrent layers cannot go back, and `tiles` as InternVL, which encodes several pictures at once.

What they say means nothing; but it depends on every picture, word and position, and is the same
every time.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import gguf
import numpy as np
from gguf import LlamaFileType
from numpy.typing import NDArray

from tests.world.models.tokens import BEGIN, END, TEMPLATE, UNKNOWN, VOCABULARY

KINDS = {"pairs": "qwen3vl", "hybrid": "qwen35", "tiles": "llama"}
MARKS = ("<|vision_start|>", "<|vision_end|>", "<img>", "</img>")  # tokens around a picture
USER_DEFINED = 4  # kind of such a piece in GGUF
WIDTH, INNER, HEADS, BLOCKS = 32, 96, 2, 2
EYE, EYE_INNER, EYE_HEADS, EYE_BLOCKS = 32, 96, 2, 2
PATCH, SIDE = 16, 64  # pixels
HEAD = WIDTH // HEADS
STATE, GROUPS, KERNEL = 16, 2, 4  # of a recurrent layer

Tensors = Mapping[str, NDArray[np.float32]]


def write(folder: Path, kind: str, *, context: int = 4096) -> tuple[Path, Path]:
    """Write a model and its projector into a folder; return their paths."""
    rng = np.random.default_rng(7)

    def random(*shape: int) -> NDArray[np.float32]:
        return (rng.standard_normal(shape) * 0.4).astype(np.float32)

    model, projector = folder / f"{kind}.gguf", folder / f"mmproj-{kind}.gguf"
    _write_language(model, kind, context, random)
    if kind == "tiles":
        _write_internvl(projector, random)
    else:
        _write_qwen3vl(projector, random, deep=kind == "pairs")
    return model, projector


Random = Callable[..., NDArray[np.float32]]


def _write_language(path: Path, kind: str, context: int, random: Random) -> None:
    writer = gguf.GGUFWriter(path, KINDS[kind])
    writer.add_name(f"random-{kind}")
    writer.add_file_type(LlamaFileType.ALL_F32)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(BLOCKS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HEAD)
    if kind != "tiles":
        writer.add_rope_dimension_sections([3, 3, 2, 0])
    if kind == "pairs":
        writer.add_num_deepstack_layers(1)
    if kind == "hybrid":
        writer.add_ssm_conv_kernel(KERNEL)
        writer.add_ssm_state_size(STATE)
        writer.add_ssm_group_count(GROUPS)
        writer.add_ssm_time_step_rank(GROUPS)
        writer.add_ssm_inner_size(STATE * GROUPS)
        writer.add_full_attention_interval(2)
    _add_vocabulary(writer)
    tensors = {
        "token_embd.weight": random(len(VOCABULARY) + len(MARKS), WIDTH),
        "output.weight": random(len(VOCABULARY) + len(MARKS), WIDTH),
        "output_norm.weight": np.ones(WIDTH, np.float32),
    }
    for number in range(BLOCKS):
        recurrent = kind == "hybrid" and number == 0
        block = _recurrent(random) if recurrent else _attention(random, kind)
        last = "post_attention_norm" if kind == "hybrid" else "ffn_norm"
        block |= {
            "attn_norm.weight": np.ones(WIDTH, np.float32),
            f"{last}.weight": np.ones(WIDTH, np.float32),
            "ffn_gate.weight": random(INNER, WIDTH),
            "ffn_up.weight": random(INNER, WIDTH),
            "ffn_down.weight": random(WIDTH, INNER),
        }
        tensors |= {f"blk.{number}.{name}": values for name, values in block.items()}
    _finish(writer, tensors)


def _attention(random: Random, kind: str) -> dict[str, NDArray[np.float32]]:
    found = {f"attn_{name}.weight": random(WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
    if kind == "hybrid":
        found["attn_q.weight"] = random(2 * WIDTH, WIDTH)  # with the gate of the output
    if kind != "tiles":
        found |= {f"attn_{name}_norm.weight": np.ones(HEAD, np.float32) for name in "qk"}
    return found


def _recurrent(random: Random) -> dict[str, NDArray[np.float32]]:
    """A gated delta net (Yang et al. 2025, section 3), as Qwen3-Next and Qwen3.5 have it."""
    mixed = 3 * GROUPS * STATE
    return {
        "attn_qkv.weight": random(mixed, WIDTH),
        "attn_gate.weight": random(GROUPS * STATE, WIDTH),
        "ssm_conv1d.weight": random(mixed, KERNEL),
        "ssm_dt.bias": random(GROUPS),
        "ssm_a": -np.abs(random(GROUPS)) * np.float32(0.01),
        "ssm_beta.weight": random(GROUPS, WIDTH),
        "ssm_alpha.weight": random(GROUPS, WIDTH),
        "ssm_norm.weight": np.ones(STATE, np.float32),
        "ssm_out.weight": random(WIDTH, GROUPS * STATE),
    }


def _add_vocabulary(writer: gguf.GGUFWriter) -> None:
    pieces = [*VOCABULARY, *((mark, 0.0, USER_DEFINED) for mark in MARKS)]
    writer.add_vocab_size(len(pieces))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([piece for piece, _, _ in pieces])
    writer.add_token_scores([score for _, score, _ in pieces])
    writer.add_token_types([kind for _, _, kind in pieces])
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)


def _projector(path: Path, kind: str) -> gguf.GGUFWriter:
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_type(gguf.GGUFType.MMPROJ)
    writer.add_name("random")
    writer.add_file_type(LlamaFileType.ALL_F32)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type(kind)
    writer.add_vision_image_size(SIDE)
    writer.add_vision_patch_size(PATCH)
    writer.add_vision_embedding_length(EYE)
    writer.add_vision_feed_forward_length(EYE_INNER)
    writer.add_vision_block_count(EYE_BLOCKS)
    writer.add_vision_head_count(EYE_HEADS)
    writer.add_vision_projection_dim(WIDTH)
    writer.add_vision_attention_layernorm_eps(1e-5)
    writer.add_vision_image_mean([0.5] * 3)
    writer.add_vision_image_std([0.5] * 3)
    writer.add_vision_use_gelu(True)
    return writer


def _eye(random: Random, *, fused: bool) -> dict[str, NDArray[np.float32]]:
    found = {
        "v.patch_embd.weight": random(EYE, 3, PATCH, PATCH) * np.float32(0.2),
        "v.patch_embd.bias": random(EYE),
    }
    for number in range(EYE_BLOCKS):
        block = {
            "attn_out": random(EYE, EYE),
            "ffn_up": random(EYE_INNER, EYE),
            "ffn_down": random(EYE, EYE_INNER),
            "ln1": np.ones(EYE, np.float32),
            "ln2": np.ones(EYE, np.float32),
        }
        if fused:
            block["attn_qkv"] = random(3 * EYE, EYE)
        else:
            block |= {f"attn_{name}": random(EYE, EYE) for name in "qkv"}
        for name, weight in block.items():
            found[f"v.blk.{number}.{name}.weight"] = weight
            found[f"v.blk.{number}.{name}.bias"] = np.zeros(len(weight), np.float32)
    return found


def _write_qwen3vl(path: Path, random: Random, *, deep: bool) -> None:
    """The vision transformer of Qwen3-VL; `deep` adds features of its first layer to the model's.

    The latter is DeepStack (Qwen3-VL, section 2), which Qwen3.5 has not.
    """
    writer = _projector(path, "qwen3vl_merger")
    writer.add_vision_spatial_merge_size(2)
    writer.add_vision_is_deepstack_layers([deep, False])
    tensors = _eye(random, fused=True) | {
        "v.patch_embd.weight.1": random(EYE, 3, PATCH, PATCH) * np.float32(0.2),
        "v.position_embd.weight": random((SIDE // PATCH) ** 2, EYE),
        "v.post_ln.weight": np.ones(EYE, np.float32),
        "v.post_ln.bias": np.zeros(EYE, np.float32),
        "mm.0.weight": random(4 * EYE, 4 * EYE),
        "mm.0.bias": random(4 * EYE),
        "mm.2.weight": random(WIDTH, 4 * EYE),
        "mm.2.bias": random(WIDTH),
    }
    if deep:
        tensors |= {
            "v.deepstack.0.norm.weight": np.ones(4 * EYE, np.float32),
            "v.deepstack.0.norm.bias": np.zeros(4 * EYE, np.float32),
            "v.deepstack.0.fc1.weight": random(4 * EYE, 4 * EYE),
            "v.deepstack.0.fc1.bias": random(4 * EYE),
            "v.deepstack.0.fc2.weight": random(WIDTH, 4 * EYE),
            "v.deepstack.0.fc2.bias": random(WIDTH),
        }
    _finish(writer, tensors)


def _write_internvl(path: Path, random: Random) -> None:
    writer = _projector(path, "internvl")
    writer.add_vision_projector_scale_factor(2)
    tensors = _eye(random, fused=False) | {
        "v.class_embd": random(EYE),
        "v.position_embd.weight": random((SIDE // PATCH) ** 2 + 1, EYE),
        "mm.model.mlp.0.weight": np.ones(4 * EYE, np.float32),
        "mm.model.mlp.0.bias": np.zeros(4 * EYE, np.float32),
        "mm.model.mlp.1.weight": random(WIDTH, 4 * EYE),
        "mm.model.mlp.1.bias": random(WIDTH),
        "mm.model.mlp.3.weight": random(WIDTH, WIDTH),
        "mm.model.mlp.3.bias": random(WIDTH),
    }
    _finish(writer, tensors)


def _finish(writer: gguf.GGUFWriter, tensors: Tensors) -> None:
    for name, values in tensors.items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
