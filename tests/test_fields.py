"""What every command owes to the record: unknown fields survive, and the schema holds."""

import itertools
import string
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, get_origin, get_type_hints, is_typeddict

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import Clip, World
from vtk import entries
from vtk.caption import caption
from vtk.chapter import chapter
from vtk.ground import ground
from vtk.keyframes import keyframes
from vtk.media.probe import probe
from vtk.retrieve import retrieve
from vtk.schema import PROPERTIES, SCHEMA
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

# The type of each entry whose fields the schema declares, by its place in a record.
ENTRIES: dict[str, Any] = {
    "scores": entries.ScoreEntry,
    "transition": entries.TransitionEntry,
    "transition_out": entries.TransitionOutEntry,
    "cue": entries.CueEntry,
    "keyframes": entries.KeyframeEntry,
    "keyframes.same_as": entries.SameFrame,
    "keyframes.embedding": entries.EmbeddingEntry,
    "speech": entries.SpeechEntry,
    "speech.words": entries.SpeechWord,
    "screen_text": entries.TextEntry,
    "facts": entries.Facts,
    "facts.faces": entries.FaceEntry,
    "facts.sound": entries.SoundFacts,
    "changes": entries.EventEntry,
    "events": entries.EventEntry,
    "dropped": entries.ScoredText,
    "candidates": entries.ScoredText,
    "tags": entries.TagEntry,
    "names": entries.NameEntry,
    "sentences": entries.SentenceEntry,
    "sentences.cites": entries.CiteEntry,
    "parts": entries.PartEntry,
    "evidence": entries.EvidenceEntry,
    "embedding": entries.EmbeddingEntry,
    "copy": entries.CopyEntry,
    "skim": entries.SkimEntry,
    "skim.stretches": entries.SkimStretch,
    "clip": entries.ClipEntry,
    "error": entries.ErrorEntry,
    "made": entries.MadeEntry,
}
JSON_TYPES = {
    str: "string",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    bool: "boolean",
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


def declared(properties: dict[str, Any], inside: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of each kind of entry that has fields of its own, and its place in a record."""
    for name, schema in properties.items():
        entry = schema.get("items", schema)
        if "properties" in entry:
            yield inside + name, entry
            yield from declared(entry["properties"], f"{inside}{name}.")


def json_type(hint: Any) -> str:
    return "object" if is_typeddict(hint) else JSON_TYPES[get_origin(hint) or hint]


def test_every_kind_of_entry_has_a_type() -> None:
    assert dict(declared(PROPERTIES)).keys() == ENTRIES.keys()
    assert set(filter(is_typeddict, vars(entries).values())) == set(ENTRIES.values())


@pytest.mark.parametrize("place", ENTRIES)
def test_types_and_schema_declare_the_same_fields(place: str) -> None:
    schema, typed = dict(declared(PROPERTIES))[place], ENTRIES[place]
    fields = {key: PROPERTIES[key] if "$ref" in s else s for key, s in schema["properties"].items()}
    types = {key: field["type"] for key, field in fields.items()}
    assert {key: json_type(hint) for key, hint in get_type_hints(typed).items()} == types
    assert typed.__required_keys__ == set(schema.get("required", ()))


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
    error = Span(video="gone.mp4", mine=1).with_error("split", "gone", "OpenError")
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
