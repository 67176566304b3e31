"""The catalog of models by name.

Read from ``models.toml`` beside this file, whose header describes the format, and from the
``models.toml`` in the user's configuration folder, whose entries override the packaged ones.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vtk.errors import MissingError, UsageError
from vtk.models.hub import repo_names

KINDS = {
    "vlm": "a vision-language model",
    "llm": "a language model",
    "ocr": "a model that reads text in pictures",
    "clip": "an image-text embedder",
    "embed": "a text embedder",
    "rerank": "a reranker",
    "speech": "a speech model",
}
PACKAGED = Path(__file__).with_name("models.toml")

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TEXTS = (
    *("kind", "repo", "revision", "file", "mmproj", "model", "pretrained", "path", "mmproj_path"),
    *("parameters", "licence", "note", "sha256", "mmproj_sha256"),
    *("query_prefix", "document_prefix", "ocr_prompt", "serve"),
)
_LINES = ("query_prefix", "document_prefix", "ocr_prompt")  # texts that may have several lines
_OTHERS = ("quants", "also", "skills", "context", "gb", "working_gb", "run")
KEYS = sorted({*_TEXTS, *_OTHERS})  # keys of an entry


@dataclass(frozen=True)
class Entry:
    """A model in one quantization. Sizes are approximate, in 10^9 bytes; None is unknown."""

    name: str  # as typed: qwen3-vl-4b, or qwen3-vl-4b:q8_0 if that is not the default
    base: str  # the name without the quantization
    kind: str
    quantization: str | None = None
    repo: str | None = None
    revision: str | None = None
    file: str | None = None
    mmproj: str | None = None
    also: tuple[str, ...] = ()
    model: str | None = None  # open_clip model name
    pretrained: str | None = None  # open_clip pretrained tag
    query_prefix: str | None = None
    document_prefix: str | None = None
    ocr_prompt: str | None = None  # the text that asks an OCR model for what is written
    serve: str | None = None  # the command that serves a model which vtk cannot run itself
    run: bool = False  # whether it was ever run by vtk's authors
    path: Path | None = None
    mmproj_path: Path | None = None
    context: int | None = None
    parameters: str | None = None
    licence: str | None = None
    note: str | None = None
    skills: tuple[str, ...] = ()  # what it claims, of `vtk models check`; all of its kind if empty
    gb: float | None = None
    working_gb: float | None = None
    sha256: str | None = None
    mmproj_sha256: str | None = None

    @property
    def label(self) -> str:
        """The name with its quantization, as it appears in records: ``qwen3-vl-4b-q4_k_m``."""
        if self.quantization and not self.base.endswith(f"-{self.quantization}"):
            return f"{self.base}-{self.quantization}"
        return self.base

    @property
    def memory_gb(self) -> float | None:
        """Memory needed to run the model with 8,192 tokens or 16 pictures, in 10^9 bytes."""
        return None if self.gb is None else round(self.gb + (self.working_gb or 0), 2)


def catalog() -> dict[str, Entry]:
    """Return all entries by the name that is typed, the quantizations of a model in a row.

    An entry of the user's file that is invalid is left out (`invalid_entries`), and so is the
    packaged one of that name. Raises UsageError if the file cannot be read.
    """
    own, wrong = _own()
    groups = packaged() | own
    for base in wrong:
        groups.pop(base, None)
    return {entry.name: entry for group in groups.values() for entry in group}


def invalid_entries() -> dict[str, str]:
    """Return what is wrong with entries of the user's file, by base name. Raises UsageError."""
    return _own()[1]


def packaged() -> dict[str, list[Entry]]:
    """Return the entries bundled with vtk by base name, the default quantization first."""
    groups, _ = _read(PACKAGED)
    return groups


