"""Check what a language model can do, with pictures where it sees."""

from collections.abc import Callable, Collection, Iterator
from itertools import islice

from vtk.errors import ModelError, UsageError
from vtk.models.llm.prompt import Answer, LanguageModel
from vtk.skills.clips import CLIPS, GRIDS
from vtk.skills.pictures import SCENES, SIGNS
from vtk.skills.skill import Question, Row, Tally
from vtk.skills.texts import TEXTS

FAMILIES = (SCENES, SIGNS, CLIPS, GRIDS, *TEXTS)
NAMES = tuple(skill.name for family in FAMILIES for skill in family.skills)
READ = tuple(skill.name for skill in SIGNS.skills)
SEEN = {skill.name for family in FAMILIES if family.pictures for skill in family.skills}

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
    right. `ocr_prompt` is what a model that only reads is to be asked.
    """
    asked = [
        (family, wanted)
        for family in FAMILIES
        if (wanted := [skill for skill in family.skills if skill.name in skills])
    ]
    for number, (family, wanted) in enumerate(asked):
        tallies = {skill.name: Tally(skill) for skill in wanted}
        names = ", ".join(tallies)
        known = {"pairs": model.pairs, "ocr_prompt": ocr_prompt}
        told = {name: known[name] for name in family.options}
        subjects, done = family.subjects(seed, count, **told), number * count
        progress(names, done, len(asked) * count)
        while group := list(islice(subjects, max(model.at_once, 1))):
            questions = [each for few in group for each in few if each.skills & tallies.keys()]
            for question, reply in ask(model, questions):
                for skill in question.skills & tallies.keys():
                    tallies[skill].add(question, reply)
            done += len(group)
            progress(names, done, len(asked) * count)
        progress(names, (number + 1) * count, len(asked) * count)
        for tally in tallies.values():
            yield tally.row(model.name)


def ask(model: LanguageModel, questions: list[Question]) -> Iterator[tuple[Question, Reply]]:
    """Yield each question with the reply, those of one kind put to the model together."""
    rest = questions
    while rest:
        choices, sampling = kind = rest[0].choices, rest[0].sampling
        alike = [each for each in rest if (each.choices, each.sampling) == kind]
        rest = [each for each in rest if (each.choices, each.sampling) != kind]
        prompts = [each.prompt for each in alike]
        replies: Iterator[Reply]
        if choices:
            try:
                replies = iter(list(model.scores(prompts, choices)))
            except UsageError as error:  # the tokens of this model do not tell the choices apart
                replies = iter([ModelError(str(error))] * len(prompts))
        else:
            replies = model.answers(prompts, sampling)
        yield from zip(alike, replies, strict=True)
