"""What a query is as vectors: its texts, pictures and examples, added up with their weights."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.embedding import LOOKS, WORDS, unit, vectors_of
from vtk.errors import UsageError
from vtk.models.embed.image_text import ImageTextModel
from vtk.models.embed.text_model import TextModel
from vtk.models.llm.prompt import Picture
from vtk.query import Query
from vtk.span import Span
from vtk.text import sentences, words

Vectors = NDArray[np.float32]


class Space(Protocol):
    """A vector space of a model in which queries and spans are compared."""

    of: str  # what of spans is in it: "words" or "looks"
    model: str

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the weights of the model, if they are local."""
        ...

    def texts(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts of a query: shape (texts, dim)."""
        ...

    def examples(self, query: Query) -> list[Vectors]:
        """The vectors of each picture and example of a query: shapes (vectors, dim)."""
        ...


class Meaning:
    """The space of a text embedder: texts of queries with its prefix, words of examples."""

    of = WORDS

    def __init__(self, embedder: TextModel) -> None:
        self._embedder, self.model = embedder, embedder.name

    @property
    def sha256(self) -> str | None:
        return self._embedder.sha256

    def texts(self, texts: Sequence[str]) -> Vectors:
        return _stacked(self._embedder.queries(texts), self._embedder.dim)

    def examples(self, query: Query) -> list[Vectors]:
        """What is said in each example, or written there, by sentences; pictures have no words."""
        found = [self._words_of(span, query.language) for span in query.likes]
        return [vectors for vectors in found if vectors.size]

    def _words_of(self, span: Span, language: str | None) -> Vectors:
        if (known := vectors_of(span, WORDS, self.model)).size:
            return known
        said = _said_in(span, language)
        return _stacked(self._embedder.documents(said), self._embedder.dim)


class Looks:
    """The space of an image-text model: texts, pictures, and frames of examples."""

    of = LOOKS

    def __init__(self, clip: ImageTextModel) -> None:
        self._clip, self.model = clip, clip.name

    @property
    def sha256(self) -> str | None:
        return self._clip.sha256

    def texts(self, texts: Sequence[str]) -> Vectors:
        return self._clip.texts(list(texts))

    def examples(self, query: Query) -> list[Vectors]:
        """The vector of each picture, and those of the keyframes of each example."""
        pictures = [picture_of(file) for file in query.images]
        found = [vector[None] for vector in self._clip.images(pictures)] if pictures else []
        return found + [self._frames_of(span) for span in query.likes]

    def _frames_of(self, span: Span) -> Vectors:
        """The vectors that a span has, or those of its keyframes, else of some frames."""
        if (known := vectors_of(span, LOOKS, self.model)).size:
            return known
        from vtk.errors import VtkError
        from vtk.media.video import Video
        from vtk.prompting.frames import FrameOptions, select_frames

        try:
            with Video(span.video) as video:
                timed = span.with_times(*video.clamp(span.start, span.end))
                pictures = [picture for _, picture in select_frames(video, timed, FrameOptions())]
        except (VtkError, OSError) as error:
            raise UsageError(f"{span.fragment} cannot be searched by: {error}") from None
        return _stacked(self._clip.images(pictures), self._clip.dim)


def query_vectors(space: Space, query: Query, split: str | None = None) -> Vectors | None:
    """The vectors of a query: shape (1 + parts, dim), first that of all of it; or None.

    The whole is the unit vector along the sum of the unit vectors of its texts, times their
    weights, and of its pictures and examples. The parts are those of the texts that are wanted,
    split into "words" or "sentences" and each a vector, and all vectors of examples. None if
    nothing of the query has a place in the space. Raises UsageError if its texts and weights
    cancel each other, or an example cannot be read.
    """
    texts = [part for part in query.parts if words(part.text)]
    if query.rewritten is not None and (free := query.free) is not None:
        texts[texts.index(free)] = replace(free, text=query.rewritten)
    own = space.texts([part.text for part in texts]) if texts else None
    examples = space.examples(query)
    if own is None and not examples:
        return None
    directions = [unit(each.mean(0)) for each in examples]
    if own is not None:
        directions += [part.weight * each for part, each in zip(texts, own, strict=True)]
    whole: Vectors = np.sum(directions, axis=0, dtype=np.float32)
    if not float(np.linalg.norm(whole)) > 1e-6:
        raise UsageError(f"the parts of the query {query.text!r} cancel each other")
    parts = examples
    if split and (pieces := list(_pieces((p.text for p in texts if p.weight > 0), query, split))):
        parts = [space.texts(pieces), *examples]
    return np.concatenate([unit(whole)[None], *parts]).astype(np.float32)


def _pieces(texts: Iterable[str], query: Query, split: str) -> Iterator[str]:
    """The sentences of texts, or their words without stop words unless there are no others."""
    for text in texts:
        if split == "sentences":
            yield from sentences(text)
            continue
        found = list(dict.fromkeys(words(text)))
        yield from [w for w in found if not query.analyzer.is_stop_word(w)] or found


def picture_of(file: str) -> Picture:
    """The picture in a file, or the first frame of a video. Raises UsageError if there is none."""
    from vtk.errors import VtkError
    from vtk.media.image.files import fitted
    from vtk.media.video import Video

    try:
        with Video(file) as video:
            for frame in video.frames_at([video.start]):
                return fitted(frame.image, video.stream.sample_aspect_ratio, None)
    except (VtkError, OSError) as error:
        raise UsageError(f"{file} cannot be searched by: {error}") from None
    raise UsageError(f"{file} has no picture to search by")


def _said_in(span: Span, language: str | None) -> list[str]:
    """What is said, written or told in a span; of a bare stretch, what its subtitles say."""
    from vtk.media.container.timing import timing
    from vtk.passages import passages, was_examined
    from vtk.prompting.subtitles import Subtitles

    if not was_examined(span):
        about = timing(span.video)
        span = span.with_times(about.start, about.end or about.start)
        Subtitles(language).add_speech(span, about)
    return [piece for passage in passages(span) for piece in sentences(passage.text)]


def _stacked(vectors: Iterable[Vectors], dim: int) -> Vectors:
    found = list(vectors)
    return np.stack(found) if found else np.zeros((0, dim), np.float32)
