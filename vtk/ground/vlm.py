"""vlm: a vision-language model looks at the frames of a video, each after its time.

Times as text before the frames, as in VTG-LLM and Qwen3-VL, and stretches as the answer. A
long video is looked at in windows that overlap.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing

from vtk.errors import ModelError
from vtk.ground.answers import Part, Tally, stretches
from vtk.ground.moments import Found, by_video
from vtk.ground.pictures import extents, frames
from vtk.ground.stretch import limited
from vtk.ground.task import Task, Wanted
from vtk.media.video import Video, VideoCache
from vtk.models.llm.prompt import LanguageModel, Prompt
from vtk.span import Span

STEP = 2.0  # seconds from frame to frame, unless --looks allows fewer
FRAMES = 16  # in a window
SHARED = 4  # of them also in the next window
PROMPT = """These are frames of a video, each after its time. When does it show this: {query}
Give each stretch of time that shows it, with `start` and `end` in seconds and `confidence` from 0
to 1. Give none if nothing does."""


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield, for each query in turn, the stretches that a model sees; error records first.

    `score` is the confidence that it states. Answers beyond the times of the frames are cut or left
    out, and counted in a warning, as are windows without an answer. A video of which no window is
    answered becomes an error record. The frames of one window are held at a time.
    """
    with ExitStack() as stack:
        model = stack.enter_context(closing(task.models.need_language()()))
        videos = stack.enter_context(VideoCache())
        tally = Tally()

        def work(spans: list[Span], queries: Sequence[Wanted]) -> list[list[Found]]:
            video = videos(spans[0].video)
            return _look(model, video, extents(video, spans), queries, task, tally)

        made = {"method": "vlm", "model": model.name, "sha256": model.sha256}
        yield from by_video(source, task, work, **made)
        tally.tell()


def _look(
    model: LanguageModel,
    video: Video,
    stretched: Sequence[tuple[float, float]],
    queries: Sequence[Wanted],
    task: Task,
    tally: Tally,
) -> list[list[Found]]:
    found: list[list[Found]] = [[] for _ in queries]
    seconds = sum(end - start for start, end in stretched)
    step = max(STEP, seconds / task.looks) if task.looks else STEP
    answered = None
    for low, high in stretched:
        for start, end in windows(low, high, step):
            count = max(1, math.ceil((end - start) / step))
            times = [start + (end - start) * (n + 0.5) / count for n in range(count)]
            seen = frames(video, times)
            asked = (
                Part(
                    Prompt.about(seen, PROMPT.replace("{query}", each.text), pairs=model.pairs),
                    start,
                    end,
                )
                for each in queries
            )
            for n, answer in enumerate(stretches(model, asked, tally)):
                if isinstance(answer, ModelError):
                    tally.unanswered.append(answer)
                    answered = answered or False
                else:
                    answered = True
                    found[n] += [_shaped(each, (low, high), task.lengths) for each in answer]
    if answered is False:
        raise tally.unanswered[-1]
    return found


def windows(start: float, end: float, step: float) -> Iterator[tuple[float, float]]:
    """Yield windows of FRAMES steps over a stretch, of which neighbours share SHARED steps."""
    length, stride = FRAMES * step, (FRAMES - SHARED) * step
    low = start
    while low + length < end:
        yield low, low + length
        low += stride
    yield low, end


def _shaped(found: Found, limits: tuple[float, float], lengths: tuple[float, float]) -> Found:
    start, end = limited(found.start, found.end, lengths, limits)
    return Found(start, end, found.score)
