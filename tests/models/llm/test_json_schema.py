"""Schemas of answers: which ones are refused, what an answer is held to, and what is told of it."""

import http.server
import logging
import sys
import threading
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.prompting.scripted import Scripted, text_of
from vtk.caption.options import CaptionOptions
from vtk.errors import MissingError, UsageError
from vtk.models.llm.json_schema import check_schema, obeys, read_json, with_schema
from vtk.models.llm.prompt import Prompt, Sampling
from vtk.prompting.dialogue import Dialogue, Generate, Outcome, run_dialogues
from vtk.prompting.templates import read_schema


def _of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


DIFFICULTY = _of(difficulty={"type": "integer", "minimum": 1, "maximum": 5})

# Schemas, an answer that follows each, and one that breaks a rule that no grammar enforces.
RULES: list[tuple[dict[str, Any], str, str]] = [
    (DIFFICULTY, '{"difficulty":3}', '{"difficulty":1000}'),
    (_of(n={"exclusiveMinimum": 0}), '{"n":0.5}', '{"n":0}'),
    (_of(n={"multipleOf": 0.5}), '{"n":1.5}', '{"n":1.3}'),
    (_of(tags={"type": "array", "uniqueItems": True}), '{"tags":[1,2]}', '{"tags":[1,1]}'),
    (_of(tags={"contains": {"const": "a"}}), '{"tags":["b","a"]}', '{"tags":["b"]}'),
    (_of(a={"not": {"const": "none"}}), '{"a":"x"}', '{"a":"none"}'),
    (_of(a={"type": "string", "pattern": "^(?!x)"}), '{"a":"y"}', '{"a":"xy"}'),
    (_of(a={"format": "date"}), '{"a":"2024-02-29"}', '{"a":"2024-02-31"}'),
    ({"type": "object", "minProperties": 1}, '{"a":1}', "{}"),
    ({"patternProperties": {"^n_": {"type": "null"}}}, '{"n_a":null}', '{"n_a":1}'),
    (
        {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
        '{"a":1,"b":2}',
        '{"a":1}',
    ),
    (
        {"$defs": {"rate": {"maximum": 1}}, **_of(rate={"$ref": "#/$defs/rate"})},
        '{"rate":0.5}',
        '{"rate":2}',
    ),
]


@pytest.mark.parametrize(("schema", "good", "bad"), RULES)
def test_an_answer_is_held_to_every_rule_of_its_schema(
    schema: dict[str, Any], good: str, bad: str
) -> None:
    check_schema(schema)
    assert read_json(good, schema) == orjson.loads(good)
    assert not obeys(bad, schema)


def test_an_error_names_the_rule_and_a_deep_answer_is_none() -> None:
    with pytest.raises(ValueError, match=r"^[$].difficulty: 1000 is greater than the maximum"):
        read_json('{"difficulty":1000}', DIFFICULTY)
    nested = {"type": "array", "items": {"$ref": "#"}}
    assert obeys("[[]]", nested)
    assert not obeys("[" * 900 + "]" * 900, nested)


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "colour"}, r"not a valid JSON Schema \(\$.type: "),
        ({"properties": {"a": {"minimum": "1"}}}, r"\(\$.properties.a.minimum: '1' is not of type"),
        ({"properties": {"a": {"pattern": "("}}}, "is not a 'regex'"),
        ({"properties": {"a": {"$ref": "#/$defs/b"}}}, r"refers to #/\$defs/b, which is not in it"),
        ({"properties": {"a": {"$ref": "other.json"}}}, "refers to other.json"),
        ({"$ref": "#"}, "refers to itself without end"),
    ],
)
def test_a_schema_that_is_none_is_wrong_usage_before_anything_is_asked(
    schema: dict[str, Any], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        CaptionOptions(schema=schema)


def test_without_jsonschema_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema.validators", None)
    with pytest.raises(MissingError, match="pip install 'video-text-kit"):
        CaptionOptions(schema=DIFFICULTY)


def test_nothing_is_fetched_for_a_reference() -> None:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/s.json"
            for schema in ({"$ref": url}, {"$schema": url, "properties": {"a": {"$ref": url}}}):
                with pytest.raises(UsageError, match="nothing is fetched"):
                    check_schema(schema)
        finally:
            server.shutdown()
    assert asked == []


def test_a_format_that_nobody_checks_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "schema.json"
    with caplog.at_level(logging.WARNING, "vtk"):
        file.write_bytes(orjson.dumps(_of(a={"format": "date"})))
        read_schema(file)
        assert not caplog.messages
        told = _of(a={"format": "colour"}, b={"const": {"format": "of no schema"}})
        file.write_bytes(orjson.dumps(told))
        assert read_schema(file) == told
    assert caplog.messages == ["nothing here checks that answers have the format colour"]


def test_a_schema_is_told_at_the_end_of_the_question() -> None:
    (text,) = with_schema(Prompt(("What?",)), {"type": "object"}).parts
    assert text == (
        'What?\nAnswer with nothing but JSON that follows this JSON Schema: {"type":"object"}'
    )


def _answered(*said: str) -> tuple[Outcome, list[str]]:
    """What becomes of a question by DIFFICULTY, answered so in turn, and what was asked."""

    def dialogue() -> Dialogue:
        (found,) = yield [Generate(Prompt(("Rate it.",)), Sampling(schema=DIFFICULTY), dict)]
        return {"fields": found}

    replies = iter(said)
    model = Scripted(lambda *_: next(replies))
    (outcome,) = run_dialogues(model, [dialogue()])
    return outcome, [text_of(prompt) for prompt in model.asked]


def test_an_answer_outside_its_schema_is_asked_for_once_more() -> None:
    outcome, asked = _answered('{"difficulty":1000}', '{"difficulty":4}')
    assert outcome.fields == {"fields": {"difficulty": 4}}
    assert len(asked) == 2
    assert all('"maximum":5' in text for text in asked)


def test_an_answer_that_stays_outside_its_schema_is_quoted_with_the_rule_it_broke() -> None:
    outcome, _ = _answered("Very hard.", '{"difficulty":1000}')
    assert str(outcome.error) == (
        "the model said what breaks the schema ($.difficulty: 1000 is greater than the maximum "
        "of 5): '{\"difficulty\":1000}'"
    )
