"""Build llama-server: python -m tests.models.llama_server.

Takes the source package of the installed llama-cpp-python from PyPI, compiles the server alone with
CMake and a C++ compiler, and keeps the program in a cache (see `program`). Prints where it is.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.models.llama_server import environment, libraries, program, version


def build() -> None:
    """Fetch the sources, compile, and put the program in its place when it runs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = f"llama-cpp-python=={version()}"
        _run(
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--no-binary", "llama-cpp-python", "--dest", str(folder), source),
        )
        (package,) = folder.glob("*.tar.gz")
        with tarfile.open(package) as archive:
            archive.extractall(folder, filter="data")
        (sources,) = folder.glob("*/vendor/llama.cpp")
        build = folder / "build"
        _run(
            *("cmake", "-S", str(Path(__file__).parent), "-B", str(build), f"-DSOURCES={sources}"),
            *(f"-DLIBRARIES={libraries()}", f"-DVERSION={version()}"),
        )
        jobs = str(os.cpu_count() or 1)
        _run("cmake", "--build", str(build), "--target", "llama-server", "--parallel", jobs)
        built = build / "tools" / "server" / "llama-server"
        _run(str(built), "--version")
        program().parent.mkdir(parents=True, exist_ok=True)
        new = program().with_suffix(".new")
        shutil.move(built, new)
        new.replace(program())


def _run(*command: str) -> None:
    subprocess.run(command, check=True, env=environment(), stdout=sys.stderr)


if __name__ == "__main__":
    if not program().is_file():
        build()
    print(program())
