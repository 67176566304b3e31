"""ocr: read the text shown in the picture, each line with the time it is on screen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vtk.errors import UsageError
from vtk.methods import Methods
from vtk.span import Span
from vtk.videos import Errors, takes_videos

if TYPE_CHECKING:
    from vtk.models.llm.prompt import LanguageModel
    from vtk.models.ocr import OcrEngine

ON = ("changes", "keyframes")


@dataclass(frozen=True)
class OcrSettings:
    """How text is read.

    `on`: "changes" reads `rate` times per second where the picture changed; "keyframes" reads only
    the keyframes. `language` is an ISO 639 code.

    Of the method networks: `score` (0..1) and `height` of a line (a share of the picture's height
    if below 1, else pixels) are the minimum for results; `weights` is a PaddleOCR recognition
    network, used in place of the one in RapidOCR's package: an ONNX file, or a name in the catalog.

    Of the method vlm: `prompt` is asked instead of what the model expects, about pictures of at
    most `pixels` on the longest side, for answers of at most `max_tokens`.
    """

    on: str = "changes"
    rate: float = 2.0
    language: str | None = None
    weights: str | Path | None = None
    score: float = 0.6
    height: float = 0.0
    threads: int | None = None
    method: str = "networks"
    prompt: str | None = None
    pixels: int = 1280
    max_tokens: int = 1024

    def __post_init__(self) -> None:
        METHODS.check(self.method)
        if self.on not in ON:
            raise UsageError(f"text is read on {' or '.join(ON)}, not on {self.on!r}")
        if not 0 < self.rate <= 60:
            raise UsageError("the rate must be above 0 and at most 60 per second")
        if isinstance(self.weights, Path) and not self.weights.is_file():
            raise UsageError(f"there is no file {self.weights}")
        if self.pixels < 16 or self.max_tokens < 1:
            raise UsageError("a model needs pictures of 16 pixels and answers of a token at least")


class OcrMethod(Protocol):
    """A way to read; it gets whole videos too, and opens an engine where none is given."""

    def __call__(
        self,
        spans: Iterable[Span],
        settings: OcrSettings,
        *,
        engine: "OcrEngine | None",
        model: "LanguageModel | None",
    ) -> Iterator[Span]: ...


METHODS: Methods[OcrMethod] = Methods("ocr")


@takes_videos
def ocr(
    spans: Iterable[Span],
    settings: OcrSettings | None = None,
    *,
    engine: "OcrEngine | None" = None,
    model: "LanguageModel | None" = None,
    errors: Errors = "record",
) -> Iterator[Span]:
    """Yield each span with `screen_text`: the lines shown in it, each once, by first appearance.

    An entry has `start`, `end` (seconds, half open) and `text`; by networks also `box` (where it
    was read best), `score` and `role`, by a vision-language model `box` if the model tells it.
    With keyframes, a line is assumed to last halfway to the keyframes that do not show it. A whole
    video is split into shots first; frames of adjacent spans are decoded once.

    The method networks uses `engine` if given, else it opens one; the method vlm needs `model`.
    Raises MissingError if RapidOCR is missing or does not support the language, UsageError for
    invalid settings.
    """
    settings = settings or OcrSettings()
    yield from METHODS.load(settings.method)(spans, settings, engine=engine, model=model)
