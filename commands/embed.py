"""vtk embed: what words mean and pictures look like, as vectors."""

from typing import TYPE_CHECKING, Annotated

import typer

from .options import Language, Threads, warn_of_unused
from .resume_option import Resume
from .search_options import Clip, Embedder, open_embedders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vtk.span import Span
    from vtk.store.journal import ResumeJournal
    from vtk.stream.job import Job


def embed(
    given: frozenset[str],
    embedder: Embedder = None,
    clip: Clip = None,
    pool: Annotated[
        bool,
        typer.Option(
            "--pool",
            help="Keep one vector a span, the mean, not one a frame and one a text: smaller, "
            "but what only one frame shows is harder to find.",
        ),
    ] = False,
    signature: Annotated[
        bool,
        typer.Option(
            "--signature",
            help="Give spans two signatures of frames a second, without a model, by which "
            "vtk retrieve --same finds copies.",
        ),
    ] = False,
    resume: Resume = False,
    threads: Threads = None,
    language: Language = None,
) -> "Job":
    """Say what spans mean and look like as vectors, which search compares.

    Gives each span with `embedding`. With --embedder the span has vectors of its words, one of each
    text of up to 120 words: what is told (title, summary, caption), said and written on screen are
    embedded apart. With --clip each keyframe has a vector of its picture. Both may be given. A span
    that no command looked at for words is captioned first, one without keyframes gets them, and a
    whole video is split into shots; what has no words gets no vector of words, and is counted.

    With --signature the span has two vectors a second of what its frames look like, by which
    copies are found: nearly the same when encoded anew, scaled or recoloured. They take 500 bytes a
    second in the record. For them alone, a whole video is not split.

    What the same model embedded already is kept, and no video is opened for it; what changed since,
    by whatever program, is embedded anew. Vectors of several models stand side by side. A vector
    takes 2.7 characters a dimension in the record.

    \b
    Examples:
      vtk split talk.mp4 | vtk keyframes -k 4 | vtk embed --clip siglip2-b > looks.jsonl
      vtk embed --embedder all-minilm < shots.jsonl
      vtk embed --embedder all-minilm --clip siglip2-b film.mkv -o film.jsonl
      vtk embed --clip http://localhost:8080 --pool film.mkv
      vtk embed --signature film.mkv > signed.jsonl
      vtk embed --embedder all-minilm shots.jsonl -o embedded.jsonl --resume
    """
    from functools import partial

    from vtk.errors import UsageError
    from vtk.stream.job import Job

    if not embedder and not clip and not signature:
        raise UsageError(
            "which model? --embedder NAME embeds words, --clip NAME pictures "
            "(vtk models list --kind embed, --kind clip), and --signature needs none"
        )
    names = [name for name in (embedder, clip) if name]
    if not names:
        warn_of_unused(given & {"threads"}, "--signature")
    elif all(name.startswith(("http://", "https://")) for name in names):
        warn_of_unused(given & {"threads"}, "the model of a server")
    if not embedder:
        warn_of_unused(given & {"language"}, "--clip" if clip else "--signature")
    work = partial(_with_models, embedder, clip, threads, pool, signature, language)
    # Each process of --jobs would load the models.
    return Job(work, processes=False, resumes=resume)


def _with_models(
    embedder: str | None,
    clip: str | None,
    threads: int | None,
    pool: bool,
    signature: bool,
    language: str | None,
    spans: "Iterator[Span]",
    journal: "ResumeJournal | None" = None,
) -> "Iterator[Span]":
    """The spans with their embeddings; the models are closed behind them."""
    from vtk.embed import embed as add

    with open_embedders(embedder, clip, threads) as (texts, looks):
        yield from add(
            spans,
            embedder=texts,
            clip=looks,
            signature=signature,
            pooled=pool,
            language=language,
            journal=journal,
        )
