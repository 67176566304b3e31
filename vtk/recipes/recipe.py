"""Recipes: published captioning procedures that need no training, as tables of vtk's own stages.

A recipe is a TOML file. `[split]`, `[keyframes]` and `[caption]` hold options of those commands,
`[keep]` requirements of spans, `[prompts]` templates by name. Videos are split, spans that do not
meet the requirements are dropped, keyframes are picked, and the remaining spans are captioned. A
stage without a table uses its defaults.
"""

import inspect
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from vtk.caption.methods import METHODS
from vtk.errors import UsageError
from vtk.span import Span
from vtk.times import parse_duration

if TYPE_CHECKING:
    from vtk.recipes.span_filter import SpanFilter

TABLES = ("split", "keep", "keyframes", "caption", "prompts")
DURATIONS = ("every", "overlap", "min_length", "max_length")
HOME = files("vtk.recipes")


@dataclass(frozen=True)
class Recipe:
    """The tables of a recipe, with underscores in the names of options."""

    name: str
    split: Mapping[str, Any]
    keep: "SpanFilter | None"
    keyframes: Mapping[str, Any]
    caption: Mapping[str, Any]
    prompts: Mapping[str, str]

    def prepare(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the spans to caption: split, filtered, and with keyframes if the recipe says so."""
        from vtk.keyframes import keyframes
        from vtk.split import with_shots

        found = with_shots(spans, **self.split)
        if self.keep:
            found = self.keep(found)
        if self.keyframes:
            found = keyframes(found, **self.keyframes)
        return found

    def prompts_of(self, known: Collection[str]) -> dict[str, str]:
        """Return the templates of the recipe whose names are in `known`."""
        return {name: text for name, text in self.prompts.items() if name in known}


def follow_recipe(
    recipe: Recipe, ability: Callable[..., Iterator[Span]], spans: Iterable[Span], **options: Any
) -> Iterator[Span]:
    """Run an ability, with its `options`, on the spans that a recipe prepares."""
    return ability(recipe.prepare(spans), **options)


def recipe_names() -> list[str]:
    """Return the names of the recipes that come with vtk."""
    return sorted(Path(each.name).stem for each in HOME.iterdir() if each.name.endswith(".toml"))


def recipe_text(name: str) -> str:
    """Return the text of a recipe, given by name or file. Raises UsageError."""
    if name in recipe_names():
        return (HOME / f"{name}.toml").read_text("utf-8")
    if not Path(name).is_file():
        raise UsageError(
            f"no recipe {name!r}: give a .toml file or one of {', '.join(recipe_names())}"
        )
    from vtk.prompting.templates import read_text

    return read_text(Path(name))


def read_recipe(name: str) -> Recipe:
    """Read a recipe, given by name or file. Raises UsageError for options that no stage has."""
    try:
        found = tomllib.loads(recipe_text(name))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name} is not TOML: {error}") from None
    for table, value in found.items():
        if table not in TABLES or not isinstance(value, dict):
            raise UsageError(
                f"{name}: the tables of a recipe are {', '.join(TABLES)}, not {table!r}"
            )
    tables = {
        table: {key.replace("-", "_"): value for key, value in found.get(table, {}).items()}
        for table in TABLES
    }
    from vtk.keyframes import keyframes
    from vtk.recipes.span_filter import SpanFilter
    from vtk.split import split

    for key in DURATIONS:
        if isinstance(value := tables["split"].get(key), str):
            try:
                tables["split"][key] = parse_duration(value)
            except UsageError as error:
                raise UsageError(f"{name}: [split] {key}: {error}") from None
    _check(name, "split", tables["split"], split)
    _check(name, "keyframes", tables["keyframes"], keyframes)
    ranges = tables.pop("keep")
    keep = SpanFilter.of(name, ranges) if ranges else None
    prompts = {key for method in METHODS for key in METHODS.load(method).prompts}
    for key, value in tables["prompts"].items():
        if key not in prompts or not isinstance(value, str):
            raise UsageError(f"{name}: [prompts] has {', '.join(sorted(prompts))}, not {key!r}")
    return Recipe(Path(name).stem, keep=keep, **tables)


def _check(name: str, stage: str, options: Mapping[str, Any], function: Callable[..., Any]) -> None:
    """Raise UsageError for an option that the function has not, or not as a plain value."""
    known = inspect.signature(function).parameters.values()
    kinds = {each.name: _kinds(each.annotation) for each in known if each.kind is each.KEYWORD_ONLY}
    for key, value in options.items():
        if not kinds.get(key):
            raise UsageError(f"{name}: [{stage}] has no option {key!r}")
        if type(value) not in kinds[key]:
            raise UsageError(f"{name}: [{stage}] {key} cannot be {value!r}")


def _kinds(annotation: Any) -> set[type]:
    """The types of TOML values that an option takes; none where it takes other objects."""
    kinds = set(get_args(annotation) or (annotation,)) & {bool, int, float, str}
    return kinds | {int} if float in kinds else kinds
