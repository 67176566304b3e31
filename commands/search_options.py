"""Options of the commands that search: which models they use."""

from typing import Annotated

import typer

Embedder = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        envvar="VTK_EMBEDDER",
        help="A text embedder, for what words mean: a model of `vtk models list --kind embed`, a "
        "GGUF file, or the URL of a server that embeds texts.",
    ),
]
Clip = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        envvar="VTK_CLIP",
        help="An image-text model, for what pictures look like: an open_clip model, or the URL of "
        "a server that embeds pictures and texts.",
    ),
]
