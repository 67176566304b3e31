"""vtk caption: what a span shows and says, in words."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vtk.methods import Methods

from .config import ORIGINS
from .options import Language, Opening, tell_of_english
from .resume_option import Resume

METHODS: "Methods[CaptionMethod]" = Methods("caption")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vtk.caption.methods import CaptionMethod
    from vtk.caption.options import CaptionOptions
    from vtk.span import Span
    from vtk.store.journal import ResumeJournal
    from vtk.stream.job import Job

    Method = str
else:
    Method = Literal[*METHODS]


def _follow(context: typer.Context, name: str | None) -> str | None:
    """Take the options of a recipe for defaults, before any other option is looked at."""
    if name is not None:
        from vtk.errors import UsageError
        from vtk.recipes.recipe import read_recipe

        options = read_recipe(name).caption
        allowed = {each.name for each in context.command.params} - OF_A_RUN
        if unknown := options.keys() - allowed:
            raise UsageError(f"{name}: [caption] has no option {', '.join(sorted(unknown))}")
        context.default_map = {**(context.default_map or {}), **options}
        context.meta[ORIGINS] = {key: f"{name}: [caption] {key}" for key in options}
    return name


# Options of one run, which a recipe cannot give.
OF_A_RUN = {"inputs", "output", "recipe", "resume", "show_prompt", "show_recipe"}
HINT = "without a model captions say only what is measured: -m NAME (vtk models list)"


def caption(
    opening: Opening,
    method: Annotated[Method | None, typer.Option(help=METHODS.help, show_default=False)] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            is_eager=True,
            callback=_follow,
            help="Split, filter and caption as published: howtocaption, koala-36m, lvd-2m, "
            "panda-70m, sharegpt4video, vript, or a .toml file. Options given here take "
            "precedence.",
        ),
    ] = None,
    show_recipe: Annotated[
        bool, typer.Option("--show-recipe", help="Print the recipe and exit.")
    ] = False,
    layout: Annotated[
        Literal["frames", "grid", "thumbnail", "clip", "none"],
        typer.Option(
            help="What the model sees: frames one by one; all in one grid; a grid and some at full "
            "size (thumbnail); short runs at half the size (clip); nothing (none): plain then "
            "captions what is said and written, without decoding."
        ),
    ] = "frames",
    frames: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Frames per span; if not given, its keyframes, or a few if it has none.",
        ),
    ] = None,
    pixels: Annotated[
        int, typer.Option(metavar="N", min=16, help="Longest side of a picture, in pixels.")
    ] = 640,
    prompt: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Ask this instead; {speech} and the like are filled in."),
    ] = None,
    prompt_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The prompt as text, or the prompts as .toml."),
    ] = None,
    show_prompt: Annotated[
        bool,
        typer.Option("--show-prompt", help="Print the prompts of the method as TOML and exit."),
    ] = False,
    title: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Title of the video; if not given, the one in the file."),
    ] = "",
    glossary: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Names and terms to tell the model, one per line."),
    ] = None,
    previous: Annotated[
        bool,
        typer.Option(
            "--previous",
            help="Tell the model the previous caption; spans are then captioned one at a time.",
        ),
    ] = False,
    schema: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="JSON Schema that the answers of plain must follow; they are put under `fields`.",
        ),
    ] = None,
    tags: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Judge these tags, one per line, such as juggling: balls in the air; …",
        ),
    ] = None,
    clip: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            envvar="VTK_CLIP",
            help="What judges tags and chooses for best-of: an open_clip model, or a server's URL.",
        ),
    ] = None,
    names: Annotated[
        bool,
        typer.Option(
            "--names", help="Give each person and thing one name throughout a video, in `names`."
        ),
    ] = False,
    long: Annotated[
        int,
        typer.Option(
            metavar="WORDS",
            min=0,
            show_default=False,
            help="Describe each video in one text of about this many words, built up from its "
            "shots.",
        ),
    ] = 0,
    candidates: Annotated[
        int, typer.Option(metavar="N", min=1, help="Answers of which best-of keeps one.")
    ] = 3,
    max_tokens: Annotated[
        int, typer.Option(metavar="N", min=1, help="Most tokens in an answer.")
    ] = 512,
    temperature: Annotated[
        float,
        typer.Option(
            metavar="T", min=0.0, help="0 takes the likeliest words; higher values sample them."
        ),
    ] = 0.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed for sampling.")] = 0,
    seconds: Annotated[
        bool,
        typer.Option(
            "--seconds/--no-seconds",
            help="Note in `made` how long each caption took, and how much of its prompts was "
            "reused; without it, the same input gives the same bytes, one prompt at a time.",
        ),
    ] = True,
    resume: Resume = False,
    language: Language = None,
) -> "Job | str":
    """Say in words what each span shows and says.

    Gives each span with `caption`. Without a model, the method `facts` says how long the span is,
    its light and colours, what the camera does and how much moves, and quotes the words of a
    subtitle track or of a subtitle file beside the video (.srt, .vtt, .ass, .ssa).

    With --model or --endpoint a model writes: `plain`, one answer about the frames; `differential`,
    the first frame and then what changes, with `changes`; `dense`, the `events` inside the span
    with start and end; `detailed`, `aspects` asked for one by one, and merged; `verify`
    removes from the caption that the span has (or a plain one) what the model denies when asked
    about each statement, and keeps it under `dropped`; a thing that is in the picture stays, as
    "There is a dog", even if what it does is wrong; `best-of` keeps, of several answers and of the
    captions that the span has, the one nearest to the frames by --clip, and the others under
    `candidates`; `narrated` gives, from what is said alone, some 200 words at once, the `events`
    that are probably seen meanwhile. The prompt also has what is said and written in the span.
    `made` records model, prompt, frames and tokens of each caption.

    With --names, people and things that are described alike in the shots of a video get one name
    (people who are named in speech their own), and the captions are rewritten with it; `names`
    keeps what was said before. With --long, one span per video describes all of it in about that
    many words, with its shots under `parts`: as far as their captions go (those of `detailed` go
    far), and nothing twice. Both hold back the spans of a video until all are there.

    With --tags, `tags` has every tag of a list with its score: with --clip, which needs no other
    model, shares that sum to 1; without it, the probability of yes from the language model, for
    each tag on its own. With --clip alone, existing captions stay as they are.

    With --recipe, a whole video is split as the recipe says, and spans that it does not keep are
    left out; --show-recipe prints it, to be changed and given back as a file.

    A whole video is split into shots first; with --layout none, between sentences into stretches of
    half a minute, a span without words has an empty caption, and one with `speech` needs no file.
    An answer that is empty, repeats itself or breaks --schema is asked for once more; then the span
    becomes an error record that quotes it. One that --max-tokens cuts off ends in an ellipsis, and
    is counted in `made` (`cut`).

    A llama-server that captions many spans grows without end unless started with --cache-ram 0
    --ctx-checkpoints 0; it may be restarted meanwhile. With recurrent layers (Qwen3.5, 3.6) it
    evaluates the frames anew for every question about them, unlike -m.

    A model that is asked several prompts at once (--sequences, -j) rounds otherwise than one asked
    a single one, which tips a near tie now and then: the same bytes come from the same input one
    prompt at a time, without --resume in between.

    \b
    Examples:
      vtk caption talk.mp4
      vtk split talk.mp4 | vtk keyframes | vtk caption -m qwen3-vl-4b > shots.jsonl
      vtk caption -m qwen3-vl-4b --method differential --frames 6 film.mkv
      vtk caption --endpoint http://localhost:8080 -j 8 --layout grid --frames 9 film.mkv
      vtk caption -m qwen3-vl-4b < shots.jsonl | vtk caption -m qwen3-vl-4b --method verify
      vtk caption -m qwen3-vl-4b --method detailed --names --long 1200 film.mkv
      vtk caption --tags sports.txt --clip siglip2-b film.mkv
      vtk caption -m qwen3-vl-4b film.mkv -o shots.jsonl --resume
      vtk caption -m qwen3-vl-4b --recipe vript film.mkv | vtk export webdataset clips/
      vtk caption --method detailed --show-prompt > prompts.toml
    """
    from functools import partial

    from vtk.caption import caption as describe
    from vtk.caption.user_options import templates
    from vtk.errors import UsageError
    from vtk.recipes.recipe import follow_recipe, read_recipe, recipe_text
    from vtk.stream.job import Job

    if show_recipe:
        if not recipe:
            raise UsageError("--show-recipe prints the recipe that --recipe NAME names")
        return recipe_text(recipe)
    plan = None if recipe is None else read_recipe(recipe)
    asked, method = method, method or ("plain" if opening.named or show_prompt else "facts")
    way = METHODS.load(method)
    if measured := way.ask is None:
        opening.warn_of_unused("the method facts")
    if show_prompt:
        from vtk.prompting.templates import to_toml

        if measured:
            raise UsageError("the method facts asks no model: name another one with --method")
        known = templates(method, layout, tags=bool(tags), names=names, long=long > 0)
        return to_toml({**known, **(plan.prompts_of(known) if plan else {})})
    if schema and not way.takes_schema:
        raise UsageError(f"--schema is for the method plain, not {method}")
    if measured and (names or long or layout == "none"):
        raise UsageError("--names, --long and --layout none are for captions by a language model")
    ability = partial(describe, method=asked, language=language)
    if measured:
        tell_of_english(language)
    if measured and not tags:
        return Job(
            partial(follow_recipe, plan, ability) if plan else ability,
            processes=not opening.named,
            keeps=resume,
            hint="" if opening.named else HINT,
        )
    from vtk.caption.user_options import read_options
    from vtk.models.llm.prompt import Sampling
    from vtk.prompting.frames import FrameOptions

    options = read_options(
        method,
        prompt=prompt,
        prompt_file=prompt_file,
        prompts=plan.prompts if plan else {},
        title=title,
        glossary=glossary,
        language=language,
        previous=previous,
        schema=schema,
        tags=tags,
        frames=FrameOptions(layout, frames, pixels),
        sampling=Sampling(max_tokens, temperature, seed=seed),
        timed=seconds,
        candidates=candidates,
        long=long,
        names=names,
    )
    ability = partial(_with_models, None if measured else opening, clip, ability, options)
    return Job(
        partial(follow_recipe, plan, ability) if plan else ability,
        processes=False,  # each process of --jobs would load the model
        resumes=resume,
    )


def _with_models(
    opening: Opening | None,
    clip: str | None,
    ability: "Callable[..., Iterator[Span]]",
    options: "CaptionOptions",
    spans: "Iterable[Span]",
    journal: "ResumeJournal | None" = None,
) -> "Iterator[Span]":
    """The captions of an ability that is given the models, which are closed behind it."""
    from contextlib import ExitStack, closing
    from dataclasses import replace

    with ExitStack() as stack:
        if clip:
            from vtk.models.embed.image_text import open_image_text

            opened = stack.enter_context(open_image_text(clip, key=os.environ.get("VTK_API_KEY")))
            options = replace(options, clip=opened)
        model = stack.enter_context(closing(opening())) if opening else None
        yield from ability(spans, model=model, options=options, journal=journal)
