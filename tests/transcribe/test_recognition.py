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

from tests.command_line import lines, vtk, vtk_process
from tests.transcribe.spoken import RATE, mixed, talk, write_wave
from tests.transcribe.tiny_whisper import write
from tests.world import World
from vtk.errors import MediaError, MissingError, ModelError, NoStreamError, UsageError
from vtk.models.hub.files import sha256
from vtk.models.speech.openai_server import TranscriptionServer
from vtk.models.speech.recognizer import Piece, Recognized, Segment, Word, whole_words
from vtk.models.speech.whisper import WhisperModel
from vtk.span import Span
from vtk.speech import clip_entries
from vtk.transcribe import open_recognizer, transcribe
from vtk.transcribe.activity import Stretch
from vtk.transcribe.phrases import phrases
from vtk.transcribe.pieces import PAD
from vtk.transcribe.recognition import MARGIN, drop_loops, open_voice, with_durations

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
    assert span["made"][-1]["sha256"] == sha256(german / "model.bin")
    assert span["made"][-1]["language"] == "de"
    assert span["made"][-1]["method"] == "recognition"
    # Its words have times by chance, so that they may be parted by what is left out.
    assert {word for entry in span["speech"] for word in entry["text"].split()} == {*SAID.split()}
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


def test_a_model_that_goes_in_circles_is_not_believed(tmp_path: Path, spoken: Spoken) -> None:
    folder = write(tmp_path / "circles", "so " * 150)
    opener = partial(open_recognizer, str(folder), threads=1)
    (span,) = transcribe([Span(video=str(spoken[0]))], recognizer=opener)
    assert sum(len(entry["text"].split()) for entry in span["speech"]) < 10
    assert span["made"][-1]["language"] == "en"
    assert span["made"][-1]["heard_again"] == span["made"][-1]["no_words"]


