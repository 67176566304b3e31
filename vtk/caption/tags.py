"""Zero-shot tagging: score the tags of a user's list by how likely a span shows them.

A line of the list is a tag, optionally followed by descriptions (`juggling: a person throws balls;
a street artist`), which tell the model better than the name what to look for ("Tell me what you
see", Estevam et al. 2024).
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vtk.caption.options import Tag
from vtk.caption.task import CaptionTask
from vtk.entries import TagEntry
from vtk.errors import UsageError
from vtk.prompting.dialogue import Dialogue
from vtk.prompting.templates import read_text

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel
    from vtk.models.llm.prompt import Picture

PROMPTS = {"tag": "Does this show {tag}? Answer yes or no."}
SCALE = 100.0  # logit for a cosine of 1, as CLIP was trained (Radford et al. 2021)


def tags_of(file: Path) -> tuple[Tag, ...]:
    """Read the tags of a user's list, one per line. Raises UsageError if there are none.

    A tag on several lines is one tag with the descriptions of all of them.
    """
    found: dict[str, dict[str, None]] = {}
    for line in read_text(file).splitlines():
        name, _, rest = line.partition(":")
        texts = [text.strip() for text in rest.split(";") if text.strip()]
        if name := name.strip():
            found.setdefault(name, {}).update(dict.fromkeys(texts))
    if not found:
        raise UsageError(f"{file} has no tags: one a line, such as juggling: balls in the air")
    return tuple(Tag(name, tuple(texts) or (name,)) for name, texts in found.items())


def tags_by_model(task: CaptionTask, tags: Sequence[Tag]) -> Dialogue:
    """Return `tags`, most likely first, each scored on its own by the probability of "yes"."""
    parts = task.parts
    scores = yield [task.yes_no("tag", parts, tag=" or ".join(tag.texts)) for tag in tags]
    return {"tags": rank_tags(tags, scores)}


class ClipTagger:
    """Scores tags by an image-text model, which embeds their texts at the first picture.

    The embedding of a tag is the mean of the embeddings of its texts; pictures are averaged too.
    """

    def __init__(self, clip: "ImageTextModel", tags: Sequence[Tag]) -> None:
        self._clip, self._tags = clip, tags

    @cached_property
    def _means(self) -> NDArray[np.float32]:
        """Unit vectors of the tags, (tags, dimension)."""
        vectors = self._clip.texts([text for tag in self._tags for text in tag.texts])
        ends = np.cumsum([len(tag.texts) for tag in self._tags])[:-1]
        means = np.stack([part.mean(axis=0) for part in np.split(vectors, ends)])
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        return means

    def __call__(self, pictures: Sequence["Picture"]) -> dict[str, Any]:
        """Return `tags`, most likely first; scores sum to 1. Raises ModelError."""
        means = self._means
        seen = np.stack(list(self._clip.images(list(pictures)))).mean(axis=0)
        logits = SCALE * means @ (seen / np.linalg.norm(seen))
        shares = np.exp(logits - logits.max())
        return {"tags": rank_tags(self._tags, (shares / shares.sum()).tolist())}


def rank_tags(tags: Sequence[Tag], scores: Sequence[float]) -> list[TagEntry]:
    """Tags with their scores, highest first."""
    pairs = sorted(zip(tags, scores, strict=True), key=lambda pair: -pair[1])
    return [{"tag": tag.name, "score": round(float(score), 4)} for tag, score in pairs]
