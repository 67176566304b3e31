"""vtk ocr: read the text that is shown in the picture."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.methods import Methods

from .options import Language, Opening
from .resume_option import Resume

METHODS: "Methods[OcrMethod]" = Methods("ocr")

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vtk.ocr import OcrMethod, OcrSettings
    from vtk.span import Span
    from vtk.stream.job import Job

    Method = str
else:
    Method = Literal[*METHODS]


def ocr(
    opening: Opening,
    method: Annotated[Method, typer.Option(help=METHODS.help)] = "networks",
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
        float | None,
        typer.Option(
            metavar="0-1",
            min=0,
            max=1,
            help="Leave out text read with a lower score, by networks; 0.6 if not given.",
        ),
    ] = None,
    min_height: Annotated[
        float | None,
        typer.Option(
            metavar="SIZE",
            min=0,
            help="Leave out lines less tall than this, by networks: below 1 a share of the "
            "picture's height, else pixels.",
        ),
    ] = None,
    prompt: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Ask the model this; if not given, what an OCR model of the catalog expects, and "
            "a plain instruction to others.",
        ),
    ] = None,
    pixels: Annotated[
        int,
        typer.Option(
            metavar="N", min=16, help="Longest side of a picture for the model, in pixels."
        ),
    ] = 1280,
    max_tokens: Annotated[
        int, typer.Option(metavar="N", min=1, help="Most tokens in an answer of the model.")
    ] = 1024,
    resume: Resume = False,
) -> "Job":
    """Read the words that are shown in the picture.

    Gives each span `screen_text`: each line of text once, with its first and last time, where it
    stands, how sure the reading is, and what it is for: slide, caption, title, credit or other. A
    line that moves is one line. A whole video is split into shots first. The text of a picture is
    read again only where it changed.

    With --method vlm a vision-language model reads whole frames: where something that may be text
    is new and stands still, and of what moves one every four seconds. A line has a place only if
    the model tells it, and neither score nor role. `made` tells the frames that were read, those
    whose reading was cut off at --max-tokens (`cut`), and those whose reading failed (`unread`).

    \b
    Examples:
      vtk ocr talk.mp4
      vtk ocr --method vlm -m glm-ocr talk.mp4
      vtk split talk.mp4 | vtk keyframes | vtk ocr --on keyframes | vtk caption
      vtk ocr talk.mp4 news.mp4 -o read.jsonl --resume
      vtk ocr --rate 4 --min-height 0.05 news.mp4 > news.jsonl
    """
    from functools import partial

    from vtk.errors import UsageError
    from vtk.ocr import OcrSettings
    from vtk.ocr import ocr as read
    from vtk.stream.job import Job

    if method == "vlm":
        others = {"--weights": weights, "--min-score": min_score, "--min-height": min_height}
        if given := [name for name, value in others.items() if value is not None]:
            raise UsageError(f"{' and '.join(given)} is for the method networks")
        settings = OcrSettings(
            on, rate, language, method=method, prompt=prompt, pixels=pixels, max_tokens=max_tokens
        )
        # Each process of --jobs would load the model, which reads spans ahead.
        work = partial(_with_model, opening, settings)
        return Job(work, processes=False, by_video=resume, keeps=resume)
    if prompt is not None:
        raise UsageError("--prompt is for the method vlm")
    opening.warn_of_unused("the method networks", "threads")
    score = 0.6 if min_score is None else min_score
    threads = opening.values.get("threads")
    settings = OcrSettings(on, rate, language, weights, score, min_height or 0.0, threads)
    return Job(partial(read, settings=settings), keeps=resume)


def _with_model(
    opening: Opening, settings: "OcrSettings", spans: "Iterable[Span]"
) -> "Iterator[Span]":
    """The text that a model reads, which is closed behind it."""
    from contextlib import closing

    from vtk.ocr import ocr as read

    with closing(opening()) as model:
        yield from read(spans, settings, model=model)
