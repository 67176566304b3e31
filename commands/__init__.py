"""The command line of vtk: one module per command, looked up by the name of the command."""

import math
import os
import sys
import time
from collections.abc import KeysView, Sequence
from importlib import import_module
from typing import Any

import typer
from typer._click.exceptions import BadParameter, ClickException, NoSuchOption
from typer.core import TyperCommand, TyperGroup

from vtk.errors import OutputError, UsageError

from .config import (
    common_keys,
    configured,
    defaults,
    origin,
    refuse_unknown_keys,
    table_of,
    words_of,
)
from .options import on_stream

# Commands in pipeline order, which is also their order in the help and the manual.
COMMANDS = (
    "probe",
    "split",
    "keyframes",
    "transcribe",
    "ocr",
    "caption",
    "chapter",
    "summarize",
    "embed",
    "index",
    "retrieve",
    "ground",
    "show",
    "export",
    "models",
    "schema",
    "examples",
    "completion",
)

NAMING = ("NAME", "FILE", "FOLDER", "URL")  # metavars of what an empty text does not name

WHOLE = 1_000  # letters; longer than any sentence of a help

CONTEXT = {"help_option_names": ["-h", "--help"]}


class Commands(dict[str, TyperCommand | TyperGroup]):
    """Commands by name, each imported on first access, so that startup imports only one."""

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """The names of all commands, from which misspelt ones are corrected."""
        return dict.fromkeys(COMMANDS).keys()

    def __missing__(self, name: str) -> TyperCommand | TyperGroup:
        self[name] = _build(name)
        return self[name]


class Group(TyperGroup):
    """The command group ``vtk COMMAND``."""

    def list_commands(self, ctx: object) -> list[str]:
        """Return the names of the commands, without importing them."""
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """Import and return a command; None if there is no such command."""
        return self.commands[cmd_name] if cmd_name in COMMANDS else None  # type: ignore[return-value]


class Subgroup(TyperGroup):
    """The command group ``vtk COMMAND SUBCOMMAND``."""

    def get_short_help_str(self, limit: int = 0) -> str:
        """Return the first sentence of the help, whole."""
        return super().get_short_help_str(WHOLE)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Make the context, and pass the command's configured defaults on to its subcommands."""
        context = super().make_context(*arguments, **settings)
        known = context.default_map or {}
        common = {key: value for key, value in known.items() if not isinstance(value, dict)}
        tables = {n: t for n, t in known.items() if isinstance(t, dict)}
        context.default_map = {name: common | tables.get(name, {}) for name in self.commands}
        return context


