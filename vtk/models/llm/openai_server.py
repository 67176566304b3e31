"""A language model behind any server that speaks OpenAI's chat protocol.

llama-server, vLLM, llama-cpp-python's server and paid services differ in a few words of it. What
a server refuses is asked once more in the words of the others, and those that work are kept.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from vtk.errors import MissingError, ModelError
from vtk.models.http import Reply
from vtk.models.llm import json_schema, openai_chat, openai_likelihood
from vtk.models.llm.choices import check_choices, choice_probabilities
from vtk.models.llm.openai_chat import Json
from vtk.models.llm.prompt import YES_NO, Answer, Likelihood, Prompt, Sampling
from vtk.models.openai_server import OpenAIServer, RefusedError, error_text

Form = Callable[[Mapping[str, Any]], Json]

GREEDY = Sampling()
LISTED = 20  # tokens asked for with their log-probabilities: what OpenAI gives at most
LISTED_FEWER = 5  # what others give at most


class ServerModel(OpenAIServer):
    """The model that a server runs, or one of them by name.

    Without `model` the server's first one is taken. Raises UsageError for what cannot be an
    endpoint or a key, MissingError where no server or no model is there.
    """

    lacks = "has no such page or model"
    name: str
    sha256 = None  # a server does not tell
    settings = ""  # nor this
    pairs = False  # the protocol knows single pictures only

    def __init__(
        self,
        endpoint: str,
        model: str | None = None,
        *,
        key: str | None = None,
        jobs: int = 4,
        timeout: float = 300.0,
        retries: int = 5,
    ) -> None:
        super().__init__(endpoint, key=key, jobs=jobs, timeout=timeout, retries=retries)
        self.at_once = jobs
        self._forms: tuple[Form, ...] = (
            openai_chat.json_schema_format,
            openai_chat.json_object_format,
        )
        self._listed = LISTED
        self._limit = "max_tokens"
        # llama-cpp-python's server punishes repeated words unless told not to.
        self._extras: Json = {"repeat_penalty": 1.0}
        try:
            self.name = model or self._service.wait(self._first_model())
        except BaseException:
            self.close()
            raise

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling = GREEDY
    ) -> Iterator[Answer | ModelError]:
        """An answer to each prompt, in order; a prompt that fails gives its error instead.

        `jobs` prompts are read ahead. Raises MissingError where the server is not there, has no
        such model or wants a key.
        """
        return self._service.map(prompts, partial(self._answer, sampling=sampling))

    def scores(
        self, prompts: Iterable[Prompt], choices: Sequence[str] = YES_NO
    ) -> Iterator[list[float] | ModelError]:
        """The probability of each choice as the answer to each prompt, in order, summing to 1.

        Read from the likeliest first tokens that the server lists. Raises UsageError where the
        choices begin alike, and MissingError as `answers` does.
        """
        check_choices(choices)
        return self._service.map(prompts, partial(self._score, choices=tuple(choices)))

    def likelihoods(self, texts: Iterable[tuple[Prompt, str]]) -> Iterator[Likelihood | ModelError]:
        """How likely each text is as the answer to its prompt, in order; see `LanguageModel`.

        Raises UsageError where the server cannot tell, and MissingError as `answers` does.
        """
        return self._service.map(texts, self._likelihood)

    async def _first_model(self) -> str:
        try:
            reply = self._read(await self._service.fetch("GET", "models"))
        except ModelError as error:
            raise MissingError(f"the server lists no models: {error}") from None
        match reply:
            case {"data": [{"id": str(name)}, *_]}:
                return name
        raise MissingError(f"{self._service.place} names no model: give one with --model")

    async def _answer(self, prompt: Prompt, sampling: Sampling) -> Answer:
        body = {
            "messages": await asyncio.to_thread(openai_chat.messages, prompt),
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
            "max_tokens": sampling.max_tokens,
        }
        if sampling.schema is None:
            return openai_chat.answer_in(await self._ask(body))
        return await self._structured(body, sampling.schema)

    async def _structured(self, body: Json, schema: Mapping[str, Any]) -> Answer:
        """The answer in JSON, asked for in each form that the server may know.

        Where none of them makes it follow the schema, what was said first.
        """
        failure: ModelError | None = None
        said: Answer | None = None
        for form in self._forms:
            try:
                answer = openai_chat.answer_in(
                    await self._ask({**body, "response_format": form(schema)})
                )
            except RefusedError as refusal:
                failure = failure or refusal
                continue
            if json_schema.obeys(answer.text, schema):
                self._forms = (form,)
                return answer
            said = said or answer
            if not answer.whole and answer.text.lstrip().startswith(("{", "[")):
                break
        if said is None:
            assert failure
            raise failure
        return said

    async def _score(self, prompt: Prompt, choices: Sequence[str]) -> list[float]:
        body = {
            "messages": await asyncio.to_thread(openai_chat.messages, prompt),
            # With these two the probabilities are the model's own, whether the server reads them
            # before it samples (llama-server, vLLM) or after. The sampled token is not looked at.
            "temperature": 1.0,
            "top_p": 1.0,
            "max_tokens": 1,
            "logprobs": True,
            "top_logprobs": LISTED,
        }
        return choice_probabilities(openai_chat.logprobs_in(await self._ask(body)), choices)

    async def _likelihood(self, asked: tuple[Prompt, str]) -> Likelihood:
        prompt, text = asked
        shown = await asyncio.to_thread(openai_chat.messages, prompt)
        alone = await self._ask(openai_likelihood.request(shown, None))
        try:
            answered = await self._ask(openai_likelihood.request(shown, text))
        except RefusedError:
            answered = None
        return openai_likelihood.likelihood_in(alone, answered, text)

    async def _ask(self, body: Json) -> Any:
        """The reply to a request, put in other words where a refusal asks for them."""
        sent = self._worded(body)
        while True:
            try:
                return await self._post(sent)
            except RefusedError as refusal:
                self._learn(str(refusal))
                before, sent = sent, self._worded(body)
                if sent == before:
                    raise

    def _worded(self, body: Json) -> Json:
        """The body in the words of this server."""
        words = {"model": self.name, **body, **self._extras}
        words[self._limit] = words.pop("max_tokens")
        if "top_logprobs" in words:
            words["top_logprobs"] = self._listed
        return words

    def _learn(self, refusal: str) -> None:
        if "max_completion_tokens" in refusal:  # OpenAI's newer models
            self._limit = "max_completion_tokens"
        elif any(name in refusal for name in self._extras):  # OpenAI, which knows no such word
            self._extras = {}
        elif "logprobs" in refusal.lower():
            self._listed = LISTED_FEWER

    async def _post(self, body: Json) -> Any:
        reply = self._read(
            await self._service.fetch("POST", "chat/completions", orjson.dumps(body))
        )
        self._admitted = True
        return reply

    @staticmethod
    def _refuses(reply: Reply) -> bool:
        if reply.status != 500:
            return reply.status in (400, 422)
        # llama-cpp-python's server answers 500 to a wrong request as well.
        told = error_text(reply.content)
        return "validation error" in told or "logprobs" in told
