"""What larger architectures have and tiny-vlm has not: pairs of frames, recurrent layers, batches.

On models with random weights: what they say means nothing, but depends on all that they are shown.
"""

import gc
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.command_line import records, vtk
from tests.world import World

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")

from tests.models.tiny import resident, said
from tests.world.models import random_vlm
from vtk.errors import ModelError, UsageError
from vtk.models.hub.files import Files
from vtk.models.llm.llama_chunks import Chunk
from vtk.models.llm.llama_cpp import Engine
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.llm.prompt import Answer, Picture, Prompt, Sampling

SHORT = Sampling(max_tokens=16)
Open = Callable[..., LocalModel]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    folder = tmp_path_factory.mktemp("random")
    return {kind: Files(kind, *random_vlm.write(folder, kind)) for kind in random_vlm.KINDS}


@pytest.fixture
def opened(files: dict[str, Files], request: pytest.FixtureRequest) -> Open:
    """Opens a model by its kind, to be closed after the test."""

    def open_model(kind: str, **loading: int | None) -> LocalModel:
        chosen = {"threads": 1, "sequences": 1, "context": 1024, **loading}
        model = LocalModel(files[kind], LoadOptions(**chosen))  # type: ignore[arg-type]
        request.addfinalizer(model.close)
        return model

    return open_model


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures are encoded together, each time from now on."""
    found: list[int] = []
    encode = Engine._encode

    def watched(self: Engine, batch: object, pictures: Sequence[Chunk]) -> int:
        found.append(encode(self, batch, pictures))
        return found[-1]

    monkeypatch.setattr(Engine, "_encode", watched)
    return found


def pictures(count: int, *, seed: int = 1, size: tuple[int, int] = (64, 96)) -> list[Picture]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for _ in range(count)]


def timed(shown: Sequence[Picture]) -> list[tuple[float, Picture]]:
    return [(0.5 * number, picture) for number, picture in enumerate(shown)]


def tokens_in(model: LocalModel, prompt: Prompt) -> int:
    (answer,) = model.answers([prompt], Sampling(max_tokens=1))
    assert isinstance(answer, Answer)
    return answer.tokens_in


def close(scores: Sequence[object], others: Sequence[object]) -> bool:
    return bool(np.allclose(np.array(scores, float), np.array(others, float), atol=1e-3))


def test_frames_in_pairs_take_half_the_tokens_and_positions(opened: Open) -> None:
    model = opened("pairs")
    sizes = {}
    for pairs in (False, model.pairs):
        asked = Prompt.about(timed(pictures(4)), "describe", pairs=pairs)
        chunks = model._chunks(model._template.render(asked))
        seen = [chunk for chunk in chunks if chunk.media]
        assert {(chunk.size, chunk.length) for chunk in seen} == {(12, 4)}
        sizes[pairs] = (len(seen), tokens_in(model, asked))
        assert sizes[pairs][1] == sum(chunk.size for chunk in chunks)
    assert (sizes[False][0], sizes[True][0]) == (4, 2)
    assert sizes[True][1] < 0.6 * sizes[False][1]


def test_a_pair_shows_both_of_its_frames(opened: Open) -> None:
    model = opened("pairs")
    one, two, other = pictures(3)
    pairs = [(one, two), (one, other), (two, one), (one, one)]
    asked = [Prompt.about(timed(pair), "describe", pairs=True) for pair in pairs]
    together = list(model.scores(asked))
    assert len({round(float(yes), 4) for yes, _ in together}) == len(pairs)  # type: ignore[misc]
    for prompt, score in zip(asked, together, strict=True):
        assert close(list(opened("pairs").scores([prompt])), [score])
    (alone,) = model.scores([Prompt.about([(0.25, one)], "describe")])
    assert close([alone], together[3:])  # a lone frame counts as one that does not move


def test_questions_on_the_same_pairs_encode_them_once(opened: Open, batches: list[int]) -> None:
    model = opened("pairs")
    frames = timed(pictures(5))
    asked = [Prompt.about(frames, f"Is there a {x} star?", pairs=True) for x in ("red", "green")]
    scores = list(model.scores(asked))
    texts = said(list(model.answers(asked, SHORT)))
    assert batches == [1, 1, 1]  # two pairs and the odd last frame
    for prompt, score, text in zip(asked, scores, texts, strict=True):
        assert close(list(opened("pairs").scores([prompt])), [score])
        assert said(list(opened("pairs").answers([prompt], SHORT))) == [text]


def test_frames_of_different_sizes_make_no_pair() -> None:
    wide, tall = pictures(2), pictures(1, size=(96, 64))
    parts = Prompt.about(timed([wide[0], *tall, wide[1]]), "x", pairs=True).parts
    assert [part.shape for part in parts if not isinstance(part, str)] == [
        (64, 96, 3),
        (96, 64, 3),
        (64, 96, 3),
    ]


def test_the_time_before_a_pair_is_the_mean_of_its_frames() -> None:
    frames = [(time, picture) for time, picture in zip((1, 2, 4), pictures(3), strict=True)]
    parts = Prompt.about(frames, "describe", pairs=True).parts
    texts = [part for part in parts if isinstance(part, str)]
    assert texts == ["<1.5 seconds>", "<4.0 seconds>", "describe"]


@pytest.mark.parametrize("sequences", [1, 3])
def test_a_hybrid_model_encodes_the_frames_of_many_questions_once(
    opened: Open, batches: list[int], sequences: int
) -> None:
    model = opened("hybrid", sequences=sequences)
    asked = [
        Prompt.about(timed(pictures(4, seed=film)), f"Is there a {colour} star?", pairs=True)
        for film in (1, 2)
        for colour in ("red", "green", "blue", "pink")
    ]
    scores = list(model.scores(asked))
    assert sum(batches) == 4  # two pairs of each film
    texts = said(list(model.answers(asked[4:], SHORT)))
    assert sum(batches) == 4
    assert len({round(float(yes), 5) for yes, _ in scores}) == len(asked)  # type: ignore[misc]
    for prompt, score in zip(asked, scores, strict=True):
        assert close(list(opened("hybrid").scores([prompt])), [score])
    assert said(list(opened("hybrid").answers(asked[-1:], SHORT))) == texts[-1:]


def test_frames_that_a_hybrid_model_was_not_asked_of_lately_give_way(opened: Open) -> None:
    """The context has room for the frames of one prompt, and not of all."""
    films = [timed(pictures(9 + number % 2, seed=number)) for number in range(5)]
    asked = [Prompt.about(frames, "describe") for frames in films + films[::-1]]
    with opened("hybrid", context=256, sequences=2) as model:
        scores = list(model.scores(asked))
    for prompt, score in zip(asked, scores, strict=True):
        assert close(list(opened("hybrid").scores([prompt])), [score])


@pytest.mark.parametrize(("kind", "merges"), [("pairs", True), ("hybrid", True), ("tiles", False)])
def test_only_models_that_were_trained_so_are_shown_pairs(
    opened: Open, kind: str, merges: bool
) -> None:
    assert opened(kind).pairs == merges
    assert not opened(kind, pairs=False).pairs


@pytest.mark.parametrize(("kind", "most"), [("tiles", 256), ("hybrid", 127)])
def test_sequences_are_as_many_as_llama_cpp_has(opened: Open, kind: str, most: int) -> None:
    with pytest.raises(UsageError, match=f"--sequences is at most {most} for "):
        opened(kind, sequences=most + 1, context=64)
    assert opened(kind, sequences=most, context=64).at_once == most
    with pytest.raises(UsageError, match="tokens in all is more"):
        opened(kind, sequences=4, context=2**30)


@pytest.mark.parametrize("layout", ["frames", "clip", "grid"])
def test_captions_say_that_frames_were_paired(
    world: World, files: dict[str, Files], layout: str
) -> None:
    made = {}
    for option in ("--pairs", "--no-pairs"):
        command = ["caption", "--layout", layout, "--frames", "4", "--pixels", "64", option]
        command += ["--max-tokens", "8", "-m", str(files["pairs"].model), "--threads", "1"]
        command += ["--mmproj", str(files["pairs"].mmproj), f"{world('cuts').path}#t=0,1"]
        (span,) = records(vtk(*command))
        made[option] = span["made"][-1]
    paired = layout != "grid"
    assert made["--pairs"].get("pairs", False) is paired
    assert "pairs" not in made["--no-pairs"]
    assert (made["--pairs"]["tokens_in"] < made["--no-pairs"]["tokens_in"]) == paired


@pytest.mark.parametrize(
    ("least", "most", "low", "high"),
    [(None, None, 54, 54), (60, None, 60, 80), (None, 20, 10, 20), (20, 30, 20, 30)],
)
def test_the_tokens_of_a_picture_are_bounded_on_both_sides(
    opened: Open, least: int | None, most: int | None, low: int, high: int
) -> None:
    model = opened("pairs", least_picture_tokens=least, picture_tokens=most)
    asked = Prompt((*pictures(1, size=(200, 300)), "describe"))
    (picture,) = (c for c in model._chunks(model._template.render(asked)) if c.media)
    assert low <= picture.size <= high


@pytest.mark.parametrize(("least", "most"), [(60, 40), (5000, None)])
def test_a_least_that_is_more_than_the_most_is_wrong_usage(
    opened: Open, least: int, most: int | None
) -> None:
    with pytest.raises(UsageError, match="more than its most"):
        opened("pairs", least_picture_tokens=least, picture_tokens=most)


def test_pictures_encoded_together_are_those_encoded_alone(
    opened: Open, batches: list[int]
) -> None:
    model = opened("tiles")
    asked = Prompt.about(timed(pictures(5)), "describe")
    (together,) = model.scores([asked])
    assert batches == [15]  # two tiles and an overview of each
    (text,) = said(list(model.answers([asked], SHORT)))
    batches.clear()
    add = model._engine._mtmd.mtmd_batch_add_chunk
    one_by_one = opened("tiles")
    taken: set[int] = set()

    class Single:
        """libmtmd, whose batches take one picture each."""

        def __getattr__(self, name: str) -> object:
            return getattr(model._engine._mtmd, name)

        def mtmd_batch_init(self, vision: object) -> object:
            taken.clear()
            return model._engine._mtmd.mtmd_batch_init(vision)

        def mtmd_batch_add_chunk(self, batch: int, media: object) -> int:
            if taken:
                return 2
            taken.add(batch)
            return int(add(batch, media))

    one_by_one._engine._mtmd = Single()
    assert close(list(one_by_one.scores([asked])), [together])
    assert batches == [1] * 15
    assert said(list(one_by_one.answers([asked], SHORT))) == [text]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
@pytest.mark.parametrize("kind", random_vlm.KINDS)
def test_many_different_pictures_leave_memory_flat(files: dict[str, Files], kind: str) -> None:
    sizes = []
    for number in range(8):
        options = LoadOptions(threads=1, sequences=2, context=512)
        with LocalModel(files[kind], options) as model:  # closed and opened anew each time
            asked = [
                Prompt.about(timed(pictures(2, seed=30 * number + n)), word, pairs=model.pairs)
                for n in range(15)
                for word in ("describe", "count")
            ]
            assert len(list(model.scores(asked))) == len(asked)
            list(model.likelihoods((prompt, "red") for prompt in asked[:4]))
        gc.collect()
        sizes.append(resident())
    assert sizes[-1] - sizes[2] < 3


@pytest.mark.parametrize("fails", [False, True])
def test_every_batch_of_pictures_is_freed(
    opened: Open, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    from llama_cpp import mtmd_cpp

    init, free = mtmd_cpp.mtmd_batch_init, mtmd_cpp.mtmd_batch_free
    made: list[object] = []
    freed: list[object] = []

    def counted_init(vision: int) -> object:
        made.append(init(vision))
        return made[-1]

    def counted_free(batch: int) -> None:
        freed.append(batch)
        free(batch)

    model = opened("pairs")
    monkeypatch.setattr(mtmd_cpp, "mtmd_batch_init", counted_init)
    monkeypatch.setattr(mtmd_cpp, "mtmd_batch_free", counted_free)
    if fails:
        monkeypatch.setattr(mtmd_cpp, "mtmd_helper_decode_image_chunk", lambda *args: 1)
    (score,) = model.scores([Prompt((*pictures(3), "describe"))])
    assert isinstance(score, ModelError) == fails
    assert freed == made
    assert len(made) == (1 if fails else 3)
