"""vtk transcribe on files that are cut off or damaged: what is lost is no silence."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.command_line import lines, vtk
from tests.transcribe.spoken import RATE, SENTENCES, Samples, say, talk, write_wave
from tests.world import World
from vtk.errors import ModelError
from vtk.models.speech.recognizer import Piece, Recognized
from vtk.span import Span
from vtk.split.cues import cues
from vtk.transcribe import audio_events, speech_activity, transcribe


@pytest.fixture(autouse=True)
def detector() -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("faster_whisper")


class Deaf:
    """A recognizer that hears no words."""

    name, sha256 = "deaf", None

    def recognize(
        self, pieces: Iterable[Piece], language: str | None = None
    ) -> Iterator[Recognized | ModelError]:
        for _ in pieces:
            yield Recognized(())

    def close(self) -> None:
        pass


@pytest.mark.parametrize("name", ["truncated", "truncated_mkv"])
@pytest.mark.parametrize("option", ["--sounds", "--vad-only"])
def test_the_part_that_is_missing_is_an_error_record(world: World, name: str, option: str) -> None:
    clip = world(name)
    assert clip.truth.damage
    done = vtk("transcribe", option, str(clip.path))
    assert done.returncode == 1
    assert b"truncated or damaged" in done.stderr
    last = lines(done)[-1]
    assert last["error"]["command"] == "vtk transcribe"
    assert last["start"] == pytest.approx(clip.truth.damage.intact_frames / 24, abs=0.2)
    assert last["end"] == pytest.approx(6, abs=0.1)
    assert not any("cue" in line for line in lines(done)), "what is lost is no silence"


def test_words_that_are_heard_stay_beside_the_error_record(world: World) -> None:
    path = str(world("truncated_mkv").path)
    halves = [Span(video=path, start=0.0, end=3.0), Span(video=path, start=3.0, end=6.0)]
    first, second, lost = transcribe(halves, recognizer=Deaf, method="recognition")
    assert (first.failed, second.failed, lost.failed) == (False, False, True)
    assert first["speech"] == second["speech"] == []
    assert lost.start == pytest.approx(3.58, abs=0.1)
    (whole, *rest) = transcribe([Span(video=path)], recognizer=Deaf)
    assert not whole.failed
    assert [span["error"]["type"] for span in rest] == ["MediaError"]


def test_sound_that_does_not_decode_is_told(world: World) -> None:
    *_, damaged, _ = speech_activity([Span(video=str(world("truncated").path))])
    assert damaged["error"]["message"].startswith("1 damaged packet of sound could not be decoded")


def test_sound_that_is_shorter_than_the_pictures_is_followed_by_silence(tmp_path: Path) -> None:
    path = film(tmp_path / "short.mkv", seconds=12, sound=3)
    *_, last = audio_events([Span(video=str(path))])
    assert last["cue"]["type"] == "silence"
    assert (last.start, last.end) == pytest.approx((3, 12), abs=0.1)
    assert not [span for span in speech_activity([Span(video=str(path))]) if span.failed]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    (lost,) = (span for span in audio_events([Span(video=str(path))]) if span.failed)
    assert lost.end == pytest.approx(12, abs=0.1)


def test_a_recording_without_pictures_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "talk.mka"
    speech, _ = talk(0)
    recode(write_wave(tmp_path / "talk.wav", speech), path)
    stated = len(speech) / RATE
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    for told in (list(speech_activity([Span(video=str(path))])), list(cues(Span(video=str(path))))):
        *_, last = told
        assert last.failed
        assert last.end == pytest.approx(stated, abs=0.1)


def test_spans_after_the_end_of_a_file_are_told_and_those_in_silence_lack_nothing(
    tmp_path: Path,
) -> None:
    path = write_wave(tmp_path / "talk.wav", talk(0)[0])
    (outside,) = audio_events([Span(video=str(path), start=500.0, end=600.0)])
    assert "it lies outside the video" in outside["error"]["message"]
    (outside,) = transcribe([Span(video=str(path), start=500.0, end=600.0)], recognizer=Deaf)
    assert "it lies outside the video" in outside["error"]["message"]
    (beyond,) = transcribe([Span(video=str(path), start=5.0, end=600.0)], recognizer=Deaf)
    assert beyond.end == pytest.approx(len(talk(0)[0]) / RATE, abs=0.01)
    late = film(tmp_path / "short.mkv", seconds=12, sound=3)
    (told,) = audio_events([Span(video=str(late), start=5.0, end=11.0)])
    assert (told["cue"]["type"], told.start, told.end) == ("silence", 5, 11)


@pytest.mark.parametrize("quiet_first", [True, False])
def test_bare_sound_of_uneven_bit_rate_is_heard_to_its_end(
    tmp_path: Path, quiet_first: bool
) -> None:
    (speech, said), quiet = talk(0), np.zeros(30 * RATE, np.float32)
    parts = [quiet, speech] if quiet_first else [speech, quiet, speech]
    sound = np.concatenate(parts)
    path = tmp_path / "talk.aac"
    recode(write_wave(tmp_path / "talk.wav", sound), path, "aac")
    seconds = len(sound) / RATE
    found = list(speech_activity([Span(video=str(path))]))
    assert not [span for span in found if span.failed]
    last = seconds - len(speech) / RATE + said[-1][1]
    assert found[-1].end == pytest.approx(last, abs=0.2)
    (about,) = lines(vtk("probe", str(path)))
    assert about["media"]["duration"] == pytest.approx(seconds, abs=0.2)


def film(path: Path, seconds: int, sound: int) -> Path:
    """Grey noise for so many seconds, and a hiss for the first ones of them."""
    noise = np.random.default_rng(1)
    with av.open(path, "w") as out:
        shown = out.add_stream("mpeg4", rate=10)
        shown.width, shown.height, shown.pix_fmt = 160, 120, "yuv420p"
        heard = out.add_stream("pcm_s16le", rate=RATE)
        for number in range(10 * seconds):
            grey = noise.integers(0, 255, (120, 160), dtype=np.uint8)
            out.mux(
                shown.encode(av.VideoFrame.from_ndarray(grey, "gray").reformat(format="yuv420p"))
            )
            if number < 10 * sound:
                hiss = noise.integers(-3000, 3000, (1, RATE // 10), dtype=np.int16)
                frame = av.AudioFrame.from_ndarray(hiss, "s16", "mono")
                frame.sample_rate, frame.pts = RATE, number * RATE // 10
                frame.time_base = Fraction(1, RATE)
                out.mux(heard.encode(frame))
        out.mux(shown.encode())
    return path


def recode(source: Path, path: Path, codec: str = "flac") -> None:
    """The sound of a file by another coder."""
    with av.open(source) as opened, av.open(path, "w") as out:
        stream = out.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.AudioStream)
        for frame in opened.decode(audio=0):
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


@pytest.mark.parametrize("name", ["talk.mp4", "talk.mkv"])
def test_sound_before_and_after_the_pictures_is_heard(tmp_path: Path, name: str) -> None:
    first, last = say(SENTENCES[0]), say(SENTENCES[1])
    sound = np.concatenate([first, np.zeros(9 * RATE - len(first), np.float32), last])
    path = shown_late(tmp_path / name, sound, start=5, seconds=2)
    seconds = len(sound) / RATE
    told = list(speech_activity([Span(video=str(path))]))
    assert (told[0].start, told[-1].end) == pytest.approx((0, seconds), abs=0.3)
    assert audio_events([Span(video=str(path))])
    (stated,) = lines(vtk("probe", str(path)))
    again = speech_activity([Span(video=str(path), start=stated["start"], end=stated["end"])])
    assert [(s.start, s.end) for s in again] == [(s.start, s.end) for s in told]
    inside = list(speech_activity([Span(video=str(path), start=9.0, end=9.6)]))
    assert inside[-1].end <= 9.6


def shown_late(path: Path, sound: Samples, start: int, seconds: int) -> Path:
    """A film with sound, whose pictures are seen from `start` for so many seconds only."""
    with av.open(path, "w") as out:
        shown = out.add_stream("mpeg4", rate=10)
        shown.width, shown.height, shown.pix_fmt = 160, 120, "yuv420p"
        heard = out.add_stream("aac", rate=RATE, layout="mono")
        for number in range(10 * start, 10 * (start + seconds)):
            picture = av.VideoFrame(160, 120, "yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 10)
            out.mux(shown.encode(picture))
        out.mux(shown.encode())
        frame = av.AudioFrame.from_ndarray(sound[None], "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        out.mux(heard.encode(frame))
        out.mux(heard.encode())
    return path
