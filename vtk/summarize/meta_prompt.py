"""meta-prompt: summaries are written and judged, and the instructions rewritten, in rounds.

As ViSMaP does for each video at inference: one role of the model writes a summary
from descriptions of parts, one judges it, and one improves the writer's instructions. The best
summary of all rounds is kept.
"""

from collections.abc import Sequence
from functools import partial

from vtk.errors import ModelError
from vtk.span import Span
from vtk.summarize.by_model import Written, summarized
from vtk.summarize.lines import Line, size, windows
from vtk.summarize.prompts import closed
from vtk.summarize.writing import SummaryWriter

ROUNDS = 3
GOOD = 9.5  # a score out of 10 that is not tried to better
JUDGED = ("faithful", "complete", "clear")
JUDGE = """These lines tell a video from its beginning to its end:
{lines}

Somebody wrote this as {form}, in about {words} words:
{summary}

Judge it, each from 0 to 10: `faithful` (it says nothing that the lines do not say), `complete` (it
leaves out nothing that matters) and `clear` (it is well written and can be understood alone). Say
in `faults` in a sentence or two what should be better.
What it is to be about: {focus}"""
REWRITE = """A summary of a video was written after these instructions:
{instructions}

A judge found this wrong with it: {faults}
Write better `instructions`, in five sentences at most, so that the next summary of the same video
has none of these faults. Tell how to write, not what the video says."""
FIRST = "Say first what the video is about, then what matters most in it, in order."


def write(writer: SummaryWriter, spans: list[Span], lines: list[Line]) -> Written:
    """Write, judge and rewrite; the scores of the rounds are told in the provenance."""
    parts: list[Line] = []
    told = lines
    if size(lines) > writer.letters:
        parts = [line for part in writer.sum_up(windows(lines, writer.letters)) for line in part]
        told = writer.condensed(parts)
    instructions = FIRST
    best: list[Line] = []
    scores: list[float] = []
    for number in range(ROUNDS):
        try:
            found = writer.written(told, parts, instructions)
        except ModelError:
            if not best:
                raise
            break
        if writer.unwritten and best:
            writer.unwritten = False  # the summary of an earlier round is written
            break
        score, faults = _judged(writer, told, found)
        if not best or (score is not None and score > max(scores, default=-1.0)):
            best = found
        if score is None:
            break
        scores.append(score)
        if score >= GOOD or number == ROUNDS - 1:
            break
        if (better := _rewritten(writer, told, instructions, faults)) is None:
            break
        instructions = better
    return Written(best, made={"scores": scores or None})


def _judged(
    writer: SummaryWriter, lines: Sequence[Line], found: Sequence[Line]
) -> tuple[float | None, str]:
    """The mean of what the judge gives, out of 10, and the faults; None if there is no answer."""
    grade = {"type": "integer", "minimum": 0, "maximum": 10}
    faults = {"type": "string", "maxLength": 400}
    schema = closed(faults=faults, **dict.fromkeys(JUDGED, grade))
    values = {
        "summary": "\n".join(line.text for line in found),
        "form": writer.style.form,
        "words": str(writer.task.words or writer.style.words),
    }
    answer = writer.answer(writer.question(JUDGE, lines, schema, 500, **values))
    if answer is None:
        return None, ""
    return sum(answer[name] for name in JUDGED) / len(JUDGED), answer["faults"]


def _rewritten(
    writer: SummaryWriter, lines: Sequence[Line], instructions: str, faults: str
) -> str | None:
    schema = closed(instructions={"type": "string", "minLength": 1, "maxLength": 800})
    values = {"instructions": instructions, "faults": faults or "nothing in particular"}
    answer = writer.answer(writer.question(REWRITE, lines, schema, 800, **values))
    return None if answer is None else " ".join(answer["instructions"].split())


summaries = partial(summarized, "meta-prompt", write)
