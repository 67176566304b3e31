"""Dialogues with a model: what is asked, what counts as an answer, what is asked again.

A dialogue is a generator. It yields what it wants to ask, gets the answers, and returns the fields
that it adds to its span. Several dialogues advance together, so that a model which works on several
prompts at once always has some.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vtk.errors import ModelError
from vtk.models.llm.prompt import YES_NO, Answer, LanguageModel, Prompt, Sampling
from vtk.text import words

REPEATED = 0.5  # share of four-word runs said before from which a text goes in circles
QUOTED = 200  # characters of an answer that an error quotes
RETRY_TEMPERATURE = 0.7  # temperature of the second try


def checked(text: str) -> str:
    """The text. Raises ModelError where it is empty, without a word or goes in circles."""
    spoken = words(text)
    if not spoken:
        raise ModelError("the model said nothing" if not text.strip() else _said(text, "no word"))
    runs = list(zip(*(spoken[n:] for n in range(4)), strict=False))
    if len(runs) > 12 and 1 - len(set(runs)) / len(runs) > REPEATED:
        raise ModelError(_said(text, "the same again and again"))
    return text.strip()


def _said(text: str, what: str) -> str:
    quoted = text if len(text) <= QUOTED else text[:QUOTED] + "…"
    return f"the model said {what}: {quoted!r}"


def unreadable(text: str, why: str) -> ModelError:
    """The error of an answer that is not what was asked for."""
    return ModelError(_said(text, why))


@dataclass(frozen=True)
class Generate:
    """A prompt to answer. `read` makes of the text what is handed back, or raises ModelError."""

    prompt: Prompt
    sampling: Sampling = field(default_factory=Sampling)
    read: Callable[[str], Any] = checked


@dataclass(frozen=True)
class YesNo:
    """A question to answer with yes or no; what is handed back is the probability of yes."""

    prompt: Prompt


Request = Generate | YesNo
Dialogue = Generator[list[Request], list[Any], dict[str, Any]]


@dataclass
class Outcome:
    """What came of a dialogue: fields, or the error that ended it; tokens read and written."""

    fields: dict[str, Any] = field(default_factory=dict)
    error: ModelError | None = None
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass
class _Live:
    dialogue: Dialogue
    outcome: Outcome
    asked: list[Request]


def run_dialogues(model: LanguageModel, dialogues: Iterable[Dialogue]) -> list[Outcome]:
    """Lead all dialogues to their ends, together; one whose answer fails ends with its error.

    An answer that `read` does not take is asked for once more, less coldly; so the same seed still
    gives the same answers.
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


def _advance(each: _Live, replies: list[Any] | None, live: list[_Live]) -> None:
    """Hand a dialogue its replies; it goes on with its next questions, or has come to its end."""
    failure = next((reply for reply in replies or [] if isinstance(reply, ModelError)), None)
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
    """What the model says to each request, an error in the place of what could not be had."""
    replies: list[Any] = [None] * len(pairs)
    weighed = [n for n, (_, request) in enumerate(pairs) if isinstance(request, YesNo)]
    scores = model.scores([pairs[n][1].prompt for n in weighed], YES_NO) if weighed else []
    for n, score in zip(weighed, scores, strict=True):
        replies[n] = score if isinstance(score, ModelError) else score[0]
    asked = [n for n, (_, request) in enumerate(pairs) if isinstance(request, Generate)]
    again = _answered(model, pairs, asked, replies, first_try=True)
    _answered(model, pairs, again, replies, first_try=False)
    return replies


def _answered(
    model: LanguageModel,
    pairs: Sequence[tuple[_Live, Request]],
    asked: Sequence[int],
    replies: list[Any],
    *,
    first_try: bool,
) -> list[int]:
    """Fill in the replies to those asked; returns those whose answers could not be read."""
    unread: list[int] = []
    for sampling in dict.fromkeys(map(_key, (pairs[n][1] for n in asked))):
        same = [n for n in asked if _key(pairs[n][1]) == sampling]
        first = pairs[same[0]][1]
        assert isinstance(first, Generate)
        chosen = first.sampling if first_try else _retry(first.sampling)
        answers = model.answers([pairs[n][1].prompt for n in same], chosen)
        for n, answer in zip(same, answers, strict=True):
            each, request = pairs[n]
            assert isinstance(request, Generate)
            replies[n] = _read(request, answer, each.outcome)
            if isinstance(answer, Answer) and isinstance(replies[n], ModelError):
                unread.append(n)
    return unread


def _read(request: Generate, answer: Answer | ModelError, outcome: Outcome) -> Any:
    if isinstance(answer, ModelError):
        return answer
    outcome.tokens_in += answer.tokens_in
    outcome.tokens_out += answer.tokens_out
    try:
        return request.read(answer.text)
    except ModelError as error:
        return error


def _retry(sampling: Sampling) -> Sampling:
    return replace(
        sampling, temperature=max(RETRY_TEMPERATURE, sampling.temperature), seed=sampling.seed + 1
    )


def _key(request: Request) -> tuple[Any, ...]:
    """What tells samplings apart; a schema is a mapping, which has no hash."""
    assert isinstance(request, Generate)
    chosen = request.sampling
    return (chosen.max_tokens, chosen.temperature, chosen.top_p, chosen.seed, repr(chosen.schema))
