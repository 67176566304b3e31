"""Write about the lines of a video: parts of it alone, what was written together, the summary.

Every written sentence rests on lines, and through them on passages of the video: a sentence about
sentences rests on what those rest on.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vtk.errors import FaultError, ModelError
from vtk.models.embed.text_model import TextModel
from vtk.passages import Passage
from vtk.prompting.dialogue import checked
from vtk.prompting.templates import render
from vtk.prompting.windows import INSTRUCTIONS, LEAST, LETTERS_PER_TOKEN, letters_for
from vtk.span import Span
from vtk.summarize.asking import Asker, Question, SpentError
from vtk.summarize.candidates import candidates
from vtk.summarize.citing import Citations
from vtk.summarize.length import count, fits, fitted, picked
from vtk.summarize.lines import Line, lines_of, numbered, runs, size, spread, windows
from vtk.summarize.prompts import LONGEST, PART, STYLES, SYSTEM, WHOLE, cited_schema
from vtk.summarize.standing import ALONE
from vtk.summarize.task import Task
from vtk.text import Analyzer, comparison_key, sentences, word_count

SPLITS = 4  # how often a part without an answer is halved and asked again
GIVE_UP = 60  # failures before the first answer after which there will be none
SHARE = 5  # a part is summed up in a fifth of its words at most
LENGTH = 20  # words of a usual sentence
MOST = 16  # sentences about a part
ANSWER = 1500  # tokens of an answer that a window leaves room for
OUTER = 256  # tokens of an answer beside its texts
RESTS = 8  # most passages that a sentence rests on
SHORTEST = 80  # letters that every sentence may have
LETTERS_A_WORD = 6
FEWEST = 4  # questions that a budget should suffice for
_MARK = re.compile(r"(?:[-*•–]|\d{1,2}[.)])\s+")  # of a list
_MARKDOWN = re.compile(r"\*\*|__|^#+ ")

Path = tuple[int, ...]  # of a part: its number, then which half of it, of that, and so on


class SummaryWriter:
    """Asks about one video, as the task says; counts what was not answered."""

    def __init__(self, asker: Asker, task: Task, embedder: TextModel | None = None) -> None:
        self.asker, self.task, self.embedder = asker, task, embedder
        self.style = STYLES[task.style]
        self.letters = letters_for(asker.model, ANSWER)  # of text that the model is told at once
        if asker.budget is not None:
            room = (asker.budget // FEWEST - INSTRUCTIONS) * LETTERS_PER_TOKEN
            self.letters = min(self.letters, max(room, LEAST))
        self.citations = Citations([])  # of the video, once it is read
        self._analyzer = Analyzer(task.spoken)
        self.values = {"focus": task.focus or "", "language": task.language or ""}
        self.unanswered = 0  # pieces of the video without an answer
        self._answered, self._failures = False, 0  # questions that failed before the first answer
        self.unwritten = False  # whether the budget did not suffice for the last question
        self._spans: Sequence[Span] = ()

    def sum_up(
        self, parts: Sequence[Sequence[Line]], template: str = PART, most: int = 0, **values: str
    ) -> list[list[Line]]:
        """Return the sentences, `most` of them or a fifth of the text, that sum up each part.

        See `answers` for parts without an answer. Raises ModelError if no part has one.
        """

        def ask(part: Sequence[Line]) -> Question:
            return self._part(part, template, most, values)

        return [
            [line for part, answer in each for line in self.cited(answer["sentences"], part)]
            for each in self.answers(parts, ask)
        ]

    def answers(
        self, parts: Sequence[Sequence[Line]], ask: Callable[[Sequence[Line]], Question]
    ) -> list[list[tuple[Sequence[Line], Any]]]:
        """Return, for each part, the pieces of it that were asked about, with their answers.

        A part without an answer, which may be too long for the model, is halved and asked about
        again, unless the server failed; a small piece without an answer is counted, and so is what
        the budget does not suffice for. Raises the last ModelError if there is no answer at all.
        """
        order = spread(len(parts)) if self.asker.budget else range(len(parts))
        queue: list[tuple[Path, Sequence[Line]]] = [((n,), parts[n]) for n in order]
        found: dict[Path, tuple[Sequence[Line], Any]] = {}
        error: ModelError | None = None
        while queue and self._failures < GIVE_UP:
            # Until there is an answer, one part is asked at a time: there may never be one.
            some, queue = (queue, []) if self._answered else (queue[:1], queue[1:])
            values = self.asker.values([ask(part) for _, part in some], reserve=self._reserve())
            again: list[tuple[Path, Sequence[Line]]] = []
            for (path, part), answer in zip(some, values, strict=True):
                if not isinstance(answer, ModelError):
                    found[path] = part, answer
                    self._answered = True
                    continue
                error = answer
                if isinstance(answer, SpentError):
                    continue
                self._failures += not self._answered
                if len(path) <= SPLITS and len(part) > 1 and not isinstance(answer, FaultError):
                    half = len(part) // 2
                    again += [((*path, 0), part[:half]), ((*path, 1), part[half:])]
                else:
                    self.unanswered += 1
            queue = again + queue
        if error is not None and not found:
            raise error
        return [
            [found[path] for path in sorted(found) if path[0] == number]
            for number in range(len(parts))
        ]

    def answer(self, question: Question) -> Any | None:
        """The value that was answered, None if there is none."""
        (found,) = self.asker.values([question])
        return None if isinstance(found, ModelError) else found

    def read(self, spans: Sequence[Span]) -> list[Line]:
        """Return the lines of a video, which all that is written of it is to rest on."""
        self._spans = spans
        lines = lines_of(spans, self.letters // 2)
        told = [passage for line in lines for passage in line.rests]
        names = {line.label for line in lines}
        self.citations = Citations(
            told, self.task.spoken, names=names, embedder=self.embedder, wanted=self.task.language
        )
        return lines

    def condensed(self, lines: Sequence[Line]) -> list[Line]:
        """Sum up the lines in parts, and again, until the model can be told of them at once."""
        told = list(lines)
        while size(told) > self.letters and len(told) > 1:
            try:
                parts = self.sum_up(windows(told, self.letters))
            except SpentError:
                return picked(told, self.letters // LETTERS_A_WORD)
            shorter = [line for part in parts for line in part]
            if size(shorter) >= size(told):  # it would be asked without end
                raise ModelError("the model sums parts up in no fewer words than they have")
            told = shorter
        return told

    def written(
        self, lines: Sequence[Line], spare: Sequence[Line] = (), instructions: str = ""
    ) -> list[Line]:
        """Return the summary in the style and length of the task, from lines that tell the video.

        If the number of words is not kept to, it is asked for once more; then sentences are left
        out, or put in, from `spare` or, where these are too few, quoted from the video. If the
        budget does not suffice, lines are taken as they are.
        """
        words, most = self.task.words, self.task.sentences
        try:
            found = self._whole(lines, instructions)
            if words and not fits(found, words):
                found = self._resized(found, lines, instructions)
        except SpentError:
            self.unwritten = True
            found = picked(lines, words or self.style.words)
        if words:
            found = fitted(found, words, [replace(line, section=self.style.rest) for line in spare])
            if count(found) < words and not fits(found, words):
                found = fitted(found, words, self._quotes(found))
        return found[:most] if most else found

    def _quotes(self, found: Sequence[Line]) -> list[Line]:
        """Sentences of the video that stand alone; none if they may not bear on the focus, or are
        in another language than the summary."""
        if self.task.focus or self.citations.is_foreign([line.text for line in found]):
            return []
        own, _ = candidates(self._spans, self.task.spoken)
        alone = [each.sentence for each in own if each.alone >= ALONE]
        order = [alone[number] for number in spread(len(alone))]
        return [Line(p.text, (p,), section=self.style.rest, quoted=True) for p in order]

    def _whole(self, lines: Sequence[Line], instructions: str, again: str = "") -> list[Line]:
        """The summary of lines, which are summed up first as far as they are too long."""
        for split in range(SPLITS + 1):
            question = self._about_whole(lines, instructions, again)
            try:
                answer = self.asker.value(question)
            except (SpentError, FaultError):
                raise
            except ModelError:
                if split == SPLITS or len(lines) < 4:
                    raise
                halves = self.sum_up(runs(lines, 2 << split))
                lines = [line for half in halves for line in half]
            else:
                break
        if found := self.cited(answer["sentences"], lines):
            return found
        raise ModelError("nothing that the model wrote is supported by the video")

    def _resized(self, found: list[Line], lines: Sequence[Line], instructions: str) -> list[Line]:
        """A second answer, told how long the first was, if that is nearer to the right length."""
        words = self.task.words or 0
        wish = "more" if count(found) < words else "fewer"
        again = f"An earlier answer had {count(found)} words, and {wish} are wanted."
        try:
            other = self._whole(lines, instructions, again)
        except ModelError:
            return found
        return min(found, other, key=lambda each: abs(count(each) - words))

    def _part(
        self, part: Sequence[Line], template: str, most: int, values: Mapping[str, str]
    ) -> Question:
        words = max(2 * LENGTH, sum(word_count(line.text) for line in part) // SHARE)
        most = most or min(MOST, max(1, round(words / LENGTH)))
        longest = max(SHORTEST, min(LONGEST, size(part) // (2 * most)))
        schema = cited_schema(len(part), most, longest=longest)
        return self.question(template, part, schema, most * longest, most=str(most), **values)

    def _about_whole(self, lines: Sequence[Line], instructions: str, again: str = "") -> Question:
        words = self.task.words or self.style.words
        most = self.task.sentences or max(2, words // 8)
        # A small model writes on until it must stop: twice the length is the most.
        longest = max(SHORTEST, min(LONGEST, 2 * LETTERS_A_WORD * words // most))
        schema = cited_schema(len(lines), most, longest=longest, sections=self.style.sections)
        told = {"form": self.style.form, "words": str(words)}
        told |= {"instructions": instructions, "again": again}
        return self.question(WHOLE, lines, schema, most * longest, **told)

    def _reserve(self) -> int:
        """Tokens that the question about the whole should take."""
        question = self._about_whole([], "")
        return self.asker.cost(question) + self.letters // LETTERS_PER_TOKEN

    def question(
        self,
        template: str,
        lines: Sequence[Line],
        schema: Mapping[str, Any],
        length: int,
        **values: str,
    ) -> Question:
        """A question about lines whose answer has at most `length` letters."""
        told = {**self.values, "lines": numbered(lines), **values}
        low = min((line.start for line in lines), default=0.0)
        high = max((line.end for line in lines), default=0.0)
        tokens = length // LETTERS_PER_TOKEN + OUTER
        system = SYSTEM if "sentences" in schema["properties"] else None
        return Question(render(template, told), schema, tokens, low, high, _check, system)

    def cited(self, answer: Iterable[Mapping[str, Any]], lines: Sequence[Line]) -> list[Line]:
        """The sentences of an answer, each with the passages that support it.

        Those are what the lines that it cites rest on, or what supports it better; a sentence that
        nothing supports is left out, and so is one that was there before.
        """
        found: dict[str, Line] = {}
        for each in answer:
            cites = [lines[n - 1] for n in dict.fromkeys(each["cites"])]
            rests = tuple(dict.fromkeys(p for line in cites for p in line.rests))
            for text in _sentences(each["text"]):
                line = Line(text, rests, section=each.get("section", ""))
                found.setdefault(comparison_key(text), line)
        written = list(found.values())
        supported = self.citations.checked([(line.text, line.rests) for line in written])
        return [
            replace(line, rests=self._nearest(line.text, rests))
            for line, rests in zip(written, supported, strict=True)
            if rests
        ]

    def _nearest(self, text: str, rests: Sequence[Passage]) -> tuple[Passage, ...]:
        """The passages that share most words with a sentence, in their order."""
        own = set(self._analyzer.terms(text))
        shared = [len(own.intersection(self._analyzer.terms(p.text))) for p in rests]
        best = sorted(range(len(rests)), key=lambda n: (-shared[n], n))[:RESTS]
        return tuple(rests[n] for n in sorted(best))


def _sentences(text: str) -> list[str]:
    """The sentences of a text without the marks of lists and of Markdown."""
    plain = _MARKDOWN.sub("", " ".join(text.split()))
    return [each for each in sentences(_MARK.sub("", plain, count=1)) if word_count(each)]


def _check(answer: Any) -> None:
    """Raise ModelError unless the sentences of an answer have words and say something."""
    if isinstance(answer, dict) and "sentences" in answer:
        told = {comparison_key(each["text"]): each["text"] for each in answer["sentences"]}
        checked(" ".join(told.values()))  # the same sentence twice is left out, and no more
