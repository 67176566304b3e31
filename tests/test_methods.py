"""The tables of methods, and what is made of them: choices, help, errors."""

from importlib import import_module
from unittest import mock

import pytest

from vtk.caption.methods import CaptionMethod
from vtk.chapter import ChapterMethod
from vtk.chapter.existing import chapters as chapters_existing
from vtk.chapter.llm import chapters as chapters_by_llm
from vtk.chapter.slides import chapters as chapters_by_slides
from vtk.chapter.text import chapters
from vtk.errors import UsageError
from vtk.ground import GroundingMethod
from vtk.ground.density import search as by_density
from vtk.ground.highlights import search as highlighted
from vtk.ground.in_order import search as in_order
from vtk.ground.llm import search as by_llm
from vtk.ground.looking import search as by_looking
from vtk.ground.scan import search as by_scan
from vtk.ground.topic import search as by_topic
from vtk.ground.vlm import search as by_vlm
from vtk.ground.words import search as by_words
from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.query.methods import QUERY_METHODS, QueryMethod
from vtk.methods import Methods
from vtk.retrieve import MakeChannel
from vtk.retrieve.embedded import looks as by_looks
from vtk.retrieve.embedded import meaning as by_meaning
from vtk.retrieve.words import Words
from vtk.split.methods import SplitMethod
from vtk.summarize import SummaryMethod
from vtk.summarize.extract import summaries
from vtk.summarize.hierarchical import summaries as hierarchical
from vtk.summarize.map_reduce import summaries as map_reduce
from vtk.summarize.meta_prompt import summaries as meta_prompt
from vtk.summarize.refine import summaries as refine
from vtk.summarize.rubric import summaries as rubric
from vtk.summarize.story import summaries as story
from vtk.transcribe import SpeechSources

NAMES = (
    "split",
    "keyframes",
    "transcribe",
    "caption",
    "chapter",
    "summarize",
    "retrieve",
    "ground",
)
ABILITIES = {name: import_module(f"vtk.{name}") for name in NAMES}
RECORDS = {
    "split": SplitMethod,
    "keyframes": KeyframeMethod,
    "transcribe": SpeechSources,
    "caption": CaptionMethod,
}
OPTIONS = {"retrieve": "by"}  # the option that chooses, if it is not --method
# Functions follow a protocol, which type checkers see here.
FUNCTIONS: tuple[ChapterMethod | SummaryMethod | MakeChannel | GroundingMethod, ...] = (
    chapters,
    chapters_by_llm,
    chapters_by_slides,
    chapters_existing,
    summaries,
    map_reduce,
    refine,
    meta_prompt,
    story,
    hierarchical,
    rubric,
    Words,
    by_meaning,
    by_looks,
    by_density,
    by_scan,
    highlighted,
    by_topic,
    by_words,
    in_order,
    by_llm,
    by_vlm,
    by_looking,
)


def table(name: str) -> Methods[object]:
    found = vars(ABILITIES[name])["METHODS"]
    assert isinstance(found, Methods)
    return found


@pytest.mark.parametrize("name", ABILITIES)
def test_a_command_offers_the_methods_of_its_table_and_says_what_each_does(name: str) -> None:
    assert table(name).ability == name
    (option,) = (
        each
        for each in import_module("vtk.commands").Commands()[name].params
        if each.name == OPTIONS.get(name, "method")
    )
    choices = list(option.type.choices)
    more = {"retrieve": ["all"], "keyframes": [*QUERY_METHODS]}
    assert choices == [*table(name), *more.get(name, [])]
    assert vars(option)["help"].startswith(table(name).help[:-1])
    assert all(f"{method}: {does}" in table(name).help for method, does in table(name).items())


def test_the_methods_for_a_query_stand_apart_in_the_help_and_are_there() -> None:
    (option,) = (
        p
        for p in import_module("vtk.commands").Commands()["keyframes"].params
        if p.name == "method"
    )
    assert vars(option)["help"] == f"{table('keyframes').help} With --query: {QUERY_METHODS.help}"
    assert all(isinstance(QUERY_METHODS.load(name), QueryMethod) for name in QUERY_METHODS)


@pytest.mark.parametrize("name", ABILITIES)
def test_every_method_is_there_and_what_its_ability_calls(name: str) -> None:
    for method in table(name):
        loaded = table(name).load(method)
        assert isinstance(loaded, RECORDS[name]) if name in RECORDS else loaded in FUNCTIONS


@pytest.mark.parametrize("name", ABILITIES)
def test_no_method_is_one_error_everywhere(name: str) -> None:
    ability = getattr(ABILITIES[name], name)
    more = ("query",) if name in ("retrieve", "ground") else ()
    chosen = {"by": ["none"]} if name == "retrieve" else {"method": "none"}
    with pytest.raises(UsageError, match=f"no method 'none' for {name}; there (is|are) ") as raised:
        list(ability([], *more, **chosen))
    assert str(raised.value).endswith(", ".join(table(name)))


def test_a_method_is_imported_when_it_is_loaded() -> None:
    with mock.patch.dict("vtk.methods.TABLES", test={"one": ("does it", "vtk.nowhere:METHOD")}):
        methods = Methods[object]("test")
    assert methods.check("one") == "one"
    with pytest.raises(ModuleNotFoundError):
        methods.load("one")


def test_what_a_method_needs_it_says_by_itself() -> None:
    methods = import_module("vtk.split.methods").METHODS
    assert [name for name in methods if not methods.load(name).decodes_all] == ["fast"]
    ways = import_module("vtk.caption.methods").METHODS
    assert [name for name in ways if ways.load(name).ask is None] == ["facts"]
    assert [name for name in ways if ways.load(name).takes_schema] == ["plain"]
