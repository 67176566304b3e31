"""vtk ocr --method vlm: which frames a model is asked about, and what becomes of its answers."""

import base64
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import repeat
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

from tests.command_line import lines, vtk
from tests.models.chat_server import Asked, Told, chat_server, said
from tests.models.tiny import language_file
from tests.world import Blank, Clip, Encoding, Take, titles
from tests.world.catalog import render_as
from tests.world.titles import Titled, Words
from vtk.errors import ModelError, UsageError
from vtk.models.hub.catalog import ocr_prompt
from vtk.models.llm.prompt import Answer, Prompt, Sampling
from vtk.models.ocr import OcrEngine
from vtk.ocr import METHODS, OcrSettings, ocr
from vtk.ocr.answer import ReadLine, lines_in
from vtk.ocr.vlm import PLAIN
from vtk.schema import SCHEMA
from vtk.span import Span
from vtk.times import rounded

SLACK = 0.2  # seconds by which a first or last time may be off


class Scripted:
    """A model in this process that answers as it is told, and notes what it was asked."""

    name, at_once, settings, sha256, pairs = "told", 2, "", None, False

    def __init__(self, *answers: str | ModelError | Answer) -> None:
        self.prompts: list[Prompt] = []
        self.sampled: list[Sampling] = []
        self._answers = iter([*answers[:-1], *repeat(answers[-1], 99)])

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling
    ) -> Iterator[Answer | ModelError]:
        for prompt in prompts:
            self.prompts.append(prompt)
            self.sampled.append(sampling)
            answer = next(self._answers)
            yield Answer(answer, 7, 3) if isinstance(answer, str) else answer

    def close(self) -> None: ...


def read(model: Any, spans: Sequence[Span], **settings: Any) -> list[Span]:
    return list(ocr(spans, OcrSettings(method="vlm", **settings), model=model))


def whole(clip: Clip) -> Span:
    return Span(video=str(clip.path), start=0.0, end=clip.truth.end)


@pytest.fixture
def line(tmp_path: Path) -> Clip:
    """Two seconds of blue, with a line of text from 0.5 to 1.5 seconds."""
    words = Words("IIIIIIIIII", 0.5, 1.5, 30, 40, 24)
    takes = [Take(2.0, Titled(Blank("blue"), (words,)))]
    return titles.titled(tmp_path / "line.mp4", takes, Encoding(rate=Fraction(24)), {}, 0)


