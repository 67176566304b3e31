"""The GPU memory and main memory that is available to models."""

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

QUERY = ("nvidia-smi", "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits")
CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True)
class Gpu:
    """A GPU and its memory in 10^9 bytes."""

    name: str
    total_gb: float
    free_gb: float


def gpu_memory() -> list[Gpu]:
    """Return the NVIDIA GPUs that the driver reports; an empty list without a driver."""
    try:
        told = subprocess.run(QUERY, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    found = []
    for line in told.splitlines():
        name, _, numbers = line.partition(",")
        with suppress(ValueError):  # [N/A] where the GPU shares main memory
            total, free = (round(float(part) * 2**20 / 1e9, 1) for part in numbers.split(","))
            found.append(Gpu(name.strip(), total, free))
    return found


def ram_gb() -> float:
    """Return the main memory in 10^9 bytes, or the container's limit if that is lower."""
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name in CGROUPS:
        with suppress(OSError, ValueError):  # the file is absent or holds "max"
            size = min(size, int(Path(name).read_text()))
    return round(size / 1e9, 1)
