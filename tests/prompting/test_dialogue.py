"""Dialogues with a model: asked together, asked once more, ended alone."""

from collections.abc import Iterator

from tests.prompting.scripted import Scripted
from vtk.errors import ModelError
from vtk.models.llm.prompt import Prompt, Sampling
from vtk.prompting.dialogue import (
    RETRY_TEMPERATURE,
    Dialogue,
    Generate,
    YesNo,
    run_dialogues,
    unreadable,
)


def number(text: str) -> int:
    if not text.isdigit():
        raise unreadable(text, "no number")
    return int(text)


def counting(name: str, turns: int) -> Dialogue:
    """Asks as often as it is told, with the answer before in the question."""
    found: list[int] = []
    for _ in range(turns):
        (answer,) = yield [Generate(Prompt((f"{name} {found[-1:]}",)), read=number)]
        found.append(answer)
    return {"found": found}


def test_dialogues_advance_together_each_with_its_own_answers() -> None:
    model = Scripted(lambda text, _: str(len(text)))
    outcomes = run_dialogues(model, [counting("a", 1), counting("bb", 2), counting("c", 0)])
    assert [outcome.fields["found"] for outcome in outcomes] == [[4], [5, 6], []]
    assert [str(prompt.parts[0]).split()[0] for prompt in model.asked] == ["a", "bb", "bb"]
    assert [outcome.tokens_in for outcome in outcomes] == [10, 20, 0]


def test_an_answer_that_cannot_be_read_is_asked_for_once_more_and_less_coldly() -> None:
    warmths: list[float] = []

    def say(text: str, warmth: float) -> str:
        warmths.append(warmth)
        return "7" if warmth else "seven"

    (outcome,) = run_dialogues(Scripted(say), [counting("a", 1)])
    assert outcome.fields == {"found": [7]}
    assert warmths == [0.0, RETRY_TEMPERATURE]


def test_an_answer_that_fails_ends_its_dialogue_alone() -> None:
    model = Scripted(lambda text, _: ModelError("too long") if text.startswith("b") else "1")
    one, two = run_dialogues(model, [counting("a", 2), counting("b", 2)])
    assert one.fields == {"found": [1, 1]}
    assert str(two.error) == "too long"
    assert not two.fields


def test_a_dialogue_may_go_on_without_an_answer() -> None:
    def stubborn() -> Dialogue:
        try:
            yield [Generate(Prompt(("a",)), read=number)]
        except ModelError:
            (score,) = yield [YesNo(Prompt(("is it?",)))]
        return {"score": score}

    model = Scripted(lambda *_: "words", yes=lambda _: 0.25)
    (outcome,) = run_dialogues(model, [stubborn()])
    assert outcome.fields == {"score": 0.25}


def test_questions_of_unlike_sampling_are_answered_each_by_its_own() -> None:
    def both() -> Dialogue:
        texts = yield [Generate(Prompt(("x",)), Sampling(temperature=t)) for t in (0.0, 0.5)]
        return {"texts": texts}

    (outcome,) = run_dialogues(Scripted(lambda _, warmth: f"at {warmth}"), [both()])
    assert outcome.fields == {"texts": ["at 0.0", "at 0.5"]}


def test_of_several_answers_only_what_cannot_be_read_is_asked_for_again() -> None:
    def asking() -> Dialogue:
        (found,) = yield [Generate(Prompt(("x",)), Sampling(count=3), number)]
        return {"found": found}

    texts = iter(["1", "two", "3", "4", "5", "6"])
    (outcome,) = run_dialogues(Scripted(lambda *_: next(texts)), [asking()])
    assert outcome.fields == {"found": [1, 5, 3]}
    (outcome,) = run_dialogues(Scripted(lambda *_: "words"), [asking()])
    assert "no number" in str(outcome.error)


def test_no_dialogue_needs_no_model() -> None:
    none: Iterator[Dialogue] = iter(())
    assert run_dialogues(Scripted(lambda *_: ""), none) == []
