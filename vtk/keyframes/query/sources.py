"""What scores a moment: an image-text model, the answers of a model, or words."""

from collections.abc import Iterator

import numpy as np

from vtk.errors import GoneError, ModelError
from vtk.keyframes.query.grid import Look, Places, Scores, Vectors
from vtk.keyframes.query.words import word_scores
from vtk.keyframes.query.yesno import QUESTION
from vtk.keyframes.sampler import MODEL_BOX, SpanSampler
from vtk.media.image.files import fitted
from vtk.media.image.to_rgb import RGB
from vtk.media.video import ROUNDING
from vtk.models.embed.image_text import ImageTextModel
from vtk.models.llm.prompt import LanguageModel
from vtk.models.llm.rerank import relevance
from vtk.passages import Passage

MOMENT = 1.0  # seconds between moments, fewer where a span is short
PER_KEYFRAME = 4  # moments for each frame wanted, at least


def moments(view: SpanSampler, k: int) -> Scores:
    """The times of moments of a span in seconds: one a second, but enough for `k` frames."""
    seconds = view.end - view.start
    least = min(PER_KEYFRAME * k, max(int(seconds * view.rate), 1))
    count = max(int(seconds / MOMENT), least)
    times: Scores = view.start + (np.arange(count) + 0.5) * seconds / count
    return times


class Frames:
    """The frames of a span at its moments, each shown once however many moments it lasts."""

    def __init__(self, view: SpanSampler, times: Scores) -> None:
        self.view, self.times = view, times
        self._shown: set[int] = set()

    def pictures(self, places: Places) -> Iterator[tuple[int, float, RGB]]:
        """Yield the number in `places`, the time and the picture of each frame that is new."""
        video = self.view.video
        wanted = [float(time) for time in self.times[places]]
        for number, frame in enumerate(video.frames_at(wanted)):
            if frame.pts not in self._shown and frame.time < self.view.end - ROUNDING:
                self._shown.add(frame.pts)
                aspect = video.stream.sample_aspect_ratio
                yield number, frame.time, fitted(frame.image, aspect, MODEL_BOX)


def by_looks(frames: Frames, model: ImageTextModel, query: Vectors) -> Look:
    """Score by the cosine of the vectors of the picture and of the query (dim,)."""

    def look(places: Places) -> tuple[Scores, Vectors]:
        scores = np.full(len(places), np.nan)
        vectors = np.zeros((len(places), len(query)), np.float32)
        shown = ((number, picture) for number, _, picture in frames.pictures(places))
        for number, vector in model.tagged(shown):
            vectors[number], scores[number] = vector, vector @ query
        return scores, vectors

    return look


def by_answers(frames: Frames, model: LanguageModel, query: str) -> Look:
    """Score by the probability of yes, 0 to 1; 0 where the model fails on a frame."""

    def look(places: Places) -> tuple[Scores, None]:
        scores = np.full(len(places), np.nan)
        numbers: list[int] = []

        def candidates() -> Iterator[list[tuple[float, RGB]]]:
            for number, time, picture in frames.pictures(places):
                numbers.append(number)
                yield [(time, picture)]

        errors: list[ModelError] = []
        for at, score in enumerate(relevance(model, query, candidates(), question=QUESTION)):
            if isinstance(score, GoneError):
                raise score
            if isinstance(score, ModelError):
                errors.append(score)
            scores[numbers[at]] = 0.0 if isinstance(score, ModelError) else score
        if errors and len(errors) == len(numbers):
            raise errors[0]
        return scores, None

    return look


def by_words(times: Scores, passages: list[Passage], query: str, language: str | None) -> Look:
    """Score by the words of the query in the passages of the span; no frame is decoded."""
    scores = word_scores(passages, query, times, language)
    return lambda places: (scores[places], None)
