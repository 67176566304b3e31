"""Copies with other chapters keep everything else, and hold the chapters as players read them."""

import resource
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from vtk.chapter_files import read
from vtk.errors import MediaError, OutputError, UsageError
from vtk.media.chapter_copy import copy_with_chapters
from vtk.media.chapters import Chapter
from vtk.media.image.files import encode_image

CHAPTERS = [Chapter(0, "Intro é"), Chapter(0.5, "日本 = ; <x>"), Chapter(1.25, "End", 1.9)]
READ = [(0, 0.5, "Intro é"), (0.5, 1.25, "日本 = ; <x>"), (1.25, 1.9, "End")]
PICTURE = encode_image(np.full((32, 32, 3), 99, np.uint8), "jpg")
TAGS = {"title": "A talk", "artist": "Ann", "comment": "none", "genre": "Speech", "date": "2020"}
CODECS = {"mp4": ("mpeg4", "aac"), "mkv": ("mpeg4", "aac"), "m4b": ("", "aac"),
          "webm": ("libvpx", "libopus"), "mp3": ("", "libmp3lame")}  # fmt: skip


def film(path: Path, start: float = 0.0, **tags: str) -> Path:
    """Two seconds of pictures and sound with tags, a track title, a language and dispositions."""
    pictures, sound = CODECS[path.suffix[1:]]
    kind = {".m4b": "ipod", ".mkv": "matroska"}.get(path.suffix, path.suffix[1:])
    with av.open(path, "w", format=kind) as out:
        out.metadata.update(TAGS | tags)
        streams: list[tuple[Any, Callable[[int], Any]]] = []
        if pictures:
            video: Any = out.add_stream(pictures, rate=25)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            video.metadata["title"] = "Pictures"
            streams.append((video, lambda n: picture(n, start)))
        track = out.add_stream(sound, rate=48000)
        track.metadata["language"] = "ger"
        track.disposition = Disposition.default | Disposition.hearing_impaired
        streams.append((track, lambda n: noise(n, start)))
        if path.suffix == ".mkv":
            out.add_attachment("Sans.ttf", "font/ttf", b"font")
            out.add_attachment("cover.jpg", "image/jpeg", PICTURE)
        for number in range(50):
            for stream, frame in streams:
                out.mux(stream.encode(frame(number)))
        for stream, _ in streams:
            out.mux(stream.encode(None))
    return path


def picture(number: int, start: float) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8), "rgb24")
    frame.pts, frame.time_base = number + round(25 * start), Fraction(1, 25)
    return frame


def noise(number: int, start: float) -> av.AudioFrame:
    samples = np.random.default_rng(number).normal(size=(1, 1920)).astype(np.float32) / 20
    frame = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
    frame.sample_rate, frame.time_base = 48000, Fraction(1, 48000)
    frame.pts = 1920 * number + round(48000 * start)
    return frame


def held(path: Path) -> tuple[Any, ...]:
    """All packets with their times, what is said of each stream, attachments, and tags."""
    packets: dict[int, list[Any]] = {}
    with av.open(path) as container:
        streams = [s for s in container.streams if s.type != "data"]
        about = [
            (s.type, s.disposition, {k: v for k, v in s.metadata.items() if k != "DURATION"})
            for s in streams
        ]
        files = [(s.name, s.data) for s in container.streams.attachments]
        for packet in container.demux([s for s in streams if s.type != "attachment"]):
            if packet.size:
                times = (packet.pts, packet.dts, packet.time_base)
                digest = sha256(bytes(packet)).hexdigest()
                packets.setdefault(packet.stream_index, []).append((digest, *times))
        known = container.metadata.items()
        tags = {key.lower(): value for key, value in known if key != "compatible_brands"}
        return packets, about, files, tags, container.start_time


def told(path: Path) -> list[tuple[float, float | None, str]]:
    found = read(str(path))
    assert not found.remarks  # as that they were not in order
    return [(c.start, c.end, c.title) for c in found.chapters]


