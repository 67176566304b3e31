"""What the subcommands of vtk models share: arguments, how a run begins, how it writes."""

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any

import typer

from ..options import Opening, _model, _shared, is_given

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
AsJson = Annotated[
    bool, typer.Option("--json", help="JSON Lines also on a terminal, not a table to read.")
]


def subcommand(function: Callable[..., None]) -> Callable[..., None]:
    """Make a subcommand that calls `function(stream, ...)` and exits with the stream's status.

    One that takes `opening` has the options of a language model as well, of which it may name
    `model` itself, as an argument.
    """
    shared = inspect.signature(_shared).parameters
    common = [shared[name] for name in ("quiet", "log_json")]
    taken = dict(inspect.signature(function).parameters)
    del taken["stream"]
    loading = inspect.signature(_model).parameters if taken.pop("opening", None) else {}
    added = [p for name, p in loading.items() if name not in taken]

    @functools.wraps(function)
    def command(ctx: typer.Context, **values: Any) -> None:
        from vtk.stream import Stream  # imported late to keep --help fast

        stream = Stream("models", **{p.name: values.pop(p.name) for p in common})
        if loading:
            given = frozenset(name for name in values if is_given(ctx, name))
            named = {name: values[name] for name in loading}
            values = {name: values[name] for name in taken}
            values["opening"] = Opening(named, given=given)
        raise SystemExit(stream.status(functools.partial(function, stream, **values)))

    ctx = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    own = [*taken.values(), *added, *common, ctx]
    keyword = [p.replace(kind=p.KEYWORD_ONLY) for p in own]
    command.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in keyword}
    del command.__wrapped__
    return command


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


def write(stream: Any, records: Iterable[Any], line: Callable[[Any], str], json: bool) -> None:
    """Write records as JSON Lines; on a terminal, unless `json`, as formatted by `line`."""
    import orjson

    from vtk.output import open_sink
    from vtk.stream.terminal import is_terminal

    readable = is_terminal(sys.stdout) and not json
    with open_sink(None) as sink:
        for record in records:
            text = os.fsencode(line(record)) if readable else orjson.dumps(record, os.fsdecode)
            with stream.progress.above():
                sink(text + b"\n")


def print_lines(lines: Iterable[str]) -> None:
    """Write lines of text."""
    from vtk.output import open_sink

    with open_sink(None) as sink:
        for line in lines:
            sink(os.fsencode(line) + b"\n")
