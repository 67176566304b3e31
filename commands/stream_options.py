"""Options of every command on a stream, and that of lines of your own instead of spans."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from vtk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vtk.stream.job import Job

_INPUT = """Videos: paths, folders of them, URLs, media fragments (talk.mp4#t=10,20), spans as JSON,
or files of spans (shots.jsonl). Without any, or for -, they are read from standard input, one a
line."""

# Commands whose spans a template may print; those with results have the option besides others.
PRINTING = (
    *("probe", "split", "keyframes", "transcribe", "ocr", "caption", "chapter", "summarize"),
    *("embed", "index duplicates", "show", "export clips"),
)
Template = Annotated[
    str | None,
    typer.Option(
        "--print",
        metavar="TEMPLATE",
        help=r"Print this of each span, such as '{start:hms}\t{name}\t{score:.2f}': fields by "
        "their path (keyframes.0.t), uri, name, stem, duration, json; :hms is a clock time.",
    ),
]


def shared_options(
    inputs: Annotated[
        list[str] | None, typer.Argument(metavar="INPUT...", help=_INPUT, show_default=False)
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to FILE instead of standard output; it appears when it is complete.",
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", metavar="N", min=1, help="Work in N processes; the order is kept."
        ),
    ] = 1,
    null: Annotated[
        bool,
        typer.Option("--null", "-0", help="Paths on standard input end with NUL (find -print0)."),
    ] = False,
    absolute: Annotated[
        bool,
        typer.Option("--absolute", help="Name local files by their absolute paths."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress and no warnings, only errors.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Say at the end what was done, and how long it took."),
    ] = False,
    progress_fd: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=2,
            help="Instead of a bar, a line of JSON a second on file descriptor N, as for "
            "--progress-fd 3 3> progress.jsonl: share (0 to 1), of, video, spans, elapsed, left "
            "(seconds), ended.",
        ),
    ] = None,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Messages on standard error as JSON Lines.")
    ] = False,
) -> None:
    """Only a signature: the parameters that every command on a stream has."""


def printing_options(template: Template = None) -> None:
    """Only a signature: the parameters of the commands in PRINTING."""


def printed(command: "Callable[[], Job | str]", template: str | None) -> "Callable[[], Job | str]":
    """A command whose job prints the template for each span, if there is one.

    Raises UsageError for what is no template, and for a run that is to be resumed.
    """

    def job() -> "Job | str":
        from vtk.stream.line_formats import template_lines

        found = command()
        if template is None or isinstance(found, str):
            return found
        if found.resumes or found.keeps:
            raise UsageError("--resume continues a file of spans: leave out --print")
        return replace(found, writer=template_lines(template))

    return job
