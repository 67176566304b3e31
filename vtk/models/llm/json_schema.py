"""JSON Schemas of answers: whether a schema is one, how it is told, and whether an answer obeys it.

Backends constrain what they generate by a schema as far as they can, and a server may silently
not. What it says is therefore told in the prompt, and every answer is validated. Nothing is fetched
for a reference, and a `pattern` is searched by Python's `re`, however long that takes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from vtk.errors import MissingError, UsageError
from vtk.models.http import shorten
from vtk.models.llm.prompt import Prompt
from vtk.text import without_controls

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

Schema = Mapping[str, Any]

INSTRUCTION = "Answer with nothing but JSON that follows this JSON Schema: "


def check_schema(schema: Schema) -> None:
    """Raise UsageError unless this is a JSON Schema, all of whose references are in itself."""
    validator = _validator(schema)  # MissingError without the packages
    from jsonschema import SchemaError

    try:
        type(validator).check_schema(schema)
        for part, resolver in _parts(*resolved(schema)):
            _look_up(part, resolver)
        validator.is_valid({})
    except SchemaError as error:
        why = f"{error.json_path}: {shorten(error.message, 120)}"
        raise UsageError(f"the schema is not a valid JSON Schema ({why})") from None
    except RecursionError:
        raise UsageError("the schema refers to itself without end") from None


def unchecked_formats(schema: Schema) -> list[str]:
    """Return the formats in a valid schema that no package here checks, such as `uri`."""
    checked = _validator(schema).FORMAT_CHECKER.checkers.keys()
    stated = {str(part["format"]) for part, _ in _parts(*resolved(schema)) if "format" in part}
    return sorted(stated - checked)


def resolved(schema: Schema) -> tuple[Any, Any]:
    """Return the schema as a resource and the resolver of its references, which fetches nothing."""
    from referencing.jsonschema import DRAFT202012, EMPTY_REGISTRY, specification_with

    kind = specification_with(str(schema.get("$schema", "")), default=DRAFT202012)
    resource = kind.create_resource(dict(schema))
    name = resource.id() or ""
    return resource, EMPTY_REGISTRY.with_resource(name, resource).resolver(name)


def _parts(resource: Any, resolver: Any) -> Iterator[tuple[Schema, Any]]:
    """Yield a schema and all schemas in it, each with the resolver of its references."""
    if isinstance(resource.contents, dict):
        yield resource.contents, resolver
    for part in resource.subresources():
        yield from _parts(part, resolver.in_subresource(part))


def _look_up(part: Schema, resolver: Any) -> None:
    """Raise UsageError if a schema refers to what is elsewhere."""
    from referencing.exceptions import Unresolvable

    try:
        if "$ref" in part:
            resolver.lookup(part["$ref"])
    except Unresolvable:
        wanted = shorten(str(part["$ref"]))
        raise UsageError(
            f"the schema refers to {wanted}, which is not in it (nothing is fetched)"
        ) from None


def read_json(text: str, schema: Schema) -> Any:
    """Return the value of an answer. Raises ValueError, saying why, if it breaks the schema."""
    from jsonschema.exceptions import best_match

    try:
        value = orjson.loads(text)
        error = best_match(_validator(schema).iter_errors(value))
    except orjson.JSONDecodeError:
        raise ValueError("it is not JSON") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if error is not None:
        raise ValueError(f"{error.json_path}: {shorten(error.message, 120)}")
    return _clean(value)


def _clean(value: Any) -> Any:
    """A JSON value whose texts have no control characters, which JSON writes as escapes."""
    match value:
        case str():
            return without_controls(value)
        case list():
            return [_clean(each) for each in value]
        case dict():
            return {key: _clean(each) for key, each in value.items()}
    return value


def obeys(text: str, schema: Schema) -> bool:
    """Whether an answer is JSON that follows the schema."""
    try:
        read_json(text, schema)
    except ValueError:
        return False
    return True


def with_schema(prompt: Prompt, schema: Schema) -> Prompt:
    """Return the prompt with the schema told at its end."""
    told = INSTRUCTION + orjson.dumps(dict(schema)).decode()
    *others, last = prompt.parts
    if isinstance(last, str):
        return replace(prompt, parts=(*others, f"{last}\n{told}"))
    return replace(prompt, parts=(*prompt.parts, told))


def _validator(schema: Schema) -> "Draft202012Validator":
    try:
        from jsonschema.validators import Draft202012Validator, validator_for
        from referencing.jsonschema import EMPTY_REGISTRY  # fetches nothing
    except ImportError:
        raise MissingError(
            "answers that follow a schema need jsonschema: pip install 'video-text-kit[llm]'"
        ) from None
    kind = validator_for(schema, default=Draft202012Validator)
    formats = kind.FORMAT_CHECKER
    return kind(dict(schema), registry=EMPTY_REGISTRY, format_checker=formats)  # type: ignore[return-value]
