"""detailed: one question for each side of a shot, then one text of the answers.

The sides are those of structured captions in VDC (AuroraCap, Chai et al. 2024) and Vript (Yang et
al. 2024). All questions are about the same frames, which are encoded once.
"""

from vtk.caption.methods import CaptionMethod
from vtk.caption.scene import Scene, stated
from vtk.caption.talk import Talk
from vtk.caption.tell import CONTEXT

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
    "of the shot from them, without headings. Add nothing that they do not say." + CONTEXT,
}


def caption(scene: Scene) -> Talk:
    """`aspects` by their names, and `caption`; an aspect with an empty prompt is left out."""
    sides = [side for side in SIDES if scene.wants(side)]
    parts = scene.parts
    texts = yield [scene.ask(side, parts) for side in sides]
    aspects = dict(zip(sides, texts, strict=True))
    if scene.wants("merge"):
        notes = "\n".join(f"{side}: {text}" for side, text in aspects.items())
        (whole,) = yield [scene.ask("merge", (), notes=notes)]
    else:
        whole = stated(texts)
    return {"caption": whole, "aspects": aspects}


METHOD = CaptionMethod(PROMPTS, caption)
