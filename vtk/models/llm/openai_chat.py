"""The OpenAI chat completions protocol: build requests from prompts and parse responses."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from vtk.errors import ModelError
from vtk.models.http import shorten
from vtk.models.llm.prompt import THOUGHT, Answer, Picture, Prompt

Json = dict[str, Any]


def messages(prompt: Prompt) -> list[Json]:
    """Return the prompt as chat messages. Text is never interpreted, whatever it looks like."""
    system = [{"role": "system", "content": plain_text(prompt.system)}] if prompt.system else []
    content: str | list[Json]
    if prompt.pictures:
        content = [_part(part) for part in prompt.parts]
    else:  # the chat templates of many text-only models accept only a string
        content = "\n".join(plain_text(part) for part in prompt.parts if isinstance(part, str))
    return [*system, {"role": "user", "content": content}]


def _part(part: str | Picture) -> Json:
    if isinstance(part, str):
        return {"type": "text", "text": plain_text(part)}
    return picture_part(part)


def picture_part(part: Picture) -> Json:
    """Return a picture as a part of a message, losslessly."""
    from vtk.media.image import png

    data = b64encode(png.encode_png(part)).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}


def plain_text(text: str) -> str:
    """Return the text with lone surrogates replaced, so that UTF-8 can encode it."""
    return text.encode("utf-8", "replace").decode()


def json_schema_format(schema: Mapping[str, Any]) -> Json:
    """Return the `response_format` of a schema for OpenAI, vLLM and llama-server."""
    wrapped = {"name": "answer", "strict": True, "schema": dict(schema)}
    return {"type": "json_schema", "json_schema": wrapped}


def json_object_format(schema: Mapping[str, Any]) -> Json:
    """Return the `response_format` of a schema for llama-cpp-python's server and llama-server."""
    return {"type": "json_object", "schema": dict(schema)}


def answer_in(reply: Any) -> Answer:
    """Return the answer in a response. Raises ModelError if there is none."""
    match reply:
        case {"choices": [choice, *_]}:
            return _answer(choice, reply)
    raise ModelError("the server's reply has no answer")


def answers_in(reply: Any) -> list[Answer | ModelError]:
    """Return all answers in a response, or why one is none.

    Their tokens are counted by the first, whether the server tells those of all or of the first.
    """
    match reply:
        case {"choices": [first, *others]}:
            size = _tokens(reply.get("usage"), "prompt_tokens")
            details = {"cached_tokens": size}
            usage = {"prompt_tokens": size, "prompt_tokens_details": details}
            rest = {**reply, "usage": usage}
            pairs = [(first, reply), *((other, rest) for other in others)]
            return [_tried(choice, whole) for choice, whole in pairs]
    raise ModelError("the server's reply has no answer")


def _tried(choice: Any, reply: Json) -> Answer | ModelError:
    try:
        return _answer(choice, reply)
    except ModelError as error:
        return error


def _answer(choice: Any, reply: Json) -> Answer:
    match choice:
        case {"message": {"content": None}, "finish_reason": "length"}:
            raise ModelError("the model reached the limit of tokens before it began its answer")
        case {"message": {"refusal": str(reason), "content": None | ""}} if reason.strip():
            raise ModelError(f"the model refused: {shorten(reason)}")
        case {"message": {"content": None | ""}, "finish_reason": "content_filter"}:
            raise ModelError("the server's content filter withheld the answer")
        case {"message": {"content": str(text), **rest}}:
            usage, model = reply.get("usage"), reply.get("model")
            whole = choice.get("finish_reason") != "length"
            thought = rest.get("reasoning_content") or rest.get("reasoning")
            if thought and not text and not whole:
                text = THOUGHT[0]  # as servers say it that do not part it from the answer
            return Answer.of(
                text,
                _tokens(usage, "prompt_tokens"),
                _tokens(usage, "completion_tokens"),
                whole,
                _cached(usage),
                model if isinstance(model, str) else None,
            )
    raise ModelError("the server's reply has no answer")


def _cached(usage: Any) -> int | None:
    """Return the tokens of the prompt that were evaluated before; None if that is not told."""
    match usage:
        case {"prompt_tokens_details": {"cached_tokens": int(count)}}:
            return count
    return None


def _tokens(usage: Any, key: str) -> int:
    """Return a token count from `usage`; 0 if the server reports none that can be."""
    count = usage.get(key) if isinstance(usage, dict) else None
    return max(count, 0) if isinstance(count, int) else 0


def logprobs_in(reply: Any) -> list[tuple[str, float]]:
    """Return the likeliest first tokens with log-probabilities; empty if none are listed.

    Raises ModelError if there is no answer.
    """
    listed = []
    match reply:
        case {"choices": [{"logprobs": {"content": [{"top_logprobs": [*entries]}, *_]}}, *_]}:
            for entry in entries:
                match entry:
                    case {"token": str(token), "logprob": float() | int() as value}:
                        listed.append((token, min(float(value), 0.0)))
    if not listed:
        answer_in(reply)
    return listed


def model_in(reply: Any) -> Any:
    """Return the model that a response names; None if it names none."""
    return reply.get("model") if isinstance(reply, dict) else None
