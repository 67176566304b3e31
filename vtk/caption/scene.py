"""What a strategy of captioning has before it: a span, its frames, and the words to ask with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from vtk.caption.see import LAYOUTS, Parts, Shown, Sight, frames
from vtk.caption.talk import Ask, Weigh, sane
from vtk.caption.tell import Telling, filled
from vtk.models.prompt import Prompt, Sampling
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.caption.tags import Tag
    from vtk.models.clip import ClipModel


@dataclass(frozen=True)
class Wish:
    """How captions are wanted: what the model sees, what it is told, how it answers.

    `timed` notes how many seconds each took, so that no two runs give the same bytes.
    """

    sight: Sight = field(default_factory=Sight)
    telling: Telling = field(default_factory=Telling)
    sampling: Sampling = field(default_factory=Sampling)
    timed: bool = True
    schema: Mapping[str, Any] | None = None  # a JSON Schema of the answer
    tags: tuple["Tag", ...] = ()  # what is judged to be shown or not
    clip: "ClipModel | None" = None  # chooses among candidates, and judges tags
    candidates: int = 3  # captions of which the best stays
    long: int = 0  # words of one text about each video; 0 gives its spans
    names: bool = False  # one name for each thing across the captions of a video


@dataclass(frozen=True)
class Scene:
    """A span with the frames that are shown of it, and what is known to be told of it."""

    span: Span
    shown: Sequence[Shown]
    prompts: Mapping[str, str]
    known: Mapping[str, str]
    wish: Wish

    @property
    def parts(self) -> Parts:
        """All frames as the layout has them."""
        return LAYOUTS[self.wish.sight.layout](self.shown, self.wish.sight)

    def some(self, shown: Sequence[Shown]) -> Parts:
        """Some of the frames, one after the other."""
        return frames(shown, self.wish.sight)

    def ask(
        self,
        step: str,
        parts: Parts,
        *,
        read: Callable[[str], Any] = sane,
        schema: Mapping[str, Any] | None = None,
        **values: str,
    ) -> Ask:
        """The prompt of a step about pictures; `values` are what only this step knows."""
        sampling = replace(self.wish.sampling, schema=schema) if schema else self.wish.sampling
        return Ask(self._prompt(step, parts, values), sampling, read)

    def weigh(self, step: str, parts: Parts, **values: str) -> Weigh:
        """The question of a step to be answered by yes or no."""
        return Weigh(self._prompt(step, parts, values))

    def wants(self, step: str) -> bool:
        """Whether a step is wanted: a user turns it off by an empty prompt."""
        return bool(self.prompts[step].strip())

    def _prompt(self, step: str, parts: Parts, values: Mapping[str, str]) -> Prompt:
        return Prompt((*parts, filled(self.prompts[step], {**self.known, **values})))


MARKS = ".!?…。！？"  # that end a sentence


def stated(texts: Sequence[str]) -> str:
    """Texts as one, each a sentence of its own."""
    return " ".join(_ended(text.strip()) for text in texts if text.strip())


def _ended(text: str) -> str:
    return text if text[-1] in MARKS else text + "."


def sentence(text: str) -> str:
    """A statement as a sentence of its own: a capital at its beginning, a mark at its end."""
    bare = text.strip().rstrip(",;")
    return _ended(bare[:1].upper() + bare[1:])


def clock(seconds: float) -> str:
    """A time as it is told to a model."""
    return f"{seconds:.1f}"
