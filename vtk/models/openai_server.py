"""The base of clients of servers that speak OpenAI's protocol: opening, and reading replies."""

import re
from typing import Any

import orjson

from vtk.errors import FaultError, GoneError, MissingError, ModelError
from vtk.models.closeable import Closeable
from vtk.models.http import PASSING, HttpService, Reply

TOO_LARGE = r"\((\d+) tokens\) is too large to process.*batch size: (\d+)"
# How servers say that a prompt is too long, where their status does not.
TOO_LONG = re.compile(r"too (?:long|large|many tokens)|context|exceed|maximum length", re.I)
FAULTS = 2  # prompts at which a server that has answered none may fail
PATIENCE = 300.0  # seconds: a large model takes minutes to load


class RefusedError(ModelError):
    """The server refused the request as it was put.

    `room` are the tokens of the prompt, and those that the server has room for, if it was too long.
    """

    def __init__(self, message: str, room: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.room = room


class OpenAIServer(Closeable):
    """A server at `endpoint`, with or without `/v1`; requests carry the API key `key`.

    Up to `jobs` requests are sent at once; each may take `timeout` seconds, and is repeated up to
    `retries` times where that can help. A server that goes away has `patience` seconds to come
    back, and retries end then too. `option` is what messages name the address by. Raises
    UsageError for what cannot be an endpoint or a key, MissingError without httpx2.
    """

    lacks: str  # what a reply of 404 means, after the server's address

    def __init__(
        self,
        endpoint: str,
        *,
        key: str | None = None,
        jobs: int = 4,
        timeout: float = 300.0,
        retries: int = 5,
        patience: float = PATIENCE,
        content_type: str = "application/json",
        option: str = "--endpoint",
    ) -> None:
        self._service = HttpService(
            endpoint,
            key=key,
            jobs=jobs,
            timeout=timeout,
            retries=retries,
            patience=patience,
            final=self._refuses,
            content_type=content_type,
            option=option,
        )
        self._faults = 0  # prompts at which the server failed
        self._admitted = False  # whether the server has answered a request with this key

    def close(self) -> None:
        """Give up what is in flight and close the connections."""
        self._service.close()

    async def _first_model(self) -> str:
        """The name of the first model that the server lists. Raises MissingError."""
        try:
            reply = self._read(await self._service.fetch("GET", "models"))
        except ModelError as error:
            raise MissingError(f"the server lists no models: {error}") from None
        match reply:
            case {"data": [{"id": str(name)}, *_]}:
                return name
        raise MissingError(f"{self._service.place} names no model: name the one to use")

    def _final(self, message: str) -> MissingError:
        """The error that ends a run, after the answers before it if there are any."""
        return (GoneError if self._admitted else MissingError)(message)

    def _or_model(self, before: str) -> str:
        """The option that names a model, where the address is not all there is to give."""
        return f"{before}--model" if self._service.option == "--endpoint" else ""

    @staticmethod
    def _refuses(reply: Reply) -> bool:
        """Return whether the server rejects the request, and will at every further try."""
        raise NotImplementedError

    def _judged(self, reply: Reply) -> Any:
        """The JSON of a reply to a prompt, as `_read`.

        Raises MissingError for a server that has failed at FAULTS prompts and has answered none.
        """
        try:
            return self._read(reply)
        except FaultError as error:
            self._faults += 1
            if self._admitted or self._faults < FAULTS:
                raise
            told = f"{error} (at {self._faults} prompts, and answers none)"
            raise MissingError(told) from None

    def _read(self, reply: Reply) -> Any:
        """Return the JSON of a reply.

        Raises MissingError if no later request can succeed, GoneError if earlier ones did,
        FaultError where the server fails, unless the prompt may be too long, and ModelError.
        """
        place, told = self._service.place, self._service.redacted(error_text(reply.content))
        if 200 <= reply.status < 300:
            try:
                value = orjson.loads(reply.content)
            except orjson.JSONDecodeError:
                raise ModelError(f"the reply of {place} is not JSON") from None
            if isinstance(value, dict) and value.get("error"):  # as OpenRouter does
                raise ModelError(f"{place} answered with an error: {told}")
            return value
        # Some services answer 403 to a single request that they find improper.
        if reply.status == 401 or (reply.status == 403 and not self._admitted):
            fault, act = (
                ("refuses the API key", "check")
                if self._service.has_key
                else ("needs a key", "set")
            )
            said = f" ({told})" if told else ""
            raise self._final(f"{place} {fault}{said}: {act} VTK_API_KEY")
        if reply.status == 404:
            option = f"{self._service.option}{self._or_model(' and ')}"
            raise self._final(f"{place} {self.lacks} ({told}): check {option}")
        if 300 <= reply.status < 400:
            raise self._final(
                f"{place} has moved: give its new address with {self._service.option}"
            )
        text = f"{place} answered {reply.status}: {told}"
        if self._refuses(reply):
            raise RefusedError(text, _room(reply.content))
        if reply.status in PASSING and not TOO_LONG.search(told):
            raise FaultError(text)
        raise ModelError(text)


def error_text(content: bytes) -> str:
    """Return the message of an error reply in OpenAI, FastAPI or plain text, or a page's title."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        text = content.decode("utf-8", "replace")
        if not text.lstrip().startswith("<"):
            return text
        title = re.search(r"<title[^>]*>([^<]*)", text, re.I)
        return f"a web page, {title[1].strip()!r}" if title else "a web page"
    for key in ("error", "message", "detail"):
        if isinstance(value, dict) and key in value:
            value = value[key]
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _room(content: bytes) -> tuple[int, int] | None:
    """The tokens of a prompt and the room for it, where llama-server says that it is too long."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    match value:
        case {"error": {"n_prompt_tokens": int(size), "n_ctx": int(room)}}:
            return size, room
    told = re.search(TOO_LARGE, error_text(content))
    return (int(told[1]), int(told[2])) if told else None
