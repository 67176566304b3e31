"""The options of skims: what to watch of a video, and in which file."""

from typing import TYPE_CHECKING, Annotated

import typer

from vtk.errors import UsageError

if TYPE_CHECKING:
    from vtk.skim import Wish

Skim = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Write the video in short to FILE (.mp4, .mov or .mkv); of several videos, each into "
        "the folder DIR/.",
    ),
]
Select = Annotated[
    bool,
    typer.Option(
        "--select", help="Give the spans to watch instead of the summary; needs no --skim."
    ),
]
Ratio = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        min=0.001,
        max=1,
        show_default="0.15",
        help="Length of --skim or --select as a share of the video.",
    ),
]
Seconds = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", min=1, help="Length of --skim or --select in seconds."),
]


def wished_skim(
    file: str | None, select: bool, ratio: float | None, seconds: float | None
) -> "Wish | None":
    """Return the skim that options ask for; None without one. Raises UsageError."""
    if file is None and not select:
        if ratio is not None or seconds is not None:
            raise UsageError("--ratio and --seconds are the length of --skim FILE or --select")
        return None
    from vtk.skim import Wish

    return Wish(ratio, seconds, file)
