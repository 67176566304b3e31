"""Search, each part beside its peers in one run.

    python -m tests.benchmarks.search [--only corpus,ground,…] [--small] [--keep DIR]

Each part is a module of its own, `search_PART.py`, whose docstring says what it measures. `--small`
tries each on little material; its figures say nothing. `--keep` keeps the films between runs.
"""

import argparse
import tempfile
from importlib import import_module
from pathlib import Path

PARTS = (
    *("corpus", "meaning", "fusion", "scores", "stream", "copies", "ground", "real_text"),
    *("keyframes", "models", "scale", "killed"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="PART,…", default=",".join(PARTS))
    parser.add_argument("--small", action="store_true", help="little material, to try it")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep what is made here")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        for part in chosen.only.split(","):
            print(f"## {part}", flush=True)
            folder = (chosen.keep or Path(aside)) / part
            folder.mkdir(parents=True, exist_ok=True)
            import_module(f"tests.benchmarks.search_{part}").run(folder, small=chosen.small)


if __name__ == "__main__":
    main()
