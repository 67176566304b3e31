"""differential: the first frame in full, then what changed from frame to frame, then one text.

The sliding window of ShareGPT4Video (Chen et al. 2024): each frame is told apart from
the one before it, with what was said of that one, so that changes are seen however many frames
there are.
"""

from itertools import pairwise

from vtk.caption.methods import CaptionMethod
from vtk.caption.task import CaptionTask, join_sentences, time_label
from vtk.prompting.dialogue import Dialogue
from vtk.prompting.templates import CONTEXT_LINES

PROMPTS = {
    "first": "Describe this frame of a video in detail: who or what is shown, what they do, where "
    "everything is, and the setting. Say only what can be seen." + CONTEXT_LINES,
    "change": "These are two frames of a video, one after the other. Say in one or two sentences "
    "what changes from the first to the second: who or what moves and which way, appears, "
    "disappears or acts differently, and what the camera does.\n"
    "What was said of the first: {before}\nAnswer in this language: {language}",
    "merge": "These notes describe a shot of a video over time:\n{notes}\nWrite one text of them "
    "that tells in order what is shown and what happens. Add nothing that they do not say."
    + CONTEXT_LINES,
}


def caption(task: CaptionTask) -> Dialogue:
    """`caption`, and `changes`: what happens between neighbouring frames, each with its stretch.

    Without a prompt to merge, the caption is the description and the changes one after the other.
    """
    (first,) = yield [task.generate("first", task.parts_of(task.frames[:1]))]
    changes, before = [], first
    for pair in pairwise(task.frames):
        (text,) = yield [task.generate("change", task.parts_of(pair), before=before)]
        before = text
        changes.append({"start": pair[0][0], "end": pair[1][0], "text": text})
    if not changes:
        return {"caption": first}
    if task.has_step("merge"):
        lines = [f"at {time_label(task.frames[0][0])} seconds: {first}"]
        lines += [
            f"{time_label(c['start'])} to {time_label(c['end'])} seconds: {c['text']}"
            for c in changes
        ]
        (whole,) = yield [task.generate("merge", (), notes="\n".join(lines))]
    else:
        whole = join_sentences([first, *(c["text"] for c in changes)])
    return {"caption": whole, "changes": changes}


METHOD = CaptionMethod(PROMPTS, caption)
