"""JSON Schemas as grammars of llama.cpp (GBNF), which allow as tokens only what can become JSON.

What a grammar cannot say, such as `uniqueItems`, `not` or a pattern with a lookahead, it leaves
open, and `json_schema` checks afterwards. Objects have their properties in the order of the schema,
and no others unless it has `additionalProperties`. The converter of llama-cpp-python is not used:
it refuses many schemas, and what it makes of quotes, escapes, several types, limits of numbers and
references of one name is no JSON or not what the schema says.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from vtk.models.llm.json_schema import Schema, obeys, resolved

MOST = 256  # numbers that are listed one by one
LONGEST = 1000  # largest count of characters or items that is counted out

BASE = r"""
s ::= | " " | "\n" [ \t]{0,20}
char ::= [^"\\\x7F\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})
string ::= "\"" char* "\""
digits ::= "0" | [1-9] [0-9]{0,15}
fraction ::= "." [0-9]{1,16}
boolean ::= "true" | "false"
null ::= "null"
pair ::= string ":" " "? value
object ::= "{" s (pair ("," s pair)* s)? "}"
array ::= "[" s (value ("," s value)* s)? "]"
number ::= "-"? digits fraction?
value ::= object | array | string | number | boolean | null
"""
OBJECT = f"root ::= object\n{BASE}"  # any object

FORMATS = {
    "date": '[0-9]{4} "-" [01] [0-9] "-" [0-3] [0-9]',
    "time": '[0-2] [0-9] ":" [0-5] [0-9] ":" [0-5] [0-9] ("Z" | [+-] [0-2] [0-9] ":" [0-5] [0-9])',
    "uuid": '[0-9a-f]{8} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{12}',
}
FORMATS["date-time"] = f'{FORMATS["date"]} "T" {FORMATS["time"]}'

# Keywords that say nothing about the values.
SILENT = frozenset(
    {"$schema", "$id", "$anchor", "$comment", "$defs", "definitions", "title", "description"}
    | {"default", "examples", "deprecated", "readOnly", "writeOnly"}
)
# The keywords by which a schema without `type` tells which one it means.
TYPICAL = {
    "object": ("properties", "required", "additionalProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}

_TOKEN = re.compile(r"\[(?:[^\]\\]|\\.)+\]|\\.|[()|*+?]|\{\d+(?:,\d*)?\}|.", re.S)
_CLASSES = {r"\d": "0-9", r"\w": "a-zA-Z0-9_"}


def grammar(schema: Schema) -> str:
    """Return a grammar of JSON texts that follow a valid schema as far as a grammar can tell."""
    try:
        return _Grammar(schema).text()
    except RecursionError:  # parts that contain each other, to be merged
        return OBJECT


class _Grammar:
    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._resolver = resolved(schema)[1]
        self._rules: dict[str, str] = {}
        self._names: dict[str, str] = {}  # of the rules of references

    def text(self) -> str:
        root = self.of(self._schema)
        rules = "\n".join(f"{name} ::= {rule}" for name, rule in self._rules.items())
        return f"root ::= {root}\n{rules}\n{BASE}"

    def of(self, schema: Any) -> str:
        """Return an expression for the values of a schema, which may stand beside others."""
        if not isinstance(schema, Mapping):
            return "value"
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        if "const" in schema:
            return _literal(schema["const"])
        if schema.get("enum"):
            return _any(map(_literal, schema["enum"]))
        if "allOf" in schema:
            rest = {key: value for key, value in schema.items() if key != "allOf"}
            return self.of(self._merged([*schema["allOf"], rest]))
        for key in ("anyOf", "oneOf"):
            if key in schema:
                rest = {name: value for name, value in schema.items() if name != key}
                return _any(self.of(self._merged([each, rest])) for each in schema[key])
        kind = schema.get("type") or next(
            (kind for kind, keys in TYPICAL.items() if any(key in schema for key in keys)), "value"
        )
        if not isinstance(kind, str):
            return _any(self.of({**schema, "type": each}) for each in kind)
        if kind in ("integer", "number"):
            return _number(schema, whole=kind == "integer")
        shape = {"object": self._object, "array": self._array, "string": _string}.get(kind)
        return shape(schema) if shape else kind

    def _reference(self, reference: str) -> str:
        if not reference.startswith("#"):
            return "value"
        if reference not in self._names:
            name = self._names[reference] = f"ref{len(self._names)}"
            self._rules[name] = self.of(self._resolver.lookup(reference).contents)
        return self._names[reference]

    def _merged(self, schemas: Iterable[Any]) -> Schema:
        """Return one schema with the keywords of several, those of the first where they differ."""
        own = [
            {key: value for key, value in schema.items() if key not in SILENT}
            for schema in schemas
            if isinstance(schema, Mapping)
        ]
        own = [schema for schema in own if schema]
        if len(own) < 2:
            return own[0] if own else {}
        found: dict[str, Any] = {}
        for schema in own:
            if "$ref" in schema:
                schema = self._resolver.lookup(schema["$ref"]).contents
            properties = {**schema.get("properties", {}), **found.get("properties", {})}
            required = [*found.get("required", []), *schema.get("required", [])]
            found = {**schema, **found}
            found |= {"properties": properties} if properties else {}
            found |= {"required": required} if required else {}
        return found

    def _object(self, schema: Schema) -> str:
        properties = schema.get("properties", {})
        required = dict.fromkeys(schema.get("required", ()))
        more = schema.get("additionalProperties", not (properties or required))
        other = "" if more is False else self._rule(f'string ":" " "? {self.of(more)}')
        # From the last pair to the first: what may come after a pair, and after the brace.
        after = f'("," s {other})*' if other else ""
        first = f"({other} {after})?" if other else ""
        for name in reversed({**properties, **required}):
            value, after = self.of(properties.get(name, more)), self._rule(after)
            pair = self._rule(f'{_literal(name)} ":" " "? {value} {after}')
            first = pair if name in required else f"({pair} | {self._rule(first)})"
            after = f'"," s {pair}' if name in required else f'("," s {pair} | {after})'
        return f'"{{" s {first} s "}}"'

    def _array(self, schema: Schema) -> str:
        items, prefix = schema.get("items", True), schema.get("prefixItems", [])
        if isinstance(items, list):  # before 2020-12
            items, prefix = schema.get("additionalItems", True), items
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        if prefix:
            whole = [*prefix, *[items] * (min(least, LONGEST) - len(prefix))]
            return '"[" s ' + ' "," s '.join(map(self.of, whole)) + ' s "]"'
        if most == 0 or items is False:
            return '"[]"'
        item = self._rule(self.of(items))
        several = f'{item} ("," s {item}){_times(max(least - 1, 0), most and most - 1)}'
        return f'"[" s {several if least else f"({several})?"} s "]"'

    def _rule(self, body: str) -> str:
        """Return the name of a rule with this body; a name, or nothing, stands for itself."""
        if re.fullmatch(r"[a-z0-9]*", body):
            return body
        name = f"r{len(self._rules)}"
        self._rules[name] = body
        return name


def _literal(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _any(choices: Iterable[str]) -> str:
    return f"({' | '.join(dict.fromkeys(choices))})"


def _times(least: int, most: int | None) -> str:
    """Return how often something is repeated; without a limit where that is too large to count."""
    least = min(least, LONGEST)
    return f"{{{least},{'' if most is None or most > LONGEST else most}}}"


def _string(schema: Schema) -> str:
    if schema.get("format") in FORMATS:
        return f'"\\"" {FORMATS[schema["format"]]} "\\""'
    if inside := _pattern(str(schema.get("pattern", ""))):
        return f'"\\"" {inside} "\\""'
    if "minLength" in schema or "maxLength" in schema:
        return f'"\\"" char{_times(schema.get("minLength", 0), schema.get("maxLength"))} "\\""'
    return "string"


def _pattern(pattern: str) -> str | None:
    """Return the expression of an anchored pattern; None where its syntax goes beyond that of GBNF.

    Sequences, alternatives, repetitions and groups are written alike in both.
    """
    if not (pattern.startswith("^") and pattern.endswith("$")) or "(?" in pattern:
        return None
    found = []
    for token in _TOKEN.findall(pattern[1:-1]):
        if token in "()|*+?" or re.fullmatch(r"\{\d.*\}", token):
            found.append(token)
        elif token == ".":
            found.append("char")
        elif token.startswith("[") and (inside := _class(token)):
            found.append(inside)
        elif token in _CLASSES:
            found.append(f"[{_CLASSES[token]}]")
        elif (plain := token.removeprefix("\\")) and _plain(plain, escaped=plain != token):
            found.append(f'"{plain}"')
        else:
            return None
    return f"({' '.join(found)})"


def _class(token: str) -> str | None:
    """Return a class of characters as GBNF has it; none of them may end a string of JSON."""
    for escape, plain in _CLASSES.items():
        token = token.replace(escape, plain)
    token = re.sub(r"\\([^\w\\\[\]^-])", r"\1", token)  # only these may be escaped in GBNF
    if '"' in token or re.search(r"\\[^\[\]-]", token):
        return None
    return token.replace("[^", r'[^"\\\x00-\x1F', 1) if token.startswith("[^") else token


def _plain(character: str, *, escaped: bool) -> bool:
    """Whether a character of a pattern means itself, there and in JSON."""
    if character in '"\\' or not character.isprintable():
        return False
    return not character.isalnum() if escaped else character not in "^$"


def _number(schema: Schema, *, whole: bool) -> str:
    """Return the expression of a number, which in a small range from 0 up tells its whole part."""
    low = max(_limits(schema, "minimum", "exclusiveMinimum"), default=-math.inf)
    high = min(_limits(schema, "maximum", "exclusiveMaximum"), default=math.inf)
    if whole and high - low <= MOST:
        numbers = map(str, range(math.ceil(low), math.floor(high) + 1))
        if allowed := [f'"{number}"' for number in numbers if obeys(number, schema)]:
            return _any(allowed)
    if not whole and 0 <= low < high <= low + MOST:
        parts = [f'"{number}" fraction?' for number in range(math.floor(low), math.ceil(high))]
        return _any([*parts, f'"{math.floor(high)}"'])
    return ("" if low >= 0 else '"-"? ') + ("digits" if whole else "digits fraction?")


def _limits(schema: Schema, *keys: str) -> list[float]:
    """Return the limits that are numbers: before draft 6 the exclusive ones were true or false."""
    values = [schema.get(key) for key in keys]
    return [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
