"""vtk models check: ask a model what it can do, on pictures and texts with known answers."""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import Opening
from ..subcommand import AsJson, write
from .subcommand import ModelOrServer, models_subcommand

if TYPE_CHECKING:
    from vtk.skills import Row
    from vtk.stream import Stream

log = logging.getLogger("vtk")

HEAD = f"{'skill':12} {'right':>9} {'share':>6}  {'95 % interval':13} {'chance':>6}   verdict"


@models_subcommand
def check(
    stream: "Stream",
    opening: Opening,
    model: ModelOrServer = None,
    skill: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="Only this skill; may be given again. All that the model claims if not given.",
        ),
    ] = None,
    count: Annotated[
        int, typer.Option(metavar="N", min=8, help="Pictures, clips or texts for each skill.")
    ] = 16,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Choose other questions.")] = 0,
    json: AsJson = False,
) -> None:
    """Ask a model what it can do, and tell skill from chance.

    The questions are about pictures, clips and texts that are made on the spot, so the right
    answers are known. A build of llama.cpp, a projector or a quantization that is broken shows
    here: the model answers, but no better than one that does not look.

    A row tells how many answers of a skill are right; the share, and the interval in which it lies
    with 95 % certainty (narrower with a larger --count); and what share chance gives. A skill is at
    chance if chance gives as many right answers in 5 % of such checks or more (exact binomial
    test), else ok from half of the way between chance and all (stops and schema: from 90 %), else
    weak; it has failed if no question was answered. The exit status is 1 if a skill failed or is
    at chance that the model claims: all of its kind, unless its entry in models.toml lists its
    `skills`.

    \b
    Pictures   colours, shapes, counts, places, yes_no, boxes, text, small_text
    Clips      order, motion, times (frames one by one), grid (frames in one picture)
    Texts      facts, copies, scripts, stops, schema, fields, long
    Embedders  names, finds, text (image-text); paraphrases (text)
    Speech     words, spoken by espeak-ng, which must be installed

    Answers to choose from are listed in random order and scored by their likelihoods. For yes_no
    and facts, `auc` is how often a true statement is likelier than a false one, `yes_share` how
    often the answer is yes (half would be right), and `brier` the mean squared error. Boxes are
    right from an intersection over union of 0.5, in whatever unit suits most of them.

    With the default --count a model that sees looks at 48 pictures of 448 pixels, a third of them
    half as high, and at 64 of 224, and answers 304 questions, 112 of them in up to 128 tokens.

    \b
    Examples:
      vtk models check qwen3-vl-4b
      vtk models check qwen3-vl-4b --skill counts --skill motion --count 32
      vtk models check --endpoint http://localhost:8080 | jq -r 'select(.verdict != "ok") | .skill'
    """
    from vtk.skills import check_model
    from vtk.stream.progress import step_bar

    rows = check_model(
        model,
        skills=skill or (),
        count=count,
        seed=seed,
        progress=lambda *told: stream.progress.moved(*told),
        **opening.options(),
    )
    chance: dict[str, list[str]] = {}
    failed: dict[tuple[str, str | None], list[str]] = {}

    def told() -> Iterator["Row"]:
        for row in rows:
            if row.verdict == "at chance":
                chance.setdefault(row.model, []).append(row.skill)
            if row.verdict == "failed":
                failed.setdefault((row.model, row.note), []).append(row.skill)
            yield row

    with step_bar("models", stream.talks) as stream.progress:
        head = iter([f"{HEAD}\n"])
        write(stream, told(), lambda row: next(head, "") + _line(row), json)
    for name, skills in chance.items():
        stream.failed += 1
        log.error(
            "%s is at chance in %s: the build, the projector or the quantization may be broken, or "
            "the model is not made for it",
            name,
            ", ".join(skills),
        )
    for (name, reason), skills in failed.items():
        stream.failed += 1
        log.error("%s answered no question about %s: %s", name, ", ".join(skills), reason)


def _line(row: "Row") -> str:
    """Format a row for a terminal, as `HEAD` names its columns."""
    if row.share is None or row.low is None or row.high is None or row.chance is None:
        return f"{row.skill:12} {row.verdict}: {row.note}"
    notes = []
    if row.auc is not None:
        notes.append(f"AUC {row.auc:.2f}, yes in {row.yes_share:.0%}, Brier {row.brier:.2f}")
    if row.way:
        notes.append(f"in {row.way}")
    if row.failed:
        notes.append(f"{row.failed} failed: {row.note}")
    right, spread = f"{row.right} of {row.asked}", f"{row.low:.0%} to {row.high:.0%}"
    line = f"{row.skill:12} {right:>9} {row.share:6.0%}  {spread:13} {row.chance:6.0%}   "
    return line + "; ".join([row.verdict, *notes])
