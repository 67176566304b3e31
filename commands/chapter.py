"""vtk chapter: join spans into chapters with titles."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.errors import UsageError
from vtk.methods import Methods

from .options import Language, Opening, warn_of_unused
from .resume_option import Resume
from .search_options import Embedder, openers

METHODS: "Methods[ChapterMethod]" = Methods("chapter")

if TYPE_CHECKING:
    from vtk.chapter import ChapterMethod
    from vtk.stream.job import Job

    Method = str
else:
    Method = Literal[*METHODS]


ASKING = {"llm"}  # methods that ask a language model


def chapter(
    opening: Opening,
    given: frozenset[str],
    method: Annotated[Method, typer.Option(help=METHODS.help)] = "text",
    count: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            show_default="as found",
            help="The number of chapters, if there is room for that many.",
        ),
    ] = None,
    min_length: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            show_default="1/60 of the video, 10s to 2m",
            help="No chapter is shorter (30s, 1m30s).",
        ),
    ] = None,
    max_length: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            show_default="any",
            help="No chapter is longer, where one can begin in time.",
        ),
    ] = None,
    levels: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=2, help="2: chapters, with sections in their `parts`."
        ),
    ] = 1,
    snap: Annotated[
        Literal["sentence", "silence", "shot"],
        typer.Option(
            help="Where a chapter may begin: with a sentence, or with a shot or text in which no "
            "sentence is cut; of those, where nobody speaks; with any shot."
        ),
    ] = "sentence",
    titles: Annotated[
        Literal["model", "phrases", "slide", "line"] | None,
        typer.Option(
            show_default="as the method does",
            help="Where titles come from: the model of --model or --endpoint, whatever the method; "
            "the phrase that tells a chapter from the rest; the title of its first slide; its "
            "first line. Phrases where the last two are not there.",
        ),
    ] = None,
    at: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Boundaries that are given, so that only titles are found: a time in each line, "
            "or a list of chapters in any format that vtk reads, whose titles are kept.",
        ),
    ] = None,
    outline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Titles that are given, one in a line and in order, so that only boundaries are "
            "found: by their words, or with --method llm by the model.",
        ),
    ] = None,
    steps: Annotated[
        bool,
        typer.Option(
            "--steps",
            help="Of a procedure, whose steps the model finds and calls by instructions (llm), or "
            "only calls so (--titles model).",
        ),
    ] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Make new chapters also where the input has some of another origin."
        ),
    ] = False,
    timing: Annotated[
        bool,
        typer.Option(
            "--timing/--no-timing",
            help="Note in `made` how long a model took for the video; without it, the same input "
            "gives the same bytes, one prompt at a time.",
        ),
    ] = True,
    resume: Resume = False,
    embedder: Embedder = None,
    language: Language = None,
) -> "Job":
    """Join the spans of a video into chapters with titles.

    Each chapter has a `title`, the strength of its first boundary as `score`, and the spans that it
    was made of in `parts`. The chapters cover the video without gaps and none begins in
    mid-sentence where that can be avoided. Their number follows the content. Titles are phrases of
    what is said and shown; without words, numbers. The spans of a video must follow each other in
    the input: one video is held at a time. Needs no picture; a video of which no span has `speech`,
    `screen_text` or `caption` is captioned first. Chapters of another origin in the input stay as
    they are; those that vtk made are made anew.

    The method text compares words, pictures and, with --embedder, what sentences mean. The method
    slides needs `screen_text`, and reads it where nobody did. The method existing takes the
    chapters of the file, else those of talk.chapters.txt (.xml, .json, .vtt, .ffmeta, .csv, .cue),
    talk.description, talk.shownotes.md or talk.md beside talk.mp4; it titles those that only have a
    number.

    With a model (--model or --endpoint), the method llm lets it read what is said, written and
    shown, with times, in windows as long as its context allows, and name the chapters. Their starts
    are put to sentences. What it gives beyond the video, out of order, too short, too often or too
    seldom is mended by rule; `made` counts that under `mended`, and the tokens of the video.

    With --at or --outline, one half is given, and stays as it is. Titles are placed all together,
    in their order; where nothing that is said or shown speaks for some, their boundaries share out
    the time between their neighbours, and `mended` counts them as `guessed`.

    \b
    Examples:
      vtk chapter talk.mp4
      vtk split talk.mp4 | vtk keyframes | vtk caption | vtk chapter --count 6
      vtk chapter --min-length 1m < shots.jsonl | jq -r '[.start, .title] | @tsv'
      vtk chapter --levels 2 --embedder all-minilm talk.jsonl
      vtk ocr talk.mp4 | vtk chapter --method slides
      vtk chapter --method existing --titles phrases film.mkv
      vtk chapter --method llm --endpoint http://localhost:8080 talk.jsonl | vtk show
      vtk chapter --titles model --endpoint http://localhost:8080 talk.jsonl
      vtk chapter --method llm --steps --endpoint http://localhost:8080 recipe.mp4
      vtk chapter --at boundaries.txt talk.jsonl
      vtk chapter --outline contents.txt talk.jsonl | vtk export chapters
    """
    from functools import partial

    from vtk.chapter import Task
    from vtk.chapter import chapter as join
    from vtk.chapter.user_lists import read_boundaries, read_titles
    from vtk.stream.job import Job
    from vtk.times import parse_duration

    asks = method in ASKING or titles == "model"
    if not asks:
        opening.warn_of_unused(f"the method {method} without --titles model")
        if steps:
            raise UsageError("--steps asks a model: --method llm, or --titles model")
    if at and outline:
        raise UsageError("give --at or --outline: with both, nothing is left to find")
    if at:
        warn_of_unused(given & {"count", "min_length", "max_length", "levels"}, "--at")
    if method in {"existing", "slides"} and not (at or outline):
        fixed = {"count", "min_length", "max_length"} if method == "existing" else set()
        warn_of_unused(given & {"embedder", *fixed}, f"the method {method}")
    task = Task(
        count=count,
        min_length=None if min_length is None else parse_duration(min_length),
        max_length=None if max_length is None else parse_duration(max_length),
        levels=levels,
        snap=snap,
        language=language,
        title_by=titles,
        at=read_boundaries(at) if at else (),
        titles=read_titles(outline) if outline else (),
        steps=steps,
        replace=replace,
        timed=timing,
        models=openers(opening, embedder),
    )
    # One process where a model is asked: each process of --jobs would load it.
    alone = asks or embedder is not None
    work = partial(join, task=task, method=method)
    return Job(work, by_video=True, processes=not alone, keeps=resume)
