"""A choice read from the probabilities of first tokens."""

import math

import pytest

from vtk.errors import ModelError, UsageError
from vtk.models.llm.choices import check_choices, choice_probabilities, softmax, variants


def test_a_choice_is_written_in_many_ways() -> None:
    assert variants("yes") == ["yes", " yes", "Yes", " Yes", "YES", " YES"]
    assert variants("A") == ["A", " A", "a", " a"]
    assert variants("New York")[4:] == ["NEW YORK", " NEW YORK"]


@pytest.mark.parametrize(
    "choices",
    [("yes",), ("yes", ""), ("yes", "Yes "), ("no", "not sure"), ("left side", "left part")],
)
def test_choices_that_cannot_be_told_apart_are_wrong_usage(choices: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        check_choices(choices)


def test_choices_that_begin_differently_are_fine() -> None:
    check_choices(("yes", "no"))
    check_choices(("A", "B", "C"))
    check_choices(("January", "June"))


def test_a_token_that_begins_several_choices_counts_for_none() -> None:
    listed = [("J", -0.5), ("January", -1.5), (" june", -2.5)]
    assert choice_probabilities(listed, ("January", "June")) == pytest.approx(softmax([-1.5, -2.5]))


def test_spaces_shown_as_marks_are_spaces() -> None:
    assert choice_probabilities([("\u0120Yes", -1.0), ("\u2581No", -1.0)], ("yes", "no")) == [
        0.5,
        0.5,
    ]


def test_a_space_alone_begins_nothing() -> None:
    with pytest.raises(ModelError, match="' ' rather than yes or no"):
        choice_probabilities([(" ", -0.1)], ("yes", "no"))


def test_a_choice_that_is_not_listed_gets_no_more_than_the_last_of_the_list() -> None:
    yes, no = choice_probabilities([("yes", math.log(0.6)), ("Hm", math.log(0.1))], ("yes", "no"))
    assert no / yes == pytest.approx(0.1 / 0.6)


def test_a_choice_that_is_not_listed_gets_no_more_than_the_list_leaves() -> None:
    yes, no = choice_probabilities([("yes", math.log(0.99))], ("yes", "no"))
    assert no / yes == pytest.approx(0.01 / 0.99)
    assert choice_probabilities([("yes", 0.0)], ("yes", "no"))[1] < 1e-5


@pytest.mark.parametrize("shift", [0.0, 1000.0, -1000.0])
def test_probabilities_sum_to_one_whatever_the_size_of_the_logits(shift: float) -> None:
    even = softmax([shift, shift + math.log(3)])
    assert even == pytest.approx([0.25, 0.75])
