"""vtk transcribe --model and --endpoint: words that a model hears."""

import io
import json
import re
import shutil
import threading
import wave
from collections.abc import Iterable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from tests.command_line import lines, vtk
from tests.transcribe.spoken import RATE, mixed, talk, write_wave
from tests.transcribe.tiny_whisper import write
from tests.world import World
from vtk.errors import MediaError, MissingError, ModelError, NoStreamError, UsageError
from vtk.models.speech.openai_server import TranscriptionServer
from vtk.models.speech.recognizer import Piece, Recognized, Segment, Word
from vtk.models.speech.whisper import WhisperModel
from vtk.span import Span
from vtk.transcribe import open_recognizer, transcribe
from vtk.transcribe.activity import Stretch
from vtk.transcribe.recognition import drop_loops, entries, open_voice

pytest.importorskip("faster_whisper")

SAID = "Honey is made in the hive. Bees fly."


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("models") / "tiny-german", SAID, "de")


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[float, float]]]:
    speech, truth = talk(0)
    path = tmp_path_factory.mktemp("talk") / "talk.wav"
    return write_wave(path, mixed(speech, truth, "white", 20)), truth


Spoken = tuple[Path, list[tuple[float, float]]]


def test_a_model_of_faster_whisper_hears_words_with_times(german: Path, spoken: Spoken) -> None:
    path, truth = spoken
    command = ["transcribe", "--model", str(german), "--threads", "1", str(path)]
    result = vtk(*command)
    assert (result.returncode, result.stderr) == (0, b"")
    (span,) = lines(result)
    opener = partial(open_recognizer, str(german), threads=1)
    assert [s.dump() for s in transcribe([Span(video=str(path))], recognizer=opener)] == [
        result.stdout
    ]
    assert span["made"][-1]["model"] == "tiny-german"
    assert span["made"][-1]["language"] == "de"
    assert span["made"][-1]["method"] == "recognition"
    texts = [entry["text"] for entry in span["speech"]]
    assert {"Honey is made in the hive.", "Bees fly."} <= set(texts)
    # Where a pause is taken for voice, by the rounding of a machine, words that fall into it go.
    assert all(text in SAID for text in texts)
    words = [word for entry in span["speech"] for word in entry["words"]]
    assert words == sorted(words, key=lambda word: word["start"])
    for word in words:
        middle = (word["start"] + word["end"]) / 2
        assert any(start - 0.5 <= middle <= end + 0.5 for start, end in truth)
    assert all(0 < entry["score"] <= 1 for entry in span["speech"])


@pytest.mark.parametrize("count", [160, 511, 8000, 16_001, 30 * RATE])
def test_pieces_of_every_length_are_heard(german: Path, count: int) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, count).astype(np.float32)
    with WhisperModel(str(german), device="cpu", threads=1) as model:
        (heard,) = model.recognize([Piece(100.0, noise)], "de")
    assert isinstance(heard, Recognized)
    assert " ".join(segment.text for segment in heard.segments) == SAID
    for word in (word for segment in heard.segments for word in segment.words):
        assert 100.0 <= word.start <= word.end <= 100.0 + count / RATE


def test_a_model_that_goes_in_circles_is_not_believed(tmp_path: Path) -> None:
    folder = write(tmp_path / "circles", "so " * 150)
    with WhisperModel(str(folder), device="cpu", threads=1) as model:
        (heard,) = model.recognize([Piece(0.0, np.zeros(RATE, np.float32))])
    assert isinstance(heard, Recognized)
    assert heard.language == "en"
    assert all(len(segment.text) < 100 for segment in heard.segments)