@pytest.fixture
def slide(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    make: Callable[[Path], Clip] = titles.slide
    return render_as("slide", shared / "world", 0, make)


def test_behind_a_server_that_reads_well_every_line_is_there_once(slide: Clip) -> None:
    pytest.importorskip("httpx2")
    pytest.importorskip("rapidocr")
    engine = OcrEngine(threads=1)

    def reader(asked: Asked) -> Told:
        picture, text = asked.body["messages"][-1]["content"]
        assert text["text"] == "Text Recognition:"  # as GLM-OCR wants it
        data = base64.b64decode(picture["image_url"]["url"].partition(",")[2])
        shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        return said("\n".join(engine.text(shown, quad)[0] for quad in engine.lines(shown)))

    with chat_server() as server:
        server.script = reader
        known = ("--endpoint", server.url, "-m", "ggml-org/GLM-OCR-GGUF:Q8_0", "--pixels", "640")
        run = vtk("ocr", "--method", "vlm", *known, slide.path)
        assert 3 <= sum("chat" in asked.path for asked in server.asked) <= 5
    assert (run.returncode, run.stderr) == (0, b""), run.stderr
    records = lines(run)
    for record in records:
        jsonschema.validate(record, SCHEMA)
    found = [entry for record in records for entry in record["screen_text"]]
    words = slide.truth.about["words"]
    assert sorted(entry["text"] for entry in found) == sorted(word["text"] for word in words)
    for word in words:
        (entry,) = (entry for entry in found if entry["text"] == word["text"])
        assert entry["start"] == pytest.approx(word["start"], abs=SLACK), word["text"]
        assert entry["end"] == pytest.approx(word["end"], abs=SLACK), word["text"]
        assert entry.keys() == {"start", "end", "text"}
    made = records[0]["made"][-1]
    assert (made["method"], made["on"], made["model"]) == (
        *("vlm", "changes"),
        "ggml-org/GLM-OCR-GGUF:Q8_0",
    )
    assert made["tokens_in"] > 0
    assert {"cut", "unread"}.isdisjoint(made)


def test_tiny_vlm_runs_through(line: Clip) -> None:
    """It was trained to tell shapes, not to read; what it says is a record all the same."""
    pytest.importorskip("llama_cpp")
    options = ("-m", language_file(), "--threads", "1", "--pixels", "160", "--max-tokens", "16")
    run = vtk("ocr", "--method", "vlm", *options, "--prompt", "describe", line.path)
    assert run.returncode == 0, run.stderr
    for record in lines(run):
        jsonschema.validate(record, SCHEMA)
        made = record["made"][-1]
        assert (made["model"], len(made["sha256"])) == (language_file().stem, 64)
        assert all(entry["text"] for entry in record["screen_text"])


def test_a_line_lasts_until_it_is_gone_and_nothing_is_asked_of_an_empty_screen(line: Clip) -> None:
    model = Scripted("IIIIIIIIII")
    (span,) = read(model, [whole(line)])
    (entry,) = span["screen_text"]
    assert (entry["start"], entry["end"]) == pytest.approx((0.5, 1.5), abs=SLACK)
    assert entry["text"] == "IIIIIIIIII"
    assert len(model.prompts) == 1
    assert model.prompts[0].parts[1] == PLAIN


def test_a_still_screen_is_read_once_over_all_its_spans(slide: Clip) -> None:
    model = Scripted("Rivers of the North\nThey rise")
    spans = [Span(video=str(slide.path), start=s, end=s + 0.3) for s in (0.0, 0.3, 0.6)]
    found = read(model, spans)
    assert len(model.prompts) == 1
    for span in found:
        assert [entry["text"] for entry in span["screen_text"]] == [
            "Rivers of the North",
            "They rise",
        ]
        assert {(e["start"], e["end"]) for e in span["screen_text"]} == {
            (span.start, rounded(span.end))
        }


def test_keyframes_that_show_the_same_are_read_once(slide: Clip) -> None:
    model = Scripted("one", "two")
    times = [{"t": 0.2}, {"t": 0.5}, {"t": 0.8}, {"t": 4.0}]
    span = Span(video=str(slide.path), start=0.0, end=5.0, keyframes=times)
    (found,) = read(model, [span], on="keyframes")
    entries = [(e["text"], e["start"], e["end"]) for e in found["screen_text"]]
    assert entries == [("one", 0.0, 2.4), ("two", 2.4, 5.0)]
    assert found["made"][-1]["frames"] == pytest.approx([0.2, 4.0], abs=0.05)


def test_an_answer_in_circles_is_asked_for_again_and_told_where_it_stays_so(slide: Clip) -> None:
    loop = "the same line again and " * 30
    (found,) = read(model := Scripted(loop, "Rivers", "Rivers"), [whole(slide)])
    assert "Rivers" in [entry["text"] for entry in found["screen_text"]]
    assert (model.sampled[0].temperature, model.sampled[0].seed) == (0.0, 0)
    again = next(sampling for sampling in model.sampled if sampling.temperature)
    assert again.seed == 1
    (found,) = read(Scripted("Rivers", loop, "Rivers", loop, "Rivers"), [whole(slide)])
    assert len(found["made"][-1]["unread"]) == 1
    (failed,) = read(Scripted(loop), [whole(slide)])
    assert failed["error"]["type"] == "ModelError"
    assert "the same again and again" in failed["error"]["message"]
    (failed,) = read(Scripted(ModelError("the server is full")), [whole(slide)])
    assert failed["error"]["message"] == "the server is full"


def test_a_reading_that_is_cut_off_is_told(line: Clip) -> None:
    (found,) = read(Scripted(Answer("IIII", 7, 3, whole=False)), [whole(line)])
    assert [entry["text"] for entry in found["screen_text"]] == ["IIII"]
    assert len(found["made"][-1]["cut"]) == 1


@pytest.mark.parametrize("nothing", ["", " \n", "NONE", "none.".upper(), "```\n```", "…", "---"])
def test_an_empty_answer_is_an_empty_screen(line: Clip, nothing: str) -> None:
    (found,) = read(Scripted(nothing), [whole(line)])
    assert found["screen_text"] == []
    assert "unread" not in found["made"][-1]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("# Title\n\n  two   words \n", [("Title", None), ("two words", None)]),
        ("```text\nplain\n```", [("plain", None)]),
        ("\x1b[2Jred\u202e\x00 text", [("[2Jred text", None)]),
        (
            "<|ref|>Lecture 3<|/ref|><|det|>[[100, 200, 500, 250]]<|/det|>\nnext",
            [("Lecture 3", [0.1, 0.2, 0.5, 0.25]), ("next", None)],
        ),
        ("Lecture 3[[100, 200, 500, 250]]", [("Lecture 3", [0.1, 0.2, 0.5, 0.25])]),
        (
            "Lecture 3(100,200),(500,250)\nEnd(0,900),(1000,1000)",
            [("Lecture 3", [0.1, 0.2, 0.5, 0.25]), ("End", [0.0, 0.9, 1.0, 1.0])],
        ),
        ("f(1,2),(3,4)\nno corners", [("f(1,2),(3,4)", None), ("no corners", None)]),
        (
            '[{"bbox_2d": [100, 200, 500, 250], "text_content": "Lecture 3"}]',
            [("Lecture 3", [0.1, 0.2, 0.5, 0.25])],
        ),
        (
            '```json\n[{"bbox": [64, 72, 320, 90], "category": "Title", "text": "A\\nB"}]\n```',
            [("A", [0.1, 0.2, 0.5, 0.25]), ("B", [0.1, 0.2, 0.5, 0.25])],
        ),
        ('[{"bbox_2d": [900, 0, 5000, 10], "text": "off"}]', [("off", None)]),
        ('[{"bbox_2d": "here", "text": "odd"}]', [("odd", None)]),
        ('{"speed": 3, "colour": "red"}', [('{"speed": 3, "colour": "red"}', None)]),
        ("[1, 2]", [("[1, 2]", None)]),
    ],
)
def test_lines_and_boxes_are_read_in_the_forms_of_known_models(
    answer: str, found: list[tuple[str, list[float] | None]]
) -> None:
    assert lines_in(answer, 640, 360) == [ReadLine(*line) for line in found]


