"""Models in this process: nothing encoded twice, order, schemas, scores, faults, memory."""

import gc
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest

from tests.command_line import vtk

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")
pytest.importorskip("torch")

from tests.models.tiny import PROJECTOR, language_file, lessons, prompt, resident, said, tiny_vlm
from tests.world.models.lessons import Lesson
from vtk.errors import MissingError, ModelError, UsageError
from vtk.models.hub.files import Files
from vtk.models.llm.llama_chunks import Chunk
from vtk.models.llm.llama_cpp import Engine
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.llm.prompt import Answer, Prompt, Sampling
from vtk.models.llm.rerank import relevance

SHORT = Sampling(max_tokens=40)
SCHEMA = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "green"]}, "sure": {"type": "boolean"}},
    "required": ["colour", "sure"],
}


@pytest.fixture(scope="module")
def model() -> Iterator[LocalModel]:
    with tiny_vlm() as opened:
        yield opened


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Chunk]:
    """The pictures that are encoded from now on."""
    found: list[Chunk] = []
    encoded = Engine.encoded

    def watched(self: Engine, pictures: Sequence[Chunk]) -> Generator[object]:
        found.extend(pictures)
        return encoded(self, pictures)

    monkeypatch.setattr(Engine, "encoded", watched)
    return found


def questions(each: Lesson) -> list[Prompt]:
    return [prompt(each, question) for question, _ in each.pairs]


def close(scores: Sequence[object], others: Sequence[object]) -> bool:
    return bool(np.allclose(np.array(scores, float), np.array(others, float), atol=1e-3))


# Quantized, sequences that are evaluated together are rounded otherwise than one alone.
@pytest.mark.parametrize(("kind", "sequences"), [("q8_0", 1), ("f16", 3)])
def test_many_questions_on_the_same_frames_encode_them_once(
    seen: list[Chunk], kind: str, sequences: int
) -> None:
    each = lessons(1, 4)[0]
    alone = []
    for asked in questions(each):
        with tiny_vlm(kind) as fresh:
            alone += list(fresh.scores([asked]))
    seen.clear()
    with tiny_vlm(kind, sequences=sequences) as opened:
        together = list(opened.scores(questions(each)))
        assert len(seen) == 4
        assert close(together, alone)
        told = said(list(opened.answers(questions(each), SHORT)))
        assert len(seen) == 4
    with tiny_vlm(kind) as fresh:
        assert said(list(fresh.answers([questions(each)[-1]], SHORT))) == told[-1:]


def test_an_answer_tells_how_much_of_its_prompt_was_evaluated_before() -> None:
    each = lessons(1, 4)[0]
    with tiny_vlm() as fresh:
        first, second = fresh.answers([prompt(each, "describe"), prompt(each, "Is it?")], SHORT)
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert first.tokens_cached == 0
    assert second.tokens_cached is not None
    assert 4 * 64 < second.tokens_cached < second.tokens_in


def test_a_longer_prompt_takes_over_the_frames_that_came_before(
    model: LocalModel, seen: list[Chunk]
) -> None:
    each = lessons(1, 4, seed=21)[0]
    first = Prompt((*each.pictures[:3], "describe"))
    longer = Prompt((*each.pictures, "describe"))
    list(model.scores([first, longer]))
    assert len(seen) == 4


def test_several_sequences_give_the_answers_of_one_in_order() -> None:
    asked = [prompt(each) for frames in (1, 2) for each in lessons(20, frames)]
    with tiny_vlm() as one, tiny_vlm(sequences=4) as four:
        apart, together = (said(list(m.answers(asked, SHORT))) for m in (one, four))
    # Sums in another order may tip a near tie.
    assert sum(a == b for a, b in zip(apart, together, strict=True)) >= 39


def test_prompts_are_read_only_as_far_ahead_as_they_are_worked_on() -> None:
    read = 0

    def endless() -> Iterator[Prompt]:
        nonlocal read
        for each in lessons(1000, 1):
            read += 1
            yield prompt(each)

    with tiny_vlm(sequences=2) as opened:
        answers = opened.answers(endless(), Sampling(max_tokens=3))
        for number in range(1, 6):
            next(answers)
            assert read <= number + 2


def test_an_answer_follows_its_schema_to_the_letter(model: LocalModel) -> None:
    sampling = Sampling(schema=SCHEMA, temperature=1.5, seed=3)
    for text in said(list(model.answers(map(prompt, lessons(8, 1)), sampling))):
        found = orjson.loads(text)
        assert found["colour"] in ("red", "green")
        assert isinstance(found["sure"], bool)


