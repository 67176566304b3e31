"""A search as it is typed, taken apart: words, phrases, signs, fields and order in time.

    a rocket lifts off              words
    "lifts off"                     a phrase: these words in this order
    launch +night -"heavy rain"     what must be there, and what must not
    launch "night"^2                what counts twice
    speech:rocket screen:"page 3"   where the words stand
    video:talk* tag:space kind:shot after:1:30 before:5m longer:2s shorter:1m
    "lifts off" then splashdown within 10m

After a field, 'lifts off' stands for "lifts off". What fits none of these is text: a colon, a dash
or a quotation mark never makes a query wrong.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from vtk.errors import UsageError
from vtk.span import Span
from vtk.store.collection import EVERYTHING, Where
from vtk.text import Analyzer, words
from vtk.times import parse_duration

SOURCES = {
    **{"speech": "speech", "screen": "screen_text", "caption": "caption"},
    **{"title": "title", "summary": "summary"},
}
_TOKEN = re.compile(
    r"""(?<!\S)
    (?P<sign>[+-]\s*(?=(?:[a-z]+:)?"[^"]*")|[+-](?=[^\W\d_]))?
    (?:(?P<field>[a-z]+):)?
    (?:"(?P<quoted>[^"]*)"(?:\^(?P<weight>\d{1,6}(?:\.\d{1,6})?))?|(?P<bare>\S+))
    (?!\S)""",
    re.VERBOSE,
)
_SINGLE = re.compile(r"""(?<!\S)([+-]?[a-z]+:)'([^'"]*)'(?=\s|\^|$)""")  # quotation after a field
_LIKE_FIELD = re.compile(r"[+-]?([^\W\d]+):(?!//)\S")
_ORDER = re.compile(r"(?s)(.+\sthen\s.+)\swithin\s+(\S+)\s*")
_LIKE_ORDER = re.compile(
    r"""(?xs)\sthen\s(?=(?:[^"]*"[^"]*")*[^"]*$)  # outside quotation marks
    (?:(?:.*\s)?within(?:\s+-?[\d.]\S*|\s*$)|.*\sthen\s.*)"""
)
_LIKE_WEIGHT = re.compile(r'\S*"\^\S*')  # the end of a phrase or a word with a weight that is none
_THEN = re.compile(r'\sthen\s(?=(?:[^"]*"[^"]*")*[^"]*$)')  # outside quotation marks


