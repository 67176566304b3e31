"""Lines that are no spans: each is told of in one sentence, and the others come through."""

import copy
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, validators

from tests.command_line import lines, records, vtk
from tests.world import World
from vtk.check import KEYWORDS
from vtk.errors import InputError
from vtk.schema import READ, SCHEMA
from vtk.span import load

Place = tuple[str | int, ...]

LINE = {"start": 1.0, "end": 2.0, "text": "A boat."}
WHY = {"sharpness": 0.5}
ENTRY = {"text": "A boat.", "score": 0.5}
# A record with every field that the schema knows, but for `error`.
EMBEDDING = {
    **{"of": "looks", "model": "tiny-clip", "sha256": "687910c2", "dim": 2, "vectors": "ADwAAA=="},
    **{"checksum": "2cf24dba5fb0a30e", "t": 1.0, "rate": 2.0},
}
FULL: dict[str, Any] = {
    "video": "gone.mp4",
    "start": 0.0,
    "end": 10.0,
    "kind": "shot",
    "index": 1,
    "time_base": "1/1000",
    "pts": [0, 10000],
    "score": 0.5,
    "rank": 1,
    "query": "boat",
    "query_id": "q1",
    "scores": [{"t": 0.5, "score": 0.25}],
    "why": {"words": {"terms": ["boat"]}},
    "transition": {
        **{"type": "dissolve", "start": 0.0, "end": 1.0, "pts": [0, 1000], "score": 1, "why": WHY}
    },
    "transition_out": {"type": "fade", "start": 9.0, "pts": 9000},
    "cue": {
        **{"type": "letterbox", "standard": "ebu", "amplitude": 75, "grid": [16.0, 12.0]},
        **{"circle": 0.9, "bars": "letterbox", "active": [0, 10, 320, 170], "aspect": 2.35},
        **{"direction": "up", "speed": 1.5, "level": -60.0},
    },
    "measured": {"motion": 0.5},
    "shots": 2,
    "media": {"streams": []},
    "keyframes": [
        {
            **{"t": 5.0, "pts": 5000, "score": 0.5, "why": WHY, "image": "a.jpg"},
            **{"same_as": [{"t": 6.0, "pts": 6000}], "look": [32] * 12, "black": True},
            **{"box": [0.25, 0.25, 0.75, 0.75], "size": [320, 180]},
            "embedding": [EMBEDDING],
        }
    ],
    "gif": "a.gif",
    "damaged": 1,
    "speech": [
        {**LINE, "speaker": "Ann", "words": [LINE], "score": 0.5, "markup": {"srt": "A boat."}}
    ],
    "screen_text": [
        {**LINE, "box": [0.1, 0.1, 0.9, 0.2], "score": 0.9, "role": "slide"},
        {"t": 5.0, "text": "Boats"},
    ],
    "facts": {
        **{"picture": "A dark picture.", "faces": [{"box": [0.1, 0.1, 0.2, 0.2]}]},
        **{"scale": "close-up", "seconds": 4.0, "light": 0.1, "colours": {"black": 0.9}},
        **{"camera": "holds still", "motion": "little moves"},
        "sound": {"silence": 0.5, "loudness": -23.0},
    },
    "caption": "A boat.",
    "changes": [LINE],
    "events": [LINE],
    "aspects": {"mood": "calm"},
    "fields": {"boats": 1},
    "dropped": [ENTRY],
    "candidates": [ENTRY],
    "tags": [{"tag": "boat", "score": 0.5}],
    "names": [{"name": "Ann", "said": "a woman"}],
    "embedding": [EMBEDDING],
    "copy": {
        "video": "film.mp4",
        "start": 1.0,
        "end": 2.0,
        "speed": 1.0,
        "mirrored": True,
        "share": 1.0,
    },
    "title": "A boat.",
    "url": "https://a.example",
    "image": "a.jpg",
    "summary": "A boat.",
    "sentences": [
        {
            **LINE,
            "cites": [{"start": 1.0, "end": 2.0, "source": "speech"}],
            "section": "Topics",
            "skim": 0.0,
        }
    ],
    "skim": {
        "file": "b.mp4",
        "seconds": 1.0,
        "stretches": [{"start": 1.0, "end": 2.0, "at": 0.0, "score": 1.0}],
    },
    "parts": [{**LINE, "caption": "A boat.", "parts": [{"start": 1.0, "end": 2.0}]}],
    "evidence": [{**LINE, "source": "speech", "guessed": True, "score": 0.5}],
    "clip": {"file": "a.mp4", "start": 0.0, "end": 10.0},
    "made": [{"by": "vtk split", "method": "content", "version": "0.1.0"}],
}
# A validator for which 1.0 is no whole number.
WHOLE = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
SPAN = validators.extend(Draft202012Validator, type_checker=WHOLE)(READ)  # type: ignore[no-untyped-call]
READERS = [
    *("show", "retrieve -n 0 boat", "ground -n 0 boat", "chapter", "summarize"),
    *("export csv", "export srt", "export vtt", "export ass", "export lrc", "export txt"),
    *("export webvtt", "export chapters"),
]


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    """Where something stands in a record, at any depth."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value[:2]):
        yield (*above, key)
        if isinstance(part, dict | list):
            yield from places(part, (*above, key))


def changed(place: Place, new: Any) -> dict[str, Any]:
    """The full record with something else in a place; without it where `new` is Ellipsis."""
    record = copy.deepcopy(FULL)
    *above, last = place
    inner: Any = record
    for key in above:
        inner = inner[key]
    if new is ...:
        del inner[last]
    else:
        inner[last] = new
    return record


ODD: list[Any] = [
    *(..., None, True, "", "word", "\0", "http://[", "é\u2028\x1b[2J", "1/0", " "),
    *(0, -1, 2**53, 2**63 - 1, 2**64 - 1, 0.5, -0.0, 1e12, -1e12, 1e13, 1e308, -1e308),
    *([], {}, [None], [[]], ["word"], [0, 0], [{}], {"": None}, {"text": 5}, [{"t": "x"}]),
    *({"start": 2.0, "end": 1.0, "text": ""}, [{"start": 5, "text": "x"}], [{"text": "x"}]),
]
INSIDE = [place for place in places(FULL) if place != ("video",)]
CHANGED = st.builds(changed, st.sampled_from(INSIDE), st.sampled_from(ODD))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
LINES = st.one_of(
    CHANGED.map(json.dumps),
    JSON.map(json.dumps),  # with NaN, Infinity and lone surrogates, which JSON has not
    st.text().map(lambda text: "{" + text),
    st.tuples(st.just("["), st.integers(1, 2000)).map(lambda pair: pair[0] * pair[1]),
).map(lambda line: line.replace("\n", " "))


def keywords(schema: Any) -> set[str]:
    """The keywords of a schema and of those in it."""
    if not isinstance(schema, dict):
        return set()
    found = set(schema)
    for part in schema.get("properties", {}).values():
        found |= keywords(part)
    for key in ("items", "additionalProperties"):
        found |= keywords(schema.get(key))
    return found.union(*map(keywords, schema.get("anyOf", [])))


def test_the_schema_is_one_that_the_reader_understands() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert keywords(SCHEMA) - KEYWORDS == {"$schema", "title", "description"}


def test_the_full_record_has_every_field() -> None:
    def left_out(schema: dict[str, Any], value: Any) -> Iterator[str]:
        for key, part in schema.get("properties", {}).items():
            if key not in value:
                yield key
            else:
                yield from left_out(part, value[key])
        if "items" in schema:
            yield from left_out(schema["items"], value[0])

    assert load(json.dumps(FULL)) == FULL
    parts = READ["properties"]["parts"]["items"]["properties"]
    assert set(left_out(READ, FULL)) <= {"error", "t", *parts}


def test_the_reader_refuses_what_the_schema_does() -> None:
    for place in places(FULL):
        for new in ODD:
            record = changed(place, new)
            line = orjson.dumps({key: record[key] for key in ("video", place[0]) if key in record})
            fits = SPAN.is_valid(orjson.loads(line))
            reason = refused(line)
            assert fits == (reason is None or "lies before start" in reason), (line, reason)
            assert "\n" not in (reason or "")


def refused(line: bytes) -> str | None:
    """Why a line is no span; None where it is one."""
    try:
        load(line)
    except InputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("command", READERS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(bad=st.lists(LINES, min_size=1, max_size=30))
def test_bad_lines_end_no_stream(command: str, tmp_path: Path, bad: list[str]) -> None:
    spans = tmp_path / "spans.jsonl"
    full = json.dumps(FULL)
    first, last = (full.replace("A boat.", f"{word} boat.") for word in ("Harbour", "Lighthouse"))
    spans.write_text("\n".join([first, *bad, last]))
    ran = vtk(*command.split(), spans)
    assert ran.returncode in (0, 1, 65)
    assert b"Traceback" not in ran.stderr
    assert b"Harbour" in ran.stdout
    assert b"Lighthouse" in ran.stdout
    errors = [record["error"] for record in records(ran) if "error" in record]
    assert {error["type"] for error in errors} <= {"InputError", "OpenError"}


@pytest.mark.parametrize("command", ["split", "keyframes", "ocr --on keyframes", "caption"])
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(bad=st.lists(CHANGED, min_size=10, max_size=10))
def test_odd_records_of_a_film_end_no_stream(
    world: World, command: str, tmp_path: Path, bad: list[dict[str, Any]]
) -> None:
    spans = tmp_path / "spans.jsonl"
    film = str(world("subtitled").path)
    odd = [json.dumps({**record, "video": film}) for record in (FULL, *bad, FULL)]
    spans.write_text("\n".join(odd))
    ran = vtk(*command.split(), spans)
    assert ran.returncode in (0, 1, 65)
    assert b"Traceback" not in ran.stderr
    first, *_, last = lines(ran)
    assert "error" not in first
    assert "error" not in last


def test_a_name_that_is_not_utf8_may_stand_in_a_message() -> None:
    ran = vtk("probe", b"a\xff%d.mp4")  # numbered pictures, by a hint that quotes the name
    assert (ran.returncode, b"internal" in ran.stderr) == (66, False)
    assert lines(ran)[0]["error"]["type"] == "OpenError"


@pytest.mark.parametrize("name", ["http://[", "\0", "file://%00", "x" * 5000, "a\n\u2028", "s3://"])
def test_an_odd_name_of_a_video_is_one_that_cannot_be_opened(name: str, tmp_path: Path) -> None:
    spans = tmp_path / "spans.jsonl"
    spans.write_text(json.dumps({"video": name, "start": 0, "end": 1}))
    for command in ("probe", "split", "keyframes", "transcribe", "caption", "export edl"):
        ran = vtk(*command.split(), spans)
        assert ran.returncode in (1, 66, 69), (command, ran)
        assert b"Traceback" not in ran.stderr, command


@pytest.mark.bug
@pytest.mark.parametrize(
    ("command", "place"),
    [
        ("retrieve boat", "vtk.stream.reader.load"),
        ("retrieve boat", "vtk.retrieve.in_memory.passages"),
        ("ground boat", "vtk.ground.density.passages"),
    ],
)
def test_a_bug_ends_one_record_only(command: str, place: str, tmp_path: Path) -> None:
    right = pkgutil.resolve_name(place)

    def buggy(what: object, *more: object) -> object:
        if "odd" in repr(what):
            raise KeyError("items")
        return right(what, *more)

    spans = tmp_path / "spans.jsonl"
    titles = "A boat sails.", "An odd boat.", "The last boat."
    spans.write_text(
        "\n".join(json.dumps({**FULL, "title": title, "summary": title}) for title in titles)
    )
    with mock.patch(place, buggy):
        ran = vtk(*command.split(), spans, env={"VTK_TRACEBACK": "1"})
    assert ran.returncode == 70
    assert b"internal error: KeyError: 'items'\nTraceback" in ran.stderr
    assert ran.stderr.count(b"Traceback") == 1
    for title in titles[::2]:
        assert title.encode() in ran.stdout
    if place != "vtk.stream.reader.load":
        assert [r["error"]["type"] for r in records(ran) if "error" in r] == ["InternalError"]


def test_a_video_on_standard_input_is_one_error(world: World) -> None:
    result = vtk("split", stdin=world("talk").path.read_bytes())
    assert (result.returncode, result.stdout) == (65, b"")
    (message,) = result.stderr.splitlines()
    assert message.endswith(b"not text: give a video by its name, and -0 for names that end in NUL")
