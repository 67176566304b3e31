"""How right a caption is: what it states of actors, background and word, held against the acts.

    verdict = judge("a red circle moves left on grass", film.shots[0])
    verdict.right["motion"], verdict.invented

It reads the language of tiny-vlm (see `talk`) in any number of sentences and in loose order, and
passes over words that are not of it.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from typing import Any, ClassVar

from tests.world.models.film import Act, Name, places_of, sizes_of
from tests.world.models.forms import BACKGROUNDS, COLOURS, FORMS
from tests.world.models.stage import MOTIONS, SIZES, Actor

Share = tuple[int, int]  # right ones, and all

ATTRIBUTES = ("object", "size", "place", "motion", "background", "word")
SHARES = (*ATTRIBUTES, "changes", "in order")
TOKEN = re.compile(r"[a-z]+|[.;,]")
VERB = re.compile(r"(stay|mov|grow|shrink|appear|vanish)(e|es|s|ed|ing|)")
ENDS = (".", ";", "and", "then", "while", "with")
ROWS, COLUMNS = ("top", "bottom"), ("left", "right")
WHERE = (*ROWS, *COLUMNS, "middle", "center", "centre")
WAYS = {"up": "up", "down": "down", "top": "up", "bottom": "down"}
FILLERS = ("to", "the", "towards", "toward")
NOT_WRITTEN = ("none", "written", "on", "in", "at", "with", "a", "the")


@dataclass(frozen=True)
class Statement:
    """What a clause says of one actor; or a background; or a word. "" where nothing is said."""

    colour: str = ""
    shape: str = ""
    size: str = ""
    place: str = ""
    motion: str = ""
    background: str = ""
    word: str = ""

    @property
    def name(self) -> Name:
        """The colour and the shape of the actor."""
        return self.colour, self.shape

    def true_of(self, act: Act) -> bool:
        """Whether the act shows all of it. A place is any that the actor passes through."""
        if not self.shape:
            return self.background in ("", act.play.background) and (
                self.word in ("", act.play.word)
            )
        return any(
            self.colour in ("", actor.colour)
            and self.shape == actor.shape
            and self.motion in ("", actor.motion)
            and self.size in ("", *sizes_of(actor))
            and self.place in ("", *places_of(actor))
            for actor in act.play.actors
        )


def statements(caption: str) -> list[Statement]:
    """What the caption states, in its order, with repetitions."""
    return _Reader(caption).read()


class _Reader:
    """Goes through a caption once. Words said before the actor they are about wait for it."""

    def __init__(self, caption: str) -> None:
        caption = re.sub(r"\b(up|down) and (left|right)\b", r"\1 \2", caption.lower())
        self.tokens: list[str] = [*TOKEN.findall(caption), "", "", ""]
        self.at = 0
        self.found: list[Statement] = []
        self.current = -1  # the statement about the actor spoken of, -1 before the first
        self.closed = True  # a clause ended since that actor was named
        self.idle: list[int] = []  # actors of which no motion is said yet, in this sentence
        self.ahead: dict[str, str] = {}  # attributes of the next actor

    def read(self) -> list[Statement]:
        while token := self._take():
            if token == "," or token in ENDS:
                self._end(token)
            elif token in COLOURS:
                self.ahead["colour"] = token
            elif token in SIZES:
                self._tell("size", token, of_next=self._next() in (*COLOURS, *FORMS))
            elif token in FORMS:
                self._actor(token)
            elif token in BACKGROUNDS:
                self.found.append(Statement(background=token))
            elif token == "word":
                self._word()
            elif verb := VERB.fullmatch(token):
                self._motion(verb[1], plural=verb[2] in ("", "e"))
            elif token in WHERE:
                self._place(token)
        self._settle_place()
        return self.found

    def _take(self) -> str:
        self.at += 1
        return self._next(-1)

    def _next(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead]

    def _end(self, token: str) -> None:
        self.closed = True
        if token != ",":
            self._settle_place()
        if token in (".", ";"):
            self.ahead, self.idle = {}, []

    def _settle_place(self) -> None:
        """A place after which no actor was named is that of the actor before."""
        if place := self.ahead.pop("place", ""):
            self._say("place", place)

    def _tell(self, attribute: str, value: str, *, of_next: bool = False) -> None:
        """Say it of the actor just named, or keep it for the next."""
        if self.closed or of_next:
            self.ahead[attribute] = value
        else:
            self._say(attribute, value)

    def _say(self, attribute: str, value: str) -> None:
        """State it of the actor spoken of; anew, where something else was said of it."""
        if self.current < 0:
            return
        said = self.found[self.current]
        if getattr(said, attribute) in ("", value):
            self.found[self.current] = replace(said, **{attribute: value})
        else:
            self.current = len(self.found)
            self.found.append(replace(Statement(said.colour, said.shape), **{attribute: value}))

    def _actor(self, shape: str) -> None:
        colour = self.ahead.pop("colour", "")
        skip = 1 if self._next() in ("is", "in") else 0
        behind = self._next(skip) in COLOURS and self._next(skip + 1) not in (*FORMS, *SIZES)
        if not colour and behind:
            self.at += skip
            colour = self._take()
        if not colour:  # "the circle" is the latest one
            known = [said.colour for said in self.found if said.shape == shape]
            colour = known[-1] if known else ""
        self.current, self.closed = len(self.found), False
        self.found.append(Statement(colour, shape, **self.ahead))
        if "motion" not in self.ahead:
            self.idle.append(self.current)
        self.ahead = {}

    def _word(self) -> None:
        while self._next() in ("is", "reads", "says"):
            self.at += 1
        if self._next().isalpha() and self._next() not in (*NOT_WRITTEN, *ENDS):
            self.found.append(Statement(word=self._take()))

    def _motion(self, stem: str, *, plural: bool) -> None:
        motion = self._heading() if stem == "mov" else f"{stem}{'es' if stem == 'vanish' else 's'}"
        if motion not in MOTIONS or self.ahead.pop("colour", ""):  # or it is of an unknown shape
            return
        if self.closed and self._next() in ("a", "an"):  # "then appears a blue star"
            self.ahead["motion"] = motion
            return
        self._settle_place()
        if plural and self.idle:
            for number in self.idle:
                self.found[number] = replace(self.found[number], motion=motion)
        else:
            self._say("motion", motion)
        self.idle = []

    def _heading(self) -> str:
        while self._next() in FILLERS:
            self.at += 1
        ways: list[str] = []
        while self._next() in (*WAYS, *COLUMNS):
            ways.append(WAYS.get(way := self._take(), way))
        return " ".join(["moves", *sorted(ways, key=COLUMNS.__contains__)])

    def _place(self, token: str) -> None:
        parts = {token}
        while self._next() in WHERE:
            parts.add(self._take())
        place = " ".join(part for part in (*ROWS, *COLUMNS) if part in parts)
        self._tell("place", place or "middle")


@dataclass(frozen=True)
class Verdict:
    """What of the truth a caption says, and what it says beyond.

    `right` has (right ones, all) of each of `ATTRIBUTES`; size and place count for the actors of
    which the caption says them, motion where anything moves or the caption says that it stays.
    `invented` of the `stated` statements are true of no act. `changes` are (found, all) motions
    of actors; `in_order` says whether those of each actor come in the order of the acts, and is
    None where no more than one is found of any.
    """

    right: dict[str, Share]
    invented: int
    stated: int
    changes: Share
    in_order: bool | None


def judge(caption: str, acts: Sequence[Act]) -> Verdict:
    """Hold a caption against the acts it is about. Repeated statements count once."""
    said = statements(caption)
    distinct = list(dict.fromkeys(said))
    cast: dict[Name, list[Actor]] = {}
    for actor in chain.from_iterable(act.play.actors for act in acts):
        cast.setdefault((actor.colour, actor.shape), []).append(actor)
    done = {name: _merged(actor.motion for actor in actors) for name, actors in cast.items()}
    told = {name: _merged(one.motion for one in said if one.name == name) for name in cast}
    if not any(one.motion for one in said) and all(each == ["stays"] for each in done.values()):
        done = {}  # in a picture nothing is done
    found = {name: _shared(told[name], done[name]) for name in done}
    right = {
        "object": _named({one.name for one in said}, cast),
        "size": _told(cast, said, "size", sizes_of),
        "place": _told(cast, said, "place", places_of),
        "motion": (sum(map(bool, found.values())), len(done)),
        "background": _named({one.background for one in said}, {a.play.background for a in acts}),
        "word": _named({one.word for one in said}, {a.play.word for a in acts} - {""}),
    }
    several = [name for name in found if len(found[name]) > 1]
    return Verdict(
        right,
        invented=sum(not any(one.true_of(act) for act in acts) for one in distinct),
        stated=len(distinct),
        changes=(sum(map(len, found.values())), sum(map(len, done.values()))),
        in_order=all(_follows(found[n], done[n]) for n in several) if several else None,
    )


def _named(said: set[Any], true: Collection[Any]) -> Share:
    return sum(one in said for one in true), len(true)


def _told(
    cast: dict[Name, list[Actor]],
    said: Iterable[Statement],
    attribute: str,
    of: Callable[[Actor], set[str]],
) -> Share:
    """Of the actors of which the attribute is said, those of which nothing wrong is."""
    right: dict[Name, bool] = {}
    for one in said:
        if one.name in cast and (value := getattr(one, attribute)):
            true = any(value in of(actor) for actor in cast[one.name])
            right[one.name] = right.get(one.name, True) and true
    return sum(right.values()), len(right)


def _merged(motions: Iterable[str]) -> list[str]:
    """What was done one after another; what went on is there once."""
    return [motion for motion, _ in groupby(filter(None, motions))]


def _shared(told: list[str], done: list[str]) -> list[str]:
    """What was told and done, in the order told, each as often as it was done at most."""
    left, found = Counter(done), []
    for motion in told:
        if left[motion]:
            left[motion] -= 1
            found.append(motion)
    return found


def _follows(told: list[str], done: list[str]) -> bool:
    """Whether what was told is in the order in which it was done."""
    rest = iter(done)
    return all(motion in rest for motion in told)


@dataclass
class Tally:
    """Verdicts added up; `HEAD` and `row` print them as a table."""

    HEAD: ClassVar[str] = (
        f"| | {' | '.join((*SHARES, 'true', 'invented'))} |\n{'|---' * (len(SHARES) + 3)}|"
    )

    captions: int = 0
    invented: int = 0
    stated: int = 0
    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Count a verdict in."""
        self.captions += 1
        self.invented += verdict.invented
        self.stated += verdict.stated
        shares = {**verdict.right, "changes": verdict.changes}
        if verdict.in_order is not None:
            shares["in order"] = int(verdict.in_order), 1
        for name, (right, among) in shares.items():
            self.right[name] += right
            self.total[name] += among

    def share(self, name: str) -> float | None:
        """The right share of an attribute, of "changes" or of captions "in order"; None of none."""
        return self.right[name] / self.total[name] if self.total[name] else None

    def row(self, name: str) -> str:
        """Shares, and true and false statements of a caption, in the columns of `HEAD`."""
        shares = [self.share(column) for column in SHARES]
        cells = ["–" if share is None else f"{share:.2f}" for share in shares]
        told = (self.stated - self.invented, self.invented)
        cells += [f"{count / max(1, self.captions):.2f}" for count in told]
        return "| " + " | ".join((name, *cells)) + " |"
