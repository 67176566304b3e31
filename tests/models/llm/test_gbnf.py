"""Grammars of schemas: what llama.cpp lets a model write by them, on a real vocabulary."""

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("llama_cpp")

from tests.real_weights import smollm2
from vtk.models.llm.gbnf import LONGEST, OBJECT, grammar
from vtk.models.llm.json_schema import check_schema, obeys
from vtk.models.llm.llama_library import library

Allows = Callable[[str, str], bool]


@pytest.fixture(scope="module")
def allows() -> Iterator[Allows]:
    """Whether a grammar lets a whole text be written, token by token."""
    import llama_cpp

    library()  # silent
    model = llama_cpp.Llama(str(smollm2()), vocab_only=True, verbose=False)
    vocab = llama_cpp.llama_model_get_vocab(model.model)

    def allowed(text: str, rules: str) -> bool:
        sampler = llama_cpp.llama_sampler_init_grammar(vocab, rules.encode(), b"root")
        assert sampler, rules
        try:
            end = llama_cpp.llama_vocab_eos(vocab)
            for token in [*model.tokenize(text.encode(), add_bos=False, special=False), end]:
                one = llama_cpp.llama_token_data(token, 1.0, 0.0)
                array = llama_cpp.llama_token_data_array(ctypes.pointer(one), 1, -1, False)
                llama_cpp.llama_sampler_apply(sampler, ctypes.byref(array))
                if one.logit == -np.inf:
                    return False
                llama_cpp.llama_sampler_accept(sampler, token)
            return True
        finally:
            llama_cpp.llama_sampler_free(sampler)

    yield allowed
    model.close()


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
    (_of({"t": {"pattern": "^(?!x).*"}}), ['{"t":"abc"}'], ['{"t":3}']),
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
        ['{"b":1,"a":2}'],
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
    rules = grammar(schema)
    for text in good:
        assert obeys(text, schema)
        assert allows(text, rules), text
    for text in bad:
        assert not allows(text, rules), text


def test_what_a_grammar_cannot_say_is_left_open(allows: Allows) -> None:
    merged = {"properties": {"c": {"allOf": [{"$ref": "#"}, {"required": ["v"]}]}}}
    assert grammar(merged) == OBJECT
    long = _of({"a": {"type": "string", "maxLength": LONGEST + 1}, "b": {"maxLength": LONGEST}})
    assert allows(f'{{"a":"{"x" * 2000}","b":"x"}}', grammar(long))
    assert not allows(f'{{"a":"x","b":"{"x" * (LONGEST + 1)}"}}', grammar(long))
