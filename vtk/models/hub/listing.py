"""List the catalog as records or a table: what is installed and what fits this machine."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from vtk.models.gpu import gpu_memory, ram_gb
from vtk.models.hub.catalog import Entry, catalog
from vtk.models.hub.verify import installed_path

# Record field by column title.
COLUMNS = {
    "name": "name",
    "kind": "kind",
    "quantization": "quantization",
    "size": "gb",
    "memory": "memory_gb",
    "fits": "fits",
    "run": "run",
    "licence": "licence",
    "here": "path",
}


def listing(*, kind: str | None = None, installed: bool = False) -> Iterator[dict[str, Any]]:
    """Yield a record for each name in the catalog; sizes are approximate, in 10^9 bytes.

    `fits` is where the model with 8,192 tokens fits: gpu (the largest GPU), ram, or no. `run` is
    whether vtk's authors ever ran it.
    """
    gpu = max((gpu.total_gb for gpu in gpu_memory()), default=0.0)
    ram = ram_gb()
    for entry in catalog().values():
        path = installed_path(entry)
        if (kind and entry.kind != kind) or (installed and not path):
            continue
        yield {
            "name": entry.name,
            "kind": entry.kind,
            "quantization": entry.quantization,
            "parameters": entry.parameters,
            "context": entry.context,
            "gb": entry.gb,
            "memory_gb": entry.memory_gb,
            "fits": _fits(entry, gpu, ram),
            "licence": entry.licence,
            "repo": entry.repo,
            "installed": path is not None,
            "path": None if path is None else str(path),
            "run": entry.run,
            "serve": entry.serve,
            "note": entry.note,
        }


def _fits(entry: Entry, gpu: float, ram: float) -> str | None:
    need = entry.memory_gb
    if need is None:
        return None
    return "gpu" if need <= gpu else "ram" if need <= ram else "no"


def table(records: Sequence[dict[str, Any]], width: int) -> str:
    """Format the records as a text table of `width` columns."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    text = io.StringIO()
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title, key in COLUMNS.items():
        number = key in ("gb", "memory_gb")
        shown.add_column(
            title,
            justify="right" if number else "left",
            no_wrap=key != "licence",
            overflow="ellipsis",
            min_width=4 if key == "path" else None,
        )
    for record in records:
        shown.add_row(*(_cell(key, record[key]) for key in COLUMNS.values()))
    Console(file=text, width=width, color_system=None).print(shown)
    return text.getvalue()


def _cell(key: str, value: Any) -> str:
    if value is None:
        return ""
    if key == "run":
        return "yes" if value else "no"
    if key in ("gb", "memory_gb"):
        return f"{value:.1f} GB" if value >= 0.1 else f"{value:.2f} GB"
    return str(value)
