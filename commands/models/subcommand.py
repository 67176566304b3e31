"""What the subcommands of vtk models share: arguments, and one model after the other."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Annotated, Any

import typer

from ..subcommand import subcommand

Model = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        show_default=False,
        help="A name (qwen3-vl-4b), a name with a quantization (qwen3-vl-4b:q8_0), a file on the "
        "hub (hf:owner/repo/file.gguf), or the path of a file.",
    ),
]
Models = Annotated[
    list[str],
    typer.Argument(
        metavar="MODEL...",
        show_default=False,
        help="Names (qwen3-vl-4b), with a quantization (qwen3-vl-4b:q8_0) or without, or files "
        "on the hub (hf:owner/repo/file.gguf).",
    ),
]
ModelOrServer = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL",
        show_default=False,
        help="A model as for path, or a folder; leave it out with --endpoint.",
    ),
]
models_subcommand = partial(subcommand, "models")


def of_each(
    stream: Any, models: Iterable[str], work: Callable[..., Iterable[Any]]
) -> Iterator[Any]:
    """Yield what `work(model, progress)` yields; a model that is missing does not end the run."""
    from vtk.errors import MissingError, UsageError

    for model in models:
        try:
            for result in work(model, stream.progress.loaded):
                stream.progress.rest()
                yield result
        except (MissingError, UsageError) as error:
            stream.progress.rest()
            stream.fail(error)
