"""vtk index info, merge, verify, compact, drop: look after an index."""

import logging
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..subcommand import AsJson, write
from .options import Place, index_subcommand

if TYPE_CHECKING:
    from vtk.stream import Stream

log = logging.getLogger("vtk")


@index_subcommand
def info(stream: "Stream", index: Place, json: AsJson = False) -> None:
    """Tell what is in an index.

    Gives how many videos and spans it holds, how many spans have no words, the language of the
    words, the models with the number of spans that they embedded and how these are searched, the
    spans that are not indexed yet, and its size.

    \b
    Examples:
      vtk index info films.index
      vtk index info films.index | jq -r '.embeddings[].model'
    """
    from vtk.store.index import open_index

    with open_index(index) as opened:
        write(stream, [opened.info()], _lines, json)


@index_subcommand
def merge(
    stream: "Stream",
    index: Place,
    others: Annotated[
        list[str],
        typer.Argument(metavar="OTHER...", show_default=False, help="Indexes to be read."),
    ],
) -> None:
    """Add all spans of other indexes to one, which is made if there is none.

    The others stay as they are. A video that is in several comes from the last of them.

    \b
    Examples:
      vtk index merge all.index monday.index tuesday.index
    """
    from vtk.store.index import open_writer

    open_writer(index).merge(others)


@index_subcommand
def verify(stream: "Stream", index: Place, json: AsJson = False) -> None:
    """Check every record of an index, and whether its videos are as they were.

    Gives each problem as a record with `index` and `problem`, and nothing if all is well. The exit
    status is 1 if there is any.

    \b
    Examples:
      vtk index verify films.index | jq -r .problem
    """
    from vtk.store.index import verify

    for problem in verify(index):
        stream.failed += 1
        record = {"index": index, "problem": problem}
        write(stream, [record], lambda record: str(record["problem"]), json)


@index_subcommand
def compact(
    stream: "Stream",
    index: Place,
    now: Annotated[
        bool,
        typer.Option(
            "--now",
            help="Remove all old versions, not only those of more than an hour ago: a search that "
            "is still reading one of them fails.",
        ),
    ] = False,
) -> None:
    """Join the small files of an index, index what is new, and remove old versions.

    add does so by itself where it is worth it; this makes the index as small as it can be, and what
    the search needs beside the records anew where it cannot be read. If the list of files of the
    last version is damaged, the last whole version takes its place, which is told.

    \b
    Examples:
      vtk index compact --now films.index
    """
    from vtk.store.index import compact

    compact(index, now=now)


@index_subcommand
def drop(
    stream: "Stream",
    index: Place,
    video: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            show_default=False,
            help="Videos: a name, the last part of its path, or a shell pattern; may be given "
            "again.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", show_default=False, help="The vectors of this model."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="The whole index, with its folder.")] = False,
) -> None:
    """Drop videos from an index, the vectors of a model, or all of it.

    The room on disk is free an hour later, at the next add, or after `vtk index compact --now`. The
    exit status is 1 if the index has no video of one of the patterns.

    \b
    Examples:
      vtk index drop films.index --video 'holiday*.mp4'
      vtk index drop films.index --model siglip2-b
      vtk index drop films.index --all
    """
    from vtk.errors import UsageError
    from vtk.store.collection import Where
    from vtk.store.index import open_writer, remove

    if bool(video) + (model is not None) + all_ != 1:
        raise UsageError("drop what? One of --video PATTERN, --model NAME and --all")
    if all_:
        remove(index)
    elif model is not None:
        open_writer(index).drop_model(model)
    else:
        writer = open_writer(index)
        unknown = writer.unknown(video or ())
        writer.drop(Where(videos=tuple(video or ())))
        stream.failed += len(unknown)
        for pattern in unknown:
            log.error("the index has no video %s", pattern)


def _lines(record: dict[str, Any]) -> str:
    """Format what is in an index for a terminal."""
    told = {name: value for name, value in record.items() if name != "embeddings"}
    lines = [f"{name.replace('_', ' '):18} {value}" for name, value in told.items()]
    for each in record["embeddings"]:
        how = f"{each['search']} search"
        if "recall" in each:
            how += f" (finds {each['recall']:.1%})"
        about = f"{each['of']} by {each['model']}: {each['spans']} spans, {each['dim']} numbers"
        lines.append(f"{'embedding':18} {about}, {how}")
    return "\n".join(lines)
