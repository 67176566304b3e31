"""Technical cues in rendered clips: the first picture and the end to the frame, and no others."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.split.cue_films import (
    BUSY,
    CODECS,
    SIZE,
    Boxed,
    Drawn,
    Grainy,
    balloon,
    blue_screen,
    cartoon,
    clock,
    ebu,
    film,
    flag,
    lamp,
    mouse,
    night,
    pages,
    pm5544,
    roll,
    rp219,
    sheet,
    smpte,
    stars,
)
from tests.world import (
    Blank,
    Camera,
    Clip,
    Encoding,
    Scene,
    Slide,
    SoundTrack,
    Take,
    Tone,
    Tracks,
    Transition,
    World,
    write_sound,
)
from tests.world.paint import Picture, textured
from vtk.errors import OpenError
from vtk.span import Span, parse
from vtk.split.cues import cues

EVERY_CODEC = pytest.mark.parametrize("encoding", CODECS, ids=lambda e: e.codec)


def found(clip: Clip, kind: str = "", fragment: str = "") -> list[Span]:
    """The cues of a clip, or those of one type; checks what must hold of any."""
    spans = list(cues(parse(f"{clip.path}{fragment}")))
    assert not [span for span in spans if span.failed]
    assert [span["index"] for span in spans] == list(range(len(spans)))
    assert [span.start for span in spans] == sorted(span.start for span in spans)
    for name in {span["cue"]["type"] for span in spans}:
        ends = [(span.start, span.end) for span in spans if span["cue"]["type"] == name]
        assert all(end <= start for (_, end), (start, _) in pairwise(ends))
        assert all(start < end for start, end in ends)
    return [span for span in spans if kind in ("", span["cue"]["type"])]


def types(clip: Clip) -> list[str]:
    return [span["cue"]["type"] for span in found(clip)]


def exactly(clip: Clip, span: Span, *takes: int) -> bool:
    """Whether a cue covers exactly these takes of the clip."""
    shots = clip.truth.shots
    assert span["time_base"] == str(clip.truth.time_base)
    return bool(span["pts"] == [shots[takes[0]].start_pts, shots[takes[-1]].end_pts])


# Black and white

FORMATS = [
    *CODECS,
    Encoding(pixel_format="yuvj420p"),
    Encoding(container="mkv", codec="libx265", pixel_format="yuv420p10le"),
]


@pytest.mark.parametrize("encoding", FORMATS, ids=lambda e: f"{e.codec}-{e.pixel_format}")
@pytest.mark.parametrize("colour", ["black", "white"])
def test_black_and_white_to_the_frame(tmp_path: Path, encoding: Encoding, colour: str) -> None:
    clip = film(
        tmp_path, Take(1, BUSY), Take(0.75, Blank(colour)), Take(1, BUSY), encoding=encoding
    )
    (cue,) = found(clip)
    assert cue["kind"] == "cue"
    assert cue["cue"] == {"type": colour}
    assert exactly(clip, cue, 1)


def test_black_with_noise_and_a_tenth_of_a_second_of_it(tmp_path: Path) -> None:
    black = Grainy(Blank(), 4.0)
    clip = film(tmp_path, Take(1, BUSY), Take(0.125, black), Take(1, BUSY), Take(1, black))
    first, last = found(clip)
    assert first["cue"] == last["cue"] == {"type": "black"}
    assert exactly(clip, first, 1)
    assert exactly(clip, last, 3)


@pytest.mark.parametrize(
    "look",
    [
        Scene("blue", "dark", movers=1),
        Drawn(stars),
        Drawn(blue_screen),
        Drawn(night),
        Slide("Trees", ("No cycles",), paper="black"),
    ],
    ids=["dark", "stars", "blue screen", "night", "slide"],
)
def test_dark_pictures_are_not_black(tmp_path: Path, look: Any) -> None:
    assert not found(film(tmp_path, Take(3, look)), "black")


def test_fade_is_black_only_where_nothing_is_seen_and_no_freeze(tmp_path: Path) -> None:
    takes = Take(2, BUSY, then=Transition("fade", 5)), Take(2, Scene("green"))
    clip = film(tmp_path, *takes)
    (black,) = found(clip)
    middle = clip.truth.transitions[0].start + 2.5
    assert black["cue"]["type"] == "black"
    assert abs((black.start + black.end) / 2 - middle) < 0.1
    assert black.end - black.start < 0.6


# Freeze


@EVERY_CODEC
def test_freeze_to_the_frame(tmp_path: Path, encoding: Encoding) -> None:
    frozen = Scene("teal", movers=0, grain=0)
    clip = film(tmp_path, Take(2, BUSY), Take(3, frozen), Take(2, BUSY), encoding=encoding)
    (cue,) = found(clip)
    assert cue["cue"] == {"type": "freeze"}
    assert exactly(clip, cue, 1)


def test_freeze_in_a_live_encode(tmp_path: Path) -> None:
    """A low rate, a keyframe each half second, and some noise before the encoder."""
    options = {"crf": "33", "x264-params": "threads=1:scenecut=0"}
    frozen = Grainy(Scene("teal", movers=0, grain=0), 0.6)
    encoding = Encoding(gop=12, options=options)
    clip = film(tmp_path, Take(2, BUSY), Take(3, frozen), Take(2, BUSY), encoding=encoding)
    (cue,) = found(clip)
    assert cue["cue"] == {"type": "freeze"}
    assert exactly(clip, cue, 1)


def test_freeze_of_what_moved_before(tmp_path: Path) -> None:
    """The picture that stands is the last that moved."""
    scene = textured(np.random.default_rng(2), 640, 180, (90, 140, 60))

    def stops(size: tuple[int, int], seconds: float) -> Picture:
        return scene[:, round(24 * min(seconds, 1.0)) :][:, : size[0]]

    clip = film(tmp_path, Take(4, Drawn(stops)))
    (cue,) = found(clip)
    assert cue["pts"] == [24 * 1000, clip.truth.end_pts]


@pytest.mark.parametrize(
    "take",
    [
        Take(4, Scene("grey", movers=0, grain=2.0)),
        Take(4, Scene("grey", movers=0, grain=0), Camera("in", 0.02)),
        Take(4, Drawn(mouse)),
        Take(0.1, Scene("grey", grain=0, movers=0), then=Transition("dissolve", 6)),
    ],
    ids=["grain", "slow zoom", "slow thing", "slow dissolve"],
)
def test_slow_pictures_are_no_freeze(tmp_path: Path, take: Take) -> None:
    encoding = Encoding(options={"crf": "16"})
    clip = film(tmp_path, take, Take(0.1, Scene("blue")), encoding=encoding)
    assert not found(clip)


def test_still_slides_are_frozen_and_nothing_else(tmp_path: Path) -> None:
    clip = film(tmp_path, Take(3, Slide("One")), Take(3, Slide("Two")), Take(1, Slide("Three")))
    first, second = found(clip)
    assert first["cue"] == second["cue"] == {"type": "freeze"}
    assert exactly(clip, first, 0)
    assert exactly(clip, second, 1)


# Bars and test cards


@EVERY_CODEC
@pytest.mark.parametrize(
    ("draw", "about"),
    [
        (ebu, {"type": "bars", "standard": "ebu", "amplitude": 75}),
        (smpte, {"type": "bars", "standard": "smpte", "amplitude": 75}),
        (rp219, {"type": "bars", "standard": "smpte-rp219", "amplitude": 75}),
    ],
)
def test_colour_bars_to_the_frame(
    tmp_path: Path, encoding: Encoding, draw: Any, about: dict[str, Any]
) -> None:
    bars = Grainy(Drawn(draw), 1.5)
    clip = film(tmp_path, Take(2, bars), Take(1, Blank()), Take(1, BUSY), encoding=encoding)
    first, black = found(clip)
    assert first["cue"] == about | {"amplitude": pytest.approx(75, abs=5)}
    assert black["cue"] == {"type": "black"}
    assert exactly(clip, first, 0)


def test_bars_between_pillars(tmp_path: Path) -> None:
    look = Boxed(Drawn(smpte), 240, 180)
    (cue,) = found(film(tmp_path, Take(2, look)))
    assert cue["cue"]["standard"] == "smpte"


@pytest.mark.parametrize("draw", [flag, cartoon, sheet, clock])
def test_colourful_and_regular_pictures_are_neither_bars_nor_card(
    tmp_path: Path, draw: Any
) -> None:
    assert types(film(tmp_path, Take(3, Drawn(draw)))) == ["freeze"]


@EVERY_CODEC
def test_test_card_to_the_frame(tmp_path: Path, encoding: Encoding) -> None:
    """The clock in it runs on: the card is one cue, and no freeze."""
    encoding = replace(encoding, width=480, height=360)
    clip = film(tmp_path, Take(1, BUSY), Take(4, Drawn(pm5544)), Take(1, BUSY), encoding=encoding)
    (cue,) = found(clip)
    assert cue["cue"]["type"] == "card"
    assert cue["cue"]["grid"] == pytest.approx([18.67, 14], abs=0.2)
    assert cue["cue"]["circle"] == pytest.approx(0.84, abs=0.02)
    assert exactly(clip, cue, 1)


# Letterbox


@EVERY_CODEC
def test_letterbox_changes_to_the_frame(tmp_path: Path, encoding: Encoding) -> None:
    wide, narrow = Boxed(BUSY, 320, 136), Boxed(Scene("green"), 240, 180)
    takes = Take(2, BUSY), Take(2, wide), Take(2, narrow), Take(2, Scene("blue"))
    clip = film(tmp_path, *takes, encoding=encoding)
    first, second = found(clip)
    assert first["cue"] == {
        **{"type": "letterbox", "bars": "letterbox", "active": [0, 22, 320, 158]},
        "aspect": 2.353,
    }
    assert second["cue"] == {
        **{"type": "letterbox", "bars": "pillarbox", "active": [40, 0, 280, 180]},
        "aspect": 1.333,
    }
    assert exactly(clip, first, 1)
    assert exactly(clip, second, 2)


def test_letterbox_throughout_is_one_cue_over_words_and_black(tmp_path: Path) -> None:
    takes = (
        Take(5, Boxed(BUSY, 320, 120, words="Who goes there?")),
        Take(0.5, Blank()),
        Take(3, Boxed(Scene("blue", "dark"), 320, 120)),
    )
    clip = film(tmp_path, *takes)
    box, black = found(clip)
    assert box["cue"]["active"] == [0, 30, 320, 150]
    assert (box.start, box.end) == (clip.truth.start, clip.truth.end)
    assert exactly(clip, black, 1)


def test_letterbox_as_displayed(tmp_path: Path) -> None:
    """A picture stored on its side."""
    clip = film(tmp_path, Take(2, Boxed(BUSY, 320, 100)), encoding=Encoding(rotation=90))
    (cue,) = found(clip)
    assert cue["cue"]["bars"] == "pillarbox"
    assert cue["cue"]["active"] == [40, 0, 140, 320]
    assert cue["cue"]["aspect"] == pytest.approx(100 / 320, abs=0.001)


def test_dark_edges_are_no_letterbox(tmp_path: Path) -> None:
    takes = Take(2, BUSY), Take(3, Drawn(lamp)), Take(2, Scene("blue", "dark"))
    assert not found(film(tmp_path, *takes), "letterbox")


# Credits


def _shown(clip: Clip, look: Drawn, least: int) -> tuple[int, int]:
    """Numbers of the first picture with words, and of the first after the last."""
    count = len(clip.truth.frame_pts)
    full = [bool(np.ptp(look.draw(SIZE, n / 24)) > least) for n in range(count)]
    return full.index(True), count - full[::-1].index(True)


@EVERY_CODEC
@pytest.mark.parametrize(("speed", "ground"), [(48, 0), (36, 255), (24, 30)])
def test_credits_to_the_frame(
    tmp_path: Path, encoding: Encoding, speed: float, ground: int
) -> None:
    look = roll(speed, ground)
    seconds = 3 + (180 + 16 * 21) / speed
    clip = film(tmp_path, Take(seconds, look), encoding=encoding)
    (cue,) = found(clip, "credits")
    assert cue["cue"]["direction"] == "up"
    assert cue["cue"]["speed"] == pytest.approx(speed, rel=0.05)
    first, end = _shown(clip, look, 60)
    pts = clip.truth.frame_pts
    assert cue["pts"] == [pts[first], pts[end]]


def test_credits_that_begin_and_stop_with_words_on_the_screen(tmp_path: Path) -> None:
    moving = roll(48, hold=-4, stop=6)

    def draw(size: tuple[int, int], seconds: float) -> Picture:
        return moving.draw(size, max(seconds - 1, 0))

    clip = film(tmp_path, Take(9.5, Drawn(draw)))
    (cue,) = found(clip, "credits")
    assert cue["pts"] == [25 * 1000, (7 * 24 + 1) * 1000]


@pytest.mark.parametrize(
    "take",
    [
        Take(6, Scene("grey", movers=0), Camera("down", 40)),
        Take(6, Slide("Trees", ("No cycles", "One root"))),
        Take(6, Drawn(balloon)),
        Take(6, Drawn(pages)),
        Take(3, roll(48, hold=-4)),
    ],
    ids=["tilt", "slide", "balloon", "pages", "too short"],
)
def test_other_motion_upwards_is_no_credits(tmp_path: Path, take: Take) -> None:
    assert not found(film(tmp_path, take), "credits")


# Silence


def test_silence_to_a_twentieth_of_a_second(tmp_path: Path) -> None:
    tones = Tone(2.5, 4), Tone(5, 6), Tone(8.25, 9)
    for container, codec in (("mp4", "aac"), ("mkv", "libopus"), ("mkv", "flac")):
        tracks = Tracks((SoundTrack(tones, codec),))
        encoding = Encoding(container=container, start=10.0)
        clip = film(tmp_path, Take(12, BUSY), encoding=encoding, tracks=tracks)
        spans = found(clip)
        assert [span["cue"]["type"] for span in spans] == ["silence"] * 3
        for span, truth in zip(spans, [(10, 12.5), (16, 18.25), (19, 22)], strict=True):
            assert (span.start, span.end) == pytest.approx(truth, abs=0.05)
            assert span["cue"]["level"] < -60
            assert "pts" not in span


def test_quiet_sound_is_no_silence(tmp_path: Path) -> None:
    """A tone at -50 dBFS, and a hiss at -75 dBFS."""
    path = tmp_path / "quiet.wav"
    time = np.arange(48000 * 6) / 48000
    wave = 10 ** (-50 / 20) * 2**0.5 * np.sin(2 * np.pi * 300 * time)
    wave[: 3 * 48000] = 10 ** (-75 / 20) * np.random.default_rng(1).normal(size=3 * 48000)
    with av.open(path, "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48000, layout="mono")
        data = np.round(32767 * wave).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(data, "s16", "mono")
        frame.sample_rate = 48000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    (cue,) = list(cues(parse(str(path))))
    assert (cue.start, cue.end) == pytest.approx((0, 3), abs=0.02)
    assert cue["cue"]["level"] == pytest.approx(-75, abs=0.5)


def test_silence_where_the_track_ends_before_the_pictures(tmp_path: Path) -> None:
    tracks = Tracks((SoundTrack((Tone(0, 2),)),))
    long, short = tmp_path / "film.mp4", tmp_path / "short.mp4"
    film(tmp_path, Take(6, BUSY))
    write_sound(short, tracks, 2, 1)
    both = tmp_path / "both.mp4"
    with av.open(long) as one, av.open(short) as two, av.open(both, "w") as out:
        added = [out.add_stream_from_template(source.streams[0]) for source in (one, two)]
        for source, stream in zip((one, two), added, strict=True):
            for packet in source.demux(source.streams[0]):
                if packet.size:
                    packet.stream = stream
                    out.mux(packet)
    (cue,) = list(cues(parse(str(both))))
    assert (cue.start, cue.end) == pytest.approx((2, 6), abs=0.05)


def test_sound_without_pictures(tmp_path: Path) -> None:
    tracks = Tracks((SoundTrack((Tone(0, 2),), "libopus"),))
    (cue,) = found(write_sound(tmp_path / "sound.ogg", tracks, 5, 1))
    assert (cue.start, cue.end) == pytest.approx((2, 5), abs=0.05)


def test_pictures_and_sound_come_in_one_order(tmp_path: Path) -> None:
    tracks = Tracks((SoundTrack((Tone(0, 1), Tone(4.5, 9))),))
    takes = Take(2, BUSY), Take(3, Blank()), Take(1, BUSY), Take(3, Boxed(BUSY, 320, 120))
    clip = film(tmp_path, *takes, tracks=tracks)
    assert types(clip) == ["silence", "black", "letterbox"]


# All together


def test_a_part_of_a_video_has_the_cues_of_that_part(tmp_path: Path) -> None:
    clip = film(tmp_path, Take(1, BUSY), Take(3, Blank()), Take(1, BUSY), Take(1, Blank()))
    (cue,) = found(clip, fragment="#t=2,3.5")
    assert (cue.start, cue.end) == (2.0, 3.5)
    assert not found(clip, fragment="#t=4.1,4.9")


def test_times_are_the_presentation_timestamps(tmp_path: Path) -> None:
    """Variable rate, a late start: pictures of a twelfth of a second, then of a whole one."""
    times = [Fraction(n, 12) for n in range(24)] + [Fraction(n) for n in range(2, 8)]
    takes = Take(2, BUSY), Take(3, Scene("teal", movers=0, grain=0)), Take(3, Blank())
    clip = film(tmp_path, *takes, times=times, encoding=Encoding(start=5.0))
    freeze, black = found(clip)
    assert (freeze["cue"]["type"], black["cue"]["type"]) == ("freeze", "black")
    assert exactly(clip, freeze, 1)
    assert black["pts"] == [clip.truth.shots[2].start_pts, clip.truth.end_pts]


def test_cues_come_while_the_video_is_read(tmp_path: Path, monkeypatch: Any) -> None:
    """A cue is given as soon as it ended and none that began before it is open."""
    clip = film(tmp_path, Take(1, BUSY), Take(1, Blank()), Take(8, BUSY))
    told: list[float] = []
    first = next(cues(parse(str(clip.path)), lambda video, done, length: told.append(done)))
    assert first["cue"]["type"] == "black"
    assert max(told) < 4


@pytest.mark.parametrize("seed", range(6))
def test_cues_of_one_type_never_overlap(tmp_path: Path, seed: int) -> None:
    """Takes of all kinds in any order; `found` checks the rest."""
    rng = np.random.default_rng(seed)
    looks: list[Any] = [
        *(
            BUSY,
            Blank(),
            Blank("white"),
            Drawn(ebu),
            Drawn(smpte),
            Scene("teal", movers=0, grain=0),
        ),
        *(Boxed(BUSY, 320, 136), Boxed(BUSY, 240, 180), Grainy(Drawn(rp219), 2), roll(60), BUSY),
    ]
    order = rng.permutation(len(looks))
    joins = [Transition(), Transition("fade", 1.0), Transition("dissolve", 0.75)]
    takes = [
        Take(float(rng.uniform(0.5, 3)), looks[n], then=joins[rng.integers(0, 3)]) for n in order
    ]
    tones = tuple(Tone(t, t + 1) for t in np.cumsum(rng.uniform(1.5, 5, 4)).tolist())
    clip = film(tmp_path, *takes, tracks=Tracks((SoundTrack(tones),)))
    assert len(found(clip)) > 5


def test_damage_is_told_after_the_cues(world: World) -> None:
    for name in ("truncated", "truncated_mkv", "corrupt"):
        spans = list(cues(parse(str(world(name).path))))
        assert all(span.failed for span in spans), "what is lost is no silence"
        assert spans[-1].failed
        assert spans[-1]["error"]["command"] == "vtk split"


def test_what_is_no_video(world: World, tmp_path: Path) -> None:
    with pytest.raises(OpenError):
        list(cues(parse(str(world("not_media").path))))


def test_real_clips_give_what_is_seen_in_them(real: Path) -> None:
    spans = list(cues(parse(str(real / "sintel_trailer_30s.mp4"))))
    assert spans[0]["cue"]["active"] == [0, 58, 854, 422]
    assert [span["cue"]["type"] for span in spans[1:]] == ["black"] * 4
    assert not list(cues(parse(str(real / "tears_of_steel_battle.webm"))))
    assert not list(cues(parse(str(real / "nasa_13013.mp4"))))
