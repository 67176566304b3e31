"""One caption of a requested length for a whole video, built bottom-up: shots, scenes, video.

The hierarchy of LongCaption-Agent (LongCaptioning, Wei et al. 2025): shot captions are merged into
scenes, and scenes into a text of the requested length. Nothing is said twice: a sentence is dropped
if too many of its four-word runs were said before. Where the model writes too little, or with an
empty prompt, the shot captions themselves fill the text.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from vtk.caption.task import join_sentences, sentence
from vtk.caption.verify import as_clause, statements
from vtk.models.llm.prompt import LanguageModel, Prompt, Sampling
from vtk.pipeline import group_by_video, map_videos
from vtk.prompting.dialogue import Dialogue, Generate, raise_if_gone, run_dialogues, tell_cut
from vtk.prompting.templates import render
from vtk.span import Span, join
from vtk.text import MARKS, sentences, word_count, words
from vtk.times import clock

PROMPTS = {
    "scene": "These are descriptions of the shots of one scene of a video, in order:\n{shots}\n"
    "Tell the scene in about {words} words, in order, as one text without headings. Add nothing "
    "that the descriptions do not say.\nThe scene before, not to be told again: {before}\n"
    "Answer in this language: {language}",
    "whole": "These paragraphs tell a video from its beginning to its end:\n{scenes}\n"
    "Say in two or three sentences what the whole video shows. Add nothing.\n"
    "Answer in this language: {language}",
}
SCENE = 150  # words for one scene
SPARE = 1.05  # factor on the requested length, since some scenes have too little to tell
TOLD = 6000  # characters of one scene, or of all scenes, that a prompt contains
LIMITS = (0.0, 0.1, 0.2, 0.3)  # shares of its four-word runs a sentence may repeat, tried in turn
LOOSE = 0.5  # share of its four-word runs that a sentence written by the model may repeat
ENOUGH = 0.04  # share of repeated runs in the whole text above which no repetition is accepted


class RepetitionFilter:
    """Remembers the four-word runs of a text, to detect repetition."""

    def __init__(self) -> None:
        self.runs: set[tuple[str, ...]] = set()
        self.tail: list[str] = []  # the last three words
        self.count = 0  # number of runs, repetitions included

    def copy(self) -> "RepetitionFilter":
        """An independent copy, to try another continuation of the text."""
        other = RepetitionFilter()
        other.runs, other.tail, other.count = set(self.runs), self.tail, self.count
        return other

    def accept(self, text: str, limit: float) -> bool:
        """Add a text and return True, unless over `limit` of its runs were said before.

        A text that repeats anything is also refused if over ENOUGH of all runs would be repeated.
        """
        spoken = _spoken(text)
        own, runs = _runs(spoken), _runs([*self.tail, *spoken])
        again = len(own) - len(set(own) - self.runs)
        fresh = set(runs) - self.runs
        count = self.count + len(runs)
        over = count - len(self.runs) - len(fresh) > ENOUGH * count
        if again and (over or again > limit * len(own)):
            return False
        self.runs |= fresh
        self.tail, self.count = [*self.tail, *spoken][-3:], count
        return True


def _spoken(text: str) -> list[str]:
    return [word.casefold() for word in words(text)]


def _runs(spoken: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(spoken[n:] for n in range(4)), strict=False))


def repeated_share(text: str) -> float:
    """The share of the four-word runs of a text that repeat an earlier run, 0 to 1."""
    runs = _runs(_spoken(text))
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def long_captions(
    spans: Iterable[Span],
    model: LanguageModel,
    prompts: Mapping[str, str],
    length: int,
    sampling: Sampling | None = None,
    language: str = "",
) -> Iterator[Span]:
    """Yield one span per video: `caption` of about `length` words, and the shots as `parts`.

    The text is shorter if the shot captions have too little to tell. Holds the spans of one video
    in memory.
    """
    asked = {**PROMPTS, **prompts}

    def work(group: list[Span]) -> Iterator[Span]:
        shots = [span for span in group if str(span.get("caption", "")).strip()]
        writer = LongCaptioner(model, asked, sampling or Sampling(), language)
        text = writer.write(shots, length)
        parts = [{"start": s.start, "end": s.end, "caption": s["caption"]} for s in shots]
        whole = join(group, "video", caption=text, parts=parts)
        tell_cut(writer.cut)
        yield whole.with_provenance(
            "caption", "long", model=model.name, sha256=model.sha256, cut=writer.cut or None
        )

    yield from map_videos("caption", group_by_video(spans), work)


class LongCaptioner:
    """Writes the long caption of one video."""

    def __init__(
        self, model: LanguageModel, prompts: Mapping[str, str], sampling: Sampling, language: str
    ) -> None:
        self.model, self.prompts, self.sampling, self.language = model, prompts, sampling, language
        self.said = RepetitionFilter()
        self.cut = 0  # answers that the limit of tokens cut off

    def write(self, shots: Sequence[Span], length: int) -> str:
        """The whole text: one paragraph per scene, and before several of them one about all."""
        scenes = divide_evenly(shots, max(1, math.ceil(length / SCENE)))
        paragraphs: list[str] = []
        room = round(SPARE * length)
        for number, scene in enumerate(scenes):
            wanted = round(room / (len(scenes) - number))
            before = paragraphs[-1] if paragraphs else ""
            model_says = sentences(self._scene(scene, wanted, before))
            texts = [text for text in model_says if self.said.accept(text, LOOSE)]
            short = wanted - sum(map(word_count, texts))
            if short > 0:
                texts += self._filled(scene, short)
            paragraphs += [join_sentences(texts)] if texts else []
            room -= sum(map(word_count, texts))
        whole = self._whole(paragraphs)
        return "\n\n".join([*([whole] if whole else []), *paragraphs])

    def _scene(self, scene: Sequence[Span], wanted: int, before: str) -> str:
        """The model's description of a scene; empty without a prompt or an answer."""
        listed = "\n".join(f"{n}. {span['caption']}" for n, span in enumerate(scene, 1))
        values = {"shots": listed[:TOLD], "words": str(wanted), "before": before}
        return self._answer("scene", values, wanted)

    def _whole(self, paragraphs: Sequence[str]) -> str:
        """What the model says of several scenes together, less what they say themselves."""
        if len(paragraphs) < 2:
            return ""
        each = TOLD // len(paragraphs)
        scenes = "\n".join(paragraph[:each] for paragraph in paragraphs)
        texts = sentences(self._answer("whole", {"scenes": scenes}, SCENE))
        return join_sentences([text for text in texts if self.said.accept(text, LOOSE)])

    def _answer(self, step: str, values: Mapping[str, str], wanted: int) -> str:
        if not self.prompts[step].strip():
            return ""
        text = render(self.prompts[step], {"language": self.language, **values})
        room = replace(self.sampling, max_tokens=max(self.sampling.max_tokens, 3 * wanted))

        def dialogue() -> Dialogue:
            (answer,) = yield [Generate(Prompt((text,)), room)]
            return {"text": answer}

        (outcome,) = run_dialogues(self.model, [dialogue()])
        raise_if_gone([outcome])
        self.cut += outcome.cut
        return str(outcome.fields.get("text", ""))

    def _filled(self, scene: Sequence[Span], wanted: int) -> list[str]:
        """Sentences of a scene's shot captions, in order, with times, up to `wanted` words.

        First only sentences that repeat nothing; if they are too few, LIMITS allow more repetition
        step by step. Of a sentence that repeats too much, the statements that do not are kept.
        """
        texts: list[str] = []
        before = self.said
        for limit in LIMITS:
            self.said, texts, left = before.copy(), [], wanted
            for text in (text for span in scene for text in self._pieces(span, limit)):
                texts.append(text)
                left -= word_count(text)
                if left <= 0:  # stop the generator here: sentences not taken must not count as said
                    return texts
        return texts

    def _pieces(self, span: Span, limit: float) -> Iterator[str]:
        """The new pieces of a span's caption, the first with the start time of the span."""
        time = f"At {clock(span.start)}, "
        for text in sentences(span["caption"]):
            # A text without an end mark is treated as a list of statements, not as a sentence.
            whole = [text] if text[-1:] in MARKS else []
            for piece in (*whole, *statements(text)):
                said = sentence(time + as_clause(piece)) if time else sentence(piece)
                if self.said.accept(said, limit):
                    yield said
                    time = ""
                    if piece in whole:
                        break


def divide_evenly(shots: Sequence[Span], count: int) -> list[Sequence[Span]]:
    """The shots in `count` runs of about equal duration; fewer runs if there are few shots."""
    total = sum(shot.end - shot.start for shot in shots) or 1.0
    ends = accumulate(shot.end - shot.start for shot in shots)
    places = [min(int((end - 1e-9) / total * count), count - 1) for end in ends]
    cuts = [0, *(n + 1 for n, (a, b) in enumerate(pairwise(places)) if a != b), len(shots)]
    return [shots[a:b] for a, b in pairwise(cuts) if a < b]
