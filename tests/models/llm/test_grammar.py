"""Grammars of schemas: what they let a model write, on a real vocabulary."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("llama_cpp")

from tests.real_weights import smollm2
from vtk.models.llm.grammar import Grammar, compiled, vocabulary
from vtk.models.llm.json_schema import check_schema, obeys
from vtk.models.llm.llama_library import library

Allows = Callable[[str, str], bool]


@pytest.fixture(scope="module")
def tokens() -> Iterator[Any]:
    """The vocabulary of SmolLM2, for grammars."""
    import llama_cpp

    library()  # silent
    model = llama_cpp.Llama(str(smollm2()), vocab_only=True, verbose=False)
    vocab = llama_cpp.llama_model_get_vocab(model.model)
    yield vocabulary(vocab, [llama_cpp.llama_vocab_eos(vocab)])
    model.close()


@pytest.fixture(scope="module")
def allows(tokens: Any) -> Allows:
    """Whether a grammar lets a whole text be written, token by token."""

    def allowed(text: str, rules: str) -> bool:
        grammar = Grammar(tokens, rules)
        for token in [*tokens.tokenize_str(text), tokens.eos_token]:
            assert grammar.allows(token) == (token in grammar.allowed())
            if not grammar.allows(token):
                return False
            grammar.accept(token)
        return True

    return allowed


def _of(needed: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {**needed, **more}, "required": list(needed)}


TREE = {
    "$defs": {"node": _of({"v": {"type": "integer"}}, kids={"items": {"$ref": "#/$defs/node"}})},
    **_of({"tree": {"$ref": "#/$defs/node"}}),
}
SAME_NAME = {
    "$defs": {"a": {"x": {"type": "integer"}}, "b": {"x": {"type": "boolean"}}},
    **_of({"a": {"$ref": "#/$defs/a/x"}, "b": {"$ref": "#/$defs/b/x"}}),
}
# Schemas, texts that follow them, and texts that do not and that the grammar can tell.
CASES: list[tuple[dict[str, Any], list[str], list[str]]] = [
    ({}, ["3", "[]", '{"a":null}'], ["three", ""]),
    ({"type": "object"}, ['{"a": {"b": [1, "x"]}}', "{}"], ["[]", '{"a":"\n"}']),
    (
        _of({"a": {"type": "integer", "minimum": 1, "maximum": 5}}),
        ['{"a":5}', '{\n  "a": 1\n}'],
        ['{"a":6}', '{"a":15}', '{"a":0}', "{}"],
    ),
    (_of({"a": {"minimum": 0, "maximum": 1}}), ['{"a":0.25}', '{"a":1}'], ['{"a":2}', '{"a":-1}']),
    (_of({"a": {"type": "integer", "minimum": 0}}), ['{"a":1234}'], ['{"a":-1}', '{"a":1.5}']),
    (
        _of({"a": {"type": "integer", "multipleOf": 5, "minimum": -5, "exclusiveMaximum": 10}}),
        ['{"a":-5}', '{"a":5}'],
        ['{"a":10}', '{"a":3}'],
    ),
    (
        _of({"a": {"enum": ["grün", '"x"', "a\\b", "😀", 2, None]}}),
        ['{"a":"grün"}', r'{"a":"\"x\""}', r'{"a":"a\\b"}', '{"a":"😀"}', '{"a":2}', '{"a":null}'],
        ['{"a":"rot"}', '{"a":3}'],
    ),
    (_of({"größe": {"const": [1]}}), ['{"größe":[1]}'], ['{"größe":[2]}']),
    (
        _of({"b": {}}, a={"type": ["integer", "null"]}, c={"type": "boolean"}),
        ['{"b":1}', '{"b":1,"a":null}', '{"b":[],"a":2,"c":true}', '{"b":{},"c":false}'],
        ['{"a":1}', '{"b":1,}', '{"b":1,"a":"x"}', "{,}"],
    ),
    (
        {**_of({"a": {"type": "boolean"}}), "additionalProperties": {"type": "integer"}},
        ['{"a":true}', '{"a":true,"z":3}'],
        ['{"a":true,"z":"x"}', '{"z":3}'],
    ),
    ({"required": ["a"]}, ['{"a":1}'], ["{}"]),
    (
        _of({"a": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2}}),
        ['{"a":[1]}', '{"a":[1, 2]}'],
        ['{"a":[]}', '{"a":[1,2,3]}'],
    ),
    ({"prefixItems": [{"type": "integer"}, {"type": "null"}]}, ["[1, null]"], ["[null]"]),
    (_of({"a": {"type": "string", "maxLength": 3}}), ['{"a":"abc"}', '{"a":""}'], ['{"a":"abcd"}']),
    (
        _of({"t": {"type": "string", "pattern": r"^\d{1,2}:[0-5]\d(\.\d+)?$"}}),
        ['{"t":"7:05"}', '{"t":"12:59.5"}'],
        ['{"t":"7:95"}', '{"t":"a"}'],
    ),
    (_of({"t": {"pattern": "^[^a-c]+.$"}}), ['{"t":"xyz"}'], ['{"t":"abc"}', '{"t":"x","u":"y"}']),
    (_of({"t": {"type": "string", "pattern": "^(?!x).*"}}), ['{"t":"abc"}'], ['{"t":3}']),
    (_of({"d": {"format": "date", "type": "string"}}), ['{"d":"2024-02-29"}'], ['{"d":"soon"}']),
    (
        TREE,
        ['{"tree":{"v":1,"kids":[{"v":2},{"v":3,"kids":[]}]}}'],
        ['{"tree":{"v":1,"kids":[2]}}'],
    ),
    (SAME_NAME, ['{"a":1,"b":true}'], ['{"a":true,"b":true}']),
    (
        {"oneOf": [_of({"k": {"const": "a"}}), _of({"z": {"type": "integer"}})]},
        ['{"k":"a"}', '{"z":1}'],
        ['{"k":"b"}'],
    ),
    (
        {
            **_of({}, a={"type": "integer"}, b={}),
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        ['{"a":1}', '{"b":2}'],
        ["{}", '{"a":"x"}'],
    ),
    (
        {"allOf": [{"$ref": "#/$defs/x"}, _of({"b": {}})], "$defs": {"x": _of({"a": {}})}},
        ['{"a":2,"b":1}'],
        ['{"a":1}', '{"b":1}'],
    ),
    (
        _of({}, child={"allOf": [{"$ref": "#"}, {"title": "Child"}]}, v={"type": "integer"}),
        ['{"child":{"v":1}}'],
        ['{"child":{"v":"x"}}'],
    ),
]


@pytest.mark.parametrize(("schema", "good", "bad"), CASES)
def test_a_grammar_allows_what_follows_the_schema(
    allows: Allows, schema: dict[str, Any], good: list[str], bad: list[str]
) -> None:
    check_schema(schema)
    rules = compiled(schema)
    for text in good:
        assert obeys(text, schema)
        assert allows(text, rules), text
    for text in bad:
        assert not allows(text, rules), text


def test_what_a_grammar_cannot_say_is_left_open(allows: Allows) -> None:
    merged = {"properties": {"c": {"allOf": [{"$ref": "#"}, {"required": ["v"]}]}}}
    assert allows('{"c":{"v":1}}', compiled(merged))
    unique = _of({"a": {"type": "array", "uniqueItems": True, "contains": {"const": 3}}})
    assert allows('{"a":[1,1]}', compiled(unique))


def test_a_draft_that_is_not_known_leaves_the_grammar_as_it_is() -> None:
    schema = _of({"a": {"type": "integer"}})
    assert compiled({"$schema": "https://example.org/x", **schema}) == compiled(schema)


def test_a_grammar_that_has_failed_lets_everything_pass(tokens: Any) -> None:
    """The answer is checked afterwards, as every answer is."""
    grammar = Grammar(tokens, compiled({"type": "object"}))
    wrong = tokens.tokenize_str("no")[0]
    assert not grammar.allows(wrong)
    grammar.accept(wrong)
    assert grammar.allows(wrong)
