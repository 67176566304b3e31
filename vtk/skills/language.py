"""Check what a language model can do, with pictures where it sees."""

from collections.abc import Callable, Collection, Iterator
from itertools import islice

from vtk.errors import GoneError, ModelError, UsageError
from vtk.models.llm.choices import NoChoiceError
from vtk.models.llm.prompt import Answer, LanguageModel
from vtk.skills.clips import CLIPS, GRIDS
from vtk.skills.pictures import SCENES, SIGNS
from vtk.skills.skill import Question, Row, Tally
from vtk.skills.texts import TEXTS

FAMILIES = (SCENES, SIGNS, CLIPS, GRIDS, *TEXTS)
NAMES = tuple(skill.name for family in FAMILIES for skill in family.skills)
READ = tuple(skill.name for skill in SIGNS.skills)
SEEN = {skill.name for family in FAMILIES if family.pictures for skill in family.skills}

FEW = 4  # questions of a kind that are asked to begin with; if none is answered, no more are

Reply = Answer | list[float] | ModelError
Progress = Callable[[str, int, int], None]  # skill, pictures or texts that are done, their total


def check_language(
    model: LanguageModel,
    skills: Collection[str] = NAMES,
    *,
    count: int = 16,
    seed: int = 0,
    ocr_prompt: str | None = None,
    progress: Progress = lambda skill, done, total: None,
) -> Iterator[Row]:
    """Yield a row for each skill in `skills`, on `count` pictures, clips or texts of each kind.

    Questions with given answers are scored by likelihood (`LanguageModel.scores`), the others by
    what the model writes. The questions depend on `seed` only. A prompt that fails counts as not
    right, and a skill of which all fail has failed. `ocr_prompt` is what a model that only reads is
    to be asked.
    """
    asked = [
        (family, wanted)
        for family in FAMILIES
        if (wanted := [skill for skill in family.skills if skill.name in skills])
    ]
    asker = _Asker(model)
    for number, (family, wanted) in enumerate(asked):
        tallies = {skill.name: Tally(skill) for skill in wanted}
        names = ", ".join(tallies)
        known = {"pairs": model.pairs, "ocr_prompt": ocr_prompt}
        told = {name: known[name] for name in family.options}
        subjects, done = family.subjects(seed, count, **told), number * count
        progress(names, done, len(asked) * count)
        while group := list(islice(subjects, max(model.at_once, 1))):
            questions = [each for few in group for each in few if each.skills & tallies.keys()]
            for question, reply in asker.ask(questions):
                for skill in question.skills & tallies.keys():
                    tallies[skill].add(question, reply)
            done += len(group)
            progress(names, done, len(asked) * count)
        progress(names, (number + 1) * count, len(asked) * count)
        for tally in tallies.values():
            yield tally.row(model.name)


class _AlikeError(ModelError):
    """The tokens of the model do not tell these choices apart, but may others."""


class _Asker:
    """Puts questions to a model, and no more of a kind of which it answered none of the first.

    Kinds are those with pictures and without, with choices and without: a server may do one of them
    and not the other.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._answers: set[tuple[bool, bool]] = set()  # kinds of which a question was answered
        self._fails: dict[tuple[bool, bool], ModelError] = {}

    def ask(self, questions: list[Question]) -> Iterator[tuple[Question, Reply]]:
        """Yield each question with the reply, those of one kind put to the model together.

        Raises GoneError where the server is gone.
        """
        rest = questions
        while rest:
            first = rest[0]
            alike = [each for each in rest if _way(each) == _way(first)]
            rest = [each for each in rest if _way(each) != _way(first)]
            kind = bool(first.choices), bool(first.prompt.pictures)
            start = 0 if kind in self._answers else FEW
            for some in (alike[:start], alike[start:]):
                if some and kind in self._fails:
                    yield from ((each, self._fails[kind]) for each in some)
                elif some:
                    yield from zip(some, self._noted(kind, some), strict=True)

    def _noted(self, kind: tuple[bool, bool], alike: list[Question]) -> Iterator[Reply]:
        """Yield the replies, and note whether there are any of this kind."""
        failures = []
        for reply in self._replies(alike):
            if isinstance(reply, GoneError):
                raise reply
            answered = isinstance(reply, NoChoiceError | _AlikeError)
            if isinstance(reply, ModelError) and not answered:
                failures.append(reply)
            else:
                self._answers.add(kind)
            yield reply
        if len(failures) >= FEW and kind not in self._answers:
            self._fails[kind] = failures[0]

    def _replies(self, alike: list[Question]) -> Iterator[Reply]:
        prompts = [each.prompt for each in alike]
        if not alike[0].choices:
            yield from self._model.answers(prompts, alike[0].sampling)
            return
        try:
            yield from list(self._model.scores(prompts, alike[0].choices))
        except UsageError as error:
            yield from [_AlikeError(str(error))] * len(prompts)


def _way(question: Question) -> tuple[object, ...]:
    """What questions have in common that are put to a model together."""
    return question.choices, question.sampling, bool(question.prompt.pictures)