def test_languages_and_models_that_are_none(
    german: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = WhisperModel(str(german), device="cpu", threads=1)
    with pytest.raises(UsageError, match="does not know the language 'xx'"):
        list(model.recognize([Piece(0.0, np.zeros(RATE, np.float32))], "xx"))
    shutil.copytree(german, tmp_path / "part")
    (tmp_path / "part" / "tokenizer.json").unlink()
    with pytest.raises(MissingError, match=r"there is no tokenizer\.json"):
        WhisperModel(str(tmp_path / "part"))
    (tmp_path / "part" / "tokenizer.json").write_text("no")
    with pytest.raises(MissingError, match="not a faster-whisper model"):
        WhisperModel(str(tmp_path / "part"), device="cpu")
    with pytest.raises(MissingError, match="there is no folder"):
        WhisperModel(str(tmp_path / "gone"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "vtk").mkdir()
    about = f'path = "{german / "model.bin"}"'
    (tmp_path / "vtk" / "models.toml").write_text(
        f'[mine]\nkind = "speech"\n{about}\n[other]\nkind = "llm"\n{about}\n'
    )
    assert WhisperModel("mine", device="cpu", threads=1).name == "mine"
    with pytest.raises(UsageError, match="is not a speech model"):
        WhisperModel("other")


class Counting:
    """A recognizer that notes what it hears, and says one word for each second of it."""

    name = "counting"

    def __init__(self) -> None:
        self.heard: list[Piece] = []
        self.closed = 0

    def recognize(
        self, pieces: Iterable[Piece], language: str | None = None
    ) -> Iterator[Recognized | ModelError]:
        for piece in pieces:
            self.heard.append(piece)
            end = piece.start + len(piece.samples) / RATE
            times = np.arange(piece.start, end, 0.5)
            words = tuple(Word(t, t + 0.4, f"w{t:.1f}") for t in times.tolist())
            yield Recognized((Segment(piece.start, end, "", words),), language or "en")

    def close(self) -> None:
        self.closed += 1


def test_the_sound_is_listened_to_once_whatever_the_number_of_spans(spoken: Spoken) -> None:
    path, _ = spoken
    one, many = Counting(), Counting()
    (whole,) = transcribe([Span(video=str(path))], recognizer=lambda: one)
    edges = np.linspace(whole.start, whole.end, 23).tolist()
    spans = [Span(video=str(path), start=a, end=b) for a, b in pairwise(edges)]
    parts = list(transcribe([*spans, spans[3]], recognizer=lambda: many))
    assert [p.start for p in many.heard] == [p.start for p in one.heard]
    assert (one.closed, many.closed) == (1, 1)
    assert parts[-1]["speech"] == parts[3]["speech"]
    words = [w for entry in whole["speech"] for w in entry["words"]]
    cut = [w for part in parts[:-1] for entry in part["speech"] for w in entry["words"]]
    assert cut == words
    for part in parts:
        for word in (w for entry in part["speech"] for w in entry["words"]):
            assert part.start <= (word["start"] + word["end"]) / 2 < part.end


def test_only_what_is_asked_for_is_listened_to(spoken: Spoken) -> None:
    path, truth = spoken
    heard = Counting()
    start, end = truth[3][0] - 0.5, truth[3][1] + 0.5
    (part,) = transcribe([Span(video=str(path), start=start, end=end)], recognizer=lambda: heard)
    assert len(heard.heard) == 1
    assert part["speech"]


def test_words_without_a_voice_and_words_in_circles_are_left_out() -> None:
    speech = (Stretch(10.0, 12.0, 0.9),)
    words = (Word(9.9, 10.4, "Hello."), Word(11.0, 11.4, "You."), Word(20.0, 21.0, "Thanks!"))
    told = entries(Recognized((Segment(9.9, 21.0, "", words),)), speech)
    assert [entry["text"] for entry in told] == ["Hello.", "You."]
    nobody = Segment(10.0, 11.0, "Thank you.", no_speech=0.9, log_probability=-1.5)
    assert entries(Recognized((nobody,)), speech) == []
    loop = [Word(n, n + 0.5, text) for n, text in enumerate(["so", *["I", "see"] * 5, "now"])]
    assert [word.text for word in drop_loops(loop)] == ["so", "I", "see", "now"]
    thrice = [Word(n, n + 0.5, "no") for n in range(3)]
    assert drop_loops(thrice) == thrice


def test_a_film_in_which_nothing_is_heard_is_no_reason_for_words(world: World) -> None:
    heard = Counting()
    for name in ("quiet", "silent"):
        (span,) = transcribe([Span(video=str(world(name).path))], recognizer=lambda: heard)
        assert span["speech"] == []
    assert heard.heard == []


class Server(BaseHTTPRequestHandler):
    """A service that transcribes; it refuses to time words where it is told to."""

    times, status, seen = True, 200, list[dict[str, Any]]()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        boundary = self.headers["Content-Type"].partition("boundary=")[2].encode()
        fields: dict[str, Any] = {}
        for part in body.split(b"--" + boundary)[1:-1]:
            head, value = part.split(b"\r\n\r\n", 1)
            (name,) = re.findall(rb'; name="([^"]*)"', head)
            fields.setdefault(name.decode(), []).append(value[:-2])
        self.seen.append({"path": self.path, "auth": self.headers["Authorization"], **fields})
        with wave.open(io.BytesIO(fields["file"][0])) as file:
            assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
            length = file.getnframes() / RATE
        status, told = self.status, self.told(length)
        if not self.times and "timestamp_granularities[]" in fields:
            status, told = 400, {"error": {"message": "timestamp_granularities is not known"}}
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def told(self, length: float) -> dict[str, Any]:
        segment = {"start": 0.2, "end": length, "text": " One fine day."}
        told: dict[str, Any] = {"text": "One fine day.", "language": "english"}
        told["segments"] = [segment]
        if self.times:
            words = ((0.3, 0.6, "One"), (0.6, 0.9, "fine"), (0.9, 1.2, "day."))
            told["words"] = [{"word": w, "start": a, "end": b} for a, b, w in words]
        return told

    def log_message(self, *_: object) -> None:
        pass


class _Quiet(ThreadingHTTPServer):
    """Says nothing of a client that left after the status: that is standard error of the test."""

    def handle_error(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[type[Server]]:
    kind = type("Kind", (Server,), {"seen": []})
    service = _Quiet(("127.0.0.1", 0), kind)
    kind.url = f"http://127.0.0.1:{service.server_port}"  # type: ignore[attr-defined]
    threading.Thread(target=service.serve_forever, daemon=True).start()
    yield kind
    service.shutdown()
    service.server_close()


@pytest.mark.parametrize("times", [True, False])
def test_a_server_transcribes(server: Any, spoken: Spoken, times: bool) -> None:
    pytest.importorskip("httpx2")
    server.times = times
    path, truth = spoken
    result = vtk(
        *("transcribe", "--endpoint", server.url, "-m", "big", "--language", "en", path),
        env={"VTK_API_KEY": "key"},
    )
    assert (result.returncode, result.stderr) == (0, b"")
    (span,) = lines(result)
    good = [seen for seen in server.seen if times or "timestamp_granularities[]" not in seen]
    assert len(span["speech"]) == len(good)
    assert all(entry["text"] == "One fine day." for entry in span["speech"])
    assert all(("words" in entry) == times for entry in span["speech"])
    assert abs(span["speech"][0]["start"] - truth[0][0]) < 0.5
    assert span["made"][-1]["language"] == "en"
    assert server.seen[0]["path"] == "/v1/audio/transcriptions"
    assert (server.seen[0]["model"], server.seen[0]["language"]) == ([b"big"], [b"en"])
    assert server.seen[0]["auth"] == "Bearer key"


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [(404, 69, b"does not transcribe"), (401, 69, b"needs a key: set VTK_API_KEY"),
     (403, 69, b"needs a key: set VTK_API_KEY"), (301, 69, b"has moved: give its new address"),
     (400, 1, b"answered 400")],
)  # fmt: skip
def test_a_server_that_cannot_is_told_of_in_a_sentence(
    server: Any, spoken: Spoken, status: int, code: int, text: bytes
) -> None:
    pytest.importorskip("httpx2")
    server.status = status
    result = vtk("transcribe", "--endpoint", server.url, spoken[0])
    assert result.returncode == code
    assert text in result.stderr
    assert result.stderr.count(b"\n") == 1


def test_a_server_that_forbids_one_piece_may_hear_the_next(server: Any) -> None:
    pytest.importorskip("httpx2")
    piece = Piece(0.0, np.zeros(RATE, np.float32))
    with TranscriptionServer(server.url) as recognizer:
        assert isinstance(next(recognizer.recognize([piece])), Recognized)
        server.status = 403
        assert isinstance(next(recognizer.recognize([piece])), ModelError)


def test_no_server_is_status_69(spoken: Spoken) -> None:
    pytest.importorskip("httpx2")
    result = vtk("transcribe", "--endpoint", "http://127.0.0.1:9", spoken[0])
    assert result.returncode == 69
    assert b"cannot reach a server" in result.stderr


def test_an_opener_is_not_called_where_words_are_there(world: World) -> None:
    never = partial(open_recognizer, "./no/such/model")
    (span,) = transcribe([Span(video=str(world("subtitled").path))], recognizer=never)
    assert span["speech"]
    with pytest.raises(MissingError):
        list(transcribe([Span(video=str(world("sounded").path))], recognizer=never))


def test_only_a_file_without_sound_has_no_voice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_voice(str(world("silent").path)) is None
    voice = "vtk.transcribe.recognition.SpeechAudio"
    monkeypatch.setattr(voice, Mock(side_effect=NoStreamError("it is mute")))
    assert open_voice("x.mp4") is None
    monkeypatch.setattr(voice, Mock(side_effect=MediaError("no sound can be read")))
    with pytest.raises(MediaError, match="no sound can be read"):
        open_voice("x.mp4")
