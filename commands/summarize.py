"""vtk summarize: sum up a video, or each of its chapters, in a few sentences."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.errors import UsageError
from vtk.methods import Methods

from .options import Language, Opening, warn_of_unused
from .resume_option import Resume
from .search_options import Embedder, openers
from .skim_options import Ratio, Seconds, Select, Skim, wished_skim

METHODS: "Methods[SummaryMethod]" = Methods("summarize")

if TYPE_CHECKING:
    from vtk.stream.job import Job
    from vtk.summarize import SummaryMethod

    Method = str
else:
    Method = Literal[*METHODS]

UNASKING = {"extract"}  # methods that ask no language model


def summarize(
    opening: Opening,
    given: frozenset[str],
    method: Annotated[Method, typer.Option(help=METHODS.help)] = "extract",
    by: Annotated[
        Literal["video", "chapter"],
        typer.Option(help="What is summed up: whole videos, or each of their chapters."),
    ] = "video",
    style: Annotated[
        Literal["brief", "long", "bullets", "abstract", "minutes", "recipe-steps", "study-notes"],
        typer.Option(
            help="The form: prose of 5 sentences or, by a model, about 60 words (brief), of 180 "
            "words (abstract) or 400 (long); a list (bullets); under headings, topics, decisions "
            "and actions (minutes), what is needed and steps (recipe-steps), key ideas, "
            "definitions and examples (study-notes). Without --words, at most a third of what is "
            "said."
        ),
    ] = "brief",
    sentences: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, show_default="5 for brief, without --words", help="At most N."
        ),
    ] = None,
    words: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="So many words in all, or a tenth more or less."),
    ] = None,
    focus: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Tell only what bears on this.")
    ] = None,
    budget_tokens: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Most tokens that a model reads and writes about a video; what it read by then is "
            "summed up.",
        ),
    ] = None,
    timing: Annotated[
        bool,
        typer.Option(
            "--timing/--no-timing",
            help="Note in `made` how many seconds a model took; without it, the same input gives "
            "the same bytes, one prompt at a time.",
        ),
    ] = True,
    resume: Resume = False,
    skim: Skim = None,
    select: Select = False,
    ratio: Ratio = None,
    seconds: Seconds = None,
    embedder: Embedder = None,
    language: Language = None,
) -> "Job":
    """Sum up each video in a few sentences.

    Gives one span per video with `summary` and with its `sentences`, each with the time where it
    is said or seen, and what it rests on in `cites`; the titles of chapters stay in `parts`. With
    --by chapter, gives each chapter with its own summary instead. The spans of a video must follow
    each other in the input: one video is held at a time. A video of which no span has `speech`,
    `screen_text` or `caption` is captioned first; where there are no words, `summary` is empty.

    The sentences of extract are quoted: those that say most of what comes up again and again, that
    a reader understands without the ones around them, and that no sponsor speaks (`made` counts
    these). Of English speech, “um”, slips and an opening “and so” are left out. With --embedder,
    their meaning is compared as well. Headings of styles are told by
    their words, in English only. The sentences of the other methods are written by the model of
    --model or --endpoint, and only those stay whose words the video supports.

    With --skim, also writes the video in short: what the summary is about, what else is told and
    what stands out in pictures and sound, in whole sentences and from cut to cut. It decodes the
    whole video, and encodes the skim anew (H.264, AAC), so that it is exact and in step. In `skim`
    are its `stretches`, and in each sentence the moment of the skim at which it is said.

    \b
    Examples:
      vtk summarize talk.mp4
      vtk chapter talk.mp4 | vtk summarize --words 100 | jq -r .summary
      vtk summarize --style bullets --focus 'how bees make honey' talk.mp4 | jq -r .summary
      vtk chapter talk.mp4 | vtk summarize --by chapter --sentences 2 | jq -r '.title, .summary'
      vtk summarize --sentences 3 < shots.jsonl | jq -r '.sentences[] | [.start, .text] | @tsv'
      vtk summarize --endpoint http://localhost:8080 --method map-reduce --style minutes talk.mp4
      vtk summarize --endpoint http://localhost:8080 --method hierarchical -o s.jsonl --resume f.mkv
      vtk transcribe talk.mp4 | vtk summarize --skim short.mp4 --ratio 0.2 | vtk show
      vtk transcribe talk.mp4 | vtk summarize --select --seconds 20 | vtk export edl > short.edl
    """
    from functools import partial

    from vtk.stream.job import Job
    from vtk.summarize import Task
    from vtk.summarize import summarize as sum_up

    if method in UNASKING:
        opening.warn_of_unused(f"the method {method}")
        warn_of_unused(given & {"budget_tokens", "timing"}, f"the method {method}")
    models = openers(opening, embedder)
    wanted = (by, style, sentences, words, focus, language)
    task = Task(*wanted, budget=budget_tokens, timed=timing, models=models)
    # A model is loaded once, not in each process of --jobs.
    asks = method not in UNASKING
    alone = bool(embedder) or asks
    if resume and (skim or select):
        raise UsageError("--resume is for summaries, not for skims")
    if short := wished_skim(skim, select, ratio, seconds):
        from vtk.skim import select as parts
        from vtk.skim import skim as shorten

        work = partial(parts if select else shorten, wish=short, task=task, method=method)
        alone = alone or short.alone
    else:
        work = partial(sum_up, task=task, method=method)
    return Job(
        work, by_video=True, processes=not alone, resumes=resume and asks, keeps=resume and not asks
    )
