"""The sampling of tokens by llama.cpp."""

from typing import Any

from vtk.errors import UsageError
from vtk.models.llm.llama_library import last_error
from vtk.models.llm.prompt import Sampling


class Sampler:
    """Samples tokens by temperature and seed, constrained by a grammar if there is one."""

    def __init__(
        self, lib: Any, context: Any, vocab: Any, sampling: Sampling, grammar: str | None
    ) -> None:
        self._lib, self._context = lib, context
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        steps = []
        if grammar is not None:
            steps.append(lib.llama_sampler_init_grammar(vocab, grammar.encode(), b"root"))
        if sampling.temperature > 0:
            steps.append(lib.llama_sampler_init_top_p(sampling.top_p, 1))
            steps.append(lib.llama_sampler_init_temp(sampling.temperature))
            steps.append(lib.llama_sampler_init_dist(sampling.seed))
        else:
            steps.append(lib.llama_sampler_init_greedy())
        if not all(steps):
            raise UsageError(f"the schema cannot be turned into a grammar: {last_error()}")
        for step in steps:
            lib.llama_sampler_chain_add(self._chain, step)

    def token(self, at: int) -> int:
        """Sample the next token after token index `at` of the last batch."""
        return int(self._lib.llama_sampler_sample(self._chain, self._context, at))

    def close(self) -> None:
        """Free the sampler."""
        self._lib.llama_sampler_free(self._chain)
