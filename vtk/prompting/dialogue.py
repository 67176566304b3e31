"""Multi-turn dialogues with a model: requests, validation of answers, and retries.

A dialogue is a generator. It yields requests, receives the answers, and returns the fields that it
adds to its span. Several dialogues advance together, so that a model which evaluates several
prompts at once is kept busy.
"""

import logging
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import astuple, dataclass, field, replace
from itertools import islice
from typing import Any

from vtk.errors import GoneError, ModelError
from vtk.models.llm.json_schema import Schema, read_json, with_schema
from vtk.models.llm.prompt import YES_NO, Answer, LanguageModel, Prompt, Sampling
from vtk.prompting.chatter import without_chatter
from vtk.text import MARKS, words

log = logging.getLogger("vtk")

REPEATED = 0.5  # share of repeated 4-grams of words above which a text counts as repetitive
QUOTED = 200  # most characters of an answer that an error message quotes
RETRY_TEMPERATURE = 0.7  # least temperature of the retry


def checked(text: str) -> str:
    """Return the text without chatter around it.

    Raises ModelError if it is empty, wordless or repetitive.
    """
    answer = without_chatter(text)
    spoken = words(answer)
    if not spoken:
        raise ModelError("the model said nothing" if not text.strip() else _said(text, "no word"))
    runs = list(zip(*(spoken[n:] for n in range(4)), strict=False))
    if len(runs) > 12 and 1 - len(set(runs)) / len(runs) > REPEATED:
        raise ModelError(_said(text, "the same again and again"))
    return answer


def _said(text: str, what: str) -> str:
    quoted = text if len(text) <= QUOTED else text[:QUOTED] + "…"
    return f"the model said {what}: {quoted!r}"


def unreadable(text: str, why: str) -> ModelError:
    """Return the error for an answer that does not have the requested form."""
    return ModelError(_said(text, why))


@dataclass(frozen=True)
class Generate:
    """A request for a text; `read` parses the answer for the dialogue or raises ModelError.

    With a schema in `sampling`, the prompt tells it, and `read` gets the value of the JSON that was
    answered, which follows the schema.
    """

    prompt: Prompt
    sampling: Sampling = field(default_factory=Sampling)
    read: Callable[[Any], Any] = checked


@dataclass(frozen=True)
class YesNo:
    """A yes/no question; the dialogue receives the probability of yes."""

    prompt: Prompt


Request = Generate | YesNo
Dialogue = Generator[list[Request], list[Any], dict[str, Any]]


@dataclass
class Outcome:
    """The result of a dialogue: fields, or the error that ended it; input and output tokens.

    `cut` counts the answers that the limit of tokens cut off, whose texts end in an ellipsis.
    `paired` tells whether two successive frames were shown as one picture.
    `tokens_cached` of the input were evaluated before; None if no answer told it. `served` is the
    model that answered last, by a server's word.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    error: ModelError | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cut: int = 0
    paired: bool = False
    tokens_cached: int | None = None
    served: str | None = None


@dataclass
class _Live:
    dialogue: Dialogue
    outcome: Outcome
    asked: list[Request]


def run_dialogues(model: LanguageModel, dialogues: Iterable[Dialogue]) -> list[Outcome]:
    """Run all dialogues to the end, concurrently; a dialogue ends with the error of its answer.

    If an answer breaks its schema or `read` rejects it, the request is retried once at a higher
    temperature and with the next seed, so results stay reproducible.
    """
    outcomes: list[Outcome] = []
    live: list[_Live] = []
    for dialogue in dialogues:
        outcomes.append(Outcome())
        _advance(_Live(dialogue, outcomes[-1], []), None, live)
    while live:
        pairs = [(each, request) for each in live for request in each.asked]
        found = _replies(model, pairs)
        turns, live = live, []
        for each in turns:
            count = len(each.asked)
            replies, found = found[:count], found[count:]
            _advance(each, replies, live)
    return outcomes


def raise_if_gone(outcomes: Iterable[Outcome]) -> None:
    """Raise the GoneError of a dialogue, where other errors are passed over."""
    for outcome in outcomes:
        if isinstance(outcome.error, GoneError):
            raise outcome.error


def _advance(each: _Live, replies: list[Any] | None, live: list[_Live]) -> None:
    """Send replies to a dialogue; add it to `live` unless it ends, with fields or an error."""
    failures = [reply for reply in replies or [] if isinstance(reply, ModelError)]
    failures.sort(key=lambda each: not isinstance(each, GoneError))
    failure = next(iter(failures), None)
    if isinstance(failure, GoneError):  # no other question would be answered
        each.dialogue.close()
        each.outcome.error = failure
        return
    try:
        if failure is not None:
            each.asked = each.dialogue.throw(failure)
        else:
            each.asked = next(each.dialogue) if replies is None else each.dialogue.send(replies)
    except StopIteration as end:
        each.outcome.fields = end.value
    except ModelError as error:
        each.outcome.error = error
    else:
        live.append(each)


def _replies(model: LanguageModel, pairs: Sequence[tuple[_Live, Request]]) -> list[Any]:
    """Return the model's reply to each request, or a ModelError for a request that failed."""
    replies: list[Any] = [None] * len(pairs)
    for each, request in pairs:
        each.outcome.paired |= request.prompt.paired
    weighed = [n for n, (_, request) in enumerate(pairs) if isinstance(request, YesNo)]
    scores = model.scores([pairs[n][1].prompt for n in weighed], YES_NO) if weighed else []
    for n, score in zip(weighed, scores, strict=True):
        replies[n] = score if isinstance(score, ModelError) else score[0]
    asked = [n for n, (_, request) in enumerate(pairs) if isinstance(request, Generate)]
    again = _answered(model, pairs, asked, replies, first_try=True)
    _answered(model, pairs, again, replies, first_try=False)
    for n in asked:
        failed = next((each for each in replies[n] if isinstance(each, ModelError)), None)
        replies[n] = failed or (replies[n] if len(replies[n]) > 1 else replies[n][0])
    return replies


