"""What is said of models that see, and of models that are broken in one way or another."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from tests.skills.seer import Box, Seer
from vtk.errors import ModelError, UsageError
from vtk.models.llm.prompt import YES_NO, Answer, Picture, Prompt, Sampling
from vtk.skills import Row
from vtk.skills.language import FAMILIES, NAMES, READ, SEEN, check_language

CLIPS = {"order", "motion", "times", "grid"}
OF_COLOUR = {"colours", "shapes", "yes_no", "boxes", "order", "times"}


def checked(model: Seer, skills: Iterable[str] = NAMES, seed: int = 0) -> dict[str, Row]:
    """The rows of a model by skill."""
    return {row.skill: row for row in check_language(model, set(skills), seed=seed)}


def at_chance(rows: dict[str, Row]) -> set[str]:
    return {name for name, row in rows.items() if row.verdict == "at chance"}


def ok(rows: dict[str, Row]) -> set[str]:
    return {name for name, row in rows.items() if row.verdict == "ok"}


def each_picture(change: Callable[[Picture], Picture]) -> Callable[[Prompt], Prompt]:
    """A build that changes every picture."""

    def sees(prompt: Prompt) -> Prompt:
        parts = (part if isinstance(part, str) else change(part) for part in prompt.parts)
        return replace(prompt, parts=tuple(parts))

    return sees


def backwards(prompt: Prompt) -> Prompt:
    """A build that shows the last picture first."""
    pictures = reversed(prompt.pictures)
    parts = (part if isinstance(part, str) else next(pictures) for part in prompt.parts)
    return replace(prompt, parts=tuple(parts))


def noise(rng: np.random.Generator, picture: Picture) -> Picture:
    return rng.integers(0, 256, picture.shape, dtype=np.uint8)


def coarse(picture: Picture) -> Picture:
    return picture[::8, ::8].repeat(8, axis=0).repeat(8, axis=1)[: len(picture)]


def test_a_model_that_sees_is_right_in_everything() -> None:
    rows = checked(Seer())
    assert list(rows) == list(NAMES)
    for name, row in rows.items():
        assert (row.verdict, row.share, row.failed) == ("ok", 1.0, 0), name
        assert row.low is not None
        assert row.low > 0.8
        assert row.asked == (32 if name in ("yes_no", "facts") else 16)
    assert (rows["yes_no"].auc, rows["yes_no"].yes_share) == (1.0, 0.5)
    assert rows["yes_no"].brier == pytest.approx(0.01)
    assert rows["colours"].auc is None


def test_frames_in_pairs_are_asked_about_as_well() -> None:
    model = Seer(pairs=True, at_once=1)
    assert ok(checked(model, CLIPS)) == CLIPS
    shown = [prompt for prompt in model.asked if prompt.paired]
    assert len(shown) == 48
    assert all(len(prompt.pictures) == 4 for prompt in shown)
    assert {"order", "motion", "times"} == at_chance(
        checked(Seer(backwards, pairs=True, at_once=1), CLIPS)
    )


@pytest.mark.parametrize(
    ("sees", "broken", "whole"),
    [
        (
            each_picture(partial(noise, np.random.default_rng(0))),
            set(SEEN),
            set(NAMES) - SEEN,
        ),
        (
            each_picture(lambda picture: np.ascontiguousarray(picture[..., ::-1])),
            OF_COLOUR,
            {"counts", "text", "small_text", "motion"},
        ),
        (backwards, {"order", "motion", "times"}, set(NAMES) - {"order", "motion", "times"}),
        (
            each_picture(lambda picture: picture.swapaxes(0, 1)),
            {"places", "text", "small_text", "motion"},
            {"colours", "shapes", "counts", "yes_no", "order", "times"},
        ),
        (each_picture(coarse), {"text", "small_text", "grid"}, {"colours", "places", "motion"}),
    ],
    ids=["a projector of noise", "channels swapped", "frames backwards", "axes swapped", "coarse"],
)
def test_a_broken_build_is_at_chance_where_it_is_broken(
    sees: Callable[[Prompt], Prompt], broken: set[str], whole: set[str]
) -> None:
    rows = checked(Seer(sees, at_once=1))
    assert at_chance(rows) >= broken
    assert at_chance(rows) <= broken | {"grid"}
    assert ok(rows) >= whole


def first(text: str, choices: Sequence[str]) -> str:
    return choices[0]


@pytest.mark.parametrize(
    ("broken", "model"),
    [
        ({"yes_no", "facts"}, {"decides": lambda text, c: "yes" if "yes" in c else text}),
        (
            {*("colours", "shapes", "counts", "places", "yes_no"), *("order", "motion", "grid"),
             "facts"},
            {"decides": first},
        ),
        ({"stops"}, {"whole": False}),
        ({"stops", "schema", "fields"}, {"says": lambda text: f"{text}<|im_end|>"}),
        ({"schema", "fields"}, {"says": lambda text: f"Here it is: {text}"}),
        ({"fields"}, {"says": lambda text: text.replace('"price": ', '"price": 1')}),
        ({"scripts"}, {"says": lambda text: text.encode("ascii", "replace").decode()}),
    ],
    ids=["yes-sayer", "same word", "never stops", "end in words", "prose", "values", "scripts"],
)  # fmt: skip
def test_a_habit_shows_in_the_skills_that_it_spoils(
    broken: set[str], model: dict[str, Any]
) -> None:
    asked = set(NAMES) - (SEEN if broken.isdisjoint(SEEN) else set())
    rows = checked(Seer(at_once=1, **model), asked)
    assert at_chance(rows) == broken
    assert ok(rows) == asked - broken


def test_a_yes_sayer_is_told_by_how_often_it_says_yes() -> None:
    row = checked(Seer(decides=lambda text, choices: "yes"), {"yes_no"})["yes_no"]
    assert (row.share, row.yes_share, row.auc) == (0.5, 1.0, 0.5)


def test_a_model_that_guesses_is_hardly_ever_better_than_chance() -> None:
    blind = each_picture(lambda picture: np.zeros_like(picture))
    skills = {"colours", "shapes", "places", "yes_no", "order", "motion"}
    told = [row for seed in range(4) for row in checked(Seer(blind), skills, seed=seed).values()]
    assert sum(row.verdict != "at chance" for row in told) <= 2  # of 24, and 1.2 on average


def test_what_is_half_right_is_weak() -> None:
    turns = iter(range(100))
    rows = checked(Seer(decides=lambda text, c: text if next(turns) % 2 else "purple"), {"colours"})
    assert rows["colours"].verdict == "weak"


def test_boxes_are_read_in_whatever_unit_suits_most() -> None:
    def top_first(box: Box, picture: Picture) -> list[float]:
        left, top, right, bottom = (1000 * edge / len(picture) for edge in box)
        return [top, left, bottom, right]

    ways: dict[str, Callable[[Box, Picture], list[float]]] = {
        "pixels": lambda box, picture: list(box),
        "fractions": lambda box, picture: [edge / len(picture) for edge in box],
        "thousandths, top first": top_first,
    }
    for way, writes in ways.items():
        row = checked(Seer(writes_box=writes), {"boxes"})["boxes"]
        assert (row.verdict, row.way) == ("ok", way)
    middle = checked(Seer(writes_box=lambda box, picture: [400, 400, 600, 600]), {"boxes"})
    assert middle["boxes"].verdict == "at chance"


class Reader(Seer):
    """A model that writes all that it reads, whatever it is asked, and sees nothing else."""

    def answer(self, prompt: Prompt) -> str:
        assert prompt.parts[1:] == ("OCR:",)
        return f"{self.large(prompt).title()}\n\n{self.small(prompt)}"


def test_a_model_that_only_reads_is_asked_in_its_own_words() -> None:
    rows = {row.skill: row for row in check_language(Reader(), READ, ocr_prompt="OCR:")}
    assert ok(rows) == {"text", "small_text"}


class Failing(Seer):
    """A model that cannot read pictures, whose tokens do not tell yes from no."""

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling | None = None
    ) -> Iterator[Answer | ModelError]:
        yield from (ModelError("image input is not supported") for _ in prompts)

    def scores(
        self, prompts: Iterable[Prompt], choices: Sequence[str] = YES_NO
    ) -> Iterator[list[float] | ModelError]:
        if choices == YES_NO:
            raise UsageError("'yes' begins with the same token as another choice")
        yield from super().scores(prompts, choices)


def test_errors_count_as_wrong_and_are_told() -> None:
    rows = checked(Failing(), {"text", "yes_no", "places"})
    for name, count, words in (("text", 16, "not supported"), ("yes_no", 32, "same token")):
        assert (rows[name].verdict, rows[name].failed) == ("failed", count)
        assert words in (rows[name].note or "")
    assert rows["places"].verdict == "ok"


def test_questions_depend_on_the_seed_alone() -> None:
    def texts(seed: int) -> list[str]:
        model = Seer()
        list(check_language(model, {"colours", "order", "facts"}, count=8, seed=seed))
        return [str(prompt.parts[-1]) for prompt in model.asked]

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)


def test_progress_is_told_to_the_end() -> None:
    seen: list[tuple[str, int, int]] = []
    list(check_language(Seer(), {"long", "facts"}, progress=lambda *told: seen.append(told)))
    assert seen[0] == ("facts", 0, 32)
    assert seen[-1] == ("long", 32, 32)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_every_skill_is_asked_about_as_often_as_told() -> None:
    for family in FAMILIES:
        asked = [name for few in family.subjects(0, 21) for each in few for name in each.skills]
        for skill in family.skills:
            assert asked.count(skill.name) == (42 if skill.name in ("yes_no", "facts") else 21)