def user_file() -> Path:
    """Return the path of the user's catalog file, which may not exist."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(home, "vtk", "models.toml")


def find(name: str) -> Entry:
    """Return the entry for NAME, NAME:QUANTIZATION or NAME-QUANTIZATION.

    Raises MissingError, which suggests similar names, if there is none, and UsageError if the one
    in the user's file is invalid.
    """
    entries = catalog()
    if reason := _invalid(name):
        raise UsageError(reason)
    if entry := _called(name, entries):
        return entry
    near = difflib.get_close_matches(name.lower(), entries, 3, 0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise MissingError(f"no model is called {name!r}; {hint}`vtk models list` shows all names")


def is_listed(name: str) -> bool:
    """Whether there is an entry of that name, be it an invalid one."""
    return _called(name, catalog()) is not None or _invalid(name) is not None


def require_kind(name: str, kind: str, wanted: Sequence[str]) -> None:
    """Raise UsageError if the kind of the model `name` is none of those that are `wanted`."""
    if kind not in wanted:
        *others, last = wanted
        kinds = f"{', '.join(others)} or {last}" if others else last
        raise UsageError(
            f"{name} is {KINDS[kind]}, not one of the kind {kinds}: see `vtk models list --kind "
            f"{wanted[0]}`"
        )


def _invalid(name: str) -> str | None:
    """Return what is wrong with the entry of a name or of its quantization; None if nothing is."""
    wanted = name.lower().partition(":")[0]
    return next((why for base, why in invalid_entries().items() if base.lower() == wanted), None)


def _called(name: str, entries: Mapping[str, Entry]) -> Entry | None:
    wanted = name.lower()
    if wanted in entries:
        return entries[wanted]
    alike = (e for e in entries.values() if wanted in (e.label, f"{e.base}:{e.quantization}"))
    return next(alike, None)


def ocr_prompt(model: str) -> str | None:
    """Return the text that an OCR model is asked with; None for a model of another kind.

    The model is known by its name in the catalog, or by one that contains it, as names of files
    and of models behind servers do (``PaddleOCR-VL-1.6-GGUF.gguf``); only letters count.
    """
    entries = [entry for entry in catalog().values() if entry.ocr_prompt is not None]
    exact = (entry for entry in entries if model in (entry.name, entry.label))
    alike = (entry for entry in entries if _letters(entry.base) in _letters(model))
    found = next(exact, None) or next(alike, None)
    return found.ocr_prompt if found else None


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _own() -> tuple[dict[str, list[Entry]], dict[str, str]]:
    return _read(user_file()) if user_file().is_file() else ({}, {})


def _read(file: Path) -> tuple[dict[str, list[Entry]], dict[str, str]]:
    """Return the valid entries of a file by base name, and what is wrong with the others."""
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not TOML: {error}") from None
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    groups: dict[str, list[Entry]] = {}
    wrong: dict[str, str] = {}
    for name, table in tables.items():
        try:
            groups[name] = list(_entries(file, name, table))
        except UsageError as error:
            wrong[name] = str(error)
    return groups, wrong


def _entries(file: Path, name: str, table: object) -> Iterator[Entry]:
    """Yield the entries of one TOML table, one for each quantization."""
    where = f"{file}: [{name}]"
    if not _NAME.fullmatch(name):
        raise UsageError(f"{where}: a name consists of lower-case letters, digits and . _ -")
    if not isinstance(table, dict):
        raise UsageError(f"{file}: {name} must be a table, as in [{name}]")
    values = {key: _checked(where, key, value) for key, value in table.items()}
    files = values.pop("quants", None) or _only(values.get("file"))
    _complete(where, values, files)
    for number, (quantization, chosen) in enumerate(files.items()):
        one = {key: _of(where, key, value, quantization) for key, value in values.items()}
        for key in ("path", "mmproj_path"):
            if key in one:
                one[key] = file.parent / Path(one[key]).expanduser()
        full = name if number == 0 else f"{name}:{quantization}"
        yield Entry(full, name, **one | {"file": chosen, "quantization": quantization})


def _only(file: str | None) -> dict[str | None, str | None]:
    return {repo_names.quantization(file) if file else None: file}


def _of(where: str, key: str, value: Any, quantization: str | None) -> Any:
    """Return the value of a key for one quantization; the value may be a table of them."""
    if not isinstance(value, dict):
        return value
    if not quantization:
        raise UsageError(f"{where} {key} is given by quantization, but there are no quants")
    return value.get(quantization)


def _complete(where: str, values: Mapping[str, Any], files: Mapping[Any, Any]) -> None:
    if "kind" not in values:
        raise UsageError(f"{where} kind is missing: one of {', '.join(KINDS)}")
    if "path" in values or (values["kind"] == "clip" and "model" in values):
        return
    if "serve" in values and "repo" in values:  # the server fetches it
        return
    if "repo" not in values or None in files.values():
        raise UsageError(f"{where} needs repo with file or quants, or path")


def _checked(where: str, key: str, value: Any) -> Any:
    """Return the validated value of a key. Raises UsageError if it is invalid."""

    def must(condition: bool, be: str) -> None:
        if not condition:
            raise UsageError(f"{where} {key} must be {be}")

    if key == "quants":
        must(isinstance(value, dict) and bool(value), "a table of files by quantization")
        for file in value.values():
            must(isinstance(file, str) and repo_names.is_file(file), "a table of names of files")
        return {quantization.lower(): file for quantization, file in value.items()}
    if isinstance(value, dict) and key in ("gb", "sha256"):
        return {part.lower(): _checked(where, key, one) for part, one in value.items()}
    if key == "also":
        must(isinstance(value, list), "a list of names of files")
        for file in value:
            must(isinstance(file, str) and repo_names.is_file(file), "a list of names of files")
        return tuple(value)
    if key == "skills":
        must(isinstance(value, list), "a list of names of skills")
        must(all(isinstance(skill, str) for skill in value), "a list of names of skills")
        return tuple(value)
    if key == "run":
        must(type(value) is bool, "true or false")
    elif key == "context":
        must(type(value) is int and value > 0, "a whole number of tokens")
    elif key in ("gb", "working_gb"):
        must(type(value) in (int, float) and value >= 0, "a number")
    elif key in _TEXTS:
        lines = value.replace("\n", " ") if key in _LINES and value else value
        full = bool(value) or key == "ocr_prompt"
        must(isinstance(value, str) and lines.isprintable() and full, "a text")
        must(key != "kind" or value in KINDS, f"one of {', '.join(KINDS)}")
        must(key != "repo" or repo_names.is_repository(value), "owner/name")
        must(key != "revision" or repo_names.is_revision(value), "a branch, a tag or a commit")
        must(key not in ("file", "mmproj") or repo_names.is_file(value), "the name of a file")
        must(not key.endswith("sha256") or bool(_SHA256.fullmatch(value)), "64 hexadecimal digits")
    else:
        raise UsageError(f"{where} has an unknown key {key}; the keys are {', '.join(KEYS)}")
    return value
