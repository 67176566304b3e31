"""What the subcommands of vtk index share."""

from functools import partial
from typing import Annotated

import typer

from ..subcommand import subcommand

Place = Annotated[
    str,
    typer.Argument(
        metavar="INDEX", show_default=False, help="The index: a folder, or s3://BUCKET/NAME."
    ),
]

index_subcommand = partial(subcommand, "index")
