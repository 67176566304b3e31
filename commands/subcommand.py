"""What commands share that write records of their own kind: how a run begins, how it writes."""

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import typer

from .options import Opening, _model, is_given
from .stream_options import shared_options

AsJson = Annotated[
    bool, typer.Option("--json", help="JSON Lines also on a terminal, not a table to read.")
]


def subcommand(group: str, function: Callable[..., None]) -> Callable[..., None]:
    """Make a subcommand of a group that calls `function(stream, ...)`.

    It exits with the stream's status. One that takes `opening` has the options of a language model
    as well, of which it may name `model` itself, as an argument.
    """
    shared = inspect.signature(shared_options).parameters
    common = [shared[name] for name in ("quiet", "log_json")]
    taken = dict(inspect.signature(function).parameters)
    del taken["stream"]
    loading = inspect.signature(_model).parameters if taken.pop("opening", None) else {}
    added = [p for name, p in loading.items() if name not in taken]

    @functools.wraps(function)
    def command(ctx: typer.Context, **values: Any) -> None:
        from vtk.stream import Stream  # imported late to keep --help fast

        stream = Stream(group, **{p.name: values.pop(p.name) for p in common})
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
