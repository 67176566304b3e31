"""Completions: current, and tried out in the shells themselves."""

import os
import pty
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from man.commandline import Command, every, read

HOME = Path(__file__).parents[1]
FILES = HOME / "completions" / "shells"
_, COMMANDS = read()
NAMES = [command.name for command in COMMANDS]


def _needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files that are input, one that is not, and a folder."""
    for name in ("talk.mp4", "take 2.MOV", "shots.jsonl", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "tapes").mkdir()
    return tmp_path


def _bash(folder: Path, *words: str) -> list[str]:
    """What bash would offer for the last word, sorted."""
    script = (
        'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vtk vtk "${!#}"\n'
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    run = subprocess.run(
        ["bash", "--norc", "-c", script, str(FILES / "vtk"), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")
    return sorted(run.stdout.split("\n")[:-1]) if run.stdout.strip() else []


def _fish(folder: Path, line: str) -> list[str]:
    """What fish would offer at the end of a line, without descriptions, sorted."""
    script = 'source $argv[1]; complete -C "$argv[2]"'
    run = subprocess.run(
        ["fish", "--no-config", "-c", script, str(FILES / "vtk.fish"), line],
        cwd=folder,
        env=os.environ | {"HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")
    return sorted(offer.partition("\t")[0] for offer in run.stdout.splitlines())


def _typed(folder: Path, shell: list[str], setup: str, line: str) -> str:
    """The command line that a shell runs when somebody types `line`, tabs included.

    In the shell, vtk is a function that writes its arguments to a file.
    """
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm"}
    with subprocess.Popen(
        shell,
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        limit = threading.Timer(60, process.kill)  # a shell that asks something would wait forever
        limit.start()
        os.close(theirs)
        os.write(
            ours, f"{setup}; vtk() {{ printf '<%s>' \"$@\" > .typed; }}; echo rea''dy\n".encode()
        )
        seen = b""
        while b"ready" not in seen:
            seen += os.read(ours, 4096)
        os.write(ours, f"{line}\nexit\n".encode())
        try:
            while os.read(ours, 4096):
                pass
        except OSError:  # how Linux tells that the other end is closed
            pass
        process.wait()
        limit.cancel()
        os.close(ours)
    return (folder / ".typed").read_text()


def _interactive_bash(folder: Path, line: str) -> str:
    return _typed(
        folder, ["bash", "--norc", "--noprofile", "-i"], f"source '{FILES / 'vtk'}'", line
    )


def _zsh(folder: Path, line: str) -> str:
    setup = f"fpath=('{FILES}' $fpath); autoload -Uz compinit; compinit -u -D"
    return _typed(folder, ["zsh", "-f", "-i"], setup, line)


def test_files_are_current() -> None:
    run = subprocess.run(
        [sys.executable, "completions/render.py", "--check"],
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("shell", "name"),
    [
        pytest.param(shell, name, marks=_needs(shell))
        for shell, name in {"bash": "vtk", "zsh": "_vtk", "fish": "vtk.fish"}.items()
    ],
)
def test_files_are_correct_shell(shell: str, name: str) -> None:
    run = subprocess.run([shell, "-n", FILES / name], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")


@_needs("bash")
def test_bash_offers_commands_and_options(folder: Path) -> None:
    assert _bash(folder, "vtk", "sp") == ["split"]
    assert _bash(folder, "vtk", "") == sorted([*NAMES, "--version", "-h", "--help"])
    assert _bash(folder, "vtk", "--v") == ["--version"]
    assert _bash(folder, "vtk", "split", "--e") == ["--every"]
    assert _bash(folder, "vtk", "nonsense", "--e") == []


@_needs("bash")
@pytest.mark.parametrize("command", every(COMMANDS), ids=lambda command: command.name)
def test_bash_offers_every_option_and_choice(folder: Path, command: Command) -> None:
    flags = sorted(flag for option in command.options for flag in option.flags)
    typed = ["vtk", *command.name.split()]
    assert _bash(folder, *typed, "-") == flags
    for option in command.options:
        for flag in option.flags if option.choices else ():
            choices = sorted(option.choices)
            assert _bash(folder, *typed, flag, "") == choices
            assert _bash(folder, *typed, flag, "=") == choices
            assert _bash(folder, *typed, flag, "=", choices[0]) == [choices[0]]


@_needs("bash")
def test_bash_offers_files_where_they_belong(folder: Path) -> None:
    inputs = ["shots.jsonl", "take 2.MOV", "talk.mp4", "tapes"]
    assert _bash(folder, "vtk", "split", "") == inputs
    assert _bash(folder, "vtk", "split", "--every", "30s", "talk.mp4", "sh") == ["shots.jsonl"]
    assert _bash(folder, "vtk", "split", "no") == ["notes.txt"]
    assert _bash(folder, "vtk", "split", "-o", "") == sorted([*inputs, "notes.txt"])
    assert _bash(folder, "vtk", "keyframes", "--images", "t") == ["tapes"]
    assert _bash(folder, "vtk", "split", "--every", "") == []
    assert _bash(folder, "vtk", "schema", "") == []


@_needs("bash")
def test_bash_offers_no_files_for_a_query(folder: Path) -> None:
    assert _bash(folder, "vtk", "retrieve", "") == []
    assert _bash(folder, "vtk", "retrieve", "-n", "3", "") == []
    assert _bash(folder, "vtk", "retrieve", "--by", "=", "words", "") == []
    assert _bash(folder, "vtk", "retrieve", "--", "") == []
    assert _bash(folder, "vtk", "retrieve", "-n", "3", "a query", "ta") == [
        "take 2.MOV",
        "talk.mp4",
        "tapes",
    ]


@_needs("bash")
def test_bash_offers_subcommands_and_models(folder: Path) -> None:
    words = ["--help", "-h", "bench", "check", "doctor", "list", "path", "pull", "verify"]
    assert _bash(folder, "vtk", "models", "") == words
    assert _bash(folder, "vtk", "models", "ver") == ["verify"]
    assert "qwen3-vl-4b" in _bash(folder, "vtk", "models", "pull", "")
    assert _bash(folder, "vtk", "models", "pull", "qwen3-vl-4b", "pe-core-b") == ["pe-core-b"]
    assert _bash(folder, "vtk", "models", "verify", "talk") == ["talk.mp4"]
    assert _bash(folder, "vtk", "models", "list", "") == []
    assert _bash(folder, "vtk", "models", "nonsense", "-") == []


@_needs("bash")
def test_bash_offers_names_for_values(folder: Path) -> None:
    assert "qwen3-vl-4b" in _bash(folder, "vtk", "caption", "-m", "qwen3")
    assert _bash(folder, "vtk", "caption", "-m", "talk") == ["talk.mp4"]
    assert _bash(folder, "vtk", "caption", "--model", "=", "whisper") == []
    assert "whisper-tiny" in _bash(folder, "vtk", "transcribe", "-m", "whisper")
    assert "siglip2-b" in _bash(folder, "vtk", "embed", "--clip", "")
    assert "all-minilm" in _bash(folder, "vtk", "retrieve", "--embedder", "all")
    assert _bash(folder, "vtk", "caption", "--recipe", "vr") == ["vript"]


@_needs("bash")
def test_bash_quotes_names(folder: Path) -> None:
    assert _interactive_bash(folder, "vtk split take\t") == "<split><take 2.MOV>"
    assert _interactive_bash(folder, "vtk split take\\ \t") == "<split><take 2.MOV>"
    assert _interactive_bash(folder, "vtk split 'take \t") == "<split><take 2.MOV>"
    assert _interactive_bash(folder, "vtk keyframes --format=w\t") == "<keyframes><--format=webp>"


@_needs("zsh")
@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("vtk sp\t", "<split>"),
        ("vtk --v\t", "<--version>"),
        ("vtk split --ev\t30s", "<split><--every=30s>"),
        ("vtk keyframes --format w\t", "<keyframes><--format><webp>"),
        ("vtk keyframes --format=w\t", "<keyframes><--format=webp>"),
        ("vtk keyframes --images ta\t", "<keyframes><--images><tapes>"),
        ("vtk split take\t", "<split><take 2.MOV>"),
        ("vtk split no\t", "<split><notes.txt>"),
        ("vtk retrieve sh\t", "<retrieve><sh>"),
        ("vtk mod\t ver\t", "<models><verify>"),
        ("vtk models list --ki\tcl\t", "<models><list><--kind=clip>"),
        ("vtk models pull -q qwen3-vl-8\t", "<models><pull><-q><qwen3-vl-8b>"),
        ("vtk caption -m qwen3-vl-8\t", "<caption><-m><qwen3-vl-8b>"),
        ("vtk transcribe --model=whisper-med\t", "<transcribe><--model=whisper-medium>"),
        ("vtk caption --recipe vr\t", "<caption><--recipe><vript>"),
        ("vtk retrieve -n 3 query sh\t", "<retrieve><-n><3><query><shots.jsonl>"),
    ],
)
def test_zsh_completes(folder: Path, line: str, typed: str) -> None:
    assert _zsh(folder, line) == typed


@_needs("fish")
def test_fish_offers_commands_and_options(folder: Path) -> None:
    assert _fish(folder, "vtk sp") == ["split"]
    assert _fish(folder, "vtk ") == sorted(NAMES)
    assert _fish(folder, "vtk --v") == ["--version"]
    assert _fish(folder, "vtk split --e") == ["--every"]
    assert _fish(folder, "vtk keyframes --format ") == ["avif", "jpg", "png", "webp"]
    assert _fish(folder, "vtk keyframes --format=w") == ["--format=webp"]


@_needs("fish")
def test_fish_offers_subcommands_and_models(folder: Path) -> None:
    assert _fish(folder, "vtk models ") == [
        "bench",
        "check",
        "doctor",
        "list",
        "path",
        "pull",
        "verify",
    ]
    assert _fish(folder, "vtk models list --ki") == ["--kind"]
    assert _fish(folder, "vtk models list --kind c") == ["clip"]
    assert _fish(folder, "vtk models path qwen3-vl-8") == ["qwen3-vl-8b"]
    assert _fish(folder, "vtk models path qwen3-vl-8b qw") == []
    assert _fish(folder, "vtk models verify talk") == ["talk.mp4"]
    assert _fish(folder, "vtk models list ") == []
    assert _fish(folder, "vtk caption --recipe vr") == ["vript"]
    assert _fish(folder, "vtk caption -m qwen3-vl-8") == ["qwen3-vl-8b"]


@_needs("fish")
def test_fish_offers_files_where_they_belong(folder: Path) -> None:
    inputs = ["shots.jsonl", "take 2.MOV", "talk.mp4", "tapes/"]
    assert _fish(folder, "vtk split ") == inputs
    assert _fish(folder, "vtk split no") == ["notes.txt"]
    assert _fish(folder, "vtk split -o ") == sorted([*inputs, "notes.txt"])
    assert _fish(folder, "vtk keyframes --images ") == ["tapes/"]
    assert _fish(folder, "vtk schema ") == []
    assert _fish(folder, "vtk retrieve ") == []
    assert _fish(folder, "vtk retrieve -n 3 ") == []
    assert _fish(folder, "vtk retrieve -n 3 'a query' ") == inputs
