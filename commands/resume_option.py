"""The option --resume, of commands whose work takes long."""

from typing import Annotated

import typer

Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Continue an earlier run with -o FILE --resume, keeping what it had finished.",
    ),
]
