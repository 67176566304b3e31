"""What is said of a play: descriptions, and questions with their answers.

The words are all in `WORDS`, which is the vocabulary of tiny-vlm.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from tests.world.models import stage
from tests.world.models.forms import BACKGROUNDS, COLOURS, FORMS
from tests.world.models.stage import HEADINGS, MOTIONS, PLACES, SIZES, Actor, Play

Pair = tuple[str, str]  # a question and its answer
ALL_PLACES = tuple(place for row in PLACES for place in row)
DESCRIBE = (
    "describe",
    "Describe the picture.",
    "Describe the video.",
    "Describe what is shown in one sentence.",
    "What is shown?",
    "Caption this.",
)
HAPPENS = ("What happens?", "Describe what happens.")
VERBS = {"stays": "stay", "grows": "grow", "shrinks": "shrink", "appears": "appear"} | {
    "vanishes": "vanish",
    **{f"moves {way}": f"move {way}" for way in HEADINGS},
}


def at(place: str) -> str:
    """A place in words, as it follows a thing."""
    return "in the middle" if place == "middle" else f"at the {place}"


def describe(play: Play, *, moving: bool) -> str:
    """One sentence: each actor from left to right, the background, the word."""
    clauses = [clause(actor, moving) for actor in play.actors]
    return " and ".join(clauses) + f" on {play.background}" + _worded(play)


def clause(actor: Actor, moving: bool) -> str:
    """What one actor is and does, or where it is."""
    if moving:
        return f"a {actor.colour} {actor.shape} {actor.motion}"
    return f"a {actor.size} {actor.colour} {actor.shape} {at(actor.place)}"


def _worded(play: Play) -> str:
    return f" with the word {play.word}" if play.word else ""


def seen(actor: Actor, shares: Sequence[float]) -> list[bool]:
    """In which of the frames, given as shares of the play, the actor is seen."""
    return [actor.at(share)[2] > 0 for share in shares]


def about(
    play: Play,
    rng: np.random.Generator,
    times: Sequence[float],
    count: int,
    hard: float = 1.0,
) -> list[Pair]:
    """A description and `count` questions with answers about frames at `times`.

    More than one frame is a moving play; without times, questions for them are left out. `hard`
    is how many times as often as else the hard questions come: yes or no, and when.
    """
    moving = len(times) > 1
    prompts = DESCRIBE + HAPPENS if moving else DESCRIBE
    pairs = [(str(rng.choice(prompts)), describe(play, moving=moving))]
    kinds = MOVING if moving else STILL
    chances = np.array([weight * (hard if ask in HARD else 1) for ask, weight in kinds])
    while len(pairs) <= count:
        ask = kinds[int(rng.choice(len(kinds), p=chances / chances.sum()))][0]
        pair = ask(play, rng, times)
        if pair:
            pairs.append(pair)
    return pairs


def _some(rng: np.random.Generator, values: Sequence[str], *, but: str = "") -> str:
    return str(rng.choice([value for value in values if value != but]))


def _unique(play: Play, rng: np.random.Generator, of: Callable[[Actor], str]) -> Actor | None:
    actor = play.actors[int(rng.integers(len(play.actors)))]
    alike = [other for other in play.actors if of(other) == of(actor)]
    return actor if len(alike) == 1 else None


def _colour(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    actor = _unique(play, rng, lambda a: a.shape)
    return (f"Which colour is the {actor.shape}?", actor.colour) if actor else None


def _shape(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    actor = _unique(play, rng, lambda a: a.colour)
    return (f"What is {actor.colour}?", f"the {actor.shape}") if actor else None


def _where(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    actor = play.actors[int(rng.integers(len(play.actors)))]
    return f"Where is the {actor.colour} {actor.shape}?", at(actor.place)


def _way(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    actor = play.actors[int(rng.integers(len(play.actors)))]
    if rng.random() < 0.5 or not actor.motion.startswith("moves"):
        return f"What does the {actor.colour} {actor.shape} do?", f"it {actor.motion}"
    way = actor.motion.removeprefix("moves ")
    return f"Which way does the {actor.colour} {actor.shape} move?", way


def _count(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    return "How many shapes are there?", str(len(play.actors))


def _background(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    return "What is the background?", play.background


def _word(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    return "Which word is written?", play.word or "none"


def _when(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    shares = np.linspace(0, 1, len(times)).tolist()
    for actor in play.actors:
        if actor.motion in ("appears", "vanishes") and times[0] >= 0:
            there = seen(actor, shares)
            change = next(n for n in range(1, len(there)) if there[n] != there[0])
            verb = VERBS[actor.motion]
            question = f"When does the {actor.colour} {actor.shape} {verb}?"
            return question, f"at {times[change]:.1f} seconds"
    return None


def _clock(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    number = int(rng.integers(len(times)))
    return clock(number, times) if times[0] >= 0 else None


def clock(number: int, times: Sequence[float]) -> Pair:
    """The question which time was told before a picture, counted from 0, and the answer."""
    return f"When is picture {number + 1}?", f"at {times[number]:.1f} seconds"


def _letter(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    actor = _unique(play, rng, lambda a: a.shape)
    if not actor:
        return None
    others = [str(c) for c in rng.permutation([c for c in COLOURS if c != actor.colour])[:3]]
    right = int(rng.integers(4))
    others.insert(right, actor.colour)
    listed = " ".join(f"{letter} {colour}" for letter, colour in zip("ABCD", others, strict=True))
    question = f"Which colour is the {actor.shape}? {listed} Answer with the letter."
    return question, "ABCD"[right]


def yes_no(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    """A question whose answer is yes as often as no; a wrong one is wrong in one attribute."""
    moving = len(times) > 1
    actor = play.actors[int(rng.integers(len(play.actors)))]
    true, ended = bool(rng.random() < 0.5), bool(rng.random() < 0.3)
    wrong_end = ended and not true and bool(rng.random() < 0.5)
    said = actor if true or wrong_end else _falsified(play, actor, rng, moving)
    if said is None:
        return None
    there = "" if moving else "there is "
    if ended:
        end = _ending(play, rng, not wrong_end)
        return f"Is it true that {there}{clause(said, moving)}{end}?", "yes" if true else "no"
    thing = f"{said.colour} {said.shape}"
    forms = [f"Is it true that {there}{clause(said, moving)}?"]
    if (said.colour, said.shape) != (actor.colour, actor.shape) or true:
        forms.append(f"Is there a {thing}?")
    if true or said.place != actor.place:
        forms += [] if moving else [f"Is the {thing} {at(said.place)}?"]
    if moving and (true or said.motion != actor.motion):
        forms.append(f"Does the {thing} {VERBS[said.motion]}?")
    ending = " Answer yes or no." if rng.random() < 0.4 else ""
    return str(rng.choice(forms)) + ending, "yes" if true else "no"


def _ending(play: Play, rng: np.random.Generator, true: bool) -> str:
    """How a description ends: background, word or both, one of them wrong if it is not true."""
    choice = int(rng.integers(3)) if play.word else 0
    wrong = int(rng.choice([[0], [1], [0, 1]][choice])) if not true else -1
    background, word = play.background, play.word
    if wrong == 0:
        background = _some(rng, tuple(BACKGROUNDS), but=background)
    elif wrong == 1:
        word = _some(rng, stage.WORDS, but=word)
    ends = (f" on {background}", f" with the word {word}")
    return (ends[0], ends[1], ends[0] + ends[1])[choice]


def _falsified(play: Play, actor: Actor, rng: np.random.Generator, moving: bool) -> Actor | None:
    """The actor with one attribute changed, unless another actor is just that."""
    part = str(rng.choice(["colour", "shape", "motion" if moving else "place"]))
    if part == "colour":
        false = replace(actor, colour=_some(rng, tuple(COLOURS), but=actor.colour))
    elif part == "shape":
        false = replace(actor, shape=_some(rng, tuple(FORMS), but=actor.shape))
    elif part == "motion":
        false = replace(actor, motion=_some(rng, MOTIONS, but=actor.motion))
    else:
        place = _some(rng, ALL_PLACES, but=actor.place)
        cell = ALL_PLACES.index(place)
        false = replace(actor, x=(cell % 3 * 2 + 1) / 6, y=(cell // 3 * 2 + 1) / 6)
    same = any((a.colour, a.shape) == (false.colour, false.shape) for a in play.actors)
    return None if same and part in ("colour", "shape") else false


def _setting(play: Play, rng: np.random.Generator, times: Sequence[float]) -> Pair | None:
    true = bool(rng.random() < 0.5)
    said = play.background if true else _some(rng, tuple(BACKGROUNDS), but=play.background)
    return f"Is the background {said}?", "yes" if true else "no"


Kind = Callable[[Play, np.random.Generator, Sequence[float]], Pair | None]
STILL: tuple[tuple[Kind, float], ...] = (
    (_colour, 1),
    (_shape, 1),
    (_where, 1),
    (_count, 0.5),
    (_background, 0.5),
    (_word, 0.7),
    (_clock, 0.3),
    (_letter, 1),
    (yes_no, 5),
    (_setting, 0.5),
)
MOVING: tuple[tuple[Kind, float], ...] = (
    (_colour, 0.5),
    (_shape, 0.5),
    (_way, 2),
    (_count, 0.5),
    (_background, 0.4),
    (_word, 0.5),
    (_when, 5),
    (_clock, 1),
    (_letter, 0.3),
    (yes_no, 5),
    (_setting, 0.3),
)

HARD = (yes_no, _when)

_TEXTS = (
    *DESCRIBE,
    *HAPPENS,
    *COLOURS,
    *FORMS,
    *SIZES,
    *BACKGROUNDS,
    *ALL_PLACES,
    *MOTIONS,
    *VERBS.values(),
    *stage.WORDS,
    "a and the on with word in at it none yes no A B C D user assistant system",
    "Which colour is What Where does way How many shapes are there background written When",
    "Answer letter Is true that Does or seconds between",
)
WORDS = tuple(dict.fromkeys(" ".join(_TEXTS).replace(".", "").replace("?", "").split()))
