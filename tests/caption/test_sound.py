"""What a caption says of the sound is what was put into the file, whatever it is stored in."""

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.command_line import lines, vtk
from tests.world import Blank, Encoding, SoundTrack, Take, Timeline, Tone, Tracks, World, write_clip
from vtk.caption import caption
from vtk.caption.sound import measure, sentence
from vtk.entries import SoundFacts
from vtk.media.audio.track import AudioTrack
from vtk.span import Span, parse

RATE = 48000


def clip_of(folder: Path, *tones: Tone, seconds: float = 4.0) -> Path:
    """A black clip with one sound track of tones and silence."""
    encoding = Encoding(width=64, height=36)
    timeline = Timeline([Take(seconds, Blank())], (64, 36), 1 / encoding.rate, 0)
    return write_clip(folder / "clip.mp4", timeline, encoding, Tracks((SoundTrack(tones),))).path


def repacked(path: Path, target: Path, sound_from: float = 0.0) -> Path:
    """The same streams in another container, the sound from a time on, in seconds."""
    with av.open(str(path)) as source, av.open(str(target), "w") as out:
        streams = {s.index: out.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            stream, time = packet.stream, packet.dts
            if time is None or (stream.type == "audio" and time * packet.time_base < sound_from):
                continue
            packet.stream = streams[stream.index]
            out.mux(packet)
    return target


def told(path: Path, start: float, end: float) -> Span:
    (span,) = caption([Span(video=str(path), start=start, end=end)])
    assert "error" not in span
    return span


def tone(seconds: float, decibels: float, hertz: float = 1000.0) -> NDArray[np.float64]:
    """A sine whose peak is `decibels` of full scale."""
    time = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * time))


def write_sound_file(
    path: Path, channels: list[NDArray[np.float64]], codec: str = "pcm_f32le", layout: str = ""
) -> Path:
    """Samples of -1..1, a list of channels, in a file of sound alone."""
    samples = np.stack(channels).astype(np.float32)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout or {1: "mono", 2: "stereo"}[len(channels)]
        frame = av.AudioFrame.from_ndarray(samples, "fltp", stream.layout.name)
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.format.name, stream.layout, RATE)
        for piece in [*resampler.resample(frame), None]:
            out.mux(stream.encode(piece))
    return path


def measured(path: Path, start: float = 0.0, end: float = 2.0) -> SoundFacts:
    sound = AudioTrack(str(path))
    try:
        found = measure(sound, start, end)
    finally:
        sound.close()
    assert found is not None
    return found


def test_sound_for_half_the_span_is_told_in_seconds(tmp_path: Path) -> None:
    span = told(clip_of(tmp_path, Tone(1.0, 3.0)), 0.0, 4.0)
    assert span["facts"]["sound"] == {"loudness": pytest.approx(-14.5, abs=0.5), "silence": 0.5}
    assert span["caption"].endswith("It has sound for 2 of its 4 seconds.")


def test_a_silent_track_is_silent_and_no_track_is_not_spoken_of(world: World) -> None:
    quiet = told(world("quiet").path, 0.0, 2.0)
    assert quiet["facts"]["sound"] == {"silence": 1.0}
    assert quiet["caption"].endswith("It is silent.")
    none = told(world("silent").path, 0.0, 2.0)
    assert "sound" not in none["facts"]
    assert "sound" not in none["caption"]
    assert "silent" not in none["caption"]


def test_sound_throughout_is_measured_and_told_only_where_it_is_quiet_or_loud(
    tmp_path: Path,
) -> None:
    span = told(clip_of(tmp_path, Tone(0.0, 4.0)), 0.0, 4.0)
    assert span["facts"]["sound"]["silence"] < 0.05
    assert "sound" not in span["caption"]
    for decibels, words in ((-40, "It has quiet sound."), (-1, "It has loud sound.")):
        path = write_sound_file(tmp_path / "level.wav", [tone(2, decibels)] * 2)
        assert sentence({"sound": measured(path), "seconds": 2.0}) == words


def test_a_track_that_begins_late_is_silent_before(tmp_path: Path) -> None:
    late = repacked(clip_of(tmp_path, Tone(0.0, 4.0)), tmp_path / "late.mkv", sound_from=1.0)
    assert told(late, 0.0, 4.0)["caption"].endswith("It has sound for 3 of its 4 seconds.")
    assert told(late, 0.0, 0.9)["caption"].endswith("It is silent.")


@pytest.mark.parametrize("damage", ["noise", "zeros"])
def test_a_damaged_sound_track_costs_the_word_on_sound_and_nothing_else(
    tmp_path: Path, damage: str
) -> None:
    path = clip_of(tmp_path, Tone(0.0, 4.0))
    before = told(path, 0.0, 4.0)
    with av.open(str(path)) as container:
        places = [(p.pos, p.size) for p in container.demux(audio=0) if p.size]
    noise = np.random.default_rng(1)
    with path.open("r+b") as file:
        for place, size in places[20:120]:
            file.seek(place or 0)
            file.write(noise.bytes(size) if damage == "noise" else bytes(size))
    result = vtk("caption", f"{path}#t=0,4")
    assert (result.returncode, result.stderr) == (0, b"")
    (record,) = lines(result)
    assert "sound" not in record["facts"]
    assert record["facts"]["picture"] == before["facts"]["picture"] == record["caption"]