@pytest.mark.parametrize("ending", CODECS)
def test_a_copy_has_the_chapters_and_keeps_the_rest(
    tmp_path: Path, ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    if ending == "mp3":
        pytest.importorskip("mutagen")
    source, copy, again = (tmp_path / f"{name}.{ending}" for name in ("film", "copy", "again"))
    film(source)
    copy_with_chapters(str(source), CHAPTERS, copy)
    assert held(copy) == held(source)
    assert told(copy) == READ
    with pytest.raises(MediaError, match=r"has 3 chapters already: replace them with --replace"):
        copy_with_chapters(str(copy), CHAPTERS[:2], again)
    copy_with_chapters(str(copy), CHAPTERS[:2], again, replace=True)
    assert held(again) == held(source)
    assert [(start, title) for start, _, title in told(again)] == [
        (0, READ[0][2]),
        (0.5, READ[1][2]),
    ]
    assert not caplog.records
    assert len(list(tmp_path.iterdir())) == 3


def test_mutagen_reads_the_chapters_of_an_audiobook_and_its_cover_stays(tmp_path: Path) -> None:
    mp4 = pytest.importorskip("mutagen.mp4")
    source, copy = film(tmp_path / "book.m4b"), tmp_path / "copy.m4b"
    tags = mp4.MP4(source)
    tags["covr"] = [mp4.MP4Cover(PICTURE)]
    tags.save()
    copy_with_chapters(str(source), CHAPTERS, copy)
    read_back = mp4.MP4(copy)
    assert [(c.start, c.title) for c in read_back.chapters] == [(a, t) for a, _, t in READ]
    assert copy.read_bytes()[4:12] == b"ftypM4A "
    assert read_back["covr"] == [PICTURE]
    assert read_back["©nam"] == ["A talk"]


@pytest.mark.parametrize("version", [0, 2, 3, 4])
def test_an_mp3_keeps_its_other_tags_and_gets_a_table_of_contents(
    tmp_path: Path, version: int
) -> None:
    id3 = pytest.importorskip("mutagen.id3")
    source, copy = film(tmp_path / "talk.mp3"), tmp_path / "copy.mp3"
    id3.delete(source)
    sound = source.read_bytes()
    if version == 2:  # a title in ID3 2.2, which mutagen does not write
        source.write_bytes(b"ID3\x02\0\0\0\0\0\x0cTT2\0\0\x06\0Talk!" + sound)
    elif version:
        tags = id3.ID3()
        tags.add(id3.TIT2(encoding=1, text="Talk!"))
        tags.add(id3.APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=PICTURE))
        tags.add(id3.PRIV(owner="x", data=b"\0\1"))
        tags.save(source, v2_version=version)
    chapters = [*CHAPTERS[:2], Chapter(1.25, "End", 1.9, "https://x.example")]
    copy_with_chapters(str(source), chapters, copy)
    assert copy.read_bytes().endswith(sound)
    found = id3.ID3(copy)
    assert found.version[1] == max(version, 3)
    toc = found["CTOC:toc"]
    assert toc.flags == 3
    listed = [found[f"CHAP:{name}"] for name in toc.child_element_ids]
    assert [(c.start_time, c.end_time, c.sub_frames["TIT2"].text[0]) for c in listed] == [
        (1000 * start, 1000 * end, title) for start, end, title in READ
    ]
    assert [c.sub_frames.getall("WXXX")[0].url for c in listed[2:]] == ["https://x.example"]
    assert [frame.text[0] for frame in found.getall("TIT2")] == ["Talk!"] * (version > 0)
    assert [frame.data for frame in found.getall("APIC")] == [PICTURE] * (version > 2)
    assert [frame.data for frame in found.getall("PRIV")] == [b"\0\1"] * (version > 2)


def test_what_a_container_changes_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = film(tmp_path / "film.mkv", mood="calm")
    copy_with_chapters(str(source), [Chapter(0.5, "a", 1), Chapter(1.5, "b")], tmp_path / "a.mp4")
    assert [record.getMessage() for record in caplog.records] == [
        "left out track 2 (attachment): a file of mp4 cannot hold it",
        "chapters begin elsewhere in the copy: the first one of an MP4 begins at 0:00",
        "left out tags that the copy cannot hold: mood",
    ]
    caplog.clear()
    late = film(tmp_path / "late.mp4", start=5)
    copy_with_chapters(str(late), [Chapter(5, "a", 6), Chapter(6, "b")], tmp_path / "b.mp4")
    assert not caplog.records
    assert told(tmp_path / "b.mp4")[1][0] == 6
    assert held(tmp_path / "b.mp4") == held(late)


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    source = film(tmp_path / "film.mp4")
    with pytest.raises(UsageError, match=r"\*\.ts files cannot hold chapters: use \.mp4, "):
        copy_with_chapters(str(source), CHAPTERS, tmp_path / "copy.ts")
    with pytest.raises(UsageError, match="made of an MP3 only"):
        copy_with_chapters(str(source), CHAPTERS, tmp_path / "copy.mp3")
    many = [Chapter(n / 200, "x") for n in range(256)]
    with pytest.raises(MediaError, match="256 chapters, and an MP3 holds at most 255"):
        copy_with_chapters(str(film(tmp_path / "a.mp3")), many, tmp_path / "copy.mp3")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp3", "film.mp4"]


@pytest.mark.parametrize("ending", ["mp4", "mp3"])
def test_a_copy_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path: Path, ending: str) -> None:
    if ending == "mp3":
        pytest.importorskip("mutagen")
    source, target = film(tmp_path / f"film.{ending}"), tmp_path / f"copy.{ending}"
    target.write_bytes(b"before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for least in (5000, source.stat().st_size + 10):
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, before[1]))  # Python ignores its signal
        try:
            with pytest.raises(OutputError, match=r"cannot write .*copy\.mp.: File too large"):
                copy_with_chapters(str(source), CHAPTERS, target)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert target.read_bytes() == b"before"
        assert len(list(tmp_path.iterdir())) == 2
