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
    asks = [first]
    for number in range(1, task.options.candidates):
        seed = first.sampling.seed + number
        asks.append(replace(first, sampling=replace(first.sampling, temperature=warm, seed=seed)))
    texts: list[str] = yield list(asks)
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
