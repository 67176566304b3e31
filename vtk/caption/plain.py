"""plain: one answer about all frames."""

from vtk.caption.scene import Scene
from vtk.caption.talk import Talk
from vtk.caption.tell import CONTEXT

PROMPTS = {
    "caption": "Describe this shot of a video in two or three sentences: who or what is shown, "
    "what happens, and where. Say only what can be seen." + CONTEXT
}


def caption(scene: Scene) -> Talk:
    """`caption`: what the model says of the frames."""
    (text,) = yield [scene.ask("caption", scene.parts)]
    return {"caption": text}
