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
from typing import Any

from vtk.caption.methods import METHODS
from vtk.errors import UsageError
from vtk.span import Span
from vtk.times import parse_duration

TABLES = ("split", "keep", "keyframes", "caption", "prompts")
DURATIONS = ("every", "overlap", "min_length", "max_length")
HOME = files("vtk.pipelines") / "recipes"


@dataclass(frozen=True)
class Recipe:
    """The tables of a recipe, with underscores in the names of options."""

    name: str
    split: Mapping[str, Any]
    keep: Mapping[str, Any]
    keyframes: Mapping[str, Any]
    caption: Mapping[str, Any]
    prompts: Mapping[str, str]

    def prepare(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the spans to caption: split, filtered, and with keyframes if the recipe says so."""
        from vtk.keyframes import keyframes
        from vtk.split import with_shots

        found = with_shots(spans, **self.split)
        if self.keep:
            from vtk.pipelines.span_filter import SpanFilter

            found = SpanFilter.of(self.name, self.keep)(found)
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
    from vtk.split import split

    _check(name, "split", tables["split"], split)
    _check(name, "keyframes", tables["keyframes"], keyframes)
    prompts = {key for method in METHODS for key in METHODS.load(method).prompts}
    for key, value in tables["prompts"].items():
        if key not in prompts or not isinstance(value, str):
            raise UsageError(f"{name}: [prompts] has {', '.join(sorted(prompts))}, not {key!r}")
    for key in DURATIONS:
        if isinstance(value := tables["split"].get(key), str):
            tables["split"][key] = parse_duration(value)
    return Recipe(Path(name).stem, **tables)


def _check(name: str, stage: str, options: Mapping[str, Any], function: Callable[..., Any]) -> None:
    known = inspect.signature(function).parameters.values()
    allowed = [each.name for each in known if each.kind is each.KEYWORD_ONLY]
    for key in options:
        if key not in allowed:
            raise UsageError(f"{name}: [{stage}] has no option {key!r}")
