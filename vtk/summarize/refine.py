"""refine: a summary that is rewritten with each part of the video that follows.

What is known so far goes into every prompt, so that later parts are read in its light; LongVLM
likewise puts the whole before each part. No two parts can be asked about at once.
"""

from dataclasses import replace
from functools import partial

from vtk.errors import ModelError
from vtk.span import Span
from vtk.summarize.asking import SpentError
from vtk.summarize.by_model import Written, summarized
from vtk.summarize.lines import Line, size, windows
from vtk.summarize.prompts import ENDING
from vtk.summarize.writing import SummaryWriter

KEPT = 16  # sentences of the rolling summary
NEW = 2 / 3  # share of a window that is for what is new
PROMPT = (
    """Lines marked “so far” sum up a video as far as it was read; the others are what follows:
{lines}

Write the summary anew, so that it tells all of this in order, in {most} sentences at most. Shorten
what came early rather than leave out what is new."""
    + ENDING
)


def write(writer: SummaryWriter, spans: list[Span], lines: list[Line]) -> Written:
    """Read window after window; the summary in the style of the task is written at the end."""
    if size(lines) <= writer.letters:
        return Written(writer.written(lines))
    told: list[Line] = []
    parts = windows(lines, round(NEW * writer.letters))
    for number, part in enumerate(parts, 1):
        try:
            known = [replace(line, label="so far") for line in told]
            (told,) = writer.sum_up([[*known, *part]], PROMPT, KEPT)
        except SpentError:
            if not told:
                raise
            writer.asker.unasked += len(parts) - number
            break
        except ModelError:
            if number == len(parts) and not told:
                raise
    return Written(writer.written(told))


summaries = partial(summarized, "refine", write)