def test_what_is_cut_off_is_not_taken_for_silence(world: World) -> None:
    clip = world("truncated")
    assert clip.truth.damage is not None
    sound = AudioTrack(str(clip.path))
    with pytest.raises(Exception, match="cut off"):
        measure(sound, 4.0, 6.0)
    sound.close()


@pytest.mark.parametrize(
    ("levels", "layout"),
    [
        ([-23, -23], "stereo"),  # test signal 1 of EBU Tech 3341
        ([-28, -28, -24, -30, -30], "5.0"),  # 6
        ([-28, -28, -24, 0, -30, -30], "5.1"),  # 6, with a low frequency channel, not counted
    ],
)
def test_loudness_is_that_of_the_standard(tmp_path: Path, levels: list[int], layout: str) -> None:
    path = write_sound_file(tmp_path / "a.wav", [tone(2, db) for db in levels], layout=layout)
    assert measured(path)["loudness"] == pytest.approx(-23.0, abs=0.11)


def test_pauses_do_not_make_speech_quieter(tmp_path: Path) -> None:
    """Test signal 3 of EBU Tech 3341, shortened: only what passes the relative gate counts."""
    wave = np.concatenate([tone(4, -36), tone(20, -23), tone(4, -36)])
    path = write_sound_file(tmp_path / "a.wav", [wave, wave])
    assert measured(path, 0, 28)["loudness"] == pytest.approx(-23.0, abs=0.11)


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f64le"])
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(decibels=st.floats(-12, -1), hertz=st.floats(100, 8000), channels=st.integers(1, 2))
def test_the_sample_format_does_not_matter(
    tmp_path: Path, codec: str, decibels: float, hertz: float, channels: int
) -> None:
    signal = [tone(1, decibels, hertz)] * channels
    plain = measured(write_sound_file(tmp_path / "s16.wav", signal, "pcm_s16le"), 0, 1)
    other = measured(write_sound_file(tmp_path / "other.wav", signal, codec), 0, 1)
    assert other == {"loudness": pytest.approx(plain["loudness"], abs=0.21), "silence": 0.0}


@pytest.mark.parametrize(("name", "codec"), [("a.flac", "flac"), ("a.mp3", "libmp3lame"),
                                             ("a.ogg", "libopus"), ("a.m4a", "aac")])  # fmt: skip
def test_neither_does_the_coder(tmp_path: Path, name: str, codec: str) -> None:
    path = write_sound_file(tmp_path / name, [tone(3, -20)] * 2, codec)
    # LAME scales what it encodes by 0.95.
    assert measured(path, 0.5, 2.5) == {"loudness": pytest.approx(-20.2, abs=0.3), "silence": 0.0}


def test_what_cannot_be_heard_is_silent(tmp_path: Path) -> None:
    """A constant offset, as cheap converters have it, and a rumble of 3 Hz."""
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(np.full(2 * RATE, 1000, "<i2").tobytes())
    assert measured(path) == {"silence": 1.0}


@pytest.mark.parametrize("container", ["mp4", "mkv", "mov", "ts", "flv"])
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(places=st.lists(st.tuples(st.integers(0, 78), st.integers(2, 40)), min_size=2, max_size=6))
def test_stretches_in_any_order_are_measured_where_they_are(
    tmp_path: Path, container: str, places: list[tuple[int, int]]
) -> None:
    path = tmp_path / f"packed.{container}"
    if not path.exists():
        tones = Tone(1.0, 3.0), Tone(4.5, 5.5)
        repacked(clip_of(tmp_path, *tones, seconds=8.0), path)
    with av.open(str(path)) as opened:
        first = float((opened.streams.video[0].start_time or 0)
                      * (opened.streams.video[0].time_base or 0))  # fmt: skip
    sound = AudioTrack(str(path))
    for tenth, length in places:
        start, end = tenth / 10, min((tenth + length) / 10, 7.9)
        if end - start < 0.15:
            continue
        found = measure(sound, first + start, first + end)
        heard = sum(max(0.0, min(end, b) - max(start, a)) for a, b in ((1.0, 3.0), (4.5, 5.5)))
        assert found is not None
        # The blocks at both ends of both tones may fall either way.
        assert (1 - found["silence"]) * (end - start) == pytest.approx(heard, abs=0.25)
    sound.close()


def test_of_a_long_span_a_sample_is_listened_to_and_the_caption_says_about(tmp_path: Path) -> None:
    signal = np.tile(np.concatenate([tone(5, -20), np.zeros(5 * RATE)]), 12)
    found = measured(write_sound_file(tmp_path / "a.wav", [signal], "pcm_s16le"), 0, 120)
    assert found["silence"] == pytest.approx(0.5, abs=0.1)
    assert sentence({"sound": {**found, "silence": 0.5}, "seconds": 120.0}) == (
        "It has sound for about 1 of its 2 minutes."
    )


def test_a_span_of_one_picture_is_too_short_to_be_heard(world: World) -> None:
    assert "sound" not in told(world("sounded").path, 1.0, 1.04)["facts"]


def test_the_battle_is_loud(real: Path) -> None:
    (span,) = caption([parse(f"{real / 'tears_of_steel_battle.webm'}#t=40,50")])
    assert "It has loud sound." in span["caption"]
