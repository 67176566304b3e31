"""Pictures and texts as vectors: what is found with them, in which order, and what is refused."""

import hashlib
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.helpers import settled
from tests.world.models.stage import cast
from vtk.errors import MediaError, MissingError, UsageError
from vtk.models.embed.clip import AHEAD, ClipModel
from vtk.models.llm.prompt import Picture
from vtk.prefetch import prefetch

pytest.importorskip("open_clip")
from safetensors.torch import load_file, save_file

from tests.world.models.train_clip import tell

TINY = Path(__file__).parents[2] / "world" / "models" / "tiny-clip"
CLIPS, FRAMES = 100, 8


@pytest.fixture(scope="module")
def model() -> Iterator[ClipModel]:
    with ClipModel(f"local-dir:{TINY}", device="cpu", threads=1) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the model to break."""
    return Path(shutil.copytree(TINY, tmp_path / "copy"))


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was pulled, and who goes to the network fails the test."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def refuse(*_: object) -> None:
        pytest.fail("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def pictures(count: int, side: int = 64) -> list[Picture]:
    rng = np.random.default_rng(5)
    return [cast(rng).picture(side=side) for _ in range(count)]


def refusal(name: str, checkpoint: Path | None = None) -> str:
    with pytest.raises(MissingError) as caught:
        ClipModel(name, checkpoint=checkpoint, device="cpu")
    text = str(caught.value)
    assert "\n" not in text
    assert not text.endswith(".")
    return text


def test_held_out_clips_are_found_by_their_descriptions_and_the_other_way(
    model: ClipModel,
) -> None:
    rng = np.random.default_rng(7)
    plays = [cast(rng, moving=True, held=True) for _ in range(CLIPS)]
    frames = (
        (number, play.picture((at + 0.5) / FRAMES, 128))
        for number, play in enumerate(plays)
        for at in range(FRAMES)
    )
    sums = np.zeros((CLIPS, model.dim), np.float32)
    for number, vector in model.tagged(frames):
        sums[number] += vector
    clips = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    scores = model.texts([tell(play, moving=True) for play in plays]) @ clips.T
    right = np.arange(CLIPS)
    assert (scores.argmax(1) == right).mean() >= 0.9
    assert (scores.argmax(0) == right).mean() >= 0.9


def test_vectors_have_length_one(model: ClipModel) -> None:
    found = np.stack(list(model.images(pictures(5))))
    assert found.shape == (5, model.dim)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    texts = model.texts(["a red circle", "", "a large blue star on snow"])
    assert texts.shape == (3, model.dim)
    assert np.allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-6)
    assert model.texts([]).shape == (0, model.dim)
    assert list(model.images([])) == []


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_the_size_of_a_batch_changes_no_vector(model: ClipModel, batch: int) -> None:
    shown, said = pictures(7), ["a red circle", "a blue star", "a ring on grass", "a heart"]
    with ClipModel(str(TINY), device="cpu", batch=batch) as other:
        expected, found = (np.stack(list(m.images(shown))) for m in (model, other))
        assert np.allclose(expected, found, atol=1e-5)
        assert np.allclose(model.texts(said), other.texts(said), atol=1e-5)


def test_any_size_of_picture_is_taken(model: ClipModel) -> None:
    play = cast(np.random.default_rng(3))
    small, large = model.images([play.picture(side=64), play.picture(side=256)])
    assert small @ large > 0.95
    tall = np.zeros((300, 20, 3), np.uint8)
    assert next(model.images([tall[:, ::2]])).shape == (model.dim,)


def test_tags_come_in_order_and_pictures_are_read_a_few_batches_ahead() -> None:
    read = 0

    def pairs() -> Iterator[tuple[int, Picture]]:
        nonlocal read
        for number, picture in enumerate(pictures(60)):
            read += 1
            yield number, picture

    with ClipModel(str(TINY), device="cpu", batch=4) as model:
        found = model.tagged(pairs())
        assert next(found)[0] == 0
        assert settled(lambda: read) <= 4 * (1 + AHEAD)
        assert [tag for tag, _ in found] == list(range(1, 60))


def test_a_closed_iterator_ends_its_thread_and_closes_the_source(model: ClipModel) -> None:
    closed = threading.Event()

    def endless() -> Iterator[Picture]:
        try:
            while True:
                yield np.zeros((8, 8, 3), np.uint8)
        finally:
            closed.set()

    found = model.images(endless())
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert closed.wait(5)
    assert not [thread for thread in threading.enumerate() if thread.name == "ahead"]


def test_an_error_of_the_source_comes_after_what_was_read_before_it(model: ClipModel) -> None:
    def failing() -> Iterator[Picture]:
        yield from pictures(3)
        raise MediaError("the file ends here")

    seen = 0
    with pytest.raises(MediaError, match="ends here"):  # noqa: PT012
        for _ in model.images(failing()):
            seen += 1
    assert seen == 3


def test_work_ahead_holds_no_more_than_it_may() -> None:
    made: list[int] = []
    numbers = prefetch((made.append(n) or n for n in range(100)), 3)  # type: ignore[func-returns-value]
    assert next(numbers) == 0
    assert settled(lambda: len(made)) == 4
    assert list(numbers) == list(range(1, 100))


def test_a_long_text_is_the_mean_of_its_sentences(model: ClipModel) -> None:
    one, two = "A large red circle moves left on grass.", "A small blue star stays on snow."
    several = [*[one] * 3, *[two] * 3]
    expected = model.texts(several).mean(0)
    found = model.texts([" ".join(several)])[0]
    assert found @ expected / np.linalg.norm(expected) > 0.9999


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_less_precision_gives_nearly_the_same(model: ClipModel, precision: str) -> None:
    with ClipModel(str(TINY), device="cpu", precision=precision) as other:
        expected, found = (np.stack(list(m.images(pictures(4)))) for m in (model, other))
        assert ((expected * found).sum(1) > 0.99).all()
        said = ["a red circle on grass"]
        assert float(model.texts(said)[0] @ other.texts(said)[0]) > 0.99


def test_the_record_tells_the_model(model: ClipModel) -> None:
    assert model.name == "tiny-clip"
    weights = (TINY / "open_clip_model.safetensors").read_bytes()
    assert model.sha256 == hashlib.sha256(weights).hexdigest()
    assert model.sha256 in (TINY / "README.md").read_text()


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_truncated_weights_are_refused(folder: Path, share: float) -> None:
    weights = folder / "open_clip_model.safetensors"
    os.truncate(weights, int(weights.stat().st_size * share))
    assert str(weights) in refusal(f"local-dir:{folder}")


def test_missing_weights_are_refused(folder: Path) -> None:
    (folder / "open_clip_model.safetensors").unlink()
    assert "there are no weights" in refusal(f"local-dir:{folder}")


def test_missing_layers_are_refused(folder: Path) -> None:
    weights = folder / "open_clip_model.safetensors"
    tensors = load_file(weights)
    del tensors["token_embedding.weight"]
    save_file(tensors, weights)
    assert "token_embedding" in refusal(f"local-dir:{folder}")


def test_weights_of_another_width_are_refused(folder: Path) -> None:
    config = folder / "open_clip_config.json"
    told = json.loads(config.read_text())
    told["model_cfg"]["text_cfg"]["width"] = 64
    config.write_text(json.dumps(told))
    assert "width" in refusal(f"local-dir:{folder}")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"model_cfg": 3}', '{"model_cfg": {}}', "{"])
def test_a_configuration_that_makes_no_sense_is_refused(folder: Path, text: str) -> None:
    (folder / "open_clip_config.json").write_text(text)
    refusal(f"local-dir:{folder}")


def test_a_folder_without_a_configuration_is_refused(tmp_path: Path) -> None:
    assert "open_clip_config.json" in refusal(f"local-dir:{tmp_path}")
    assert "there is no file" in refusal("ViT-B-32", tmp_path / "none.safetensors")


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pe-core-b", "vtk models pull pe-core-b"),
        ("siglip2-b", "vtk models pull siglip2-b"),
        ("pe-cor-b", "did you mean pe-core-b"),
        ("ViT-B-32/openai", "vtk models pull hf:timm/vit_base_patch32_clip_224.openai/"),
        ("hf-hub:owner/model", "vtk models pull hf:owner/model/open_clip_config.json"),
        ("no/such", "open_clip has no no"),
    ],
)
def test_a_model_that_is_not_here_is_named_with_the_command_that_gets_it(
    name: str, hint: str
) -> None:
    assert hint in refusal(name)


@pytest.mark.usefixtures("empty_cache")
def test_a_model_in_the_cache_of_the_hub_is_found_without_network(
    tmp_path: Path, model: ClipModel
) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    folder = tmp_path / "hub" / "models--owner--tiny"
    shutil.copytree(TINY, folder / "snapshots" / commit)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(commit)
    with ClipModel("hf-hub:owner/tiny", device="cpu") as other:
        assert other.name == "tiny"
        assert np.allclose(other.texts(["a star"]), model.texts(["a star"]), atol=1e-6)


def test_a_model_of_the_users_own_catalog_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: ClipModel
) -> None:
    weights = json.dumps(str(TINY / "open_clip_model.safetensors"))
    (tmp_path / "vtk").mkdir()
    (tmp_path / "vtk" / "models.toml").write_text(f'[mine]\nkind = "clip"\npath = {weights}\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with ClipModel("mine", device="cpu") as other:
        assert other.name == "mine"
        assert np.allclose(other.texts(["a star"]), model.texts(["a star"]), atol=1e-6)


@pytest.mark.parametrize("name", ["ViT-B-32", "ViT-B-32/none", "qwen3-4b", "hf-hub:x"])
def test_a_name_that_means_no_weights_is_wrong_usage(name: str) -> None:
    with pytest.raises(UsageError):
        ClipModel(name)


def test_options_that_make_no_sense_are_wrong_usage() -> None:
    for options in ({"device": "abacus"}, {"precision": "int3"}, {"batch": 0}):
        with pytest.raises(UsageError):
            ClipModel(str(TINY), **options)


class Code:
    """A pickle that makes a file where it is loaded."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.trace), "w")