def _answered(
    model: LanguageModel,
    pairs: Sequence[tuple[_Live, Request]],
    asked: Sequence[int],
    replies: list[Any],
    *,
    first_try: bool,
) -> list[int]:
    """Fill in lists of replies to the requests `asked`; return those with a rejected answer."""
    unread: list[int] = []
    for sampling in dict.fromkeys(map(_key, (pairs[n][1] for n in asked))):
        same = [n for n in asked if _key(pairs[n][1]) == sampling]
        first = pairs[same[0]][1]
        assert isinstance(first, Generate)
        chosen = first.sampling if first_try else _retry(first.sampling)
        prompts = [pairs[n][1].prompt for n in same]
        if chosen.schema is not None:
            prompts = [with_schema(prompt, chosen.schema) for prompt in prompts]
        answers = model.answers(prompts, chosen)
        for n in same:
            each, request = pairs[n]
            assert isinstance(request, Generate)
            told = list(islice(answers, chosen.count))
            read = [_read(request, answer, each.outcome) for answer in told]
            if not first_try:
                read = [
                    new if isinstance(old, ModelError) else old
                    for old, new in zip(replies[n], read, strict=True)
                ]
            replies[n] = read
            rejected = [isinstance(one, ModelError) for one in read]
            if any(isinstance(a, Answer) and r for a, r in zip(told, rejected, strict=True)):
                unread.append(n)
    return unread


def _read(request: Generate, answer: Answer | ModelError, outcome: Outcome) -> Any:
    if isinstance(answer, ModelError):
        return answer
    outcome.tokens_in += answer.tokens_in
    outcome.tokens_out += answer.tokens_out
    if answer.tokens_cached is not None:
        outcome.tokens_cached = (outcome.tokens_cached or 0) + answer.tokens_cached
    outcome.served = answer.model
    schema = request.sampling.schema
    try:
        found = request.read(answer.text if schema is None else _value(answer, schema))
    except ModelError as error:
        return error
    if answer.whole or schema is not None:  # JSON that can be read is whole
        return found
    outcome.cut += 1
    return f"{found}…" if isinstance(found, str) and found[-1:] not in MARKS else found


def tell_cut(count: int) -> None:
    """Warn of the number of answers that were cut off, if there are any."""
    if count:
        log.warning("answers cut off at the limit of tokens: %d (see --max-tokens)", count)


def _value(answer: Answer, schema: Schema) -> Any:
    try:
        return read_json(answer.text, schema)
    except ValueError as broken:
        if not answer.whole:
            raise unreadable(
                answer.text, f"JSON that the limit of {answer.tokens_out} tokens cut off"
            ) from None
        raise unreadable(answer.text, f"what breaks the schema ({broken})") from None


def _retry(sampling: Sampling) -> Sampling:
    warm, seed = max(RETRY_TEMPERATURE, sampling.temperature), sampling.seed + sampling.count
    return replace(sampling, temperature=warm, seed=seed)


def _key(request: Request) -> tuple[Any, ...]:
    """Return a hashable key of the sampling parameters; the schema, a mapping, has no hash."""
    assert isinstance(request, Generate)
    chosen = request.sampling
    return (*astuple(replace(chosen, schema=None)), repr(chosen.schema))
