"""llm: a language model reads what is said and seen in a video, with its times.

As in LifelongMemory and in LLM4VG's second group, captions and speech with their times go to a
language model, which answers with stretches and its confidence in each. A long video is read in
windows that overlap. With an image-text model, each answer is fitted to the pictures around it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing

from vtk.caption import with_captions
from vtk.ground.answers import SAMPLING, Part, Tally, ask, within
from vtk.ground.moments import Found, all_passages, by_video, evidence
from vtk.ground.pictures import Refiner
from vtk.ground.stretch import limited
from vtk.ground.task import Task, Wanted
from vtk.models.llm.prompt import LanguageModel, Prompt
from vtk.passages import Passage
from vtk.prompting.windows import ask_windows, letters_for, windows
from vtk.span import Span

PROMPT = """These are parts of a video in words, each after its start and end in seconds:
{text}
Where in the video is this: {query}
Give each stretch of time that answers it, with `start` and `end` in seconds and `confidence` from
0 to 1. Give none if nothing does."""


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield, for each query in turn, the stretches that a model names; error records first.

    `score` is the confidence that it states. Answers beyond the times of the text are cut or left
    out, windows without an answer are halved and asked again, and all that is counted in a warning.
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
    """Return what the model finds for each query in all windows of a text."""
    found: list[list[Found]] = [[] for _ in queries]
    sized = windows(told, letters_for(model, SAMPLING.max_tokens))
    asked = [(n, window) for window in sized for n in range(len(queries))]
    answered, failed = not asked, tally.unanswered
    read = ask_windows(model, asked, lambda n, lines: ask(_part(lines, queries[n].text)))
    for n, (lines, outcome) in read:
        if outcome.error:
            failed.append(outcome.error)
            continue
        answered, part = True, _part(lines, queries[n].text)
        found[n] += within(outcome.fields["windows"], part.start, part.end, tally)
    if not answered:
        raise failed[-1]
    return found


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
