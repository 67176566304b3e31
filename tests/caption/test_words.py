"""vtk caption --layout none: captions from the words of a span alone."""

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.caption.test_sound import tone, write_sound_file
from tests.caption.test_written import echo, shots
from tests.command_line import lines, vtk
from tests.prompting.scripted import Scripted, text_of
from tests.real_weights import smollm2
from tests.world import World
from vtk.caption import caption
from vtk.caption.options import CaptionOptions, Tag
from vtk.errors import UsageError
from vtk.media.video import Video
from vtk.prompting.frames import FrameOptions
from vtk.prompting.templates import PromptContext
from vtk.span import Span

WORDS = CaptionOptions(FrameOptions("none"))
SAID: Any = {"speech": [{"start": 0.2, "end": 1.0, "text": "Rockets leave the ground."}]}


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Sixty seconds of sound, without a picture, and its subtitles."""
    path = write_sound_file(tmp_path / "talk.wav", [tone(60, -30)])
    cues = ["Rockets leave the ground.", "They fall back.", "Then they land."]
    texts = [
        f"{n + 1}\n00:00:{20 * n:02},000 --> 00:00:{20 * n + 18:02},000\n{cue}\n"
        for n, cue in enumerate(cues)
    ]
    path.with_suffix(".srt").write_text("\n".join(texts))
    return path


def test_the_words_of_a_sound_file_are_captioned_between_sentences(talk: Path) -> None:
    model = Scripted(echo)
    spans = list(caption([Span(video=str(talk))], model=model, options=WORDS))
    assert [span["kind"] for span in spans] == ["window", "window"]
    assert spans[-1].end == pytest.approx(60, abs=0.1)
    assert all("keyframes" not in span and "frames" not in span["made"][-1] for span in spans)
    asked = [text_of(prompt) for prompt in model.asked]
    assert "Here is what is said in a part of a video: Rockets leave the ground." in asked[0]
    assert "Then they land." in asked[1]
    assert not any("shot" in text or "seen" in text or "{" in text for text in asked)


def test_nothing_is_decoded_for_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Video, "__init__", None)
    model = Scripted(echo)
    (span,) = caption(shots(world("cuts"), 1, **SAID), model=model, options=WORDS)
    assert "Rockets" in span["caption"]


def test_a_span_without_words_has_an_empty_caption_and_is_counted(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    model = Scripted(echo)
    mute, told, blank = shots(world("cuts"), 3)
    told |= SAID
    blank |= {"speech": [], "screen_text": [{"t": blank.start, "text": " "}]}
    schema = {"type": "object", "properties": {"topic": {"type": "string"}}}
    with caplog.at_level(logging.WARNING, "vtk"):
        found = list(caption([mute, told, blank], model=model, options=WORDS))
        (span,) = caption([mute], model=model, options=CaptionOptions(WORDS.frames, schema=schema))
    assert [bool(span["caption"]) for span in found] == [False, True, False]
    assert len(model.asked) == 1
    assert "tokens_in" in found[0]["made"][-1]
    assert span["caption"] == ""
    assert "fields" not in span
    counts = [text.split()[-1] for text in caplog.messages if "without words" in text]
    assert counts == ["2", "1"]


def test_a_prompt_of_ones_own_decides_which_words_are_needed(world: World) -> None:
    def said(template: str) -> str:
        context = PromptContext({"caption": template})
        (span,) = caption(
            shots(world("cuts"), 1, caption="A lake."),
            model=Scripted(echo),
            options=CaptionOptions(WORDS.frames, context),
        )
        return str(span["caption"])

    assert said("Translate: {caption}") == "Said of: Translate: A lake."
    assert said("Sum up: {speech}") == ""
    assert said("Write a line of verse.") == "Said of: Write a line of verse."


@pytest.mark.parametrize("method", ["differential", "dense", "detailed", "verify", "best-of"])
def test_methods_about_pictures_refuse_to_work_without(method: str, world: World) -> None:
    with pytest.raises(UsageError, match=f"{method} is about pictures"):
        list(caption(shots(world("cuts"), 1), method=method, model=Scripted(echo), options=WORDS))
    with pytest.raises(UsageError, match="tags are judged by pictures"):
        CaptionOptions(WORDS.frames, tags=(Tag("juggling", ("juggling",)),))


def test_the_prompt_for_words_is_shown() -> None:
    shown = vtk("caption", "--method", "plain", "--layout", "none", "--show-prompt").stdout.decode()
    assert "{speech}" in shown
    assert "Describe this shot" not in shown


def test_a_text_model_captions_a_talk(talk: Path, tmp_path: Path) -> None:
    """Where a process of it begins: SmolLM2, no picture, a schema, one record for each window."""
    pytest.importorskip("llama_cpp")
    schema = tmp_path / "schema.json"
    schema.write_text(
        '{"type":"object","properties":{"title":{"type":"string","maxLength":40},'
        '"difficulty":{"type":"integer","minimum":1,"maximum":5}},"required":["title","difficulty"]}'
    )
    given = ("--layout", "none", "--schema", schema, "--threads", "1", "--context", "1024")
    run = vtk("caption", "-m", smollm2(), *given, talk)
    assert run.returncode == 0, run.stderr
    for record in lines(run):
        assert 1 <= record["fields"]["difficulty"] <= 5
        assert record["caption"]
        assert record["made"][-1]["layout"] == "none"


def test_words_that_are_there_need_no_file() -> None:
    model = Scripted(echo)
    spans = [Span(video="gone.mp4", start=0.0, end=1.0, **SAID), Span(video="gone.mp4", start=1.0)]
    told, failed = caption(spans, model=model, options=WORDS)
    assert "Rockets" in told["caption"]
    assert failed["error"]["type"] == "OpenError"
