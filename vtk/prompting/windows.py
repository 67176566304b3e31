"""Texts of any length told to a model of any context, in windows that overlap.

A window is a run of passages. A model that says how much it takes in gets windows of that size;
and one that fails on a window (its text was more than it takes in, or the answer made no sense) is
asked about its halves.
"""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from vtk.errors import FaultError
from vtk.models.llm.prompt import LanguageModel
from vtk.passages import Passage
from vtk.prompting.dialogue import Dialogue, Outcome, raise_if_gone, run_dialogues

Window = list[Passage]
K = TypeVar("K")

LETTERS = 6000  # of text in a window, some 1,500 tokens, where a model does not tell its context
LETTERS_PER_TOKEN = 3  # fewer than in most languages that have spaces
INSTRUCTIONS = 500  # tokens of what is asked about a window, with its schema
LEAST, MOST = 600, 48_000  # letters of a window, however small or large the context
OVERLAP = 0.15  # share of a window that the next one repeats
SPLITS = 3  # how often a window without an answer is halved


def letters_for(model: LanguageModel, answer: int) -> int:
    """How many letters of text a model takes in beside an answer of so many tokens."""
    if model.context is None:
        return LETTERS
    room = (model.context - answer - INSTRUCTIONS) * LETTERS_PER_TOKEN
    return min(max(room, LEAST), MOST)


def windows(
    told: Sequence[Passage],
    letters: int = LETTERS,
    overlap: float = OVERLAP,
    around: int = 0,
) -> Iterator[Window]:
    """Yield passages in windows of at most so many letters; each repeats the end of the last.

    A passage of more than half a window is parted into several, with the same times. White space
    becomes one space. `around` are the letters that a prompt adds to each passage.
    """
    pieces = [
        Passage(piece, p.start, p.end, p.source)
        for p in told
        for piece in textwrap.wrap(" ".join(p.text.split()), max(letters // 2 - around, 1))
        or [p.text]
    ]
    sizes = [len(piece.text) + around for piece in pieces]
    first = 0
    while first < len(pieces):
        last, size = first, 0
        while last < len(pieces) and (last == first or size + sizes[last] <= letters):
            size += sizes[last]
            last += 1
        yield pieces[first:last]
        if last == len(pieces):
            return
        first = _repeated(sizes, first, last, overlap * letters)


def _repeated(sizes: Sequence[int], first: int, last: int, letters: float) -> int:
    """Where the window after [first, last) begins, so that it repeats at most so many letters."""
    back, size = last, 0
    while back > first + 1 and size + sizes[back - 1] <= letters:
        back -= 1
        size += sizes[back]
    return back


class Reading(NamedTuple):
    """What a model answered about a window: the fields of a dialogue, or why there are none."""

    window: Window
    outcome: Outcome


def ask_windows(
    model: LanguageModel,
    asked: Iterable[tuple[K, Window]],
    ask: Callable[[K, Window], Dialogue],
    *,
    overlap: float = 0.0,
) -> list[tuple[K, Reading]]:
    """Ask about windows, each with what its caller knows it by; return the readings in order.

    A window without an answer is replaced by its halves, SPLITS times at most; the second repeats
    that share of the first; not one at which the server failed. The tokens of a failed try count as
    those of the first half. Raises GoneError if the model is gone.
    """
    found: list[tuple[K, Reading]] = [(key, Reading(w, Outcome())) for key, w in asked]
    waiting = list(range(len(found)))
    for split in range(SPLITS + 1):
        outcomes = run_dialogues(model, (ask(found[n][0], found[n][1].window) for n in waiting))
        raise_if_gone(outcomes)
        told = dict(zip(waiting, outcomes, strict=True))
        halved, waiting = list[tuple[K, Reading]](), []
        for n, (key, before) in enumerate(found):
            if n not in told:
                halved.append((key, before))
                continue
            outcome = _added(told[n], before.outcome)
            window = before.window
            failed = outcome.error is not None and not isinstance(outcome.error, FaultError)
            if failed and split < SPLITS and len(window) > 1:
                middle = len(window) // 2
                sizes = [len(p.text) for p in window]
                back = _repeated(sizes, 0, middle, overlap * sum(sizes) / 2)
                waiting += [len(halved), len(halved) + 1]
                spent = Outcome(tokens_in=outcome.tokens_in, tokens_out=outcome.tokens_out)
                halved.append((key, Reading(window[:middle], spent)))
                halved.append((key, Reading(window[back:], Outcome())))
            else:
                halved.append((key, Reading(window, outcome)))
        found = halved
        if not waiting:
            break
    return found


def _added(outcome: Outcome, spent: Outcome) -> Outcome:
    """An outcome with the tokens of the tries before it."""
    outcome.tokens_in += spent.tokens_in
    outcome.tokens_out += spent.tokens_out
    return outcome
