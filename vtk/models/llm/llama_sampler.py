"""The sampling of tokens by llama.cpp."""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.errors import ModelError
from vtk.models.llm.gbnf import OBJECT
from vtk.models.llm.prompt import Sampling

LIKELIEST = 128  # tokens of which a grammar tests which it allows, before it tests all
TOKEN = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])  # llama_token_data


class Sampler:
    """Samples tokens by temperature and seed, constrained by a grammar if there is one.

    A grammar tests every token of a vocabulary in turn, which costs more than the model where the
    vocabulary is large. So a token is sampled first, and only if the grammar forbids it again from
    those that it allows (as common_sampler_sample of llama.cpp does).
    """

    def __init__(
        self, lib: Any, context: Any, vocab: Any, sampling: Sampling, grammar: str | None
    ) -> None:
        self._lib, self._context = lib, context
        self._size = int(lib.llama_vocab_n_tokens(vocab))
        self._grammar = None
        if grammar is not None:  # one that llama.cpp finds too large gives way to any object
            start = lib.llama_sampler_init_grammar
            self._grammar = start(vocab, grammar.encode(), b"root") or start(
                vocab, OBJECT.encode(), b"root"
            )
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
        one = np.array([(token, 1.0, 0.0)], TOKEN)
        self._apply(self._grammar, one)
        if one["logit"][0] == -np.inf:
            token = self._allowed(at)
        self._lib.llama_sampler_accept(self._grammar, token)
        return token

    def _allowed(self, at: int) -> int:
        """Sample from the likeliest tokens that the grammar allows, from all if there are none."""
        found = self._lib.llama_get_logits_ith(self._context, at)
        logits = np.ctypeslib.as_array(found, shape=(self._size,))
        for count in (min(LIKELIEST, self._size), self._size):
            tokens = np.zeros(count, TOKEN)
            tokens["id"] = np.sort(np.argpartition(logits, -count)[-count:])
            tokens["logit"] = logits[tokens["id"]]
            self._apply(self._grammar, tokens)
            if tokens["logit"].max() > -np.inf:
                return int(tokens["id"][self._apply(self._chain, tokens)])
        raise ModelError("the model has no token with which its answer could go on as asked")

    def _apply(self, sampler: Any, tokens: NDArray[np.void]) -> int:
        """Apply a sampler to candidates, in place; return the index that it selects, or -1."""
        import llama_cpp

        data = tokens.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_token_data))
        array = llama_cpp.llama_token_data_array(data, len(tokens), -1, False)
        self._lib.llama_sampler_apply(sampler, ctypes.byref(array))
        return int(array.selected)

    def close(self) -> None:
        """Free the sampler."""
        self._lib.llama_sampler_free(self._chain)
        if self._grammar:
            self._lib.llama_sampler_free(self._grammar)
