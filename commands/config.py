"""Defaults of options from the user's config.toml: reading, and telling what is wrong in it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vtk.errors import UsageError

ORIGINS = "vtk.origins"  # key of a context's `meta`: what gave which parameter, if not config.toml


def config_path() -> str:
    """The path of ``config.toml`` in the user's configuration folder, which may not exist."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(home, "vtk", "config.toml")


def configured(commands: Sequence[str]) -> dict[str, Any]:
    """Read ``config.toml``, with keys as parameter names.

    A top-level key applies to every command that has such an option, a key in a table named after a
    command to that command only. Raises UsageError if the file is not TOML or a table is not named
    after a command.
    """
    path = config_path()
    if not os.path.isfile(path):
        return {}
    import tomllib

    try:
        with open(path, "rb") as file:
            found = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    for name in commands:
        if not isinstance(found.get(name, {}), dict):
            raise UsageError(f"{path}: {name} must be a table, as in [{name}]")
    for name, value in found.items():
        if isinstance(value, dict) and name not in commands:
            raise UsageError(f"{path}: {unknown('command', name, commands)} for [{name}]")
    return _named(found)


def _named(table: dict[str, Any]) -> dict[str, Any]:
    return {
        key.replace("-", "_"): _named(value) if isinstance(value, dict) else _as_given(value)
        for key, value in table.items()
    }


def _as_given(value: Any) -> Any:
    """Convert a number to a string, as on the command line, for the option to parse and check."""
    return str(value) if type(value) in (int, float) else value


def defaults(found: dict[str, Any], commands: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the configured defaults of each command."""
    common = common_keys(found)
    return {name: {**common, **found.get(name, {})} for name in commands}


def common_keys(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what counts for all commands that have such an option."""
    return {key: value for key, value in found.items() if not isinstance(value, dict)}


def table_of(found: Any, words: Iterable[str]) -> dict[str, Any]:
    """Return the table of a command, by its words: that of `models list` is inside of another."""
    for word in words:
        found = found.get(word, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def refuse_unknown_keys(table: Iterable[str], options: Sequence[str], where: str) -> None:
    """Raise UsageError for a key that is no option; `where` says where it stands."""
    for key in table:
        if key not in options:
            raise UsageError(f"{unknown('option', key, options)} {where}")


def words_of(context: Any) -> list[str]:
    """The words of a command, such as models and list."""
    words: list[str] = []
    while context.parent is not None:
        words.insert(0, str(context.info_name))
        context = context.parent
    return words


def origin(context: Any, name: str) -> str | None:
    """What gave a parameter its value: the file and its place there; None for the command line."""
    source = context.get_parameter_source(name)
    if source is None or source.name != "DEFAULT_MAP":
        return None
    if place := context.meta.get(ORIGINS, {}).get(name):
        return str(place)
    words = words_of(context)
    own = name in table_of(context.find_root().obj or {}, words)
    table = f"[{'.'.join(words)}] " if own else ""
    return f"{config_path()}: {table}{name}"


def with_origin(context: Any, message: str) -> str:
    """A message about wrong usage, after the file that gave the value or the option it quotes."""
    for name, value in context.params.items():
        flag = f"--{name.replace('_', '-')}"
        quoted = isinstance(value, str) and value and repr(value) in message
        if (quoted or flag in message.split()) and (place := origin(context, name)):
            return f"{place}: {message}"
    return message


def unknown(what: str, name: str, known: Sequence[str]) -> str:
    """A sentence about a name that is not known, with the one that is nearest."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    return f"there is no {what} {name!r}" + (f", but {near[0]!r}," if near else "")
