"""Write a trained tiny-vlm as GGUF: the language model as F16 and Q8_0, the eye as mmproj.

python -m tests.world.models.export_vlm WEIGHTS.safetensors DIRECTORY
"""

import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType, LlamaFileType
from safetensors.torch import load_file
from torch import Tensor

from tests.world.models.network import Shape, TinyVLM
from tests.world.models.tokens import BEGIN, END, TEMPLATE, UNKNOWN, VOCABULARY

CONTEXT = 4096
TYPES = {"f16": LlamaFileType.MOSTLY_F16, "q8_0": LlamaFileType.MOSTLY_Q8_0}


def _tensor(writer: gguf.GGUFWriter, name: str, tensor: Tensor, kind: str) -> None:
    """Matrices in the type of the file, all else in full."""
    values = tensor.detach().float().numpy()
    if kind == "q8_0" and values.ndim == 2:
        packed = gguf.quants.quantize(values, GGMLQuantizationType.Q8_0)
        writer.add_tensor(name, packed, raw_dtype=GGMLQuantizationType.Q8_0)
    else:
        writer.add_tensor(name, values.astype(np.float16) if values.ndim > 1 else values)


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_language(model: TinyVLM, path: Path, kind: str) -> None:
    """The llama with its vocabulary and chat template; `kind` is "f16" or "q8_0"."""
    shape = model.shape
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny-vlm")
    writer.add_license("apache-2.0")
    writer.add_file_type(TYPES[kind])
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.blocks)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_vocab_size(len(VOCABULARY))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([piece for piece, _, _ in VOCABULARY])
    writer.add_token_scores([score for _, score, _ in VOCABULARY])
    writer.add_token_types([kind for _, _, kind in VOCABULARY])
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_unk_token_id(UNKNOWN)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    for name in ("token_embd", "output_norm", "output"):
        _tensor(writer, f"{name}.weight", getattr(model, name).weight, kind)
    for number, block in enumerate(model.blk):
        for name, module in block.named_children():
            _tensor(writer, f"blk.{number}.{name}.weight", module.weight, kind)  # type: ignore[arg-type]
    _finish(writer)


def write_projector(model: TinyVLM, path: Path) -> None:
    """The vision transformer and the projector, as llama.cpp's `mlp` projector wants them."""
    shape, eye = model.shape, model.eye
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_type(gguf.GGUFType.MMPROJ)
    writer.add_name("tiny-vlm")
    writer.add_license("apache-2.0")
    writer.add_file_type(LlamaFileType.MOSTLY_F16)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type("mlp")
    writer.add_vision_image_size(shape.side)
    writer.add_vision_patch_size(shape.patch)
    writer.add_vision_embedding_length(shape.eye)
    writer.add_vision_feed_forward_length(shape.eye_inner)
    # The features before the last block are what is projected, so one more follows that is not run.
    writer.add_vision_block_count(shape.eye_blocks + 1)
    writer.add_vision_head_count(shape.eye_heads)
    writer.add_vision_projection_dim(shape.width)
    writer.add_vision_attention_layernorm_eps(1e-5)
    writer.add_vision_image_mean([0.5] * 3)
    writer.add_vision_image_std([0.5] * 3)
    writer.add_vision_use_gelu(True)
    _tensor(writer, "v.patch_embd.weight", eye.patch_embd.weight, "f16")
    assert eye.patch_embd.bias is not None
    _tensor(writer, "v.patch_embd.bias", eye.patch_embd.bias, "f16")
    writer.add_tensor("v.position_embd.weight", eye.position_embd.detach().float().numpy())
    modules = {"mm.0": eye.mm0, "mm.2": eye.mm2}
    for number, block in enumerate([*eye.blk, eye.blk[-1]]):
        modules |= {f"v.blk.{number}.{n}": m for n, m in block.named_children()}
    for name, module in modules.items():
        _tensor(writer, f"{name}.weight", module.weight, "f16")
        _tensor(writer, f"{name}.bias", module.bias, "f16")
    _finish(writer)


def export(model: TinyVLM, directory: Path) -> None:
    """Write the language model in both types and the projector into a directory."""
    with torch.inference_mode():
        for kind in TYPES:
            write_language(model, directory / f"tiny-vlm-{kind}.gguf", kind)
        write_projector(model, directory / "mmproj-tiny-vlm-f16.gguf")


def main(weights: str, directory: str) -> None:
    """Export weights that were trained before."""
    model = TinyVLM(len(VOCABULARY), Shape())
    model.load_state_dict(load_file(weights))
    export(model, Path(directory))


if __name__ == "__main__":
    main(*sys.argv[1:])
