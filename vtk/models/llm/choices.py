"""A choice among given answers, read from the probabilities of the first token.

A model writes one answer in many ways: `yes`, ` yes`, `Yes`. All of them count for the choice.
"""

import math
from collections.abc import Sequence

from vtk.errors import ModelError, UsageError

REST = 1e-6  # the least probability left to what is not listed; below it sums are rounding noise
MARKS = "\u0120\u2581"  # a space as some servers show it: byte pair encoding, sentencepiece


def variants(choice: str) -> list[str]:
    """The ways to write a choice: as it is, in small letters, capitalised, in capital letters.

    Each also with a space before it, which makes another token of it.
    """
    word = choice.strip()
    ways = (word, word.lower(), word[:1].upper() + word[1:], word.upper())
    return list(dict.fromkeys(space + way for way in ways for space in ("", " ")))


def check_choices(choices: Sequence[str]) -> None:
    """Raise UsageError where the first token cannot tell the choices apart."""
    plain = [choice.strip().casefold() for choice in choices]
    if len(plain) < 2 or not all(plain):
        raise UsageError("a choice needs at least two answers, none of them empty")
    for place, one in enumerate(plain):
        for other in plain[place + 1 :]:
            same = one.split()[0] == other.split()[0]
            if same or one.startswith(other) or other.startswith(one):
                raise UsageError(f"the answers {one!r} and {other!r} begin alike")


def choice_probabilities(
    listed: Sequence[tuple[str, float]], choices: Sequence[str]
) -> list[float]:
    """The probability of each choice, summing to 1, from tokens and their log-probabilities.

    `listed` are the likeliest first tokens. A token counts for the one choice that it begins, in
    any spelling. A choice that is not listed gets the most that it can have: as much as the last
    of the list, or what the list leaves. Raises ModelError where no choice is listed.
    """
    logs: list[list[float]] = [[] for _ in choices]
    for token, log in listed:
        if len(begun := [i for i, choice in enumerate(choices) if _begins(token, choice)]) == 1:
            logs[begun[0]].append(log)
    if not any(logs):
        first = repr(listed[0][0]) if listed else "nothing"
        raise ModelError(f"the model answers with {first} rather than {' or '.join(choices)}")
    rest = 1 - sum(math.exp(log) for _, log in listed)
    floor = min(*(log for _, log in listed), math.log(max(rest, REST)))
    return softmax([_logsum(each) if each else floor for each in logs])


def _begins(token: str, choice: str) -> bool:
    start = token.strip(MARKS).strip().casefold()
    return bool(start) and choice.strip().casefold().startswith(start)


def softmax(logs: Sequence[float]) -> list[float]:
    """Probabilities that sum to 1, from log-probabilities or logits (softmax)."""
    total = _logsum(logs)
    return [math.exp(log - total) for log in logs]


def _logsum(logs: Sequence[float]) -> float:
    """The logarithm of the sum of exponentials; no logarithm is too small or too large for it."""
    top = max(logs)
    return top + math.log(sum(math.exp(log - top) for log in logs))