def test_languages_and_models_that_are_none(
    german: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = WhisperModel(str(german), device="cpu", threads=1)
    for language in ("xx", "auto", "English"):
        with pytest.raises(UsageError) as error:
            list(model.recognize([Piece(0.0, np.zeros(RATE, np.float32))], language))
        assert f"{german} does not know the language '{language}': give the code" in str(
            error.value
        )
    shutil.copytree(german, tmp_path / "part")
    (tmp_path / "part" / "tokenizer.json").unlink()
    with pytest.raises(MissingError, match=r"there is no tokenizer\.json"):
        WhisperModel(str(tmp_path / "part"))
    (tmp_path / "part" / "tokenizer.json").write_text("no")
    with pytest.raises(MissingError, match=r"tokenizer\.json is not JSON"):
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
    with pytest.raises(UsageError, match="is a language model, not one of the kind speech"):
        WhisperModel("other")


@pytest.mark.parametrize("kind", ["cut", "page", "other", "empty"])
def test_weights_that_are_broken_or_of_another_kind_are_told_of_in_a_sentence(
    german: Path, tmp_path: Path, spoken: Spoken, kind: str
) -> None:
    folder = Path(shutil.copytree(german, tmp_path / "broken"))
    whole = (german / "model.bin").read_bytes()
    (folder / "model.bin").write_bytes(
        {"cut": whole[: len(whole) // 2], "page": b"<!DOCTYPE html>\n" * 99,
         "other": b"GGUF" + whole, "empty": b""}[kind]
    )  # fmt: skip
    done = vtk("transcribe", "-m", folder, "--threads", "1", spoken[0])
    assert (done.returncode, done.stderr.count(b"\n")) == (69, 1)
    assert b"broken" in done.stderr
    assert b"Traceback" not in done.stderr


def test_jobs_leave_nothing_behind(german: Path, spoken: Spoken, tmp_path: Path) -> None:
    other = shutil.copy(spoken[0], tmp_path / "other.wav")
    done = vtk_process("transcribe", "-j", "2", "-m", german, "--threads", "1", spoken[0], other)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(lines(done)) == 2


class Counting:
    """A recognizer that notes what it hears, and says one word for each second of it."""

    name, sha256 = "counting", None

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
            words = tuple(Word(t, t + 0.4, f" w{t:.1f}") for t in times.tolist())
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


class Script:
    """A recognizer that has an answer for each piece, and notes what it hears."""

    name, sha256 = "script", None

    def __init__(self, *answers: list[Word], **about: float) -> None:
        self.answers, self.about, self.heard = iter(answers), about, list[Piece]()

    def recognize(
        self, pieces: Iterable[Piece], language: str | None = None
    ) -> Iterator[Recognized | ModelError]:
        for piece in pieces:
            self.heard.append(piece)
            words = next(self.answers)
            text = "".join(word.text for word in words)
            segment = Segment(piece.start, piece.start + 1, text, tuple(words), **self.about)
            yield Recognized((segment,), language or "en")

    def close(self) -> None:
        pass


def said(*words: str, start: float = 1.0, every: float = 0.5, last: float = 0.4) -> list[Word]:
    return [Word(start + n * every, start + n * every + last, w) for n, w in enumerate(words)]


@pytest.fixture(scope="module")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody who speaks from 2 to 10 s, and from 50 to 51 s, as the detector of `script` says."""
    sound = np.zeros(60 * RATE, np.float32)
    return write_wave(tmp_path_factory.mktemp("minute") / "x.wav", sound)


def script(path: Path, recognizer: Script) -> tuple[list[Any], dict[str, Any]]:
    """The entries of the first minute by a recognizer, and what it was."""
    (span,) = transcribe([Span(video=str(path))], recognizer=lambda: recognizer)
    return span["speech"], span["made"][-1]


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> None:
    class Detector:
        place = 0

        def reset(self) -> None:
            self.place = 0

        def probabilities(self, samples: Any) -> Any:
            times = (self.place + np.arange(-(-len(samples) // 512))) * 512 / RATE
            self.place += len(times)
            return np.where(((times > 2) & (times < 10)) | ((times > 50) & (times < 51)), 0.9, 0.0)

    monkeypatch.setattr("vtk.models.speech.silero_vad.VoiceActivity", Detector)


@pytest.mark.usefixtures("voice")
def test_what_is_said_far_apart_is_heard_together_and_timed_apart(minute: Path) -> None:
    class Telling(Script):
        def recognize(self, pieces: Iterable[Piece], language: str | None = None) -> Any:
            for piece in pieces:
                self.heard.append(piece)
                every = np.arange(0.5, len(piece.samples) / RATE - 0.5, 0.5)
                words = [Word(*piece.word_times(t, t + 0.4), " so") for t in every.tolist()]
                yield Recognized((Segment(0, 0, "", tuple(words)),))

    telling = Telling()
    speech, made = script(minute, telling)
    (piece,) = telling.heard
    assert len(piece.samples) / RATE == pytest.approx(8 + 1 + 4 * PAD, abs=0.1)
    words = [word for entry in speech for word in entry["words"]]
    assert max(word["end"] - word["start"] for word in words) < 0.4 + 1e-6
    assert all(49.5 < word["start"] < 51.5 for word in words[-3:])
    assert not any(10.5 < word["start"] < 49.5 for word in words)
    assert [entry["start"] < 11 for entry in speech] == [True] * (len(speech) - 1) + [False]
    assert "heard_again" not in made


@pytest.mark.usefixtures("voice")
def test_speech_without_words_is_heard_again_and_told(minute: Path) -> None:
    early = Script(said(" one", " two", start=2.2), said(" two", " six", start=5, every=1.5), [])
    speech, made = script(minute, early)
    assert [entry["text"] for entry in speech] == ["one two", "two", "six"]
    whole, part = early.heard
    assert part.start == pytest.approx(3.1 - MARGIN, abs=0.01)
    assert [joint.time for joint in part.joints] == [joint.time for joint in whole.joints]
    assert made["heard_again"] == [[3.1, pytest.approx(51, abs=0.1)]]
    assert made["no_words"] == [[6.9, pytest.approx(51, abs=0.1)]]


@pytest.mark.usefixtures("voice")
def test_what_a_recognizer_writes_where_nobody_speaks_is_dropped(minute: Path) -> None:
    nobody = Script(said(" Thank", " you."), [], no_speech=0.9, log_probability=-1.5)
    assert script(minute, nobody)[0] == []
    somebody = Script(said(" Thank", " you.", start=9), [], no_speech=0.9, log_probability=-0.5)
    assert [entry["text"] for entry in script(minute, somebody)[0]] == ["Thank you."]


def test_loops_are_left_out_and_what_is_said_again_is_kept() -> None:
    speech = (Stretch(0.0, 8.0, 0.9),)
    loop = [" so", *[" I", " see"] * 30, " now"]
    assert [w.text for w in drop_loops(said(*loop, every=0.1, last=0.08), speech)] == [
        *(" so", " I", " see", " now")
    ]
    stuck = [*said(" go", " on"), *said(*[" on"] * 12, start=2, every=0.2, last=0), *said(" then")]
    assert [w.text for w in drop_loops(stuck, speech)] == [" go", " on", " then"]
    for song in (["5"] * 4 + ["0"] * 4, ["no"] * 6, ["ten", "green", "bottles", "hang"] * 4):
        sung = said(*song, start=0.2, every=0.4, last=0.35)
        assert drop_loops(sung, speech) == sung


def test_words_are_written_as_the_recognizer_wrote_them() -> None:
    heard = said(" ill", "-disposed", ",", " 2", ",000", " X", "-ray", " o", "'clock")
    assert [word.text for word in whole_words(heard)] == [
        *(" ill-disposed,", " 2,000", " X-ray", " o'clock")
    ]
    first = next(whole_words(heard))
    assert (first.start, first.end) == (1.0, 2.4)
    tight = said("今日", "は", "良い", "天気", "です。", "GP", "U", "を")
    words = list(whole_words(tight))
    assert [word.text for word in words][-2:] == ["GPU", "を"]
    (entry, other) = phrases({"start": w.start, "end": w.end, "text": w.text} for w in words)
    assert (entry["text"], other["text"]) == ("今日は良い天気です。", "GPUを")
    (cut,) = clip_entries([entry], 1.5, 2.4)
    assert cut["text"] == "は良い"


def test_words_without_a_duration_get_what_is_free() -> None:
    words = [Word(1.0, 1.0, " a"), Word(1.05, 1.05, " b"), Word(1.05, 1.5, " c"), Word(2, 2, " d")]
    found = [(word.start, word.end) for word in with_durations(words)]
    assert found == [(1.0, 1.05), (1.05, 1.05), (1.05, 1.5), (2, 2.1)]


def test_an_abbreviation_ends_no_entry() -> None:
    text = "And Mr. John Dashwood had then leisure. He was rich, e.g. in land. Prof. A. Lee"
    heard = said(*(f" {word}" for word in text.split()), every=0.3, last=0.3)
    found = phrases({"start": w.start, "end": w.end, "text": w.text} for w in heard)
    assert [entry["text"] for entry in found] == [
        "And Mr. John Dashwood had then leisure.",
        "He was rich, e.g. in land.",
        "Prof. A. Lee",
    ]


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
        if not self.path.endswith("/audio/transcriptions"):
            self.send_error(404)
            return
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


def test_a_text_without_times_has_those_of_each_stretch_of_speech(
    server: Any, spoken: Spoken
) -> None:
    pytest.importorskip("httpx2")
    server.told = lambda *_: {"text": "One fine day."}
    path, truth = spoken
    (span,) = lines(vtk("transcribe", "--endpoint", server.url, path))
    assert {entry["text"] for entry in span["speech"]} == {"One fine day."}
    starts = [entry["start"] for entry in span["speech"]]
    assert np.abs(np.subtract(starts, [start for start, _ in truth])).max() < 0.7
    ends = [entry["end"] for entry in span["speech"]]
    assert np.abs(np.subtract(ends, [end for _, end in truth])).max() < 0.7
    assert "no_words" not in span["made"][-1]


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [(404, 69, b"does not transcribe"), (401, 69, b"set VTK_API_KEY"),
     (403, 69, b"set VTK_API_KEY"), (301, 69, b"has moved: give its new address"),
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
