"""llama.cpp in this process, through llama-cpp-python's low-level C API.

An `Engine` holds a model, its projector for pictures and a context of several sequences that share
one KV cache. `vtk.models.llm.local` decides what to evaluate in which sequence. Besides this module
only its parts `llama_chunks` (prompts) and `llama_sampler` (tokens) call the C API.
"""

import ctypes
import os
from collections.abc import Callable, Generator, Sequence
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vtk.cores import cores
from vtk.errors import MissingError, ModelError, UsageError
from vtk.models.hub.formats import PROJECTOR, cause
from vtk.models.llm.grammar import Grammar, vocabulary
from vtk.models.llm.llama_chunks import Chunk, Chunks
from vtk.models.llm.llama_library import clear_errors, last_error, library
from vtk.models.llm.llama_sampler import Sampler
from vtk.models.llm.load_options import KV_TYPES, LoadOptions
from vtk.models.llm.prompt import Picture, Sampling

if TYPE_CHECKING:
    from llguidance import LLTokenizer

BATCH = 2048  # most tokens per batch
FLASH = {None: -1, False: 0, True: 1}


class Engine:
    """A loaded model with its context. Not thread-safe."""

    def __init__(self, model: Path, mmproj: Path | None, loading: LoadOptions) -> None:
        """Load the model. Raises MissingError if a file is truncated, corrupt or does not fit."""
        if loading.kv_type not in KV_TYPES:
            raise UsageError(
                f"there is no KV cache of type {loading.kv_type!r}: {', '.join(KV_TYPES)}"
            )
        self._lib, self._mtmd = library()
        self._free: list[Callable[[], None]] = []
        self.gpu = bool(self._lib.llama_supports_gpu_offload()) and loading.gpu_layers != 0
        self.threads = loading.threads or cores()
        self.sequences = loading.sequences or (4 if self.gpu else 1)
        self._require_sequences()
        clear_errors()
        try:
            self._load(model, loading)
            self._vision = self._load_projector(model, mmproj, loading) if mmproj else None
            self._open_context(model, loading)
        except BaseException:
            self.close()
            raise

    def _require_sequences(self, anchored: bool = False) -> None:
        """Raise UsageError for more sequences than llama.cpp has, half of them with anchors."""
        most = int(self._lib.llama_max_parallel_sequences())
        most = (most - 1) // 2 if anchored else most
        if self.sequences > most:
            which = "this model" if anchored else "any model"
            raise UsageError(f"--sequences is at most {most} for {which}, not {self.sequences}")

    def _load(self, path: Path, loading: LoadOptions) -> None:
        lib = self._lib
        lib.llama_backend_init()
        params = lib.llama_model_default_params()
        params.n_gpu_layers = loading.gpu_layers if self.gpu else 0
        self._model = lib.llama_model_load_from_file(os.fsencode(path), params)
        if not self._model:
            reason = cause(path, last_error(), "llm")
            raise MissingError(f"{path} cannot be loaded as a model: {reason}")
        self._free.append(lambda: lib.llama_model_free(self._model))
        self._vocab = lib.llama_model_get_vocab(self._model)
        self.vocabulary = int(lib.llama_vocab_n_tokens(self._vocab))
        recurrent = lib.llama_model_is_recurrent(self._model)
        self.rewinds = not (recurrent or lib.llama_model_is_hybrid(self._model))
        if (
            not lib.llama_model_has_decoder(self._model)
            or self.metadata("general.type") == "mmproj"
        ):
            raise MissingError(f"{path} is not a generative model")

    def _load_projector(self, model: Path, path: Path, loading: LoadOptions) -> Any:
        mtmd = self._mtmd
        params = mtmd.mtmd_context_params_default()
        params.use_gpu = self.gpu
        params.n_threads = self.threads
        params.print_timings = params.warmup = False
        params.flash_attn_type = FLASH[loading.flash_attention]
        if loading.picture_tokens:
            params.image_max_tokens = loading.picture_tokens
        if loading.least_picture_tokens:
            params.image_min_tokens = loading.least_picture_tokens
        vision = mtmd.mtmd_init_from_file(os.fsencode(path), self._model, params)
        if not vision:
            reason = last_error()
            if "image_min_pixels" in reason:
                raise UsageError("the least tokens of a picture are more than its most")
            reason = cause(path, reason, PROJECTOR)
            raise MissingError(f"{path} cannot be loaded as the projector of {model}: {reason}")
        self._free.append(lambda: mtmd.mtmd_free(vision))
        if not mtmd.mtmd_support_vision(vision):
            raise MissingError(f"{path} is not an image projector")
        return vision

    def _open_context(self, path: Path, loading: LoadOptions) -> None:
        lib = self._lib
        trained = int(lib.llama_model_n_ctx_train(self._model))
        self.context = loading.context or min(8192, trained)
        whole = bool(self._vision and self._mtmd.mtmd_decode_use_non_causal(self._vision, None))
        params = lib.llama_context_default_params()
        # A model that cannot be rewound keeps what prompts share in sequences of their own.
        self.anchors = 0 if self.rewinds else self.sequences + 1
        self._require_sequences(bool(self.anchors))
        room = self.context * (self.sequences + bool(self.anchors))
        if room >= 2**32:
            raise UsageError(f"a context of {room:,} tokens in all is more than llama.cpp can hold")
        params.n_ctx = room
        params.n_seq_max = self.sequences + self.anchors
        params.n_batch = BATCH
        params.n_ubatch = BATCH if whole else 512  # non-causal: a picture must fit
        params.n_threads = params.n_threads_batch = self.threads
        params.flash_attn_type = FLASH[loading.flash_attention]
        params.type_k = params.type_v = KV_TYPES[loading.kv_type]
        params.kv_unified = params.swa_full = True
        self._context = lib.llama_init_from_model(self._model, params)
        if not self._context:
            advice = "a smaller --context or fewer --sequences may fit"
            raise MissingError(f"not enough memory to run {path} ({last_error()}): {advice}")
        self._free.append(lambda: lib.llama_free(self._context))
        self._memory = lib.llama_get_memory(self._context)
        self._batch = lib.llama_batch_init(BATCH, 0, 1)
        self._free.append(lambda: lib.llama_batch_free(self._batch))

    @property
    def has_vision(self) -> bool:
        """Whether the model accepts pictures."""
        return self._vision is not None

    def merges_pairs(self) -> bool:
        """Whether the model merges two successive frames into one picture, as Qwen's do."""
        if not self.has_vision:
            return False
        try:
            probe = self.chunks([np.zeros((2, 64, 64, 3), np.uint8)])
        except ModelError:  # a model that takes no picture so small
            return False
        merged = sum(chunk.media is not None for chunk in probe) == 1
        probe.close()
        return merged

    def close(self) -> None:
        """Free everything in reverse order of allocation."""
        while self._free:
            self._free.pop()()

    def metadata(self, key: str) -> str | None:
        """Return a metadata value of the model file, such as ``tokenizer.chat_template``."""
        size = 256
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = self._lib.llama_model_meta_val_str(self._model, key.encode(), buffer, size)
            if length < size:
                return None if length < 0 else buffer.value.decode("utf-8", "replace")
            size = length + 1

    def special(self, which: str) -> str:
        """Return the text of the special token ``bos`` or ``eos``; may be empty."""
        token = getattr(self._lib, f"llama_vocab_{which}")(self._vocab)
        return self.piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""

    @property
    def adds_bos(self) -> bool:
        """Whether the vocabulary begins a text with the BOS token by itself."""
        return bool(self._lib.llama_vocab_get_add_bos(self._vocab))

    def tokens(self, text: str, *, first: bool = False, special: bool = True) -> list[int]:
        """Tokenize a text; `first` adds the BOS token, if the model has one."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        found = (self._lib.llama_token * room)()
        count = self._lib.llama_tokenize(self._vocab, raw, len(raw), found, room, first, special)
        return list(found[: max(0, count)])

    def is_control(self, text: str) -> bool:
        """Whether a text is a single control token."""
        tokens = self.tokens(text)
        return len(tokens) == 1 and self.tokens(text, special=False) != tokens

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """Return the bytes of a token."""
        buffer = ctypes.create_string_buffer(256)
        size = self._lib.llama_token_to_piece(self._vocab, token, buffer, 256, 0, special)
        return buffer.raw[: max(0, size)]

    def ends(self, token: int) -> bool:
        """Whether a token ends the generation."""
        return bool(self._lib.llama_vocab_is_eog(self._vocab, token))

    def chunks(self, parts: Sequence[str | Picture]) -> Chunks:
        """Tokenize texts and pictures into chunks. Raises ModelError."""
        return Chunks(self._mtmd, self._vision, parts)

    def encoded(self, pictures: Sequence[Chunk]) -> Generator[Any]:
        """Yield the embeddings of each picture, in order, valid until the next. Raises ModelError.

        They are encoded when they are asked for, as many together as the model's graph takes: one
        with most models, up to 1024 tokens with Gemma 4, InternVL and DeepSeek-OCR.
        """
        waiting = list(pictures)
        while waiting:
            batch = self._mtmd.mtmd_batch_init(self._vision)
            try:
                together = self._encode(batch, waiting)
                for chunk in waiting[:together]:
                    yield self._mtmd.mtmd_batch_get_output_embd(batch, chunk.media)
            finally:
                self._mtmd.mtmd_batch_free(batch)
            waiting = waiting[together:]

    def _encode(self, batch: Any, pictures: Sequence[Chunk]) -> int:
        """Encode the first pictures; return how many the batch took. Raises ModelError."""
        add = self._mtmd.mtmd_batch_add_chunk
        count = sum(1 for _ in takewhile(lambda chunk: add(batch, chunk.media) == 0, pictures))
        if not count or self._mtmd.mtmd_batch_encode(batch):
            raise ModelError(f"a picture could not be encoded: {last_error()}")
        return count

    def evaluate_picture(self, chunk: Chunk, embeddings: Any, sequence: int, position: int) -> None:
        """Evaluate an encoded picture at a position of a sequence. Raises ModelError."""
        after = self._lib.llama_pos(0)
        where = (self._lib.llama_pos(position), self._lib.llama_seq_id(sequence))
        if self._mtmd.mtmd_helper_decode_image_chunk(
            self._vision,
            self._context,
            chunk.media,
            embeddings,
            *where,
            BATCH,
            ctypes.byref(after),
            self._mtmd.mtmd_helper_post_decode_callback(0),
            None,
        ):
            raise ModelError(f"a picture could not be evaluated: {last_error()}")

    def evaluate(self, tokens: Sequence[tuple[int, int, int, bool]]) -> None:
        """Evaluate up to BATCH tokens: (token, position, sequence, whether logits are needed)."""
        batch = self._batch
        batch.n_tokens = len(tokens)
        for at, (token, position, sequence, wanted) in enumerate(tokens):
            batch.token[at], batch.pos[at] = token, position
            batch.n_seq_id[at], batch.seq_id[at][0] = 1, sequence
            batch.logits[at] = wanted
        if self._lib.llama_decode(self._context, batch):
            raise ModelError(f"the prompt could not be evaluated: {last_error()}")

    def logits(self, at: int) -> NDArray[np.float32]:
        """Return a copy of the logits (vocabulary,) after token index `at` of the last batch."""
        found = self._lib.llama_get_logits_ith(self._context, at)
        return np.ctypeslib.as_array(found, shape=(self.vocabulary,)).copy()

    def truncate_sequence(self, sequence: int, positions: int) -> bool:
        """Truncate a sequence at a position; if the model cannot, clear it and return False."""
        if self._lib.llama_memory_seq_rm(self._memory, sequence, positions, -1):
            return True
        self._lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return False

    def copy_prefix(self, source: int, target: int, positions: int) -> None:
        """Let `target` share the first `positions` of `source`; costs nothing."""
        self._lib.llama_memory_seq_cp(self._memory, source, target, 0, positions)

    def sampler(self, sampling: Sampling, rules: str | None) -> Sampler:
        """Return a sampler for one answer, which follows compiled rules if there are any."""
        grammar = Grammar(self._tokenizer, rules) if rules is not None else None
        return Sampler(self._lib, self._context, self._vocab, sampling, grammar)

    @cached_property
    def _tokenizer(self) -> "LLTokenizer":
        ends = [token for token in range(self.vocabulary) if self.ends(token)]
        return vocabulary(self._vocab, ends)
