"""Render clips from the command line: `python -m tests.world NAME... -o DIR`."""

import argparse
import sys
import time
from pathlib import Path

from tests.world.catalog import CATALOG, render


def main() -> int:
    """Render the clips named, each with its `NAME.truth.json`; print their paths."""
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="clips to render, or 'all'")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, default=Path("."))
    parser.add_argument("--seed", metavar="N", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="list the clips and stop")
    options = parser.parse_args()
    if options.list:
        for name, make in CATALOG.items():
            print(f"{name:18} {(make.__doc__ or '').splitlines()[0]}")
        return 0
    names = list(CATALOG) if options.names == ["all"] else options.names
    unknown = [name for name in names if name not in CATALOG]
    if unknown or not names:
        parser.error(f"no such clip: {', '.join(unknown)}" if unknown else "name a clip, or --list")
    for name in names:
        begun = time.perf_counter()
        clip = render(name, options.output, options.seed)
        print(clip.path)
        print(f"{name}: {time.perf_counter() - begun:.2f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
