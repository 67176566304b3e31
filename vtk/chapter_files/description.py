"""Chapters as lines of a video's description, `1:02 Title`, and as mp4chaps' list.

The rules are YouTube's (https://support.google.com/youtube/answer/9884579): the first chapter
begins at 0:00, there are at least three, in order, and each lasts at least ten seconds. A
description has at most 5,000 bytes, and none of them is an angle bracket
(https://developers.google.com/youtube/v3/docs/videos#snippet.description).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from vtk.chapter_files.format import Format
from vtk.media.chapters import Chapter
from vtk.times import clock, stamp

FEWEST = 3
SHORTEST = 10  # seconds
MOST_BYTES = 5000


def write(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield a line for each chapter, with its time in whole seconds, rounded down."""
    for chapter in chapters:
        yield f"{clock(chapter.start)} {chapter.title}\n"


def write_mp4chaps(chapters: Sequence[Chapter], name: str) -> Iterator[str]:
    """Yield a line for each chapter as mp4chaps and podcast programs read it."""
    for chapter in chapters:
        link = f" <{chapter.url}>" if chapter.url else ""
        yield f"{stamp(chapter.start)} {chapter.title}{link}\n"


def faults(chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield for which reasons a video platform would show no chapters."""
    starts = [int(chapter.start + 1e-6) for chapter in chapters]
    if starts and starts[0] > 0:
        yield f"the first chapter begins at {clock(starts[0])}, not at 0:00"
    if len(chapters) < FEWEST:
        yield f"there are fewer than {FEWEST} chapters"
    ends = [chapters[-1].end] if chapters else []
    lengths = [after - before for before, after in pairwise(starts)]
    lengths += [int(end) - starts[-1] for end in ends if end is not None]
    if short := sum(length < SHORTEST for length in lengths):
        what = "1 chapter is" if short == 1 else f"{short} chapters are"
        yield f"{what} shorter than {SHORTEST} seconds"
    text = "".join(write(chapters, ""))
    if len(text.encode()) > MOST_BYTES:
        yield f"the lines have more than {MOST_BYTES} bytes"
    if "<" in text or ">" in text:
        yield "titles hold the signs < or >, which a description may not"


DESCRIPTION = Format("txt", write, faults)
MP4CHAPS = Format("chapters.txt", write_mp4chaps)
