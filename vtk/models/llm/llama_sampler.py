"""The sampling of tokens by llama.cpp."""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.errors import ModelError
from vtk.models.llm.grammar import Grammar
from vtk.models.llm.prompt import Sampling

TOKEN = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])  # llama_token_data


class Sampler:
    """Samples tokens by temperature and seed, constrained by a grammar if there is one.

    To tell all tokens that a grammar allows costs more than to test one. So a token is sampled
    first, and only if the grammar forbids it again from those that it allows (as
    common_sampler_sample of llama.cpp does).
    """

    def __init__(
        self, lib: Any, context: Any, vocab: Any, sampling: Sampling, grammar: Grammar | None
    ) -> None:
        self._lib, self._context, self._grammar = lib, context, grammar
        self._size = int(lib.llama_vocab_n_tokens(vocab))
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        if sampling.temperature <= 0:
            steps = [lib.llama_sampler_init_greedy()]
        else:
            steps = [
                lib.llama_sampler_init_top_p(sampling.top_p, 1),
                lib.llama_sampler_init_temp(sampling.temperature),
                lib.llama_sampler_init_dist(sampling.seed),
            ]
        for step in steps:
            lib.llama_sampler_chain_add(self._chain, step)

    def token(self, at: int) -> int:
        """Sample the next token after token index `at` of the last batch. Raises ModelError."""
        token = int(self._lib.llama_sampler_sample(self._chain, self._context, at))
        if self._grammar is None:
            return token
        if not self._grammar.allows(token):
            token = self._allowed(self._grammar.allowed(), at)
        self._grammar.accept(token)
        return token

    def _allowed(self, allowed: NDArray[np.int32], at: int) -> int:
        """Sample from the allowed tokens."""
        if not len(allowed):
            raise ModelError("the model has no token with which its answer could go on as asked")
        found = self._lib.llama_get_logits_ith(self._context, at)
        tokens = np.zeros(len(allowed), TOKEN)
        tokens["id"] = allowed
        tokens["logit"] = np.ctypeslib.as_array(found, shape=(self._size,))[allowed]
        data = tokens.ctypes.data_as(ctypes.POINTER(self._lib.llama_token_data))
        array = self._lib.llama_token_data_array(data, len(tokens), -1, False)
        self._lib.llama_sampler_apply(self._chain, ctypes.byref(array))
        return int(tokens["id"][array.selected])

    def close(self) -> None:
        """Free the sampler."""
        self._lib.llama_sampler_free(self._chain)
