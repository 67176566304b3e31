"""Options of the commands that search: which models they use, and how they compare."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .options import Opening

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel
    from vtk.models.embed.text_model import TextModel
    from vtk.models.openers import Openers

Sought = Annotated[
    str | None,
    typer.Argument(metavar="QUERY", help="What to look for, in words.", show_default=False),
]


def queries_file(fields: str) -> Any:
    """Return the option for a file of queries; `fields` are those that it may have as JSON."""
    return typer.Option(
        metavar="FILE",
        help="Instead of QUERY: a file with a query a line, or a JSON object a line with "
        f"{fields}.",
    )


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


def openers(opening: Opening, embedder: str | None = None, clip: str | None = None) -> "Openers":
    """How to open the models that the options name, for an ability that opens them when needed."""
    from vtk.models.embed.image_text import open_image_text
    from vtk.models.embed.text_model import open_text
    from vtk.models.openers import Openers

    key, threads = os.environ.get("VTK_API_KEY"), opening.values.get("threads")
    return Openers(
        clip=partial(open_image_text, clip, key=key, threads=threads) if clip else None,
        embedder=partial(open_text, embedder, key=key, threads=threads) if embedder else None,
        language=opening if opening.named else None,
    )


@contextmanager
def open_embedders(
    embedder: str | None, clip: str | None, threads: int | None
) -> "Iterator[tuple[TextModel | None, ImageTextModel | None]]":
    """The models of --embedder and --clip, each None if it is not named; closed at the end."""
    from vtk.models.embed.image_text import open_image_text
    from vtk.models.embed.text_model import open_text

    key = os.environ.get("VTK_API_KEY")
    with ExitStack() as stack:
        texts = (
            stack.enter_context(open_text(embedder, key=key, threads=threads)) if embedder else None
        )
        looks = (
            stack.enter_context(open_image_text(clip, key=key, threads=threads)) if clip else None
        )
        yield texts, looks


# How vtk retrieve compares, fuses and judges; the same for all that search as it does.
Pool = Annotated[
    Literal["max", "mean", "softmax", "levels", "chamfer", "late", "transport"],
    typer.Option(
        help="How a span with several vectors counts: by the nearest, by their mean, by their mean "
        "weighted by nearness, by the best of moments, parts and whole; by each word of the query "
        "and each vector (chamfer), by each word (late), by each sentence (transport).",
    ),
]
Fuse = Annotated[
    Literal["sum", "rrf", "max"],
    typer.Option(
        help="How ways to search are joined: by evidence (that of words, and the better one of "
        "meaning and looks, each beside its own first hits), by ranks, by the best one.",
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(
        metavar="NAME=X,...", help="How much each way to search counts: words=1,meaning=2,looks=1."
    ),
]
Image = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE", help="Search for what looks like this picture, by --clip or --same."
    ),
]
Like = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FRAGMENT",
        help="Search for what looks or speaks like this stretch of a video: film.mp4#t=10,14.",
    ),
]
Same = Annotated[
    bool,
    typer.Option(
        "--same",
        help="With --like: find copies of that stretch instead, itself left out; with --image: "
        "where that very picture is shown; by signatures of frames (vtk embed --signature), "
        "without a model.",
    ),
]
Normalize = Annotated[
    Literal["softmax", "sinkhorn", "qbnorm"] | None,
    typer.Option(
        help="Take from spans that are near to every query: softmax and sinkhorn over all queries "
        "of --queries, whose results then depend on each other; qbnorm by those of --bank.",
    ),
]
Bank = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Other queries, one a line, that scores are compared with; everyday ones if not "
        "given.",
    ),
]
Rerank = Annotated[
    int,
    typer.Option(metavar="N", min=0, help="Let the model judge the first N, and keep only these."),
]
RerankBy = Annotated[
    Literal["yesno", "likelihood"],
    typer.Option(
        help="What the model tells: the probability that a span shows the query, or how much "
        "likelier the query is as its caption than as any (nats a token).",
    ),
]
Rewrite = Annotated[
    bool,
    typer.Option("--rewrite", help="Compare vectors with the query as the model captions it."),
]
Diverse = Annotated[
    bool,
    typer.Option(
        "--diverse",
        help="Put first what differs: next comes the best by half its score, scaled to 0..1, less "
        "half its likeness to those before.",
    ),
]
FailEmpty = Annotated[
    bool, typer.Option("--fail-empty", help="Exit with status 1 if nothing is found.")
]
