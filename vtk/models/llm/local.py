"""Language models in this process, with continuous batching and prefix caching.

Every sequence keeps its contents in the KV cache. A prompt that shares a prefix with one of them,
such as a second question on the same frames, reuses it and evaluates only the rest (see `Slots`
for models that cannot be rewound). Active sequences advance together, one batch per step
(continuous batching, as in Orca, section 3.1).
"""

import codecs
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from vtk.errors import MissingError, ModelError, UsageError
from vtk.models.closeable import Closeable
from vtk.models.hub.files import Files, blob_sha256, sha256
from vtk.models.llm import likelihood
from vtk.models.llm.chat_template import Template
from vtk.models.llm.choices import check_choices, softmax, variants
from vtk.models.llm.grammar import compiled
from vtk.models.llm.kv_slots import Slot, Slots, up_to_last_picture
from vtk.models.llm.llama_chunks import Chunk, alike
from vtk.models.llm.llama_cpp import BATCH, Engine
from vtk.models.llm.llama_sampler import Sampler
from vtk.models.llm.load_options import SPEED, LoadOptions
from vtk.models.llm.prompt import YES_NO, Answer, Likelihood, Picture, Prompt, Sampling

Result = Answer | list[float]


@dataclass
class ActivePrompt:
    """An active prompt: the tokens still to be evaluated, and those generated so far."""

    number: int
    slot: Slot
    tokens_in: int
    tokens_cached: int
    limit: int
    waiting: list[int]
    sampler: Sampler | None
    said: list[int] = field(default_factory=list)