def test_the_same_seed_gives_the_same_answer_and_another_another(model: LocalModel) -> None:
    asked = [Prompt(("describe",))]  # without a picture it cannot be sure of anything

    def drawn(seed: int) -> list[str]:
        return said(list(model.answers(asked, Sampling(max_tokens=40, temperature=3, seed=seed))))

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_several_answers_to_a_prompt_are_those_of_the_seeds_in_turn(model: LocalModel) -> None:
    asked = [prompt(each) for each in lessons(2, 1)]
    warm = Sampling(max_tokens=30, temperature=1.5, seed=4)
    apart = [said(list(model.answers(asked, replace(warm, seed=seed)))) for seed in (4, 5)]
    together = said(list(model.answers(asked, replace(warm, count=2))))
    assert together == [apart[0][0], apart[1][0], apart[0][1], apart[1][1]]


def test_an_answer_that_reaches_its_limit_says_so(model: LocalModel) -> None:
    asked = prompt(lessons(1, 1)[0])
    (cut,) = model.answers([asked], Sampling(max_tokens=2))
    (whole,) = model.answers([asked], SHORT)
    assert not isinstance(cut, ModelError)
    assert not isinstance(whole, ModelError)
    assert (cut.tokens_out, cut.whole, whole.whole) == (2, False, True)


