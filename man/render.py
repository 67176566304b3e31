"""Render the manual pages from the commands: ``python man/render.py [--check]``.

Writes `vtk.1`, one `vtk-COMMAND.1` for each command, and `vtk-span.5` beside this file. The pages
are roff in pure ASCII, which every man program reads, and carry no date, so that they are the same
every day.
"""

import inspect
import re
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent
sys.path.insert(0, str(HOME.parent))  # run as a script, only this folder would be on the path

from man import record  # noqa: E402
from man.commandline import Command, Parameter, every, keep, read  # noqa: E402
from man.roff import escape, finish, head  # noqa: E402
from vtk.stream.exit_status import ExitStatus  # noqa: E402

# Variables that stand for no option.
VARIABLES = {
    "VTK_SPLIT": "The method of vtk split, also where another command splits a video by itself.",
    "VTK_THREADS": "The number of cores for decoding; all there are if not set.",
    "VTK_CACHE": "The folder of what is kept between runs; $XDG_CACHE_HOME/vtk if not set.",
    "VTK_API_KEY": "The key that an OpenAI-compatible server (--endpoint) asks for.",
    "SSL_CERT_FILE": "The certificates that servers are trusted by, in place of the system's.",
    "VTK_TRACEBACK": "If set, an internal error shows where in the program it happened.",
}


def main() -> int:
    """Write or check all pages."""
    group, commands = read()
    pages = {HOME / "vtk.1": overview(group, commands)}
    pages |= {HOME / f"vtk-{command.name}.1": page(command, commands) for command in commands}
    pages[HOME / "vtk-span.5"] = record.page()
    return keep("man/render.py", pages, sorted(HOME.glob("*.[1-9]")))


def overview(group: Command, commands: list[Command]) -> str:
    """The page of vtk itself."""
    lines = [*head("vtk", group.summary), ".SH SYNOPSIS"]
    lines.append(r"\fBvtk\fR [\fIOPTION\fR]... \fICOMMAND\fR [\fIARGUMENT\fR]...")
    # The exit statuses have a section of their own on this page.
    text = [words for words in group.paragraphs if not words.startswith("Exit status:")]
    lines += _prose(text)
    lines += [".SH COMMANDS"]
    for command in commands:
        lines += [".TP", rf"\fBvtk\-{escape(command.name)}\fR(1)", escape(f"{command.summary}.")]
    lines += [*_parameters("OPTIONS", group.options), *_examples(text), *_statuses()]
    lines += [".SH ENVIRONMENT"]
    for variable, meaning in sorted(_variables(commands).items()):
        lines += [".TP", rf"\fB{escape(variable)}\fR", escape(meaning)]
    pages = [*(f"vtk-{command.name}" for command in commands), "vtk-span"]
    return finish(lines, pages)


def page(command: Command, commands: list[Command]) -> str:
    """The page of one command."""
    name = f"vtk-{command.name}"
    lines = [*head(name, command.summary), ".SH SYNOPSIS"]
    for number, each in enumerate(every([command])):
        lines += [*([".br"] if number else []), _synopsis(each)]
    lines += _prose(command.paragraphs)
    for subcommand in command.subcommands:
        lines += _section(subcommand)
    lines += _parameters("ARGUMENTS", command.arguments)
    lines += _parameters("OPTIONS", command.options)
    paragraphs = list(command.paragraphs)
    for subcommand in command.subcommands:
        paragraphs += subcommand.paragraphs
    lines += [*_examples(paragraphs), *_statuses()]
    named = set(re.findall(r"\bvtk (\w+)", " ".join(" ".join(paragraphs).split())))
    others = [c.name for c in commands if c.name in named - {command.name}]
    return finish(lines, ["vtk", *(f"vtk-{other}" for other in others), "vtk-span"])


def _synopsis(command: Command) -> str:
    words = [rf"\fBvtk {escape(command.name)}\fR", r"[\fIOPTION\fR]..."]
    for argument in command.arguments:
        metavar = rf"\fI{escape(argument.metavar)}\fR"
        dots = "..." if argument.many else ""
        words.append(metavar + dots if argument.required else f"[{metavar}]{dots}")
    return " ".join(words)


def _section(command: Command) -> list[str]:
    """What a subcommand does, takes and knows, on the page of its command."""
    lines = [f'.SH "{escape(f"vtk {command.name}".upper())}"', escape(f"{command.summary}.")]
    lines += [".PP", *_text(command.paragraphs)]
    for parameter in command.arguments + command.options:
        lines += _parameter(parameter)
    return lines


def _prose(paragraphs: list[str] | tuple[str, ...]) -> list[str]:
    """DESCRIPTION: the paragraphs that are no examples."""
    lines = _text(paragraphs)
    return [".SH DESCRIPTION", *lines] if lines else []


def _text(paragraphs: list[str] | tuple[str, ...]) -> list[str]:
    """The paragraphs that are no examples; words between backticks are bold."""
    lines: list[str] = []
    for paragraph in paragraphs:
        if not paragraph.startswith("\b"):
            pieces = paragraph.split("`")
            bold = [rf"\fB{escape(p)}\fR" if n % 2 else escape(p) for n, p in enumerate(pieces)]
            lines += [".PP", *"".join(bold).splitlines()]
    return lines[1:]


def _examples(paragraphs: list[str] | tuple[str, ...]) -> list[str]:
    """EXAMPLES: the blocks that click shows as they are, each marked by a backspace."""
    blocks = [p.removeprefix("\b\n") for p in paragraphs if p.startswith("\b")]
    text = "\n".join(inspect.cleandoc(block.removeprefix("Examples:\n")) for block in blocks)
    return [".SH EXAMPLES", ".EX", *escape(text).splitlines(), ".EE"] if text else []


def _parameters(title: str, parameters: tuple[Parameter, ...]) -> list[str]:
    lines = [f".SH {title}"] if parameters else []
    return lines + [line for parameter in parameters for line in _parameter(parameter)]


def _parameter(parameter: Parameter) -> list[str]:
    names = [rf"\fB{escape(flag)}\fR" for flag in parameter.flags]
    value = rf"\fI{escape(parameter.metavar)}\fR" if parameter.metavar else ""
    if names and parameter.choices:
        value = "|".join(rf"\fB{escape(choice)}\fR" for choice in parameter.choices)
    tag = " ".join(part for part in (", ".join(names), value) if part)
    return [".TP", tag, *escape(parameter.details).splitlines()]


def _statuses() -> list[str]:
    """EXIT STATUS: each member of ExitStatus with the comment on its line."""
    lines = ['.SH "EXIT STATUS"']
    for number, meaning in re.findall(r"= (\d+)  # (.+)", inspect.getsource(ExitStatus)):
        lines += [".TP", rf"\fB{number}\fR", escape(f"{meaning[:1].upper()}{meaning[1:]}.")]
    return lines


def _variables(commands: list[Command]) -> dict[str, str]:
    """Environment variables with what they do: those of options, from the options."""
    options = {
        option.variable: f"Sets {option.flags[-1]} where it is not given. {option.text}"
        for command in every(commands)
        for option in command.options
        if option.variable
    }
    return options | VARIABLES


if __name__ == "__main__":
    sys.exit(main())
