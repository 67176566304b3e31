"""differential: describe the first frame, then the changes from frame to frame, then merge them.

The sliding window of ShareGPT4Video (Chen et al. 2024): each frame is compared with the previous
frame, given the text about the previous frame, so that changes are seen however many frames there
are.
"""

from itertools import pairwise

from vtk.caption.methods import CaptionMethod
from vtk.caption.task import CaptionTask, join_sentences, time_label
from vtk.entries import EventEntry
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
    """Return `caption`, and `changes` between neighbouring frames, each with its start and end.

    With an empty `merge` prompt, the caption is the description followed by the changes.
    """
    (first,) = yield [task.generate("first", task.parts_of(task.frames[:1]))]
    changes: list[EventEntry] = []
    before = first
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
