"""Score given answers by the probabilities of the first token.

A model spells an answer in many ways: `yes`, ` yes`, `Yes`. All spellings count for the choice.
"""

import math
import re
from collections.abc import Sequence

from vtk.errors import ModelError, UsageError

REST = 1e-6  # least probability assumed for all unlisted tokens; below it is rounding noise
OPENING = "*_#\"'\u201c\u2018([- "  # marks before a choice that is said in words
_BREAK = re.compile(r"[*_\"'\u201d\u2019)\]]*\s*(?:$|[.,;:!\u2014\u2013\n-])")
QUOTED = 40  # most characters of an answer that an error message quotes
MARKS = "\u0120\u2581"  # how some servers show a space in tokens: byte pair encoding, sentencepiece


class NoChoiceError(ModelError):
    """The model answered, but with none of the choices."""


def variants(choice: str) -> list[str]:
    """Return the spellings of a choice: as it is, in lower case, capitalised, in upper case.

    Each comes with and without a leading space, as the two are different tokens.
    """
    word = choice.strip()
    ways = (word, word.lower(), word[:1].upper() + word[1:], word.upper())
    return list(dict.fromkeys(space + way for way in ways for space in ("", " ")))


def check_choices(choices: Sequence[str]) -> None:
    """Raise UsageError if the first token may not tell the choices apart."""
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
    """Return the probability of each choice, summing to 1, from token log-probabilities.

    `listed` are the likeliest first tokens. A token counts for a choice if that is the only one it
    is a prefix of, in any spelling. A choice that is not listed gets its upper bound: the lowest
    listed or the remaining probability, if that is less. Raises ModelError if none is listed.
    """
    logs: list[list[float]] = [[] for _ in choices]
    for token, log in listed:
        if len(begun := [i for i, choice in enumerate(choices) if _begins(token, choice)]) == 1:
            logs[begun[0]].append(log)
    if not any(logs):
        first = repr(listed[0][0]) if listed else "nothing"
        raise NoChoiceError(f"the model answers with {first} rather than {' or '.join(choices)}")
    rest = 1 - sum(math.exp(log) for _, log in listed)
    floor = min(*(log for _, log in listed), math.log(max(rest, REST)))
    return softmax([_logsum(each) if each else floor for each in logs])


def choice_said(text: str, choices: Sequence[str]) -> list[float]:
    """Return 1 for the choice that a text says and 0 for the others: "Yes", "**No**, there is ...".

    Raises NoChoiceError if the text does not begin with one of them and a break ("no idea").
    """
    said = text.strip().casefold().lstrip(OPENING)
    found = [said.startswith(word := choice.strip().casefold()) and _BREAK.match(said, len(word))
             for choice in choices]  # fmt: skip
    if sum(map(bool, found)) != 1:
        shown = repr(text if len(text) <= QUOTED else f"{text[:QUOTED]}…")
        raise NoChoiceError(f"the model answers with {shown} rather than {' or '.join(choices)}")
    return [float(bool(each)) for each in found]


def _begins(token: str, choice: str) -> bool:
    start = token.strip(MARKS).strip().casefold()
    return bool(start) and choice.strip().casefold().startswith(start)


def softmax(logs: Sequence[float]) -> list[float]:
    """Return the softmax of log-probabilities or logits: probabilities that sum to 1."""
    total = _logsum(logs)
    return [math.exp(log - total) for log in logs]


def _logsum(logs: Sequence[float]) -> float:
    """Return the log of the sum of exponentials, without overflow or underflow."""
    top = max(logs)
    return top + math.log(sum(math.exp(log - top) for log in logs))