class LocalModel(Closeable):
    """A GGUF model run by llama.cpp. Raises MissingError if it cannot be loaded."""

    def __init__(self, files: Files, loading: LoadOptions | None = None) -> None:
        self.name = files.name
        self._files = files
        loading = loading or LoadOptions()
        self.settings = f"{files.mmproj and files.mmproj.name} {replace(loading, **SPEED)}"
        self._engine = Engine(files.model, files.mmproj, loading)
        try:
            source = self._engine.metadata("tokenizer.chat_template")
            if not source:
                raise MissingError(f"{files.model} has no chat template: it is not a chat model")
            self._template = Template(
                source,
                bos=self._engine.special("bos"),
                eos=self._engine.special("eos"),
                adds_bos=self._engine.adds_bos,
                is_control=self._engine.is_control,
            )
            self.pairs = loading.pairs and self._engine.merges_pairs()
        except BaseException:
            self._engine.close()
            raise
        self._slots = Slots(self._engine)
        self.at_once = len(self._slots)
        self._seen: tuple[list[str | Picture], list[Chunk], Callable[[], None]] | None = None

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the model file, for provenance."""
        return blob_sha256(self._files.model) or sha256(self._files.model)

    @property
    def has_vision(self) -> bool:
        """Whether the model accepts pictures."""
        return self._engine.has_vision

    @property
    def context(self) -> int:
        """Tokens of a prompt and its answer together."""
        return self._engine.context

    def close(self) -> None:
        """Free the model; it must not be used afterwards."""
        if self._seen:
            self._seen[2]()
            self._seen = None
        self._engine.close()

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling | None = None
    ) -> Iterator[Answer | ModelError]:
        """Yield an answer to each prompt, in order; see `LanguageModel`."""
        chosen = sampling or Sampling()
        rules = None if chosen.schema is None else compiled(chosen.schema)

        def finish(job: ActivePrompt, at: int) -> Answer | ModelError | None:
            assert job.sampler
            try:
                token = job.sampler.token(at)
            except ModelError as error:
                return error
            over = self._engine.ends(token)
            if not over:
                job.said.append(token)
                job.waiting = [token]
            if over or len(job.said) >= job.limit:
                text = _decoded(b"".join(map(self._engine.piece, job.said)), whole=over)
                try:
                    return Answer.of(text, job.tokens_in, len(job.said), over, job.tokens_cached)
                except ModelError as error:
                    return error
            return None

        def begin(number: int, prompt: Prompt) -> ActivePrompt:
            own = replace(chosen, seed=chosen.seed + number % chosen.count)
            sampler = self._engine.sampler(own, rules)
            return self._begin(number, prompt, chosen.max_tokens, sampler)

        each = (prompt for prompt in prompts for _ in range(chosen.count))
        return self._run(each, begin, finish)  # type: ignore[return-value]

    def scores(
        self, prompts: Iterable[Prompt], choices: Sequence[str] = YES_NO
    ) -> Iterator[list[float] | ModelError]:
        """Yield the probabilities of the choices for each prompt, in order; see `LanguageModel`."""
        firsts = self._first_tokens(choices)

        def finish(job: ActivePrompt, at: int) -> list[float]:
            logits = self._engine.logits(at).astype(np.float64)
            logits -= logits.max()
            sums = [float(np.log(np.exp(logits[tokens]).sum())) for tokens in firsts]
            return softmax(sums)

        def begin(number: int, prompt: Prompt) -> ActivePrompt:
            return self._begin(number, prompt, 1, None)

        return self._run(prompts, begin, finish)  # type: ignore[return-value]

    def likelihoods(self, texts: Iterable[tuple[Prompt, str]]) -> Iterator[Likelihood | ModelError]:
        """Yield the likelihood of each text as the answer to its prompt; see `LanguageModel`."""

        def begin(asked: tuple[Prompt, str]) -> likelihood.ScoredText:
            prompt, text = asked
            parts = self._template.render(prompt)
            before = parts[-1] if isinstance(parts[-1], str) else ""
            plain = self._template.escape_control_tokens(text) == text
            tokens = likelihood.tokens_after(self._engine.tokens, before, text, plain=plain)
            return likelihood.begin(self._engine, self._slots, self._chunks(parts), tokens)

        return likelihood.likelihoods(self._engine, self._slots, texts, begin)

    def _first_tokens(self, choices: Sequence[str]) -> list[list[int]]:
        """Return the first tokens of each choice, without those of other choices.

        They are those of its single-token spellings, or of all if there are none.
        """
        check_choices(choices)
        found = []
        for choice in choices:
            ways = [self._engine.tokens(way, special=False) for way in variants(choice)]
            whole = {way[0] for way in ways if len(way) == 1}
            found.append(whole or {way[0] for way in ways if way})
        for number, tokens in enumerate(found):
            others = set().union(*(found[:number] + found[number + 1 :]))
            if not tokens - others:
                raise UsageError(
                    f"{choices[number]!r} begins with the same token as another choice"
                )
        shared = {t for n, tokens in enumerate(found) for t in tokens if _elsewhere(t, n, found)}
        return [sorted(tokens - shared) for tokens in found]

    def _run(
        self,
        prompts: Iterable[Prompt],
        begin: Callable[[int, Prompt], ActivePrompt],
        finish: Callable[[ActivePrompt, int], Result | ModelError | None],
    ) -> Iterator[Result | ModelError]:
        source = enumerate(prompts)
        live: list[ActivePrompt] = []
        done: dict[int, Result | ModelError] = {}
        given, open_ = 0, True
        try:
            while open_ or live:
                while open_ and len(live) < len(self._slots) and given not in done:
                    number, prompt = next(source, (-1, None))
                    if prompt is None:
                        open_ = False
                        break
                    try:
                        live.append(begin(number, prompt))
                    except ModelError as error:
                        done[number] = error
                if live and given not in done:
                    self._step(live, done, finish)
                while given in done:
                    yield done.pop(given)
                    given += 1
        finally:
            for job in live:
                self._end(job)

    def _begin(
        self, number: int, prompt: Prompt, limit: int, sampler: Sampler | None
    ) -> ActivePrompt:
        """Assign a prompt to a sequence and evaluate it up to its last picture."""
        try:
            if prompt.pictures and not self._engine.has_vision:
                raise MissingError(
                    f"{self.name} cannot see: give its projector with --mmproj FILE (or put "
                    "mmproj*.gguf beside the model), or ask it only about words: vtk caption "
                    "--layout none, vtk ground --method llm"
                )
            chunks = self._chunks(self._template.render(prompt))
            size = sum(chunk.size for chunk in chunks)
            room = self._engine.context - size
            if room < 1:
                raise ModelError(
                    f"the prompt has {size} tokens and the context {self._engine.context}: "
                    "fewer or smaller pictures, less text or a larger --context"
                )
            slot = self._slots.assign(chunks)
            cached = sum(chunk.size for chunk in slot.held)
            self._slots.fill(slot, up_to_last_picture(chunks))
        except BaseException:
            if sampler:
                sampler.close()
            raise
        slot.busy = True
        waiting = [int(chunk.key) for chunk in chunks[len(slot.held) :]]
        return ActivePrompt(number, slot, size, cached, min(limit, room), waiting, sampler)

    def _chunks(self, parts: list[str | Picture]) -> list[Chunk]:
        """Tokenize a prompt into chunks; reuses those of the last prompt up to its last picture."""
        last = max((n for n, part in enumerate(parts) if not isinstance(part, str)), default=-1)
        head, tail = parts[: last + 1], parts[last + 1 :]
        text = "".join(part for part in tail if isinstance(part, str))
        if not head:
            return [Chunk(token) for token in self._engine.tokens(text, first=True)]
        if not (self._seen and alike(self._seen[0], head)):
            if self._seen:
                self._seen[2]()
                self._seen = None
            found = self._engine.chunks(head)
            self._seen = (head, found, found.close)
        after = [Chunk(token) for token in self._engine.tokens(text)] if text else []
        return [*self._seen[1], *after]

    def _step(
        self,
        live: list[ActivePrompt],
        done: dict[int, Result | ModelError],
        finish: Callable[[ActivePrompt, int], Result | ModelError | None],
    ) -> None:
        """Evaluate the waiting tokens of all jobs, up to one batch, and finish completed jobs."""
        batch: list[tuple[int, int, int, bool]] = []
        ready: list[tuple[ActivePrompt, int]] = []
        for job in live:
            room = BATCH - len(batch)
            taken, job.waiting = job.waiting[:room], job.waiting[room:]
            for n, token in enumerate(taken):
                wanted = not job.waiting and n == len(taken) - 1
                batch.append((token, job.slot.length + n, job.slot.number, wanted))
            job.slot.append([Chunk(token) for token in taken])
            if taken and not job.waiting:
                ready.append((job, len(batch) - 1))
        try:
            self._engine.evaluate(batch)
        except ModelError as error:
            for job in live:
                done[job.number] = error
                self._slots.empty(job.slot)
                self._end(job)
            live.clear()
            return
        for job, at in ready:
            if (result := finish(job, at)) is not None:
                done[job.number] = result
                self._end(job)
                live.remove(job)

    def _end(self, job: ActivePrompt) -> None:
        job.slot.busy = False
        if job.sampler:
            job.sampler.close()
            job.sampler = None


def _decoded(data: bytes, *, whole: bool) -> str:
    """Return the text of the bytes; one that is cut off ends with its last whole character."""
    return codecs.getincrementaldecoder("utf-8")("replace").decode(data, final=whole)


def _elsewhere(token: int, number: int, found: list[set[int]]) -> bool:
    return any(token in tokens for other, tokens in enumerate(found) if other != number)
