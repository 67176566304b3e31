"""Fit a summary to a number of words, by whole sentences."""

from collections.abc import Sequence

from vtk.summarize.lines import Line, spread
from vtk.text import comparison_key, word_count

TOLERANCE = 0.1  # share of the number of words by which a summary may be longer or shorter


def count(lines: Sequence[Line]) -> int:
    """Words of the lines."""
    return sum(word_count(line.text) for line in lines)


def fits(lines: Sequence[Line], words: int) -> bool:
    """Whether the lines have about so many words."""
    return abs(count(lines) - words) <= TOLERANCE * words


def fitted(lines: Sequence[Line], words: int, spare: Sequence[Line] = ()) -> list[Line]:
    """Return the lines without some, if they are too long, or with some of `spare`, if too short.

    The lines that are left out are those that bring the length nearest to `words`; one line alone
    stays, however long. Spare lines that rest on nothing that is told yet are put in first, where
    they belong in time.
    """
    kept = list(lines)
    most = (1 + TOLERANCE) * words
    while len(kept) > 1 and count(kept) > most:
        total = count(kept)
        gaps = [abs(total - word_count(line.text) - words) for line in kept]
        del kept[max(range(len(kept)), key=lambda n: (-gaps[n], n))]
    told = {passage for line in kept for passage in line.rests}
    left = sorted(spare, key=lambda line: len(told.intersection(line.rests)))
    texts = {comparison_key(line.text) for line in kept}
    for line in left:
        if fits(kept, words):
            break
        if comparison_key(line.text) not in texts and count([*kept, line]) <= most:
            texts.add(comparison_key(line.text))
            place = sum(each.start <= line.start for each in kept)
            kept.insert(place, line)
    return kept


def picked(lines: Sequence[Line], words: int) -> list[Line]:
    """Return lines from all over the video, in order, as many as the words allow, at least one."""
    chosen: list[int] = []
    for number in spread(len(lines)):
        if not chosen or count([lines[n] for n in (*chosen, number)]) <= words:
            chosen.append(number)
    return [lines[number] for number in sorted(chosen)]
