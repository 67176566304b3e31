"""A tiny Whisper that always hears the same, in the files that faster-whisper loads.

Its layers pass on what they get, and tokens have no embedding, so that what comes out depends on
the place in the sequence alone: at each place the token that was wanted there.
"""

from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEADS, LAYERS, MELS = 32, 2, 2, 80
PROMPT = {True: 4, False: 2}  # tokens before the first of the text


def write(folder: Path, words: str, language: str | None = None) -> Path:
    """Write a model that hears `words`; with `language` it is multilingual and finds that one."""
    from ctranslate2.specs import WhisperSpec
    from faster_whisper.tokenizer import _LANGUAGE_CODES
    from tokenizers.pre_tokenizers import ByteLevel

    folder.mkdir(parents=True, exist_ok=True)
    languages = [f"<|{code}|>" for code in _LANGUAGE_CODES[:99]]
    specials = ["<|endoftext|>", "<|startoftranscript|>", *languages, "<|translate|>"]
    specials += ["<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
    specials += ["<|notimestamps|>", *(f"<|{n * 0.02:.2f}|>" for n in range(1501))]
    said = [f"Ġ{word}" for word in words.split()]
    text = [*sorted(ByteLevel.alphabet()), *dict.fromkeys(said)]
    text += [""] if language else []  # by which CTranslate2 knows a multilingual model
    tokens = [*text, *specials]
    first = PROMPT[language is not None] - 1
    wanted = {first + place: word for place, word in enumerate(said)}
    wanted |= dict.fromkeys(range(first + len(said), 448), "<|endoftext|>")
    if language:
        wanted[0] = f"<|{language}|>"
    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    number = {token: place for place, token in enumerate(tokens)}
    _fill(spec, len(tokens), {place: number[token] for place, token in wanted.items()})
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [number[code] for code in languages]
    spec.config.alignment_heads = [(1, head) for head in range(HEADS)]
    spec.validate()
    spec.save(str(folder))
    _tokenizer(text, specials).save(str(folder / "tokenizer.json"))
    return folder


def _tokenizer(text: list[str], specials: list[str]) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
    from tokenizers.models import BPE

    built = Tokenizer(BPE(vocab={token: n for n, token in enumerate(text)}, merges=[]))
    built.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    built.decoder = decoders.ByteLevel()
    built.add_special_tokens([AddedToken(token, special=True) for token in specials])
    return built


def _fill(spec: Any, vocabulary: int, wanted: dict[int, int]) -> None:
    """Weights that give the token wanted at each place."""
    chance = np.random.default_rng(0)

    def some(*shape: int, size: float = 1e-3) -> np.ndarray[Any, Any]:
        return chance.normal(0, size, shape).astype(np.float32)

    def linear(layer: Any, out: int, into: int) -> None:
        layer.weight, layer.bias = some(out, into), np.zeros(out, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    for name, into in (("conv1", MELS), ("conv2", WIDTH)):
        layer = getattr(spec.encoder, name)
        layer.weight, layer.bias = some(WIDTH, into, 3), np.zeros(WIDTH, np.float32)
    spec.encoder.position_encodings.encodings = some(1500, WIDTH, size=1)
    ways = {token: chance.normal(0, 1, WIDTH) for token in sorted(set(wanted.values()))}
    places, projection = some(448, WIDTH), some(vocabulary, WIDTH)
    for token, way in ways.items():
        projection[token] = way - way.mean()
    for place, token in wanted.items():
        places[place] = ways[token]
    spec.decoder.position_encodings.encodings = places
    spec.decoder.embeddings.weight = np.zeros((vocabulary, WIDTH), np.float32)
    spec.decoder.projection.weight = projection
    for part in (spec.encoder, spec.decoder):
        norm(part.layer_norm)
        for layer in part.layer:
            linear(layer.self_attention.linear[0], 3 * WIDTH, WIDTH)
            linear(layer.self_attention.linear[1], WIDTH, WIDTH)
            norm(layer.self_attention.layer_norm)
            linear(layer.ffn.linear_0, 4 * WIDTH, WIDTH)
            linear(layer.ffn.linear_1, WIDTH, 4 * WIDTH)
            norm(layer.ffn.layer_norm)
            if part is spec.decoder:
                linear(layer.attention.linear[0], WIDTH, WIDTH)
                linear(layer.attention.linear[1], 2 * WIDTH, WIDTH)
                # Each token looks at some frames, by which words are timed, but adds nothing.
                layer.attention.linear[0].weight = some(WIDTH, WIDTH, size=1)
                layer.attention.linear[1].weight[:WIDTH] = some(WIDTH, WIDTH, size=1)
                linear(layer.attention.linear[2], WIDTH, WIDTH)
                norm(layer.attention.layer_norm)
