"""Windows of texts: nothing is left out, and what a model cannot answer is asked in halves."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prompting.scripted import Scripted
from vtk.errors import ModelError
from vtk.models.llm.prompt import Prompt
from vtk.passages import Passage
from vtk.prompting.dialogue import Dialogue, Generate
from vtk.prompting.windows import INSTRUCTIONS, Window, ask_windows, letters_for, windows


def told(*sizes: int) -> list[Passage]:
    """Passages of one second, of so many letters."""
    return [Passage(chr(97 + n % 26) * s, n, n + 1.0, "speech") for n, s in enumerate(sizes)]


def ask(key: str, window: Window) -> Dialogue:
    (text,) = yield [Generate(Prompt((f"{key} {' '.join(p.text for p in window)}",)))]
    return {"text": text}


@settings(deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), st.integers(2, 100))
def test_windows_hold_the_whole_text_in_order_and_repeat_only_what_they_may(
    sizes: list[int], letters: int
) -> None:
    passages = told(*sizes)
    alone = [piece for window in windows(passages, letters, overlap=0) for piece in window]
    for passage in passages:
        assert passage.text == "".join(p.text for p in alone if p.start == passage.start)
    found = list(windows(passages, letters, overlap=0.3))
    place = 0
    for window in found:
        assert sum(len(p.text) for p in window) <= letters
        first = max(n for n in range(place + 1) if alone[n : n + len(window)] == window)
        assert sum(len(p.text) for p in alone[first:place]) <= 0.3 * letters
        place = first + len(window)
    assert place == len(alone)


def test_a_model_gets_windows_of_the_size_that_it_takes_in() -> None:
    model = Scripted(lambda *_: "")
    unknown = letters_for(model, 500)
    model.context = 8192
    assert letters_for(model, 500) == 3 * (8192 - 500 - INSTRUCTIONS) > unknown
    model.context = 128
    assert 0 < letters_for(model, 500) < unknown


def test_a_window_without_an_answer_is_asked_in_halves_that_overlap() -> None:
    model = Scripted(lambda text, _: ModelError("too long") if len(text) > 42 else "fine")
    whole = told(*[9] * 12)
    found = ask_windows(model, [("a", whole), ("b", whole[:3])], ask, overlap=0.35)
    assert [key for key, _ in found] == ["a"] * (len(found) - 1) + ["b"]
    assert all(outcome.fields == {"text": "fine"} for _, (_, outcome) in found)
    parts = [window for _, (window, _) in found[:-1]]
    assert [[p.start for p in part] for part in parts] == [
        [0, 1, 2],
        [2, 3, 4, 5],
        [4, 5, 6, 7],
        [7, 8],
        [9, 10, 11],
    ]


def test_what_no_part_answers_keeps_its_error_and_the_tokens_of_all_tries() -> None:
    model = Scripted(lambda *_: "?!")  # no word, so it is asked twice about each window
    found = ask_windows(model, [("a", told(5, 5))], ask)
    assert [str(outcome.error) for _, (_, outcome) in found] == [
        "the model said no word: '?!'",
        "the model said no word: '?!'",
    ]
    assert sum(outcome.tokens_in for _, (_, outcome) in found) == 10 * len(model.asked) == 60
