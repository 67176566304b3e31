"""Options of how the results of a search are given: as lines of text, and cut out as files."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vtk.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vtk.span import Span
    from vtk.stream.job import Job


def result_options(
    form: Annotated[
        Literal["jsonl", "uri"],
        typer.Option(
            "--format",
            help="jsonl: spans with all that is known; uri: media fragments, one a line.",
        ),
    ] = "jsonl",
    template: Annotated[
        str | None,
        typer.Option(
            "--print",
            metavar="TEMPLATE",
            help=r"Print this of each result, such as '{start:hms}\t{name}\t{score:.2f}': fields "
            "by their path (keyframes.0.t), uri, name, stem, duration, json; :hms is a clock time.",
        ),
    ] = None,
    clips: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Cut each result out into a file in the folder DIR, from the keyframe of the "
            "encoding before it, without encoding anew.",
        ),
    ] = None,
    exact: Annotated[
        bool,
        typer.Option("--exact", help="For --clips: exactly the result, encoded as H.264 in MP4."),
    ] = False,
) -> None:
    """Only a signature: the parameters of every command that gives results."""


@dataclass(frozen=True)
class Results:
    """How the results of a command are wanted."""

    command: str
    values: Mapping[str, Any]

    def __call__(self, job: "Job") -> "Job":
        """The job, with its results given as wanted. Raises UsageError."""
        from vtk.stream.line_formats import template_lines, uri_lines

        form, template, clips, exact = (
            self.values[name] for name in ("form", "template", "clips", "exact")
        )
        if exact and clips is None:
            raise UsageError("--exact is of the files of --clips DIR")
        if template is not None and form != "jsonl":
            raise UsageError("--format and --print each say what a line is: give one of them")
        if clips is not None:
            cutting = partial(_cut, job.ability, self.command, clips, exact=exact)
            job = replace(job, ability=cutting)
        if template is not None:
            return replace(job, writer=template_lines(template))
        return replace(job, writer=uri_lines()) if form == "uri" else job


def _cut(
    ability: "Callable[..., Iterator[Span]]",
    command: str,
    folder: Path,
    spans: "Iterator[Span]",
    *,
    exact: bool,
    **more: Any,
) -> "Iterator[Span]":
    from vtk.clips import write_clips

    return write_clips(command, ability(spans, **more), folder, exact=exact)
