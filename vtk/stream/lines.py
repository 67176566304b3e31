"""Lines of input: where one ends, whether a file holds spans, and what a bad line names."""

import codecs
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

import orjson

from vtk.errors import InputError
from vtk.span import Span, load

STRETCH = ("video", "start", "end")
LONGEST_LINE = 64 * 2**20  # bytes; a longer line is no span but a file without line ends


def span_named_by(line: bytes | str) -> Span | None:
    """The stretch, or else the video, that a line names which is no span; None without one."""
    with suppress(orjson.JSONDecodeError):
        record = orjson.loads(line)
        for keys in (STRETCH, STRETCH[:1]) if isinstance(record, dict) else ():
            with suppress(InputError, orjson.JSONEncodeError):
                return load(orjson.dumps({key: record[key] for key in keys if key in record}))
    return None


@contextmanager
def own_input(number: int) -> Iterator[BinaryIO]:
    """Standard input, of that file descriptor, for lines alone.

    In its place is nothing, so that a span of a video that came on some standard input, whose name
    is /dev/stdin, is not sought among the lines. Nor is it sys.stdin, which would be locked at exit
    while a thread waits on it.
    """
    with open(os.dup(number), "rb") as file, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), number)
        yield file


def holds_spans(argument: str) -> bool:
    """Whether an argument names a file of spans: by its name, or by how it begins."""
    if argument.endswith((".jsonl", ".ndjson")):
        return True
    try:
        if not os.path.isfile(argument):
            return False
        with open(argument, "rb") as file:
            head = file.read(64).removeprefix(codecs.BOM_UTF8)
            return head.lstrip().startswith(b"{")
    except (OSError, ValueError):
        return False


def bounded_lines(file: BinaryIO, end: bytes) -> Iterator[bytes]:
    """Pieces of a file between ends; a piece over LONGEST_LINE comes cut, as the last."""
    if end == b"\n":
        while line := file.readline(LONGEST_LINE + 2):
            yield line
        return
    rest = b""
    while chunk := file.read1(2**16):  # type: ignore[attr-defined]
        *whole, rest = (rest + chunk).split(end)
        yield from whole
        if len(rest) > LONGEST_LINE:
            break
    if rest:
        yield rest