def test_the_prompt_is_that_of_the_model_by_its_name() -> None:
    assert ocr_prompt("glm-ocr-q8_0") == ocr_prompt("GLM-OCR-Q8_0.gguf") == "Text Recognition:"
    assert ocr_prompt("PaddleOCR-VL-1.6-GGUF") == "OCR:"
    assert ocr_prompt("ggml-org/LightOnOCR-1B-1025-GGUF:Q8_0") == ""
    assert ocr_prompt("qwen3-vl-4b-q4_k_m") is None


def test_what_goes_with_no_model_or_with_the_other_method_is_wrong_usage(line: Clip) -> None:
    with pytest.raises(UsageError, match="the method vlm needs a model"):
        list(ocr([], OcrSettings(method="vlm")))
    for options, words in (
        (("--method", "vlm", "--weights", "x.onnx"), b"--weights is for the method networks"),
        (("--method", "vlm", "--min-score", "0.6"), b"--min-score is for the method networks"),
        (("--prompt", "OCR:"), b"--prompt is for the method vlm"),
        (("--method", "vlm"), b"no model is given: use --model NAME"),
    ):
        run = vtk("ocr", *options, line.path)
        assert (run.returncode, run.stdout) == (2, b"")
        assert words in run.stderr
    with pytest.raises(UsageError, match="no method 'none' for ocr; there are networks, vlm"):
        OcrSettings(method="none")
    assert list(METHODS) == ["networks", "vlm"]


def test_a_video_that_is_broken_is_told_and_the_next_is_read(line: Clip, tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    spans = [Span(video=str(tmp_path / "broken.mp4"), start=0.0, end=1.0), whole(line)]
    broken, good = read(Scripted("IIIIIIIIII"), spans)
    assert broken.failed
    assert [entry["text"] for entry in good["screen_text"]] == ["IIIIIIIIII"]
