"""story: everything said, shown and written is told as one story, and that is summed up.

As in “A Video Is Worth 4096 Tokens”: what the pictures, the speech and
the texts on screen of a story say is put into words as a story, and all else is done on that text.
"""

from functools import partial

from vtk.errors import ModelError
from vtk.span import Span
from vtk.summarize.asking import SpentError
from vtk.summarize.by_model import Written, part_entry, summarized
from vtk.summarize.lines import Line, windows
from vtk.summarize.prompts import ENDING
from vtk.summarize.writing import SummaryWriter

SHARE = 0.75  # of a window, so that the end of the story before it has room
TAIL = 3  # sentences of the story before that a part is told after
PROMPT = (
    """Lines of a part of a video, in order. What is shown or on screen says so:
{lines}

The story before this part ends so: {before}
Tell what happens in this part as the next part of the story, in {most} sentences at most: who does
or says what, where, and what comes of it. Tell nothing again."""
    + ENDING
)
INSTRUCTIONS = "Tell it as a story, from its beginning to its end."


def write(writer: SummaryWriter, spans: list[Span], lines: list[Line]) -> Written:
    """Tell one part after the other; the parts of the story are `parts` of the record."""
    story: list[Line] = []
    parts = []
    error: ModelError | None = None
    told_of = windows(lines, round(SHARE * writer.letters))
    for number, part in enumerate(told_of, 1):
        before = " ".join(line.text for line in story[-TAIL:])
        try:
            (told,) = writer.sum_up([part], PROMPT, before=before)
        except SpentError as spent:
            error = spent
            writer.asker.unasked += len(told_of) - number
            break
        except ModelError as failed:
            error = failed
            continue
        story += told
        parts.append(part_entry(part, told, "window"))
    if not story:
        raise error or ModelError("there is nothing to tell")
    found = writer.written(writer.condensed(story), spare=story, instructions=INSTRUCTIONS)
    return Written(found, parts)


summaries = partial(summarized, "story", write)
