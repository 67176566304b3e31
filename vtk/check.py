"""A JSON Schema validator that stops at the first error and reports it in one sentence.

It supports the keywords in `KEYWORDS`, more than the schema of a span uses. All of them are
optional: a schema does not restrict what it does not mention.
"""

import re
from collections.abc import Callable, Mapping
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
_NUMBERS = (float, int)
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
_Check = Callable[[Any], None]


class _FaultError(Exception):
    """What is wrong with a value, without its name, and where it stands, the innermost first."""

    def __init__(self, told: str) -> None:
        self.told = told
        self.path: list[str] = []


def check(value: Any, schema: Schema, name: str = "record") -> None:
    """Raise InputError, naming the field, if `value` does not match `schema`.

    `name` is the name of the value in the error message.
    """
    checker(schema)(value, name)


def checker(schema: Schema) -> Callable[..., None]:
    """What checks values against a schema as `check` does, made once for many values.

    References are resolved against the schema itself.
    """
    made = _Compiler(schema).check(schema)

    def check(value: Any, name: str = "record") -> None:
        try:
            if made is not None:
                made(value)
        except _FaultError as fault:
            where = name + "".join(reversed(fault.path))
            raise InputError(where.removeprefix("record.") + fault.told) from None

    return check


class _Compiler:
    """Makes functions of the parts of a schema; None for what any value matches."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._targets: dict[str, _Check | None] = {}

    def check(self, schema: Schema) -> _Check | None:
        if isinstance(schema, bool):
            return None if schema else _refuse
        made = [
            self._reference(schema["$ref"]) if "$ref" in schema else None,
            _type(schema["type"]) if "type" in schema else None,
            _one_of(schema["enum"]) if "enum" in schema else None,
            _text(schema.get("minLength", 0), schema.get("pattern")),
            self._object(schema),
            self._list(schema),
            _limits(schema.get("minimum"), schema.get("maximum")),
            self._any(schema["anyOf"]) if "anyOf" in schema else None,
        ]
        checks = [each for each in made if each is not None]
        if len(checks) < 2:
            return checks[0] if checks else None
        if len(checks) == 2:
            first, second = checks

            def both(value: Any) -> None:
                first(value)
                second(value)

            return both

        def all_of(value: Any) -> None:
            for each in checks:
                each(value)

        return all_of

    def _reference(self, reference: str) -> _Check:
        def refer(value: Any) -> None:  # looked up late, as a schema may refer to itself
            if reference not in self._targets:
                self._targets[reference] = self.check(_target(reference, self._root))
            if (made := self._targets[reference]) is not None:
                made(value)

        return refer

    def _object(self, schema: Mapping[str, Any]) -> _Check | None:
        required = schema.get("required", ())
        needs = [
            (k, o) for k, others in schema.get("dependentRequired", {}).items() for o in others
        ]
        properties = schema.get("properties", {})
        made = {key: self.check(part) for key, part in properties.items()}
        known = {key: each for key, each in made.items() if each is not None}
        others = self.check(schema.get("additionalProperties", True))
        if not (required or needs or known or others):
            return None

        def check(value: Any) -> None:
            if not isinstance(value, dict):
                return
            for key in required:
                if key not in value:
                    raise _FaultError(f" has no {key}")
            for key, other in needs:
                if key in value and other not in value:
                    raise _FaultError(f" has {key} and no {other}")
            for key, part in value.items():
                each = known.get(key)
                if each is None and others is not None and key not in properties:
                    each = others
                if each is not None:
                    try:
                        each(part)
                    except _FaultError as fault:
                        fault.path.append(f".{key}")
                        raise

        return check

    def _list(self, schema: Mapping[str, Any]) -> _Check | None:
        low, high = schema.get("minItems", 0), schema.get("maxItems")
        item = self.check(schema.get("items", True))
        if not low and high is None and item is None:
            return None
        wanted = f"{low} or more" if high is None else low if low == high else f"{low} to {high}"

        def check(value: Any) -> None:
            if not isinstance(value, list):
                return
            if len(value) < low or (high is not None and len(value) > high):
                raise _FaultError(f" must have {wanted} entries")
            if item is not None:
                for place, each in enumerate(value):
                    try:
                        item(each)
                    except _FaultError as fault:
                        fault.path.append(f"[{place}]")
                        raise

        return check

    def _any(self, choices: list[Schema]) -> _Check | None:
        made = [self.check(choice) for choice in choices]
        checks = [each for each in made if each is not None]
        if len(checks) < len(made) or not checks:
            return None  # one of them matches anything

        def check(value: Any) -> None:
            """Raise the fault of the last choice if no choice matches."""
            for each in checks:
                try:
                    return each(value)
                except _FaultError as fault:
                    last = fault
            raise last

        return check


def _refuse(value: Any) -> None:
    raise _FaultError(" is not allowed")


def _type(kind: str | list[str]) -> _Check:
    kinds = [kind] if isinstance(kind, str) else kind
    types = tuple(each for name in kinds for each in _TYPES[name])
    told = f" must be {' or '.join(_NAMES[each] for each in kinds)}"

    def check(value: Any) -> None:
        # In Python, bool is a subclass of int; in JSON, true is not a number.
        if type(value) not in types and (isinstance(value, bool) or not isinstance(value, types)):
            raise _FaultError(told)

    return check


def _one_of(values: list[Any]) -> _Check:
    def check(value: Any) -> None:
        if value not in values:
            raise _FaultError(f" must be one of {', '.join(map(str, values))}")

    return check


def _text(least: int, pattern: str | None) -> _Check | None:
    if not least and pattern is None:
        return None

    def check(value: Any) -> None:
        if isinstance(value, str):
            if len(value) < least:
                raise _FaultError(" is empty")
            if pattern is not None and not re.search(pattern, value):
                raise _FaultError(f" must match {pattern}")

    return check


def _limits(low: float | None, high: float | None) -> _Check | None:
    if low is None and high is None:
        return None

    def check(value: Any) -> None:
        if isinstance(value, _NUMBERS) and not isinstance(value, bool):
            if low is not None and value < low:
                raise _FaultError(f" lies beyond {low:g}")
            if high is not None and value > high:
                raise _FaultError(f" lies beyond {high:g}")

    return check


def _target(reference: str, root: Schema) -> Schema:
    """Resolve a reference into the root schema (``#/properties/parts``)."""
    found: Any = root
    for part in reference.removeprefix("#").split("/")[1:]:
        found = found[part.replace("~1", "/").replace("~0", "~")]
    target: Schema = found
    return target
