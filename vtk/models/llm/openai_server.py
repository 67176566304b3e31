"""A language model behind any server that speaks OpenAI's chat protocol.

llama-server, vLLM, llama-cpp-python's server and paid services differ in a few words of it. What
a server refuses is asked once more in the words of the others, and those that work are kept.
A llama-server says what it can do, and keeps pictures from one question to the next.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import orjson

from vtk.errors import GoneError, MissingError, ModelError
from vtk.models.http import Reply
from vtk.models.llm import json_schema, openai_chat, openai_likelihood
from vtk.models.llm.choices import check_choices, choice_probabilities, choice_said
from vtk.models.llm.llama_server import PictureTurns, ServerProps
from vtk.models.llm.openai_chat import Json
from vtk.models.llm.prompt import YES_NO, Answer, Likelihood, Prompt, Sampling
from vtk.models.llm.server_dialect import LISTED, Dialect
from vtk.models.llm.server_notes import ServerNotes
from vtk.models.openai_server import PATIENCE, OpenAIServer, RefusedError, error_text

Form = Callable[[Mapping[str, Any]], Json]

GREEDY = Sampling()
PROBE = 10.0  # seconds in which a server tells what it can do, or is not asked again
SPOKEN = 64  # tokens in which a choice is said in words
WRITING = 0.8  # share of the timeout after which a llama-server ends an answer at its next line

# What llama-server and vLLM say of a picture to a model that sees none.
SIGHTLESS = re.compile(r"image input is not support|not a multimodal model|at most 0 image", re.I)


class ServerModel(OpenAIServer):
    """The model that a server runs, or one of them by name.

    Without `model` the server's first one is taken. An answer may take `timeout` seconds. Raises
    UsageError for what cannot be an endpoint or a key, MissingError where no server or no model is
    there.
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
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(
            endpoint, key=key, jobs=jobs, timeout=timeout, retries=retries, patience=patience
        )
        self.at_once = jobs
        self._forms: tuple[Form, ...] = (
            openai_chat.json_schema_format,
            openai_chat.json_object_format,
        )
        self._dialect = Dialect()
        self._asking_props, self._asked_props = asyncio.Lock(), False
        self._props: ServerProps | None = None
        self._turns = PictureTurns()
        self._several_known = True  # whether several answers can be asked for at once
        self._lists = True  # whether the server lists log-probabilities
        try:
            self.name = model or self._service.wait(self._first_model())
            self._notes = ServerNotes(self.name, self._service.place, self._service.redacted)
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
        if sampling.count > 1:
            return self._in_turn(prompts, sampling)
        return self._service.map(prompts, partial(self._answer, sampling=sampling))

    def _in_turn(
        self, prompts: Iterable[Prompt], sampling: Sampling
    ) -> Iterator[Answer | ModelError]:
        found = self._service.map(prompts, partial(self._several, sampling=sampling))
        with closing(found):
            for answers in found:
                if isinstance(answers, ModelError):
                    answers = [answers] * sampling.count
                yield from answers

    def scores(
        self, prompts: Iterable[Prompt], choices: Sequence[str] = YES_NO
    ) -> Iterator[list[float] | ModelError]:
        """The probability of each choice as the answer to each prompt, in order, summing to 1.

        Read from the likeliest first tokens that the server lists; 1 for the choice that the model
        says, and 0 for others, where it lists none. Raises UsageError where the choices begin
        alike, and MissingError as `answers` does.
        """
        check_choices(choices)
        return self._service.map(prompts, partial(self._score, choices=tuple(choices)))

    def likelihoods(self, texts: Iterable[tuple[Prompt, str]]) -> Iterator[Likelihood | ModelError]:
        """How likely each text is as the answer to its prompt, in order; see `LanguageModel`.

        Raises UsageError where the server cannot tell, and MissingError as `answers` does.
        """
        return self._service.map(texts, self._likelihood)

    @property
    def has_vision(self) -> bool:
        """Whether the model accepts pictures, as a llama-server tells; true for other servers."""
        props = self._service.wait(self._known())
        return props.vision if props else True

    @property
    def context(self) -> int | None:
        """Tokens of a prompt and its answer, as a llama-server tells; None for other servers."""
        props = self._service.wait(self._known())
        return props.context if props else None

    async def _known(self) -> ServerProps | None:
        """What the server says of itself, asked once; None where it is no llama-server."""
        async with self._asking_props:
            if not self._asked_props:
                place = f"{self._service.root}/props?model={quote(self.name, safe='')}"
                asking = self._service.fetch("GET", place, retries=0)
                try:
                    reply = await asyncio.wait_for(asking, PROBE)
                    self._props = ServerProps.of(self._read(reply))
                except GoneError:
                    raise
                except (TimeoutError, ModelError, MissingError):
                    self._props = None
                self._asked_props = True
        return self._props

    async def _body(self, prompt: Prompt, **words: Any) -> Json:
        """The body of a request about a prompt. Raises MissingError if it cannot be understood."""
        props = await self._known()
        if props and prompt.pictures and not props.vision:
            raise MissingError(self._blind())
        body = {"messages": await asyncio.to_thread(openai_chat.messages, prompt), **words}
        if props:
            body["t_max_predict_ms"] = round(self._service.timeout * WRITING * 1000)
        return body

    def _blind(self) -> str:
        return (
            f"the model of {self._service.place} cannot see: start llama-server with its "
            "projector, --mmproj FILE"
        )

    async def _sampled(self, prompt: Prompt, sampling: Sampling) -> Json:
        names = ("temperature", "top_p", "seed", "max_tokens")
        return await self._body(prompt, **{name: getattr(sampling, name) for name in names})

    async def _answer(self, prompt: Prompt, sampling: Sampling) -> Answer:
        body = await self._sampled(prompt, sampling)
        if sampling.schema is None:
            answer = openai_chat.answer_in(await self._about(prompt, body))
        else:
            answer = await self._structured(prompt, body, sampling.schema)
        self._notes.of_answer(answer, sampling.max_tokens, self._props)
        return answer

    async def _several(self, prompt: Prompt, sampling: Sampling) -> list[Answer | ModelError]:
        """All answers to a prompt, from one evaluation of it where the server can do that."""
        found: list[Answer | ModelError] = []
        props = await self._known()
        slots = props.slots if props else sampling.count
        if self._several_known and sampling.schema is None and sampling.count <= slots:
            body = {**await self._sampled(prompt, sampling), "n": sampling.count}
            try:
                found = openai_chat.answers_in(await self._about(prompt, body))
            except RefusedError:
                self._several_known = False
            self._several_known &= len(found) == sampling.count
            for answer in found:
                if isinstance(answer, Answer):
                    self._notes.of_answer(answer, sampling.max_tokens, self._props)
        for number in range(len(found), sampling.count):
            own = replace(sampling, count=1, seed=sampling.seed + number)
            try:
                found.append(await self._answer(prompt, own))
            except ModelError as error:
                found.append(error)
        return found[: sampling.count]

    async def _about(self, prompt: Prompt, body: Json) -> Any:
        """The reply to a request, after those about the same pictures where a server keeps them."""
        if not self._props:
            return await self._ask(body)
        async with self._turns.of(prompt):
            return await self._ask(body)

    async def _structured(self, prompt: Prompt, body: Json, schema: Mapping[str, Any]) -> Answer:
        """The answer in JSON, asked for in each form that the server may know.

        Where none of them makes it follow the schema, what was said first; where all are refused,
        as by servers that can make no grammar of this schema, the answer without one.
        """
        failure: ModelError | None = None
        said: Answer | None = None
        for form in self._forms:
            try:
                worded = {**body, "response_format": form(schema)}
                answer = openai_chat.answer_in(await self._about(prompt, worded))
            except RefusedError as refusal:
                failure = failure or refusal
                continue
            if json_schema.obeys(answer.text, schema):
                self._forms = (form,)
                return answer
            said = said or answer
            if not answer.whole and answer.text.lstrip().startswith(("{", "[")):
                break
        if said is not None:
            return said
        try:
            return openai_chat.answer_in(await self._about(prompt, body))
        except RefusedError:
            assert failure
            raise failure from None

    async def _score(self, prompt: Prompt, choices: Sequence[str]) -> list[float]:
        # With this temperature and top_p the probabilities are the model's own, whether the server
        # reads them before it samples (llama-server, vLLM) or after. The token is not looked at.
        body = await self._body(
            prompt, temperature=1.0, top_p=1.0, max_tokens=1, logprobs=True, top_logprobs=LISTED
        )
        if self._lists:
            try:
                reply = await self._about(prompt, body)
            except RefusedError as refusal:
                if "logprobs" not in str(refusal).lower():
                    raise
            else:
                self._notes.of_model(openai_chat.model_in(reply))
                if listed := openai_chat.logprobs_in(reply):
                    return choice_probabilities(listed, choices)
            self._lists = False
        return await self._said(prompt, choices)

    async def _said(self, prompt: Prompt, choices: Sequence[str]) -> list[float]:
        """1 for the choice that the model says, where the server lists no log-probabilities."""
        answer = await self._answer(prompt, replace(GREEDY, max_tokens=SPOKEN))
        told = choice_said(answer.text, choices)
        self._notes.of_spoken(choices)
        return told

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
        body = {"model": self.name, **body}
        sent = self._dialect.worded(body)
        while True:
            try:
                return await self._post(sent)
            except RefusedError as refusal:
                if refusal.room:
                    size, room = refusal.room
                    raise ModelError(
                        f"the prompt has {size} tokens and a slot of {self._service.place} {room}: "
                        "fewer or smaller pictures, less text, or llama-server with a larger "
                        "--ctx-size (its slots share it) or fewer --parallel slots"
                    ) from None
                if SIGHTLESS.search(str(refusal)):
                    raise self._final(self._blind()) from None
                self._dialect.learn(str(refusal))
                before, sent = sent, self._dialect.worded(body)
                if sent == before:
                    raise

    async def _post(self, body: Json) -> Any:
        sent = orjson.dumps(body)
        reply = self._judged(await self._service.fetch("POST", "chat/completions", sent))
        self._admitted = True
        return reply

    @staticmethod
    def _refuses(reply: Reply) -> bool:
        if reply.status != 500:
            return reply.status in (400, 422)
        # llama-cpp-python's server answers 500 to a wrong request as well.
        told = error_text(reply.content)
        return "validation error" in told or "logprobs" in told or bool(SIGHTLESS.search(told))
