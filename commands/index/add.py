"""vtk index add: put spans into an index."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import Language, Threads
from ..search_options import Clip, Embedder, open_embedders
from .options import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vtk.span import Span
    from vtk.store.index import Writer
    from vtk.stream.job import Job


def add(
    index: Place,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="Drop videos that are not in the input and whose files are not there any more; "
            "if the input is complete, without failures.",
        ),
    ] = False,
    embedder: Embedder = None,
    clip: Clip = None,
    threads: Threads = None,
    language: Language = None,
    output: str | None = None,
) -> "Job":
    """Add spans to an index, which is made if there is none.

    The spans are passed on to standard output, each once it is in the index, so that a pipeline can
    go on; a terminal shows only how many videos were added, were replaced and are unchanged.

    The spans of a video take the place of all that the index has of it: those of other times, other
    words and other models go. What is there already in the same form is left alone, so that a run
    that was interrupted is completed by running it again. A video is known by its name, and a file
    that was moved by its contents. Videos come in whole, some thousand spans at once. The spans of
    a video should come together: those that come later are added to it.

    After a line that is no span, as where a stream was cut off, videos keep the spans that did not
    come again. Vectors that go because spans come anew without them are told of. An input without
    spans makes an empty index.

    Whole videos are split into shots first. With --embedder and --clip, what these models did not
    embed yet is embedded on the way, as by vtk embed. Nothing else is worked out: without a
    caption, speech or another text no search by words finds a span, without `embedding` none by
    meaning or looks; how many lack them is told. The words of an index are all analysed in the
    language in which it was made (English if not given). Holds one video in memory; works in one
    process.

    \b
    Examples:
      vtk index add films.index < shots.jsonl > /dev/null
      vtk caption talk.mp4 | vtk index add talks.index --language en | vtk chapter > chapters.jsonl
      vtk index add films.index --clip siglip2-b film.mkv > /dev/null
      vtk index add films.index --prune shots.jsonl > /dev/null
    """
    from functools import partial

    from vtk.store.index import open_writer
    from vtk.stream.job import Job
    from vtk.stream.terminal import is_terminal
    from vtk.stream.writer import Conclusion, Lines

    writer = open_writer(index, language)
    reads = output in (None, "-") and is_terminal(sys.stdout)
    shown = Conclusion(lambda: str(writer.report)) if reads else Lines()
    work = partial(_added, writer, prune, embedder, clip, threads, language)
    # One process: one index, written in input order.
    return Job(work, processes=False, tells_losses=True, writer=shown)


def _added(
    writer: "Writer",
    prune: bool,
    embedder: str | None,
    clip: str | None,
    threads: int | None,
    language: str | None,
    spans: "Iterator[Span]",
    *,
    lost: "Callable[[], int]",
) -> "Iterator[Span]":
    """The spans, once they are in the index; the models are closed behind them."""
    from vtk.embed import with_embeddings
    from vtk.split import with_shots

    with open_embedders(embedder, clip, threads) as (texts, looks):
        shots = with_shots(spans, timed=True)
        embedded = with_embeddings(shots, embedder=texts, clip=looks, language=language)
        yield from writer.add(embedded, prune=prune, lost=lost)
