"""llm: a language model reads what is said and seen in a video, with its times.

As in LifelongMemory and in LLM4VG's second group, captions and speech with their times go to a
language model, which answers with stretches and its confidence in each. A long video is read in
parts that overlap. With an image-text model, each answer is then fitted to the pictures around it.
"""

import logging
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing

from vtk.caption import with_captions
from vtk.errors import ModelError
from vtk.ground.answers import Part, Tally, stretches
from vtk.ground.moments import Found, all_passages, by_video, evidence
from vtk.ground.pictures import Refiner
from vtk.ground.stretch import limited
from vtk.ground.task import Task, Wanted
from vtk.models.llm.prompt import LanguageModel, Prompt
from vtk.passages import Passage
from vtk.span import Span

log = logging.getLogger("vtk")

LETTERS = 6000  # of text in a part, some 1,500 tokens, beside which a small context has room
OVERLAP = 0.15  # share of a part that the next one repeats
SPLITS = 3  # how often a part without an answer is halved and asked again
PROMPT = """These are parts of a video in words, each after its start and end in seconds:
{text}
Where in the video is this: {query}
Give each stretch of time that answers it, with `start` and `end` in seconds and `confidence` from
0 to 1. Give none if nothing does."""


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield, for each query in turn, the stretches that a model names; error records first.

    `score` is the confidence that it states. Answers beyond the times of the text are cut or left
    out, parts without an answer are halved and asked again, and all that is counted in a warning.
    A video of which no part is answered becomes an error record. One video is held at a time.
    """
    with ExitStack() as stack:
        model = stack.enter_context(closing(task.models.need_language()()))
        clip = stack.enter_context(task.models.clip()) if task.models.clip else None
        refiner = stack.enter_context(Refiner(clip)) if clip else None
        tally = Tally()

        def work(spans: list[Span], queries: Sequence[Wanted]) -> list[list[Found]]:
            told = all_passages(spans)
            found = _read(model, told, queries, tally)
            if refiner:
                video = spans[0].video
                found = [
                    refiner(video, each.text, windows)
                    for each, windows in zip(queries, found, strict=True)
                ]
            return [[_shaped(each, told, task.lengths) for each in windows] for windows in found]

        texts = with_captions(source, timed=True, language=task.language)
        made = {"method": "llm", "model": model.name, "sha256": model.sha256}
        yield from by_video(texts, task, work, **made, clip=clip.name if clip else None)
        tally.tell()
        if refiner:
            refiner.tell()


def _read(
    model: LanguageModel, told: Sequence[Passage], queries: Sequence[Wanted], tally: Tally
) -> list[list[Found]]:
    """Return what the model finds for each query in all parts of a text."""
    found: list[list[Found]] = [[] for _ in queries]
    waiting = [(n, part) for part in parts(_pieces(told)) for n in range(len(queries))]
    answered = not waiting
    for split in range(SPLITS + 1):
        asked = (_part(lines, queries[n].text) for n, lines in waiting)
        answers = stretches(model, asked, tally)
        again = []
        for (n, lines), answer in zip(waiting, answers, strict=True):
            if not isinstance(answer, ModelError):
                answered = True
                found[n] += answer
            elif split < SPLITS and len(lines) > 1:
                again += [(n, lines[: len(lines) // 2]), (n, lines[len(lines) // 2 :])]
            else:
                tally.unanswered.append(answer)
        waiting = again
    if not answered:
        raise tally.unanswered[-1]
    return found


def _pieces(told: Sequence[Passage]) -> list[Passage]:
    """Passages of at most LETTERS, of which longer ones are parted, with the same times."""
    return [
        Passage(piece, p.start, p.end, p.source)
        for p in told
        for piece in textwrap.wrap(" ".join(p.text.split()), LETTERS // 2) or [p.text]
    ]


def parts(told: Sequence[Passage], letters: int = LETTERS) -> Iterator[list[Passage]]:
    """Yield passages in runs of at most so many letters; each run repeats the end of the last."""
    first = 0
    while first < len(told):
        last, size = first, 0
        while last < len(told) and (last == first or size + len(told[last].text) <= letters):
            size += len(told[last].text)
            last += 1
        yield list(told[first:last])
        if last == len(told):
            return
        back, repeated = last, 0
        while back > first + 1 and repeated + len(told[back - 1].text) <= OVERLAP * letters:
            back -= 1
            repeated += len(told[back].text)
        first = back


def _part(lines: Sequence[Passage], query: str) -> Part:
    text = "\n".join(f"{p.start:.1f}-{p.end:.1f} ({p.source}): {p.text}" for p in lines)
    prompt = Prompt((PROMPT.replace("{query}", query).replace("{text}", text),))
    return Part(prompt, min(p.start for p in lines), max(p.end for p in lines))


def _shaped(found: Found, told: Sequence[Passage], lengths: tuple[float, float]) -> Found:
    """A stretch of at least and at most some length, with the texts in it."""
    limits = min(p.start for p in told), max(p.end for p in told)
    start, end = limited(found.start, found.end, lengths, limits)
    inside = [p for p in told if p.start < end and p.end > start]
    return Found(start, end, found.score, evidence(inside))
