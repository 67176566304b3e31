"""A JSON Schema validator that stops at the first error and reports it in one sentence.

It supports the keywords in `KEYWORDS`, more than the schema of a span uses. All of them are
optional: a schema does not restrict what it does not mention.
"""

import re
from collections.abc import Mapping
from typing import Any

from vtk.errors import InputError

KEYWORDS = {
    *("type", "enum", "anyOf", "$ref", "minimum", "maximum", "minLength", "pattern"),
    *("required", "dependentRequired", "properties", "additionalProperties"),
    *("items", "minItems", "maxItems"),
}

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (float, int),
    "integer": (int,),
    "array": (list,),
    "object": (dict,),
    "boolean": (bool,),
    "null": (type(None),),
}
_NAMES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "array": "a list",
    "object": "an object",
    "boolean": "true or false",
    "null": "null",
}

Schema = Mapping[str, Any] | bool


def check(value: Any, schema: Schema, name: str = "record", root: Schema | None = None) -> None:
    """Raise InputError, naming the field, if `value` does not match `schema`.

    `name` is the name of the value in the error message. `root` is the schema against which
    references are resolved, by default `schema` itself.
    """
    if isinstance(schema, bool):
        if not schema:
            raise InputError(f"{name} is not allowed")
        return
    root = schema if root is None else root
    if "$ref" in schema:
        check(value, _target(schema["$ref"], root), name, root)
    kind = schema.get("type")
    if kind is not None and not (isinstance(kind, str) and type(value) in _TYPES[kind]):
        _check_type(value, kind, name)
    if "enum" in schema and value not in schema["enum"]:
        raise InputError(f"{name} must be one of {', '.join(map(str, schema['enum']))}")
    if isinstance(value, str):
        if "minLength" in schema and len(value) < schema["minLength"]:
            raise InputError(f"{name} is empty")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            raise InputError(f"{name} must match {schema['pattern']}")
    elif isinstance(value, dict):
        _check_object(value, schema, name, root)
    elif isinstance(value, list):
        _check_list(value, schema, name, root)
    elif value is not None and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            raise InputError(f"{name} lies beyond {schema['minimum']:g}")
        if "maximum" in schema and value > schema["maximum"]:
            raise InputError(f"{name} lies beyond {schema['maximum']:g}")
    if "anyOf" in schema:
        _check_any(value, schema["anyOf"], name, root)


def _check_type(value: Any, kinds: str | list[str], name: str) -> None:
    kinds = [kinds] if isinstance(kinds, str) else kinds
    for kind in kinds:
        # In Python, bool is a subclass of int; in JSON, true is not a number.
        if isinstance(value, _TYPES[kind]) and (not isinstance(value, bool) or kind == "boolean"):
            return
    raise InputError(f"{name} must be {' or '.join(_NAMES[kind] for kind in kinds)}")


def _check_object(
    value: dict[str, Any], schema: Mapping[str, Any], name: str, root: Schema
) -> None:
    for key in schema.get("required", ()):
        if key not in value:
            raise InputError(f"{name} has no {key}")
    for key, needed in schema.get("dependentRequired", {}).items():
        for other in needed if key in value else ():
            if other not in value:
                raise InputError(f"{name} has {key} and no {other}")
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for key, part in value.items():
        if key in known or others is not True:
            inner = key if name == "record" else f"{name}.{key}"
            check(part, known.get(key, others), inner, root)


def _check_list(value: list[Any], schema: Mapping[str, Any], name: str, root: Schema) -> None:
    low, high = schema.get("minItems", 0), schema.get("maxItems")
    if len(value) < low or (high is not None and len(value) > high):
        wanted = f"{low} or more" if high is None else low if low == high else f"{low} to {high}"
        raise InputError(f"{name} must have {wanted} entries")
    items = schema.get("items", True)
    for place, item in enumerate(value if items is not True else ()):
        check(item, items, f"{name}[{place}]", root)


def _check_any(value: Any, choices: list[Schema], name: str, root: Schema) -> None:
    """Raise the InputError of the last choice if no choice matches."""
    fault = None
    for choice in choices:
        try:
            return check(value, choice, name, root)
        except InputError as error:
            fault = error
    if fault is not None:
        raise fault


def _target(reference: str, root: Schema) -> Schema:
    """Resolve a reference into the root schema (``#/properties/parts``)."""
    found: Any = root
    for part in reference.removeprefix("#").split("/")[1:]:
        found = found[part.replace("~1", "/").replace("~0", "~")]
    target: Schema = found
    return target
