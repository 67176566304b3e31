"""A copy holds every packet of the video, whatever is known of when it is decoded."""

import resource
from collections import defaultdict
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.media.films import without_times
from tests.world import Clip, World
from tests.world.clips.streams import ENGLISH, TONES, three_shots
from tests.world.encode import Encoding, Tracks
from tests.world.sound import SoundTrack
from tests.world.text import SubtitleTrack
from vtk.errors import MediaError, OutputError
from vtk.media.container.copying import COVER, to_mux
from vtk.media.image.files import encode_image
from vtk.media.subtitles.mux import mux_subtitles

WORDS = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n"
ENDINGS = [("mkv", "mkv"), ("mkv", "mp4"), ("mp4", "mkv"), ("mp4", "mp4")]


def film(folder: Path, codec: str, container: str, gop: int, **options: Any) -> Clip:
    """Six seconds whose pictures are stored in another order than they are shown in."""
    titles = "subrip" if container == "mkv" else "mov_text"
    tracks = Tracks((SoundTrack(TONES, "aac"),), (SubtitleTrack(ENGLISH, titles, "eng"),))
    encoding = Encoding(container, codec, gop=gop, b_frames=3, options={"preset": "veryfast"})
    return three_shots(folder, "film", 0, encoding, tracks, **options)


def hashes(path: Path) -> dict[str, list[str]]:
    """What the packets of pictures and of each sound hold, in order."""
    found = defaultdict[str, list[str]](list)
    with av.open(path) as container:
        for packet in container.demux():
            if packet.size and packet.stream.type in ("video", "audio"):
                found[packet.stream.type].append(sha256(bytes(packet)).hexdigest())
    return found


def pictures(path: Path) -> list[tuple[float, str]]:
    """When each picture is shown, in seconds, and what it shows."""
    with av.open(path) as container:
        return [
            (float(frame.time or 0), sha256(frame.to_ndarray().tobytes()).hexdigest())
            for frame in container.decode(video=0)
        ]


@pytest.mark.parametrize("variable", [False, True], ids=["constant", "variable"])
@pytest.mark.parametrize("gop", [12, 250])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize(("container", "ending"), ENDINGS)
def test_every_packet_and_every_picture_arrives(
    tmp_path: Path, codec: str, container: str, ending: str, gop: int, variable: bool
) -> None:
    source = film(tmp_path, codec, container, gop, variable=variable).path
    target = tmp_path / f"copy.{ending}"
    mux_subtitles(str(source), WORDS, "srt", target)
    assert hashes(target) == hashes(source)
    before, after = pictures(source), pictures(target)
    assert [shown for _, shown in after] == [shown for _, shown in before]
    # Matroska begins at 0 with the sound that AAC has before the first picture of an MP4.
    late = after[0][0] - before[0][0]
    assert 0 <= late < 0.022
    assert [t - late for t, _ in after] == pytest.approx([t for t, _ in before], abs=0.0011)
    if not variable:
        with av.open(target) as copy:
            assert float(copy.streams.video[0].average_rate or 0) == pytest.approx(24, rel=0.001)


def test_subtitles_that_are_there_arrive(tmp_path: Path) -> None:
    source, target = film(tmp_path, "libx264", "mkv", 250).path, tmp_path / "copy.mkv"
    mux_subtitles(str(source), WORDS, "srt", target)
    with av.open(target) as container:
        (there, _) = container.streams.subtitles
        texts = [bytes(packet).decode() for packet in container.demux(there) if packet.size]
    assert texts == [line.text for line in ENGLISH]


@pytest.mark.parametrize("ending", ["mkv", "mp4"])
def test_av1_arrives(world: World, tmp_path: Path, ending: str) -> None:
    source, target = world("av1").path, tmp_path / f"copy.{ending}"
    mux_subtitles(str(source), WORDS, "srt", target)
    assert hashes(target) == hashes(source)
    assert [shown for _, shown in pictures(target)] == [shown for _, shown in pictures(source)]


def with_attachments(path: Path) -> tuple[Path, bytes]:
    """Matroska with a font and a cover, and what the cover holds."""
    picture = encode_image(np.full((32, 32, 3), 99, np.uint8), "jpg")
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        out.add_attachment("Sans.ttf", "font/ttf", b"font")
        out.add_attachment("cover.jpg", "image/jpeg", picture)
        for _ in range(25):
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path, picture


def covers(path: Path) -> list[bytes]:
    with av.open(path) as container:
        (stream,) = (s for s in container.streams.video if s.disposition & COVER)
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


def test_attachments_and_covers_arrive(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source, cover = with_attachments(tmp_path / "film.mkv")
    copies = [tmp_path / name for name in ("one.mkv", "two.mp4", "three.mp4", "four.mkv")]
    for one, two in pairwise([source, *copies]):
        mux_subtitles(str(one), WORDS, "srt", two)
        assert covers(two) == [cover]
        assert len(pictures(two)) == 25
    with av.open(copies[0]) as container:
        (font,) = container.streams.attachments
        assert (font.name, font.mimetype, font.data) == ("Sans.ttf", "font/ttf", b"font")
    assert "left out track 2 (attachment" in caplog.text  # the font, in an MP4


def packet(pts: int | None, dts: int | None, duration: int = 0) -> Any:
    made: Any = av.Packet(b"data")
    made.pts, made.dts, made.duration, made.time_base = pts, dts, duration, Fraction(1, 1000)
    return made


def test_times_of_decoding_are_counted_back() -> None:
    shown = [(0, None), (120, None), (40, 0), (80, 40)]
    for duration, expected in ((40, [-80, -40, 0, 40]), (0, [-2, -1, 0, 40])):
        packets = [packet(pts, dts, duration) for pts, dts in shown]
        assert [p.dts for p in to_mux([*packets, av.Packet()])] == expected


def test_where_no_time_of_decoding_is_known_pictures_come_before_they_are_shown() -> None:
    rng = np.random.default_rng(0)
    order = rng.permutation(50).tolist()
    packets = [packet(40 * place, None, 40) for place in order]
    found: list[Any] = list(to_mux([*packets, av.Packet()]))
    assert [p.pts for p in found] == [40 * place for place in order]
    assert all(p.dts <= p.pts for p in found)
    assert all(one.dts < two.dts for one, two in pairwise(found))


def test_packets_without_any_time_are_told(caplog: pytest.LogCaptureFixture) -> None:
    packets: list[Any] = [packet(None, None), packet(0, 0), packet(40, 40), av.Packet()]
    assert len(list(to_mux(iter(packets)))) == 2
    assert "left out packets without a timestamp on track 0: 1" in caplog.text


def test_pictures_that_state_no_times_are_refused(tmp_path: Path) -> None:
    source = without_times(tmp_path / "film.h264", 20)
    with pytest.raises(MediaError, match="it has no timestamps"):
        mux_subtitles(str(source), WORDS, "srt", tmp_path / "copy.mkv")
    assert list(tmp_path.iterdir()) == [source]


def test_a_copy_that_does_not_fit_on_the_disk_is_told_as_such(tmp_path: Path) -> None:
    source = film(tmp_path, "libx264", "mkv", 12).path
    target = tmp_path / "copy.mkv"
    before, least = resource.getrlimit(resource.RLIMIT_FSIZE), 20_000
    assert source.stat().st_size > 2 * least
    resource.setrlimit(resource.RLIMIT_FSIZE, (least, before[1]))  # Python ignores its signal
    try:
        with pytest.raises(OutputError, match=r"cannot write .*copy\.mkv: File too large"):
            mux_subtitles(str(source), WORDS, "srt", target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not target.exists()
