"""The option --resume, of commands whose work takes long."""

from typing import Annotated

import typer

Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with an earlier run of -o FILE --resume: what it had finished is kept, until "
        "the video or an option changes.",
    ),
]