def test_what_a_model_thinks_before_it_answers_is_no_part_of_the_answer(
    model: LocalModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tiny model does not think: its first words are made the mark that ends a thought."""
    asked = [prompt(lessons(1, 1)[0])]
    (plain,) = model.answers(asked, SHORT)
    assert isinstance(plain, Answer)
    rest = plain.text.split(" ")[1:]
    piece, begun = Engine.piece, False

    def ends_a_thought(self: Engine, token: int, *, special: bool = False) -> bytes:
        nonlocal begun
        found = piece(self, token, special=special)
        if begun or not found.strip():
            return found
        begun = True
        return b"<think>" + found + b"</think>"

    monkeypatch.setattr(Engine, "piece", ends_a_thought)
    (answer,) = model.answers(asked, SHORT)
    assert isinstance(answer, Answer)
    assert answer.text == " ".join(rest)


def test_a_prompt_too_long_fails_alone_and_says_how_to_mend_it() -> None:
    long, short = lessons(1, 4)[0], lessons(1, 1)[0]
    with tiny_vlm(context=200) as opened:
        first, second, third = opened.answers([prompt(short), prompt(long), prompt(short)], SHORT)
    assert isinstance(second, ModelError)
    assert "--context" in str(second)
    assert said([first]) == said([third])


def test_choices_that_begin_alike_are_wrong_usage(model: LocalModel) -> None:
    with pytest.raises(UsageError, match="alike"):
        list(model.scores([Prompt(("describe",))], ["yes", "yes please"]))


def test_text_cannot_steer_the_model(model: LocalModel) -> None:
    each = lessons(1, 1)[0]
    for evil in ("</s>", "<s>", "<__media__>", "<unk>"):
        (tame,) = model.answers([prompt(each, f"describe {evil}")], SHORT)
        assert not isinstance(tame, ModelError)
        rendered = model._template.render(Prompt((f"describe {evil}",)))
        tokens = [t for part in rendered for t in model._engine.tokens(str(part))]
        assert not {0, 1, 2} & set(tokens)


def test_an_equal_picture_counts_as_the_same_and_another_does_not(
    model: LocalModel, seen: list[Chunk]
) -> None:
    one, other = (each.pictures[0] for each in lessons(2, 1, seed=31))
    first = list(model.scores([Prompt((one, "Is there a red star?"))]))
    again = list(model.scores([Prompt((one.copy(), "Is there a red star?"))]))
    assert len(seen) == 1
    assert close(first, again)
    list(model.scores([Prompt((other, "Is there a red star?"))]))
    assert len(seen) == 2


def test_candidates_are_ranked_by_yes_against_no(model: LocalModel) -> None:
    shown, *others = lessons(14, 1, seed=41)
    wanted = shown.play.actors[0]
    name = (wanted.colour, wanted.shape)
    without = [p for p in others if all((a.colour, a.shape) != name for a in p.play.actors)]
    assert len(without) >= 8
    plays = [*without[:4], shown, *without[4:]]
    frames = [[(0.0, each.pictures[0])] for each in plays]
    scores = list(relevance(model, " ".join(name), frames, question="Is there a {query}?"))
    assert max(range(len(plays)), key=lambda n: float(scores[n])) == 4  # type: ignore[arg-type]


def test_a_picture_for_a_model_without_its_projector_is_a_missing_file(tmp_path: Path) -> None:
    blind = Files("blind", language_file(), None)
    with LocalModel(blind, LoadOptions(threads=1)) as opened:
        said(list(opened.answers([Prompt(("describe",))], Sampling(max_tokens=3))))
        with pytest.raises(MissingError, match="mmproj"):
            list(opened.answers([prompt(lessons(1, 1)[0])]))


def _cut(path: Path, share: float) -> bytes:
    data = path.read_bytes()
    return data[: int(len(data) * share)]


def _newer() -> bytes:
    """A file of a later version of GGUF, which follows its first four bytes."""
    data = language_file().read_bytes()
    return data[:4] + (9).to_bytes(4, "little") + data[8:]


def _unknown() -> bytes:
    """A model of an architecture that is not invented yet."""
    return language_file().read_bytes().replace(b"llama", b"lhama")


def _other_width() -> bytes:
    """A projector for a llama of another width."""
    import torch

    from tests.world.models.export_vlm import write_projector
    from tests.world.models.network import Shape, TinyVLM

    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        path = Path(folder) / "mmproj.gguf"
        write_projector(TinyVLM(10, Shape(width=64, heads=2)), path)
        return path.read_bytes()


Bytes = Callable[[], bytes]
BROKEN: dict[str, tuple[Bytes, Bytes]] = {
    "model cut off": (lambda: _cut(language_file(), 0.6), PROJECTOR.read_bytes),
    "model cut in its header": (lambda: _cut(language_file(), 0.01), PROJECTOR.read_bytes),
    "model newer": (_newer, PROJECTOR.read_bytes),
    "model of an unknown architecture": (_unknown, PROJECTOR.read_bytes),
    "model empty": (lambda: b"", PROJECTOR.read_bytes),
    "model no GGUF": (lambda: b"<html>404</html>" * 99, PROJECTOR.read_bytes),
    "projector cut off": (language_file().read_bytes, lambda: _cut(PROJECTOR, 0.6)),
    "projector empty": (language_file().read_bytes, lambda: b""),
    "projector as model": (PROJECTOR.read_bytes, PROJECTOR.read_bytes),
    "model as projector": (language_file().read_bytes, language_file().read_bytes),
    "projector of another width": (language_file().read_bytes, _other_width),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_or_mismatched_file_is_one_sentence_and_exit_69(
    tmp_path: Path, fault: str
) -> None:
    model, projector = (make() for make in BROKEN[fault])
    (tmp_path / "m.gguf").write_bytes(model)
    (tmp_path / "mmproj.gguf").write_bytes(projector)
    run = vtk("models", "bench", tmp_path / "m.gguf", "--mmproj", tmp_path / "mmproj.gguf")
    assert run.returncode == 69, run.stderr
    assert run.stdout == b""
    assert run.stderr.startswith(b"vtk models: ")
    assert run.stderr.count(b"\n") == 1
    assert b"\\n" not in run.stderr
    assert b"gguf" in run.stderr


QUIET = """
import sys
from tests.models.tiny import lessons, prompt, said, tiny_vlm
from vtk.models.llm.prompt import Sampling
model = tiny_vlm()
asked = [prompt(each) for each in lessons(2, 2)]
print(len(said(list(model.answers(asked, Sampling(max_tokens=9))))))
if sys.argv[1] == "close":
    model.close()
"""


@pytest.mark.parametrize("end", ["close", "leave"])
def test_nothing_is_written_on_standard_error(end: str) -> None:
    home = Path(__file__).parents[3]
    run = subprocess.run(
        [sys.executable, "-c", QUIET, end], capture_output=True, text=True, cwd=home, timeout=120
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "2\n", "")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_five_hundred_captions_in_one_process_leave_memory_flat() -> None:
    plays = lessons(50, 1)
    with tiny_vlm(sequences=2) as opened:
        sizes = []
        for _ in range(10):
            asked = (prompt(each) for each in plays)
            assert len(said(list(opened.answers(asked, Sampling(max_tokens=30))))) == 50
            gc.collect()
            sizes.append(resident())
    assert max(sizes[2:]) - sizes[1] < 3


def test_models_opened_and_closed_leave_memory_flat() -> None:
    sizes = []
    for _ in range(8):
        with tiny_vlm() as opened:
            list(opened.scores([prompt(lessons(1, 1)[0])]))
        gc.collect()
        sizes.append(resident())
    assert sizes[-1] - sizes[2] < 8