@dataclass(frozen=True)
class Part:
    """A text of a query, in which `sources` it counts (all: none named), and how much.

    With a `weight` below 0, what it describes is not wanted. What is `required` must stand in one
    of the texts, its words in this order.
    """

    text: str
    weight: float = 1.0
    sources: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Query:
    """A search: its text, and the wanted results: `n` (0: all) with a score from `threshold` on.

    `language` is that of the query and of the searched text, English if not given. `images` are
    files of pictures and `likes` spans that are searched for, with the text or instead of it.
    `rewritten` is the free text in other words, which vectors are compared with. Only what compares
    words uses `terms`, and only this needs a text with words. Raises UsageError for invalid values.
    """

    text: str
    language: str | None = None
    n: int = 10
    threshold: float | None = None
    id: str | None = None
    images: tuple[str, ...] = ()
    likes: tuple[Span, ...] = ()
    rewritten: str | None = None

    def __post_init__(self) -> None:
        if self.n < 0:
            raise UsageError(f"the number of results must be 0 (all) or more, not {self.n}")
        if self.threshold is not None and math.isnan(self.threshold):
            raise UsageError("the threshold must be a number")

    @cached_property
    def steps(self) -> "tuple[Query, ...]":
        """The queries whose answers are to follow each other in time; only itself without order."""
        return tuple(replace(self, text=text) for text in self._order[0]) or (self,)

    @property
    def within(self) -> float:
        """The most seconds between the answers of two steps."""
        return self._order[1]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The texts of the query, first the one without signs and fields, if there is one."""
        return self._parsed[0]

    @property
    def named(self) -> str:
        """What was searched for: the text, else the pictures and examples."""
        return self.text or ", ".join([*self.images, *(span.fragment for span in self.likes)])

    @property
    def free(self) -> Part | None:
        """The text without signs, fields and quotation marks, if there is one."""
        return self.parts[0] if self.parts and self._parsed[3] else None

    @property
    def where(self) -> Where:
        """The conditions that the fields of the query state."""
        return self._parsed[1]

    @property
    def odd(self) -> tuple[str, ...]:
        """What looks like a field, a weight or an order but is none, as its value has no sense."""
        order = _LIKE_ORDER.search(self._text) if not self._order[0] else None
        return (*self._parsed[2], *([order[0].strip()] if order else []))

    @property
    def unknown(self) -> dict[str, str]:
        """What looks like a field but is none, each with the field spelled nearly so, or ""."""
        from difflib import get_close_matches

        fields = [*SOURCES, *CONDITIONS]
        like = (_LIKE_FIELD.match(token[0]) for token in _TOKEN.finditer(self._text))
        names = [match[1] for match in like if match and match[1] not in fields]
        return {name: (*get_close_matches(name.lower(), fields, 1), "")[0] for name in names}

    @property
    def wanted(self) -> str:
        """The text that answers are to resemble, without signs, fields and quotation marks."""
        parts = [part for step in self.steps for part in step.parts]
        return " ".join(part.text for part in parts if part.weight > 0)

    @property
    def terms(self) -> list[str]:
        """The distinct terms of the query, in order. Raises UsageError if it has no words."""
        return self._terms[0]

    @cached_property
    def typed(self) -> dict[str, str]:
        """The terms of all that is searched for, wanted or not, each with a word that has it."""
        texts = [part.text for step in self.steps for part in step.parts]
        pairs = (p for text in texts for p in self.analyzer.pairs(text, stop=False))
        return dict(pairs)

    @property
    def has_words(self) -> bool:
        """Whether there is anything to search for by words."""
        return bool(words(self.wanted))

    @property
    def lists(self) -> bool:
        """Whether it is nothing but conditions, which all spans under them answer."""
        return not (self.parts or self.images or self.likes) and self.where != EVERYTHING

    @property
    def stop(self) -> bool:
        """Whether stop words are left out: unless the query has no other words."""
        return self._terms[1]

    def terms_of(self, text: str) -> list[str]:
        """The terms of a searched text; with stop words only if the query has no other words."""
        return self.analyzer.terms(text, stop=self._terms[1], characters=True)

    @cached_property
    def analyzer(self) -> Analyzer:
        """What makes terms of words."""
        return Analyzer(self.language or "en")

    @cached_property
    def _terms(self) -> tuple[list[str], bool]:
        try:
            return self.analyzer.query(self.wanted)
        except UsageError:
            hint = "" if self.where == EVERYTHING else ", only conditions: add a word"
            raise UsageError(f"the query {self.text!r} has no words{hint}") from None

    @property
    def _text(self) -> str:
        """The text with double quotation marks after its fields."""
        return _SINGLE.sub(r'\1"\2"', self.text)

    @cached_property
    def _order(self) -> tuple[list[str], float]:
        if (match := _ORDER.fullmatch(self._text)) and '"' not in match[2]:
            steps = [step.strip() for step in _THEN.split(match[1])]
            if len(steps) > 1 and all(words(step) for step in steps):
                try:
                    return steps, parse_duration(match[2])
                except UsageError:
                    pass
        return [], math.inf

    @cached_property
    def _parsed(self) -> tuple[tuple[Part, ...], Where, tuple[str, ...], bool]:
        free: list[str] = []
        parts: list[Part] = []
        where = Where()
        odd: list[str] = []
        for token in _TOKEN.finditer(self._text):
            sign, field = (token["sign"] or "").strip(), token["field"]
            value = token["bare"] if token["quoted"] is None else token["quoted"]
            if field in CONDITIONS and sign == "-":
                odd.append(token[0])
            elif field in CONDITIONS:
                try:
                    where = CONDITIONS[field](where, value)
                except UsageError:
                    odd.append(token[0])
                    free.append(value)
                continue
            plain = not sign and field is None and token["quoted"] is None
            if token["quoted"] is None and _LIKE_WEIGHT.fullmatch(token[0]):
                odd.append(token[0])
            if field is not None and field not in SOURCES:
                free.append(token[0])
            elif plain or not words(value):
                free.append(value)
            else:
                weight = float(token["weight"] or 1) * (-1 if sign == "-" else 1)
                sources = (SOURCES[field],) if field else ()
                quoted = token["quoted"] is not None
                required = sign == "+" or (quoted and len(words(value)) > 1)
                parts.append(Part(value, weight, sources, required))
        text = " ".join(free)
        has_free = bool(words(text))
        return (*([Part(text)] if has_free else []), *parts), where, tuple(odd), has_free


def _add(name: str) -> Callable[[Where, str], Where]:
    """A condition with several values."""

    def add(where: Where, value: str) -> Where:
        known: Sequence[str] = getattr(where, name)
        return _with(where, name, (*known, _not_empty(value)))

    return add


def _limit(name: str, choose: Callable[[float, float], float]) -> Callable[[Where, str], Where]:
    """A condition with a limit in seconds, of which the tighter one counts."""

    def limit(where: Where, value: str) -> Where:
        return _with(where, name, choose(getattr(where, name), parse_duration(value)))

    return limit


def _with(where: Where, name: str, value: Any) -> Where:
    return replace(where, **{name: value})


def _not_empty(value: str) -> str:
    if not value:
        raise UsageError("an empty condition")
    return value


CONDITIONS: dict[str, Callable[[Where, str], Where]] = {
    **{"video": _add("videos"), "tag": _add("tags"), "kind": _add("kinds")},
    **{"after": _limit("after", max), "before": _limit("before", min)},
    **{"longer": _limit("longer", max), "shorter": _limit("shorter", min)},
}
