"""vtk ocr: read the text that is shown in the picture."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .options import Language, Threads

if TYPE_CHECKING:
    from vtk.stream.job import Job


def ocr(
    on: Annotated[
        Literal["changes", "keyframes"],
        typer.Option(
            help="changes: look all through the span, at what changed; keyframes: read only the "
            "keyframes, quicker, with times as fine as they are.",
        ),
    ] = "changes",
    rate: Annotated[
        float,
        typer.Option(metavar="PER_SECOND", help="How often to look per second, with --on changes."),
    ] = 2.0,
    language: Language = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="A PaddleOCR recognition network (ONNX), for scripts other than Latin, Chinese "
            "and Japanese, or a larger one: pp-ocrv6-medium of vtk models list.",
        ),
    ] = None,
    min_score: Annotated[
        float,
        typer.Option(metavar="0-1", min=0, max=1, help="Leave out text read with a lower score."),
    ] = 0.6,
    min_height: Annotated[
        float,
        typer.Option(
            metavar="SIZE",
            min=0,
            help="Leave out lines less tall than this: below 1 a share of the picture's height, "
            "else pixels.",
        ),
    ] = 0.0,
    threads: Threads = None,
) -> "Job":
    """Read the words that are shown in the picture.

    Gives each span `screen_text`: each line of text once, with its first and last time, where it
    stands, how sure the reading is, and what it is for: slide, caption, title, credit or other. A
    line that moves is one line. A whole video is split into shots first. The text of a picture is
    read again only where it changed.

    \b
    Examples:
      vtk ocr talk.mp4
      vtk split talk.mp4 | vtk keyframes | vtk ocr --on keyframes | vtk caption
      vtk ocr --rate 4 --min-height 0.05 news.mp4 > news.jsonl
    """
    from functools import partial

    from vtk.ocr import OcrSettings
    from vtk.ocr import ocr as read
    from vtk.stream.job import Job

    settings = OcrSettings(on, rate, language, weights, min_score, min_height, threads)
    return Job(partial(read, settings=settings))
