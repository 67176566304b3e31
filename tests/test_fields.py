"""What every command owes to the record: unknown fields survive, and the schema holds."""

import itertools
import string
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import Clip, World
from vtk.caption import caption
from vtk.chapter import chapter
from vtk.ground import ground
from vtk.keyframes import keyframes
from vtk.media.probe import probe
from vtk.retrieve import retrieve
from vtk.schema import SCHEMA
from vtk.span import SPAN_ONLY_FIELDS, Span, load
from vtk.split import split
from vtk.summarize import summarize
from vtk.transcribe import transcribe

Ability = Callable[[Iterable[Span]], Iterator[Span]]

ABILITIES: dict[str, Ability] = {
    "probe": probe,
    "split": split,
    "windows": partial(split, every=1.0),
    "keyframes": keyframes,
    "transcribe": partial(transcribe, method="subtitles"),
    "caption": caption,
    "chapter": chapter,
    "summarize": summarize,
    "retrieve": lambda spans: retrieve(spans, "honey"),
    "ground": lambda spans: ground(spans, "honey"),
}

KEYS = st.text(string.ascii_letters + "_é ", min_size=1).filter(
    lambda key: key not in SPAN_ONLY_FIELDS | {"video", "time_base", "made"}
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


def described(clip: Clip, fields: dict[str, Any], starts: list[int]) -> list[Span]:
    return [
        Span(
            {
                "video": str(clip.path),
                "start": float(start),
                "end": start + 1.0,
                "kind": "shot",
                "caption": f"Honey is made in hive number {start}.",
                **fields,
            }
        )
        for start in starts
    ]


@pytest.mark.parametrize("name", ABILITIES)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(fields=st.dictionaries(KEYS, VALUES, min_size=1, max_size=3))
def test_unknown_fields_survive_every_command(
    world: World, name: str, fields: dict[str, Any]
) -> None:
    results = list(ABILITIES[name](described(world("cuts"), fields, [0, 2, 4])))
    assert results
    for result in results:
        assert {key: result[key] for key in fields} == fields
        again = load(result.dump())
        assert again == result
        jsonschema.validate(dict(again), SCHEMA)


@pytest.mark.parametrize("name", ["chapter", "summarize", "ground"])
def test_values_that_differ_between_joined_spans_all_survive(world: World, name: str) -> None:
    spans = described(world("cuts"), {}, [0, 1, 2])
    for number, span in enumerate(spans):
        span["take"] = number
    results = list(ABILITIES[name](spans))
    kept = [r["take"] if isinstance(r["take"], list) else [r["take"]] for r in results]
    assert sorted(set(itertools.chain(*kept))) == [0, 1, 2]


@pytest.mark.parametrize("name", ABILITIES)
def test_error_records_keep_their_place(world: World, name: str) -> None:
    error = Span(video="gone.mp4", mine=1).error("split", "gone", "OpenError")
    spans = [Span(error), *described(world("cuts"), {}, [0, 2])]
    first, *others = ABILITIES[name](spans)
    assert first == error
    assert others
    assert not any(span.failed for span in others)


@pytest.mark.parametrize("name", ABILITIES)
def test_every_command_says_what_it_did(world: World, name: str) -> None:
    (result, *_) = ABILITIES[name](described(world("cuts"), {}, [0]))
    by = result["made"][-1]
    assert by["by"] == f"vtk {'split' if name == 'windows' else name}"
    assert by["version"]
