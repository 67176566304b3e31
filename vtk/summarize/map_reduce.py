"""map-reduce: parts are summed up alone, names are made one, and the whole is written from that.

As in MR. Video, whose first stage describes clips alone and then gives the same people and things
the same names, and in LLoVi, which sums up what is told of clips before it reasons about them.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from vtk.span import Span
from vtk.summarize.by_model import Written, summarized
from vtk.summarize.lines import Line, size, windows
from vtk.summarize.prompts import array, closed
from vtk.summarize.writing import SummaryWriter

NAMED = 120  # names that a model is asked about; those that occur most
NAMES = """These names occur in texts about one video, each after its number:
{names}

Which of them are spellings or forms of the name of one person or thing, such as a surname and the
full name? Give each such set with the numbers of its names, the fullest name first. Most names
belong to no set; names that only look alike do not either."""
_CAPITALS = re.compile(r"[^\W\d_a-zß-ÿ][\w’'-]*(?:[ -][^\W\d_a-zß-ÿ][\w’'.-]*)*")


def write(writer: SummaryWriter, spans: list[Span], lines: list[Line]) -> Written:
    """Sum up the windows of a long video, then the whole; a video of one window is read at once."""
    if size(lines) <= writer.letters:
        return Written(writer.written(lines))
    parts = [line for part in writer.sum_up(windows(lines, writer.letters)) for line in part]
    parts, renamed = _one_name_each(writer, parts)
    found = writer.written(writer.condensed(parts), spare=parts)
    return Written(found, made={"renamed": renamed or None})


def _one_name_each(writer: SummaryWriter, lines: list[Line]) -> tuple[list[Line], int]:
    """The lines with one name for each person or thing, and how many names were changed.

    Only names that occur are asked about, and only forms that share a word, or initials, are
    accepted as one name.
    """
    names = _names(lines)
    if len(names) < 2:
        return lines, 0
    number = {"type": "integer", "minimum": 1, "maximum": len(names)}
    schema = closed(sets=array(array(number, 2, 6), 0, len(names) // 2))
    listed = "\n".join(f"{n}. {name}" for n, name in enumerate(names, 1))
    question = writer.question(NAMES, lines, schema, 10 * len(names), names=listed)
    if (answer := writer.answer(question)) is None:
        return lines, 0
    other: dict[str, str] = {}
    for each in answer["sets"]:
        first, *rest = (names[n - 1] for n in dict.fromkeys(each))
        other |= {name: first for name in rest if _alike(name, first) and name not in other}
    other = {name: first for name, first in other.items() if first not in other}
    if not other:
        return lines, 0
    longest_first = sorted({*names}, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest_first))
    changed = [
        replace(line, text=pattern.sub(lambda m: other.get(m[0], m[0]), line.text))
        for line in lines
    ]
    return changed, len(other)


def _names(lines: Sequence[Line]) -> list[str]:
    """The most common names in the lines: runs of capitalised words within a sentence."""
    counts = Counter(
        match[0].rstrip(".'’-")
        for line in lines
        for match in _CAPITALS.finditer(line.text)
        if match.start()
    )
    return [name for name, _ in counts.most_common() if len(name) > 1][:NAMED]


def _alike(name: str, full: str) -> bool:
    """Whether two names share a word, or one is made of the initials of the other."""
    words, others = name.casefold().split(), full.casefold().split()
    initials = {"".join(word[0] for word in each) for each in (words, others) if len(each) > 1}
    return bool({*words} & {*others}) or bool(initials & {name.casefold(), full.casefold()})


summaries = partial(summarized, "map-reduce", write)
