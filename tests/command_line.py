"""The command line, called in the process of the tests or in one of its own."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any
from unittest import mock

import pytest

VTK = str(Path(sys.executable).parent / "vtk")

# No test pays for a network that it is not about, or writes to the user's own folders.
OURS = {
    "VTK_SPLIT": "content",
    "VTK_CACHE": f"{tempfile.gettempdir()}/vtk-tests-{os.getuid()}",
    "ORT_DISABLE_TELEMETRY": "1",  # of tests that load onnxruntime themselves
    "OPENBLAS_NUM_THREADS": "1",  # as where the program starts; read when NumPy is imported
}
os.environ |= OURS

# By name, as type checkers know no mapping of the folder commands/.
COMMAND_LINE = import_module("vtk.commands")

Ran = subprocess.CompletedProcess[bytes]
Run = Callable[..., Ran]
Argument = str | bytes | Path
Input = bytes | str | Sequence[Any]
Variables = Mapping[str, str]


def vtk(
    *arguments: Argument, stdin: Input = b"", env: Variables | None = None, cwd: Path | None = None
) -> Ran:
    """Run ``vtk`` in this process, which is afterwards as it was before.

    `stdin` may be a list of records, `env` holds variables beside those that are set. For what
    needs a process to itself there is `vtk_process`: signals, pipes, memory, what is imported.
    """
    with (
        mock.patch.dict(os.environ, _environment(env), clear=True),
        mock.patch(
            "vtk.stream.interrupt_when_reader_leaves"
        ),  # they watch for the rest of the process
        mock.patch("vtk.stream.install_handlers"),
        contextlib.chdir(cwd or Path()),
        _own_log(),
        tempfile.TemporaryFile() as source,
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as messages,
    ):
        source.write(_bytes(stdin))
        source.seek(0)
        with _standard_streams(source, output, messages), pytest.raises(SystemExit) as end:
            COMMAND_LINE.main([os.fsdecode(argument) for argument in arguments])
        output.seek(0)
        messages.seek(0)
        status = end.value.code or 0
        assert isinstance(status, int)
        return Ran(arguments, status, output.read(), messages.read())


def vtk_process(
    *arguments: Argument, stdin: Input = b"", env: Variables | None = None, **options: Any
) -> Ran:
    """Run ``vtk`` in a process of its own; otherwise the same as `vtk`."""
    ran = subprocess.run(
        [VTK, *arguments],
        input=_bytes(stdin),
        capture_output=True,
        timeout=120,
        env=_environment(env),
        **options,
    )
    assert b"Traceback (most recent call last)" not in (ran.stderr or b""), ran.stderr.decode()
    return ran


def lines(result: Ran) -> list[dict[str, Any]]:
    """The records that a run wrote."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def records(result: Ran) -> list[dict[str, Any]]:
    """The records that a run wrote; none of one that wrote something else, such as subtitles."""
    return lines(result) if result.stdout.startswith(b'{"') else []


def _bytes(stdin: Input) -> bytes:
    if isinstance(stdin, bytes):
        return stdin
    if isinstance(stdin, str):
        return stdin.encode()
    return b"".join(json.dumps(record).encode() + b"\n" for record in stdin)


def _environment(wanted: Variables | None) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("VTK_")}
    return inherited | OURS | dict(wanted or {})


@contextlib.contextmanager
def _own_log() -> Iterator[None]:
    """Undo at the end what a command sets of vtk's log."""
    log = logging.getLogger("vtk")
    handlers, level, propagate = [*log.handlers], log.level, log.propagate
    try:
        yield
    finally:
        log.handlers[:], log.propagate = handlers, propagate
        log.setLevel(level)


@contextlib.contextmanager
def _standard_streams(*files: IO[bytes]) -> Iterator[None]:
    """Files as standard input, output and error, to Python and to compiled modules."""
    kept = [os.dup(number) for number in range(3)]
    for number, file in enumerate(files):
        os.dup2(file.fileno(), number)
    try:
        with (
            open(0, closefd=False) as stdin,
            open(1, "w", closefd=False) as stdout,
            open(2, "w", buffering=1, errors="backslashreplace", closefd=False) as stderr,
            mock.patch.multiple(sys, stdin=stdin, stdout=stdout, stderr=stderr),
        ):
            yield
    finally:
        for number, file_descriptor in enumerate(kept):
            os.dup2(file_descriptor, number)
            os.close(file_descriptor)
