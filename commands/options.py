"""What all commands share: the options of the stream, declared once, and how a run begins."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

_INPUT = """Videos: paths, URLs, media fragments (talk.mp4#t=10,20), spans as JSON, or files of
spans (shots.jsonl). Without any, or for -, they are read from standard input, one a line."""

Language = Annotated[
    str | None,
    typer.Option(
        metavar="CODE", envvar="VTK_LANGUAGE", help="Language of the words (en, de, …), ISO 639."
    ),
]


def _shared(
    inputs: Annotated[
        list[str] | None, typer.Argument(metavar="INPUT", help=_INPUT, show_default=False)
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to FILE instead of standard output; it appears when it is whole.",
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", metavar="N", min=1, help="Work in N processes; order is kept."
        ),
    ] = 1,
    null: Annotated[
        bool,
        typer.Option("--null", "-0", help="Standard input is paths ended by NUL (find -print0)."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no warnings, only errors.")
    ] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Messages on standard error as JSON Lines.")
    ] = False,
) -> None:
    """Only a signature: the parameters that every command on a stream has."""


def streaming(function: Callable[..., None]) -> Callable[..., None]:
    """A command on a stream: `function(stream, own options)` with the shared options added.

    Own arguments (a query) come before the inputs, own options before the shared ones.
    """
    shared = inspect.signature(_shared).parameters
    own = [p for name, p in inspect.signature(function).parameters.items() if name != "stream"]

    @functools.wraps(function)
    def command(**values: Any) -> None:
        from vtk.stream import Stream  # on first use: help must not pay for it

        settings = {name: values.pop(name) for name in shared}
        settings["inputs"] = settings["inputs"] or []
        function(Stream(function.__name__, **settings), **values)

    positional = [p for p in own if p.default is p.empty]
    optional = [p for p in own if p.default is not p.empty]
    parameters = [*positional, *list(shared.values())[:1], *optional, *list(shared.values())[1:]]
    keyword = [p.replace(kind=p.KEYWORD_ONLY) for p in parameters]
    command.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    del command.__wrapped__
    return command
