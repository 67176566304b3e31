"""vtk transcribe --endpoint with a server whose model hears, but which does not transcribe."""

import base64
import io
import logging
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("httpx2")

from tests.command_line import lines, vtk
from tests.models.chat_server import Asked, ChatServer, Told, chat_server, said
from tests.models.llama_server import llama_server
from tests.real_weights import smollm2
from vtk.errors import MissingError, ModelError
from vtk.models import http as service
from vtk.models.speech.openai_server import TranscriptionServer
from vtk.models.speech.recognizer import RATE, Piece, Recognized

PIECES = [Piece(float(n), np.full(RATE, 0.1, np.float32)) for n in range(3)]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.setattr(service, "BACKOFF", 0.001)
    with chat_server() as running:
        yield running


def hearing(text: str, lacking: Told) -> Any:
    """A server that tells the length of what it hears in messages."""

    def script(asked: Asked) -> Told:
        if asked.path.endswith("/audio/transcriptions"):
            return lacking
        sound, question = asked.body["messages"][0]["content"]
        assert question["type"] == "text"
        data = base64.b64decode(sound["input_audio"]["data"])
        with wave.open(io.BytesIO(data)) as file:
            return said(text.format(file.getnframes() / file.getframerate()))

    return script


@pytest.mark.parametrize(
    "lacking",
    [
        Told("no such page", 404),
        Told("not allowed", 405),
        Told({"error": {"message": "The model does not support Transcriptions API"}}, 400),
        Told({"error": {"message": "the current model does not support audio input"}}, 501),
    ],
)
def test_a_model_that_hears_is_asked_by_chat(server: ChatServer, lacking: Told) -> None:
    server.script = hearing("{} s of sound", lacking)
    with TranscriptionServer(server.url, jobs=1) as recognizer:
        found = list(recognizer.recognize(PIECES, "de"))
    assert recognizer.name == "tiny"  # the first one that the server lists
    for piece, told in zip(PIECES, found, strict=True):
        assert isinstance(told, Recognized), told
        (segment,) = told.segments
        assert (segment.start, segment.end) == (piece.start, piece.start + 1)
        assert segment.text == "1.0 s of sound"
        assert told.language == "de"
    paths = [asked.path for asked in server.asked]
    assert paths[-2:] == ["/v1/chat/completions"] * 2  # found out once
    assert "language is de" in server.asked[-1].body["messages"][0]["content"][1]["text"]


@pytest.mark.parametrize("by_chat", [True, False])
def test_the_mark_of_the_language_is_no_part_of_the_words(
    server: ChatServer, by_chat: bool
) -> None:
    marked = "language German<asr_text>Guten Tag."
    if by_chat:
        server.script = hearing(marked, Told("no such page", 404))
    else:
        server.in_turn(Told({"text": marked}))
    with TranscriptionServer(server.url, "m") as recognizer:
        (told,) = recognizer.recognize(PIECES[:1])
    assert isinstance(told, Recognized)
    assert (told.segments[0].text, told.language) == ("Guten Tag.", "de")
    server.script = hearing("language None<asr_text>", Told("no such page", 404))
    with TranscriptionServer(server.url, "m") as recognizer:
        assert list(recognizer.recognize(PIECES[:1])) == [Recognized()]


@pytest.mark.parametrize(
    ("listed", "asked", "name"),
    [
        (["openai/whisper-large-v3"], b"openai/whisper-large-v3", "openai/whisper-large-v3"),
        (["gpt-4", "whisper-1"], b"whisper-1", "whisper-1"),
        ([], b"whisper-1", None),
    ],
)
def test_the_model_that_the_server_lists_is_asked_for(
    server: ChatServer, listed: list[str], asked: bytes, name: str | None
) -> None:
    server.models = Told({"data": [{"id": each} for each in listed]})
    server.in_turn(Told({"text": "Good morning."}))
    with TranscriptionServer(server.url) as recognizer:
        assert isinstance(next(recognizer.recognize(PIECES[:1])), Recognized)
    assert asked + b"\r\n" in server.asked[-1].body
    assert recognizer.name == name


def test_what_is_outside_the_sound_is_left_out_and_counted(
    server: ChatServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("vtk"), "propagate", True)
    times = (("one", 0, 1), ("two", 0.8, 0.2), ("three", 500, 510))
    segments = [{"text": f"\x1b{text}", "start": a, "end": b} for text, a, b in times]
    server.in_turn(Told({"text": "one two three", "segments": segments}))
    with TranscriptionServer(server.url, "m") as recognizer:
        (told,) = recognizer.recognize(PIECES[:1])
    assert isinstance(told, Recognized)
    assert [each.text for each in told.segments] == ["one"]
    assert "outside the sound: 2" in caplog.text


def test_words_without_end_are_an_error(server: ChatServer) -> None:
    def script(asked: Asked) -> Told:
        transcribes = asked.path.endswith("/audio/transcriptions")
        return Told("?", 404) if transcribes else said("la la la", finish="length")

    good = hearing("words", Told("?", 404))
    server.script = good
    with TranscriptionServer(server.url, "m", jobs=1) as recognizer:
        assert isinstance(next(recognizer.recognize(PIECES)), Recognized)
        server.script = script
        (told,) = recognizer.recognize(PIECES[:1])
    assert isinstance(told, ModelError)
    assert "did not end" in str(told)


def test_a_video_is_transcribed_by_chat(server: ChatServer, tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper")  # finds where somebody speaks
    from tests.transcribe.spoken import talk, write_wave

    file = write_wave(tmp_path / "talk.wav", talk(3, 2)[0])
    server.script = hearing("Good morning.", Told("no such page", 404))
    result = vtk("transcribe", "--endpoint", server.url, file)
    assert (result.returncode, result.stderr) == (0, b"")
    (span,) = lines(result)
    assert {entry["text"] for entry in span["speech"]} == {"Good morning."}
    assert span["made"][-1]["model"] == "tiny"


def test_a_real_server_whose_model_is_deaf_says_so(tmp_path: Path) -> None:
    options = ("-np", "1", "-c", "512")
    with (
        llama_server(smollm2(), tmp_path, *options) as url,
        TranscriptionServer(url, retries=0) as recognizer,
        pytest.raises(MissingError, match=r"cannot hear \(.* not support audio.*\): start"),
    ):
        list(recognizer.recognize(PIECES[:1]))