@pytest.mark.parametrize("file", ["open_clip_pytorch_model.bin", "open_clip_pytorch_model.pth"])
@pytest.mark.parametrize("plain", [True, False])
def test_a_pickle_with_code_in_it_is_refused_and_does_not_run(
    folder: Path, file: str, plain: bool
) -> None:
    import torch

    (folder / "open_clip_model.safetensors").unlink()
    content = {"state_dict": Code(folder / "trace")}
    if plain:
        (folder / file).write_bytes(pickle.dumps(content))
    else:
        torch.save(content, folder / file)
    refusal(f"local-dir:{folder}")
    assert not (folder / "trace").exists()


def test_a_checkpoint_of_plain_tensors_is_taken(folder: Path, model: ClipModel) -> None:
    import torch

    weights = folder / "open_clip_model.safetensors"
    torch.save(load_file(weights), folder / "other.pt")
    weights.unlink()
    with ClipModel(str(folder), checkpoint=folder / "other.pt", device="cpu") as other:
        said = ["a red circle"]
        assert np.allclose(other.texts(said), model.texts(said), atol=1e-6)


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environment,
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("operator torchvision::nms does not exist", "--force-reinstall torch torchvision"),
        ("a library is broken", "video-text-kit[clip]"),
    ],
)
def test_a_torchvision_that_does_not_load_is_told_with_the_fix(
    tmp_path: Path, text: str, hint: str
) -> None:
    fake = tmp_path / "torchvision" / "__init__.py"
    fake.parent.mkdir()
    fake.write_text(f"raise RuntimeError({text!r})")
    code = (
        "from vtk.errors import MissingError\n"
        "from vtk.models.embed.clip import ClipModel\n"
        f"try:\n    ClipModel({str(TINY)!r})\n"
        "except MissingError as error:\n    print(error)\n"
    )
    home = str(Path(__file__).parents[3])
    done = run(code, PYTHONPATH=os.pathsep.join([str(tmp_path), home]))
    assert hint in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_nothing_is_written_to_standard_error() -> None:
    code = (
        "import numpy as np\n"
        "from vtk.models.embed.clip import ClipModel\n"
        f"with ClipModel({str(TINY)!r}, device='cpu') as model:\n"
        "    list(model.images([np.zeros((90, 160, 3), np.uint8)]))\n"
        "    model.texts(['a red circle'])\n"
    )
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
