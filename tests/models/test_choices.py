"""A choice read from the probabilities of first tokens."""

import math

import pytest

from vtk.errors import ModelError, UsageError
from vtk.models.llm.choices import check, normalised, shares, spellings


def test_a_choice_is_written_in_many_ways() -> None:
    assert spellings("yes") == ["yes", " yes", "Yes", " Yes", "YES", " YES"]
    assert spellings("A") == ["A", " A", "a", " a"]
    assert spellings("New York")[4:] == ["NEW YORK", " NEW YORK"]


@pytest.mark.parametrize(
    "choices",
    [("yes",), ("yes", ""), ("yes", "Yes "), ("no", "not sure"), ("left side", "left part")],
)
def test_choices_that_cannot_be_told_apart_are_wrong_usage(choices: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        check(choices)


def test_choices_that_begin_differently_are_fine() -> None:
    check(("yes", "no"))
    check(("A", "B", "C"))
    check(("January", "June"))


def test_a_token_that_begins_several_choices_counts_for_none() -> None:
    listed = [("J", -0.5), ("January", -1.5), (" june", -2.5)]
    assert shares(listed, ("January", "June")) == pytest.approx(normalised([-1.5, -2.5]))


def test_spaces_shown_as_marks_are_spaces() -> None:
    assert shares([("\u0120Yes", -1.0), ("\u2581No", -1.0)], ("yes", "no")) == [0.5, 0.5]


def test_a_space_alone_begins_nothing() -> None:
    with pytest.raises(ModelError, match="' ' rather than yes or no"):
        shares([(" ", -0.1)], ("yes", "no"))


def test_a_choice_that_is_not_listed_gets_no_more_than_the_last_of_the_list() -> None:
    yes, no = shares([("yes", math.log(0.6)), ("Hm", math.log(0.1))], ("yes", "no"))
    assert no / yes == pytest.approx(0.1 / 0.6)


def test_a_choice_that_is_not_listed_gets_no_more_than_the_list_leaves() -> None:
    yes, no = shares([("yes", math.log(0.99))], ("yes", "no"))
    assert no / yes == pytest.approx(0.01 / 0.99)
    assert shares([("yes", 0.0)], ("yes", "no"))[1] < 1e-5


@pytest.mark.parametrize("shift", [0.0, 1000.0, -1000.0])
def test_probabilities_sum_to_one_whatever_the_size_of_the_logits(shift: float) -> None:
    even = normalised([shift, shift + math.log(3)])
    assert even == pytest.approx([0.25, 0.75])
