"""best-of: of several candidate captions, keep the one that matches the frames best.

As in Panda-70M (Chen et al. 2024), several captions compete. There they come from several teacher
models; here from repeated sampling of one model and from captions that the span already has (by
other models, earlier in the pipeline). An image-text model chooses; Panda-70M trained a retrieval
model for that.
"""

from dataclasses import replace

import numpy as np

from vtk.caption.methods import CaptionMethod
from vtk.caption.plain import PROMPTS as PLAIN
from vtk.caption.task import CaptionTask
from vtk.entries import ScoredText
from vtk.errors import UsageError
from vtk.prompting.dialogue import RETRY_TEMPERATURE, Dialogue

PROMPTS = {"caption": PLAIN["caption"]}


def caption(task: CaptionTask) -> Dialogue:
    """Return `caption`, and `candidates`: the other captions, best first, scored by mean cosine."""
    clip = task.options.clip
    if clip is None:
        raise UsageError("best-of needs an image-text model: --clip NAME")
    first = task.generate("caption", task.parts)
    warm = max(RETRY_TEMPERATURE, first.sampling.temperature)
    asks, others = [first], task.options.candidates - 1
    if others > 0:
        chosen = replace(first.sampling, temperature=warm, seed=first.sampling.seed + 1)
        asks.append(replace(first, sampling=replace(chosen, count=others)))
    coldest, *rest = yield list(asks)
    texts: list[str] = [coldest, *(rest if others == 1 else rest[0] if rest else ())]
    span = task.span
    older = [span.get("caption", ""), *(each["text"] for each in span.get("candidates", []))]
    distinct = list(dict.fromkeys(text for text in [*texts, *older] if text.strip()))
    seen = np.stack(list(clip.images([picture for _, picture in task.frames])))
    scores = (clip.texts(distinct) @ seen.T).mean(axis=1)
    order = np.argsort(-scores, kind="stable")
    ranked: list[ScoredText] = [
        {"text": distinct[n], "score": round(float(scores[n]), 4)} for n in order
    ]
    return {"caption": ranked[0]["text"], "candidates": ranked[1:]}


METHOD = CaptionMethod(PROMPTS, caption)
