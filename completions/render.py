"""Render the completions of bash, zsh and fish: ``python completions/render.py [--check]``.

Writes `vtk`, `_vtk` and `vtk.fish`, the names under which the three shells look for them, into
`shells/`, each from its template, whose places (@commands@) are filled from the commands. They
are static: no Python starts while somebody types.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).resolve().parent
sys.path.insert(0, str(HOME.parent))  # run as a script, only this folder would be on the path

from man.commandline import Command, Parameter, every, keep, read  # noqa: E402
from vtk.models.hub.catalog import packaged  # noqa: E402
from vtk.recipes.recipe import recipe_names  # noqa: E402
from vtk.stream import folders  # noqa: E402

# What is offered for a value is told by its option, or by its metavar; nothing is for the others.
OPTIONS = {
    "--model": "language_models",
    "transcribe --model": "speech_models",
    "--clip": "clip_models",
    "--embedder": "text_embedders",
    "--recipe": "recipes",
}
METAVARS = {"FILE": "files", "DIR": "folders", "INPUT": "inputs", "MODEL": "models"}
# The kinds of models in the catalog that are offered by name, beside files.
KINDS = {
    "models": None,
    "language_models": ("vlm", "llm", "ocr"),
    "speech_models": ("speech",),
    "clip_models": ("clip",),
    "text_embedders": ("embed",),
}

# The ends of names that are offered as input: files of spans, then videos.
ENDINGS = ["jsonl", "ndjson", *folders.ENDINGS]


def main() -> int:
    """Write or check the three files."""
    group, commands = read()
    makers = {"vtk": bash, "_vtk": zsh, "vtk.fish": fish}
    files = {}
    for name, make in makers.items():
        text = (HOME / "templates" / name).read_text("utf-8")
        for place, lines in make(group, commands).items():
            text = text.replace(f"@{place}@", lines)
        files[HOME / "shells" / name] = text
    return keep("completions/render.py", files)


def offered(command: str, parameter: Parameter) -> str:
    """What is offered for the value of a parameter: files, inputs, models, …; empty for nothing."""
    for flag in parameter.flags:
        for option in (f"{command} {flag}", flag):
            if option in OPTIONS and parameter.metavar == "NAME":
                return OPTIONS[option]
    return METAVARS.get(parameter.metavar, "")


def names() -> dict[str, str]:
    """The words that are offered beside files, by what is offered."""
    models = {name: entries[0].kind for name, entries in packaged().items()}
    found = {
        offer: " ".join(name for name, kind in models.items() if kinds is None or kind in kinds)
        for offer, kinds in KINDS.items()
    }
    return found | {"recipes": " ".join(recipe_names())}


def bash(group: Command, commands: list[Command]) -> dict[str, str]:
    """The lists and the branches of `case` in the file for bash."""
    options, values, places = [], [], []
    for command in every(commands):
        flags = [flag for option in command.options for flag in option.flags]
        taking = [flag for option in command.options if option.takes_value for flag in option.flags]
        options.append(
            f"{_pattern(command)}) options='{' '.join(flags)}' taking=' {' '.join(taking)} ' ;;"
        )
        for option in command.options:
            if action := _bash_action(command, option):
                pattern = " | ".join(f"'{command.name} {flag}'" for flag in option.flags)
                values.append(f"{pattern}) {action} ;;")
        for place, argument in enumerate(command.arguments):
            if action := _bash_action(command, argument):
                pattern = f"'{command.name} '*" if argument.many else f"'{command.name} {place}'"
                places.append(f"{pattern}) {action} ;;")
            else:
                places.append(f"'{command.name} {place}') ;;")
    return {
        "endings": " | ".join(f"*.{ending}" for ending in ENDINGS),
        "commands": " ".join(command.name for command in commands),
        "own": " ".join(flag for option in group.options for flag in option.flags),
        "names": "\n".join(
            f"_vtk_{what}() {{ _vtk_names '{words}'; }}" for what, words in names().items()
        ),
        "groups": _indented([_bash_group(c) for c in commands if c.subcommands], 4),
        "options": _indented(options, 4),
        "values": _indented(values, 8),
        "places": _indented(places, 4),
    }


def _bash_group(command: Command) -> str:
    words = [*_words(command), *(flag for option in command.options for flag in option.flags)]
    return f"{command.name}) words='{' '.join(words)}' ;;"


def _words(command: Command) -> list[str]:
    """What is typed for each subcommand."""
    return [subcommand.name.rpartition(" ")[2] for subcommand in command.subcommands]


def _pattern(command: Command) -> str:
    """The name of a command as a pattern of `case`."""
    return f"'{command.name}'" if " " in command.name else command.name


def _bash_action(command: Command, parameter: Parameter) -> str:
    if parameter.choices:
        return f"_vtk_words '{' '.join(parameter.choices)}'"
    offer = offered(command.name, parameter)
    return f"_vtk_{offer}" if offer else ""


def zsh(group: Command, commands: list[Command]) -> dict[str, str]:
    """The specifications for `_describe` and `_arguments` in the file for zsh."""
    branches = [line for command in every(commands) for line in _zsh_branch(command)]
    groups = [line for command in commands if command.subcommands for line in _zsh_group(command)]
    return {
        "endings": "|".join(ENDINGS),
        "commands": _indented([_zsh_quoted(f"{c.name}:{c.summary}") for c in commands], 8),
        "own": _continued([_zsh_option(group, option) for option in group.options], 8).lstrip(),
        "names": "\n".join(
            f"_vtk_{what}() {{ compadd -- {words}; _files }}" for what, words in names().items()
        ),
        "groups": _indented(groups, 8),
        "branches": _indented(branches, 8),
    }


def _zsh_branch(command: Command) -> list[str]:
    specifications = [_zsh_option(command, option) for option in command.options]
    for place, argument in enumerate(command.arguments, 1):
        where = "*" if argument.many else str(place)
        specifications.append(_zsh_quoted(f"{where}{_zsh_value(command, argument)}"))
    call = f"    _arguments -s -S \\\n{_continued(specifications, 16)}"
    return [f"{_pattern(command)})", call, "    ;;"]


def _zsh_group(command: Command) -> list[str]:
    pairs = zip(_words(command), command.subcommands, strict=True)
    described = "\n".join(" " * 16 + _zsh_quoted(f"{word}:{each.summary}") for word, each in pairs)
    general = "\n".join(" " * 16 + _zsh_option(command, option) for option in command.options)
    return [
        f"{command.name})",
        f"    subcommands=(\n{described}\n            )",
        f"    general=(\n{general}\n            )",
        "    ;;",
    ]


def _zsh_option(command: Command, option: Parameter) -> str:
    text = re.sub(r"[\\\[\]]", r"\\\g<0>", option.text.rstrip("."))
    value = _zsh_value(command, option) if option.takes_value else ""
    # A value may follow a short option at once (-oFILE) and a long one after a = (--output=FILE).
    signs = {2: "+"} if value else {}
    flags = [f + (signs.get(len(f), "=") if value else "") for f in option.flags]
    if option.many:
        before = _zsh_quoted("*")
    elif "--help" in option.flags or "--version" in option.flags:  # nothing else makes sense
        before = _zsh_quoted("(- *)")
    else:
        before = _zsh_quoted(f"({' '.join(option.flags)})") if len(flags) > 1 else ""
    names = "{" + ",".join(flags) + "}" if len(flags) > 1 else flags[0]
    return before + names + _zsh_quoted(f"[{text}]{value}")


def _zsh_value(command: Command, parameter: Parameter) -> str:
    if parameter.choices:
        name = parameter.metavar or parameter.flags[-1].lstrip("-")
        return f":{name}:({' '.join(parameter.choices)})"
    offer = offered(command.name, parameter)
    own = f"_vtk_{offer}" if offer else " "
    message = parameter.metavar.replace(":", "\\:")
    return f":{message}:{ {'files': '_files', 'folders': '_files -/'}.get(offer, own) }"


def fish(group: Command, commands: list[Command]) -> dict[str, str]:
    """The calls of `complete` in the file for fish."""
    first = [
        f"complete -c vtk -n __vtk_first {_fish_option(group, option)}" for option in group.options
    ]
    for command in commands:
        first.append(
            f"complete -c vtk -n __vtk_first -a {command.name} -d {_fish_quoted(command.summary)}"
        )
    groups = [line for command in commands if command.subcommands for line in _fish_group(command)]
    rest = [line for command in every(commands) for line in _fish_command(command)]
    return {
        "endings": "|".join(ENDINGS),
        "names": "\n".join(
            f"function __vtk_{what}; __vtk_names '{words}'; end" for what, words in names().items()
        ),
        "first": "\n".join(first),
        "rest": "\n".join(groups + rest),
    }


def _fish_group(command: Command) -> Iterator[str]:
    yield f"\n# vtk {command.name}"
    start = f"complete -c vtk -n '__vtk_group {command.name}'"
    for option in command.options:
        yield f"{start} {_fish_option(command, option)}"
    for word, each in zip(_words(command), command.subcommands, strict=True):
        yield f"{start} -a {word} -d {_fish_quoted(each.summary)}"


def _fish_command(command: Command) -> Iterator[str]:
    yield f"\n# vtk {command.name}"
    start = f"complete -c vtk -n '__vtk_command {command.name}'"
    for option in command.options:
        yield f"{start} {_fish_option(command, option)}"
    taking = [flag for option in command.options if option.takes_value for flag in option.flags]
    for place, argument in enumerate(command.arguments):
        condition = f"__vtk_command {command.name}"
        if place or not argument.many:
            comparison = "-ge" if argument.many else "-eq"
            before = place + command.name.count(" ")  # a subcommand counts as an argument
            condition += f"; and test (__vtk_arguments {' '.join(taking)}) {comparison} {before}"
        offer = offered(command.name, argument)
        own = "" if offer in ("", "files", "folders") else f"(__vtk_{offer})"
        if words := " ".join(argument.choices) or own:
            yield f"complete -c vtk -n '{condition}' -a '{words}'"


def _fish_option(command: Command, option: Parameter) -> str:
    parts = [f"-l {flag[2:]}" if flag[:2] == "--" else f"-s {flag[1:]}" for flag in option.flags]
    if option.choices:
        parts.append(f"-x -a '{' '.join(option.choices)}'")
    elif option.metavar:
        offer = offered(command.name, option)
        own = f"-r -F -a '(__vtk_{offer})'" if offer else "-x"
        known = {"files": "-r -F", "folders": "-x -a '(__fish_complete_directories)'"}
        parts.append(known.get(offer, own))
    return " ".join([*parts, "-d", _fish_quoted(option.text.rstrip("."))])


def _zsh_quoted(text: str) -> str:
    """Text as one word of zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    """Text as one word of fish."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _indented(lines: list[str], width: int) -> str:
    return ("\n" + " " * width).join(lines)


def _continued(words: list[str], width: int) -> str:
    """Words of one call, each on a line of its own."""
    return " \\\n".join(" " * width + word for word in words)


if __name__ == "__main__":
    sys.exit(main())
