"""Input lines: bounded reading, detection of span files, and recovery from bad lines."""

import codecs
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

import orjson

from vtk.errors import InputError
from vtk.span import Span, load

STRETCH = ("video", "start", "end")
LONGEST_LINE = 64 * 2**20  # bytes; a longer line is taken for a file without line breaks

# Records, or an array of records or names; subtitles in ASS begin with a bracket too.
_JSON = re.compile(rb'[\s\x1e]*(?:\{|\[\s*[\[{"])')


def span_named_by(line: bytes | str) -> Span | None:
    """Return the stretch, else the video, named by a line that is not a span; None without one."""
    with suppress(orjson.JSONDecodeError):
        record = orjson.loads(line)
        for keys in (STRETCH, STRETCH[:1]) if isinstance(record, dict) else ():
            with suppress(InputError, orjson.JSONEncodeError):
                return load(orjson.dumps({key: record[key] for key in keys if key in record}))
    return None


@contextmanager
def own_input(number: int) -> Iterator[BinaryIO]:
    """Take over standard input, file descriptor `number`, for reading lines.

    The descriptor is redirected to /dev/null, so that a span whose video is named /dev/stdin does
    not consume the lines. A duplicate is used instead of sys.stdin, whose lock would block the exit
    while a thread waits on it.
    """
    with open(os.dup(number), "rb") as file, open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), number)
        yield file


def file_behind(file: BinaryIO) -> str | None:
    """Return the path of the file that standard input was redirected from, where that is known."""
    path = f"/proc/self/fd/{file.fileno()}"
    with suppress(OSError):
        name = os.readlink(path)
        if os.path.isfile(name) and os.path.samefile(name, path):
            return os.path.relpath(name)
    return None


def holds_spans(argument: str) -> bool:
    """Whether an argument names a file of spans, by its extension or by its first bytes."""
    if argument.endswith((".jsonl", ".ndjson")):
        return True
    try:
        if not os.path.isfile(argument):
            return False
        with open(argument, "rb") as file:
            head = file.read(64).removeprefix(codecs.BOM_UTF8)
            return bool(_JSON.match(head))
    except (OSError, ValueError):
        return False


def may_be_json(line: bytes) -> bool:
    """Whether a line begins as JSON does, and is no name of a file."""
    if line.startswith(b'{"') and line.endswith(b"}"):
        return True  # a record: the file system need not be asked
    return line.lstrip().startswith((b"{", b"}", b"[", b"]", b'"')) and not os.path.lexists(line)


def bounded_lines(file: BinaryIO, end: bytes) -> Iterator[bytes]:
    """Yield lines separated by `end`; a line over LONGEST_LINE comes truncated, as the last."""
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
