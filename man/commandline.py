"""The live command line as plain data, from which the manual and the completions are rendered.

Options and texts are declared once, in `commands/`; what is read here is what `vtk --help` shows.
"""

import argparse
import inspect
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin


@dataclass(frozen=True)
class Parameter:
    """An option, or an argument where `flags` is empty."""

    flags: tuple[str, ...]  # the short one first: -o, --output
    metavar: str  # empty for a switch and for an option with choices
    choices: tuple[str, ...]
    text: str  # the help text alone
    details: str  # the help text with default, range and environment variable
    variable: str  # the environment variable that sets it, if any
    required: bool
    many: bool  # may be given more than once

    @property
    def takes_value(self) -> bool:
        return bool(self.metavar or self.choices)


@dataclass(frozen=True)
class Command:
    """One command, a subcommand, or vtk itself under the name ``vtk``."""

    name: str
    summary: str
    paragraphs: tuple[str, ...]  # of the help text after the summary, as click keeps them
    arguments: tuple[Parameter, ...]
    options: tuple[Parameter, ...]
    subcommands: tuple["Command", ...] = ()  # under their full names, as ``models list``


def read() -> tuple[Command, list[Command]]:
    """vtk itself and its commands, in the order in which help shows them."""
    group = import_module("vtk.commands").app()
    context = group.context_class(group, info_name="vtk", **group.context_settings)
    names = group.list_commands(context)
    found = {name: group.get_command(context, name) for name in names}
    return _command("vtk", group), [_whole(name, command) for name, command in found.items()]


def every(commands: Iterable[Command]) -> list[Command]:
    """The commands that do something: those without subcommands, and the subcommands."""
    return [each for command in commands for each in command.subcommands or (command,)]


def keep(renderer: str, files: dict[Path, str], existing: Iterable[Path] = ()) -> int:
    """Write files and remove existing ones that are no longer made; with ``--check`` only compare.

    Returns the exit status: 1 where ``--check`` finds a difference.
    """
    parser = argparse.ArgumentParser(prog=f"python {renderer}")
    parser.add_argument("--check", action="store_true", help="change nothing, tell differences")
    check = parser.parse_args().check
    different = [p for p, text in files.items() if not p.exists() or p.read_text("utf-8") != text]
    gone = [path for path in existing if path not in files]
    for path in different + gone:
        if check:
            print(f"{path.parent.name}/{path.name} is not current: run python {renderer}")
        elif path in files:
            path.write_text(files[path], "utf-8")
        else:
            path.unlink()
    return int(check and bool(different or gone))


def _whole(name: str, command: Any) -> Command:
    """A command with its subcommands, if it has any."""
    subcommands = getattr(command, "commands", {}).items()
    inner = tuple(_command(f"{name} {word}", subcommand) for word, subcommand in subcommands)
    return replace(_command(name, command), subcommands=inner)


def _command(name: str, command: Any) -> Command:
    context = command.context_class(command, info_name=name, **command.context_settings)
    annotations = inspect.signature(command.callback).parameters
    arguments: list[Parameter] = []
    options: list[Parameter] = []
    for parameter in command.get_params(context):
        if (record := parameter.get_help_record(context)) is None:  # hidden
            continue
        # The option --help is click's own, not one of the function's parameters.
        declared = annotations.get(parameter.name)
        known = _parameter(parameter, record[1], _choices(declared.annotation) if declared else ())
        (options if known.flags else arguments).append(known)
    summary, *paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return Command(
        name, _line(summary).rstrip("."), tuple(paragraphs), tuple(arguments), tuple(options)
    )


def _parameter(parameter: Any, details: str, choices: tuple[str, ...]) -> Parameter:
    option = parameter.param_type_name == "option"
    switch = option and (parameter.is_flag or parameter.count)
    said = switch or (option and choices)
    metavar = "" if said else (parameter.metavar or parameter.name.upper()).removesuffix("...")
    return Parameter(
        flags=tuple(sorted(parameter.opts + parameter.secondary_opts, key=len)) if option else (),
        metavar=metavar,
        choices=choices,
        text=_line(parameter.help or ""),
        details=_line(details),
        variable=parameter.envvar or "",
        required=parameter.required,
        many=parameter.nargs == -1 or parameter.multiple,
    )


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, also inside of Annotated, a union or a list.

    Read from the function: how an option keeps its choices differs between releases of typer.
    """
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(choice for inner in get_args(annotation) for choice in _choices(inner))


def _line(text: str) -> str:
    return " ".join(text.split())
