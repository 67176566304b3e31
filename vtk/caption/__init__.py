"""caption: what a span shows and says, in words."""

from collections.abc import Iterable, Iterator
from importlib import import_module

from vtk.errors import UsageError
from vtk.span import Span, each, fill

METHODS = {"facts": "what is measured and read, without a model: never guesses"}


def caption(
    spans: Iterable[Span], *, method: str = "facts", language: str | None = None
) -> Iterator[Span]:
    """Each span with `caption`, and with what the caption was made of.

    A whole video is split into shots first, and keyframes are picked where a span has none.
    `language` (ISO 639) chooses among subtitles. Raises UsageError for an unknown method.
    """
    if method not in METHODS:
        raise UsageError(f"no method {method!r} for caption; there is {', '.join(METHODS)}")
    from vtk.keyframes import keyframes
    from vtk.media.video import Latest

    describe = import_module(f"vtk.caption.{method}").Captioner
    filled = fill(spans, lambda span: span.whole or "keyframes" not in span, keyframes)
    with Latest() as latest:
        captioner = describe(latest, language)

        def work(span: Span) -> Iterator[Span]:
            yield captioner(span).made("caption", method)

        yield from each("caption", filled, work)