class Command(TyperCommand):
    """A command that refuses values which click lets through, and unknown keys in config.toml."""

    def get_short_help_str(self, limit: int = 0) -> str:
        """Return the first sentence of the help, whole."""
        return super().get_short_help_str(WHOLE)

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Make the context.

        Raises UsageError for a number that is not finite, for an empty name on the command line,
        and for a key or a value in config.toml or a recipe that makes no sense.
        """
        try:
            context = super().make_context(*arguments, **settings)
        except NoSuchOption as error:
            if any(parameter.name == "query" for parameter in self.params):
                error.message += " A query that begins with a minus comes after --."
            raise
        except BadParameter as error:
            if error.ctx and error.param and error.param.name:
                place = origin(error.ctx, error.param.name)
                if place:
                    raise UsageError(f"{place}: {error.message}") from None
            raise
        self._check_values(context)
        words, found = words_of(context), context.find_root().obj or {}
        options = [str(parameter.name) for parameter in self.params]
        place = f"in [{'.'.join(words)}] of config.toml"
        refuse_unknown_keys(table_of(found, words), options, place)
        if not common_keys(found).keys() <= {*options}:
            every = _option_names(context.find_root().command)
            refuse_unknown_keys(common_keys(found), every, "of any command in config.toml")
        return context

    def _check_values(self, context: Any) -> None:
        for parameter in self.params:
            name, value = str(parameter.name), context.params.get(str(parameter.name))
            flag = max(parameter.opts, key=len)
            if isinstance(value, float) and not math.isfinite(value):
                place = origin(context, name) or flag
                raise UsageError(f"{place} must be a finite number, not {value}")
            given = context.get_parameter_source(name)
            if value == "" and parameter.metavar in NAMING and given.name == "COMMANDLINE":
                raise UsageError(f"{flag} is empty: leave it out, or name something")


def _option_names(group: Any) -> list[str]:
    """The names of the parameters of all commands, which are imported for it."""
    built = [group.commands[name] for name in COMMANDS]
    every = [each for one in built for each in (one, *getattr(one, "commands", {}).values())]
    return list({str(parameter.name): None for command in every for parameter in command.params})


def _build(name: str) -> TyperCommand | TyperGroup:
    """Build a command from the function NAME in ``commands/NAME.py``.

    If the module has `SUBCOMMANDS`, the function only gives the help of a group of these functions.
    """
    module = import_module(f".{name}", __name__)
    subcommands = getattr(module, "SUBCOMMANDS", ())
    if not subcommands:
        return _command(name, name, getattr(module, name))
    group = typer.Typer(cls=Subgroup, rich_markup_mode=None, add_completion=False)
    group.callback(no_args_is_help=True)(getattr(module, name))
    built = typer.main.get_command(group)
    assert isinstance(built, TyperGroup)
    for function in subcommands:
        word = function.__name__.rstrip("_").replace("_", "-")  # `list_` avoids shadowing `list`
        built.commands[word] = _command(word, f"{name} {word}", function)
    built.name, built.context_settings = name, dict(CONTEXT)
    return built


def _command(name: str, words: str, function: Any) -> TyperCommand:
    """Make a command from a function; if it returns a Job, add stream options and run the job."""
    if "Job" in str(function.__annotations__.get("return")):
        function = on_stream(words, function)
    single = typer.Typer(rich_markup_mode=None, add_completion=False)
    single.command(name, cls=Command, no_args_is_help=False)(function)
    command = typer.main.get_command(single)
    assert isinstance(command, TyperCommand)
    command.context_settings = dict(CONTEXT)
    return command


def _version(wanted: bool) -> None:
    if wanted:
        from vtk import __version__

        typer.echo(f"vtk {__version__}")
        raise typer.Exit


def app() -> TyperGroup:
    """Build the whole command line as a click group."""
    root = typer.Typer(
        cls=Group,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings=CONTEXT,
        no_args_is_help=True,
    )

    @root.callback()
    def vtk(
        version: bool = typer.Option(
            False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
        ),
    ) -> None:
        """Turn long videos into text that you can search, read and pipe.

        Each command reads paths, media fragments (talk.mp4#t=10,20) or spans as JSON Lines, from
        its arguments or from standard input, and writes spans as JSON Lines. Commands join into
        pipelines. If a command needs something that the stream does not have yet, it computes it.

        A span is a stretch of a video: `video`, `start` and `end` in seconds, and whatever is known
        of it. Commands add fields and keep those that they do not know; a failure goes down the
        stream as a span with `error`. `vtk schema` prints all fields. A terminal shows spans as
        text (as `vtk show`); JSON Lines go to pipes and files, and with -o - there too.

        \b
          vtk split talk.mp4 | vtk keyframes | vtk caption > shots.jsonl
          vtk chapter < shots.jsonl | vtk summarize
          vtk retrieve 'a rocket lifts off' < shots.jsonl | vtk ground 'a rocket lifts off'

        Options that are not given come from VTK_ variables where there is one, then from
        config.toml in $XDG_CONFIG_HOME/vtk (~/.config/vtk): `language = "de"` for all commands,
        a table such as [keyframes] for one.

        Exit status: 0 success; 1 some records failed and were written as error records, or nothing
        was found; 2 wrong usage; 65 input is not JSON Lines of spans; 66 no input could be opened;
        69 something that is needed is missing; 70 a bug in vtk; 74 the output could not be written;
        130 interrupted.
        """

    group = typer.main.get_command(root)
    assert isinstance(group, Group)
    group.commands = Commands()  # type: ignore[assignment]
    return group


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit the process with its status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--log-json" in given
    try:
        found = configured(COMMANDS)
        as_json |= found.get("log_json") is True
        settings = {"default_map": defaults(found, COMMANDS), "obj": found}
        status = app()(given, prog_name="vtk", standalone_mode=not as_json, **settings)
        sys.exit(status or 0)  # only with as_json; click exits otherwise
    except UsageError as error:
        _tell("vtk", error, as_json)
        sys.exit(2)
    except ClickException as error:  # only with as_json
        context = getattr(error, "ctx", None)
        _tell(context.command_path if context else "vtk", error, as_json)
        sys.exit(error.exit_code)
    except OSError as error:  # e.g. writing the help to a full disk; streams handle their own
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        _tell("vtk", OutputError(f"cannot write standard output: {error.strerror}"), as_json)
        sys.exit(74)
    except KeyboardInterrupt:
        sys.exit(130)


def _tell(command: str, error: Exception, as_json: bool) -> None:
    """Tell of an error before a stream runs, in the form that a stream would tell of it."""
    message = error.format_message() if isinstance(error, ClickException) else str(error)
    if not as_json:
        typer.echo(f"{command}: {message}", err=True)
        return
    from vtk.stream.logs import as_json as line

    told = {"type": type(error).__name__}
    typer.echo(line(time.time(), "error", command, message, told), err=True)
