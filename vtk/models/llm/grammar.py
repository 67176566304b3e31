"""Which tokens an answer under a JSON Schema may go on with, by llguidance.

llguidance knows more of JSON Schema than llama.cpp's own grammars (limits of numbers, patterns,
formats, references), and tells the allowed tokens of a large vocabulary in well under a
millisecond. What it cannot enforce is left open, and `json_schema` checks every answer afterwards.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
from numpy.typing import NDArray

from vtk.errors import MissingError
from vtk.models.llm.json_schema import Schema

if TYPE_CHECKING:
    from llguidance import LLTokenizer

# Whitespace between tokens of JSON: enough for one value a line, too little to go on without end.
SPACE = r" |\n[ \t]{0,20}"
OPTIONS = {"lenient": True, "whitespace_pattern": SPACE}
# Keywords that add properties to an object from elsewhere, so that it must not be closed.
ADDING = frozenset({"allOf", "if", "dependentSchemas"})
# The drafts of JSON Schema that llguidance knows; it would look for any other where nothing is.
DRAFT = re.compile(r"https?://json-schema\.org/(draft-0[467]|draft/2019-09|draft/2020-12)/schema#?")
UNSATISFIABLE = "Unsatisfiable schema: "


def vocabulary(vocab: Any, ends: list[int]) -> "LLTokenizer":
    """Read a vocabulary of llama.cpp for grammars; `ends` are the tokens that end an answer.

    It must not outlive the model, and takes about a second per 100,000 tokens.
    """
    from llguidance.llamacpp import lltokenizer_from_vocab

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it calls what llama_cpp has renamed
        return lltokenizer_from_vocab(vocab, eos_token=ends)


class Grammar:
    """Follows one answer by `compiled` rules and tells which tokens may come next."""

    def __init__(self, tokenizer: "LLTokenizer", rules: str) -> None:
        from llguidance import LLMatcher

        self._matcher: LLMatcher = LLMatcher(tokenizer, rules, log_level=0)
        self._size, self._ends = tokenizer.vocab_size, frozenset(tokenizer.eos_tokens)

    def allows(self, token: int) -> bool:
        """Whether a token may come next. A grammar that has grown too complex allows all."""
        if self._matcher.is_error():
            return True
        if token in self._ends:
            return self._matcher.is_accepting()
        return self._matcher.validate_tokens([token]) == 1

    def allowed(self) -> NDArray[np.int32]:
        """Return the tokens that may come next, ascending."""
        bits = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        mask = np.unpackbits(bits, bitorder="little", count=self._size)
        return np.flatnonzero(mask).astype(np.int32)

    def accept(self, token: int) -> None:
        """Move on past a token that comes next."""
        self._matcher.consume_token(token)


def compiled(schema: Schema) -> str:
    """Return the rules of JSON texts that follow a valid schema, as far as they can be told.

    Objects have no other properties than those they name, unless the schema says so or puts them
    together from parts: models add what was not asked for. A pattern beyond regular languages is
    left open; a schema that still cannot be compiled allows any object. Raises MissingError without
    llguidance.
    """
    try:
        from llguidance import LLMatcher
    except ImportError:
        raise MissingError(
            "answers that follow a schema need llguidance: pip install 'video-text-kit[llm]'"
        ) from None
    schema = _of_known_draft(schema)
    closed = _closed(schema)
    tries = (closed, schema, _without_patterns(closed), _without_patterns(schema))
    for each in tries:
        rules = _rules(each)
        if not LLMatcher.validate_grammar_with_warnings(rules)[0]:
            return rules
    return _rules({"type": "object"})


def contradiction(schema: Schema) -> str:
    """Return why no JSON text can follow a valid schema; "" if some can or it is not known."""
    try:
        from llguidance import LLMatcher
    except ImportError:
        return ""
    rules = _rules(_of_known_draft(schema))
    failed, messages = LLMatcher.validate_grammar_with_warnings(rules)
    why = messages[0] if failed else ""
    return why.removeprefix(UNSATISFIABLE).splitlines()[0] if UNSATISFIABLE in why else ""


def _rules(schema: Any) -> str:
    from llguidance import LLMatcher

    return LLMatcher.grammar_from_json_schema(orjson.dumps(schema).decode(), OPTIONS)  # type: ignore[arg-type]


def _of_known_draft(schema: Schema) -> Schema:
    """Return the schema without `$schema` if that is no known draft; the newest then counts."""
    if DRAFT.fullmatch(str(schema.get("$schema", ""))):
        return schema
    return {key: value for key, value in schema.items() if key != "$schema"}


def _closed(schema: Schema) -> Any:
    """Return the schema with objects closed that name their properties."""
    for part in _parts(schema):
        several = part.keys() & {"anyOf", "oneOf"} and "properties" in part
        if several or part.keys() & ADDING:
            return schema
    return _changed(schema, _close)


def _close(part: dict[str, Any]) -> dict[str, Any]:
    named = isinstance(part.get("properties"), dict) and "patternProperties" not in part
    return {"additionalProperties": False, **part} if named else part


def _without_patterns(schema: Any) -> Any:
    def without(part: dict[str, Any]) -> dict[str, Any]:
        return {key: each for key, each in part.items() if not _is_pattern(key, each)}

    return _changed(schema, without)


def _is_pattern(key: str, value: Any) -> bool:
    return (key == "pattern" and isinstance(value, str)) or key == "patternProperties"


def _changed(part: Any, change: Any) -> Any:
    """Return a schema with every mapping in it changed."""
    if isinstance(part, Mapping):
        return change({key: _changed(each, change) for key, each in part.items()})
    return [_changed(each, change) for each in part] if isinstance(part, list) else part


def _parts(part: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every mapping in a schema."""
    if isinstance(part, Mapping):
        yield part
    for each in part.values() if isinstance(part, Mapping) else part:
        if isinstance(each, Mapping | list):
            yield from _parts(each)
