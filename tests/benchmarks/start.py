"""How long help takes, beside importing typer alone and beside a peer.

    python tests/benchmarks/start.py

Prints the median of several runs and its ratio to ``python -c 'import typer'``; vtk holds itself
to at most three times that for ``vtk --help`` and ``vtk split --help``.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 15
LIMIT = 3.0

HERE = Path(sys.executable).parent
COMMANDS: dict[str, list[str | Path]] = {
    "python -c 'import typer'": [sys.executable, "-c", "import typer"],
    "vtk --help": [HERE / "vtk", "--help"],
    "vtk split --help": [HERE / "vtk", "split", "--help"],
    "vtk schema": [HERE / "vtk", "schema"],
    "scenedetect help": [HERE / "scenedetect", "help"],
}


def seconds(command: list[str | Path]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    there = {name: command for name, command in COMMANDS.items() if Path(command[0]).exists()}
    runs: dict[str, list[float]] = {name: [] for name in there}
    for _ in range(ROUNDS):  # in turn, so that a busy moment of the machine meets all of them
        for name, command in there.items():
            runs[name].append(seconds(command))
    medians = {name: statistics.median(times) for name, times in runs.items()}
    base = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"{name:26} {1000 * median:6.0f} ms  {median / base:5.2f}")
    slow = [name for name in ("vtk --help", "vtk split --help") if medians[name] > LIMIT * base]
    sys.exit(f"too slow: {', '.join(slow)}" if slow else 0)


if __name__ == "__main__":
    main()
