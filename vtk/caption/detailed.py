"""detailed: one question for each aspect of a shot, then the answers merged into one text.

The aspects are those of structured captions in VDC (AuroraCap, Chai et al. 2024) and Vript (Yang
et al. 2024). All questions are about the same frames, which are encoded once.
"""

from vtk.caption.methods import CaptionMethod
from vtk.caption.task import CaptionTask, join_sentences
from vtk.prompting.dialogue import Dialogue
from vtk.prompting.templates import CONTEXT_LINES

SIDES = ("subjects", "actions", "setting", "camera", "mood", "text")
PROMPTS = {
    "subjects": "Who and what is shown? Describe how each looks. Say only what can be seen.",
    "actions": "What happens, in order? Who or what does what?",
    "setting": "Where is this? Describe the background, the place, the light and the time of day.",
    "camera": "How is it filmed? Name the shot size (close-up, medium, wide), the angle, and how "
    "the camera moves.",
    "mood": "What is the style and the mood of the picture? One sentence.",
    "text": "Which words are written in the picture? Quote them, or say that there are none.",
    "merge": "These notes describe one shot of a video:\n{notes}\nWrite one detailed description "
    "of the shot from them, without headings. Add nothing that they do not say." + CONTEXT_LINES,
}


def caption(task: CaptionTask) -> Dialogue:
    """Return `aspects` by name, and `caption`; an aspect with an empty prompt is left out."""
    sides = [side for side in SIDES if task.has_step(side)]
    parts = task.parts
    texts = yield [task.generate(side, parts) for side in sides]
    aspects = dict(zip(sides, texts, strict=True))
    if task.has_step("merge"):
        notes = "\n".join(f"{side}: {text}" for side, text in aspects.items())
        (whole,) = yield [task.generate("merge", (), notes=notes)]
    else:
        whole = join_sentences(texts)
    return {"caption": whole, "aspects": aspects}


METHOD = CaptionMethod(PROMPTS, caption)
