"""Chooses the keyframes of spans that answer a query."""

import logging
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from vtk.errors import MediaError, UsageError
from vtk.keyframes.query import DEFAULT, KEYFRAMES, Query, f2c
from vtk.keyframes.query.crop import boxes
from vtk.keyframes.query.exact import choices
from vtk.keyframes.query.grid import FLAT, Grid
from vtk.keyframes.query.methods import QUERY_METHODS, Search
from vtk.keyframes.query.sources import Frames, by_answers, by_looks, by_words, moments
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.media.image.files import fitted
from vtk.media.video import OUTSIDE
from vtk.passages import Passage, passages, was_examined
from vtk.pipeline import fill_missing
from vtk.prompting.query_caption import as_caption
from vtk.span import Span
from vtk.transcribe import transcribe

CROPPED = (1280, 1280)  # most width and height, in pixels, of pictures that boxes are looked for in

log = logging.getLogger("vtk")


class QueryChooser:
    """Chooses keyframes for one query. Raises UsageError for what does not go together."""

    def __init__(self, query: Query, method: str = DEFAULT) -> None:
        self.query, self.method = query, method
        self._chosen = QUERY_METHODS.load(method)
        self._said: set[str] = set()
        if self._chosen.asks and query.model is None:
            raise UsageError(f"--method {method} needs a model: --model NAME or --endpoint URL")
        if query.crop and query.clip is None:
            raise UsageError("--crop needs an image-text model: --clip NAME (vtk models list)")
        if query.tokens is not None and query.tokens < 1:
            raise UsageError("the pictures must be allowed 1 token or more")
        if not query.text.strip():
            raise UsageError("the query has no words")
        self._rewritten = self._as_caption() if self._chosen.rewrites else None
        compared = self._rewritten or query.text
        self._vector = None if query.clip is None else query.clip.texts([compared])[0]

    def _as_caption(self) -> str | None:
        """The query as the language model captions it, if there is one and pictures decide."""
        if self.query.model is None:
            return None
        if self.query.clip is None:
            self._warn("the query is not rewritten: without --clip, its own words are looked for")
            return None
        return as_caption(self.query.text, self.query.model)

    def prepared(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the spans; if words decide, with those of subtitles where no words are known."""
        if self.query.clip is not None or self._chosen.asks:
            return iter(spans)
        subtitles = partial(transcribe, method="subtitles", language=self.query.language)
        return fill_missing(spans, lambda span: not was_examined(span), subtitles)

    def choose(
        self, view: SpanSampler, span: Span, k: int | None
    ) -> tuple[list[Choice], dict[str, Any]]:
        """The choices for a span in time order, `k` or a default, and details of provenance.

        There are as many as wanted if the span has as many frames. Raises MediaError if none.
        """
        k = self._number(view, k)
        known = passages(span)
        grid, asked = self._grids(view, known, k)
        search = Search(self.query.text, k, grid, asked, known, self.query.model, self._warn)
        decisive = asked or grid
        found = choices(view, decisive, self._chosen.choose(search), k)
        if not found:
            raise MediaError(OUTSIDE)
        if self.query.crop:
            found = self._cropped(view, found)
        if self.query.tokens is not None:
            sides = [c.box[2] - c.box[0] for c in found if c.box] or [1.0]
            shown = [
                max(sides) * pixels for pixels in view.displayed
            ]  # as windows are, of its shape
            size = f2c.size_for(self.query.tokens, len(found), *shown)
            found = [choice._replace(size=size) for choice in found]
        return found, self._details(span, decisive)

    def _number(self, view: SpanSampler, k: int | None) -> int:
        """How many keyframes a span gets: `k`, or what fits into the tokens, or the default."""
        if k is None and self.query.tokens is not None and self.method == "f2c":
            return f2c.count_for(self.query.tokens, *view.displayed)
        return KEYFRAMES if k is None else k

    def _grids(self, view: SpanSampler, known: list[Passage], k: int) -> tuple[Grid, Grid | None]:
        """The moments of a span, scored by looks or words, and by the answers of a model."""
        query, times = self.query, moments(view, k)
        if query.clip is not None and self._vector is not None:
            grid = Grid(times, by_looks(Frames(view, times), query.clip, self._vector))
        else:
            grid = Grid(times, by_words(times, known, query.text, query.language))
        if not self._chosen.asks or query.model is None:
            return grid, None
        return grid, Grid(times, by_answers(Frames(view, times), query.model, query.text))

    def _cropped(self, view: SpanSampler, found: list[Choice]) -> list[Choice]:
        """The choices, each with its box of interest."""
        if self.query.clip is None or self._vector is None:
            return found
        aspect = view.video.stream.sample_aspect_ratio
        pictures = (fitted(frame.image, aspect, CROPPED) for frame in view.fetch(found))
        each = zip(found, boxes(pictures, self.query.clip, self._vector), strict=True)
        return [choice._replace(box=box) for choice, box in each]

    def _details(self, span: Span, grid: Grid) -> dict[str, Any]:
        """What scored the moments of a span, how many there are, and how many were looked at."""
        query = self.query
        scored = "words" if query.clip is None else "looks"
        model = query.model if self._chosen.asks else query.clip
        if self._chosen.asks:
            scored = "answers"
        scores = grid.known().scores
        if not len(scores) or np.ptp(scores) <= FLAT:
            what = "no word of the query is" if scored == "words" else "nothing that differs is"
            scored = "nothing"
            self._warn(f"{span.fragment}: {what} found, so its keyframes are evenly spaced")
        return {
            "query": query.text,
            "rewritten": self._rewritten,
            "scored": scored,
            "moments": len(grid),
            "looked_at": int(grid.seen.sum()) if model is not None else None,
            "model": model.name if model is not None else None,
            "sha256": model.sha256 if model is not None else None,
        }

    def _warn(self, message: str) -> None:
        """Log a warning once a run."""
        if message not in self._said:
            self._said.add(message)
            log.warning("%s", message)
