"""vtk export srt, vtt, ass, lrc, txt and --embed: what is said, as players and pysubs2 read it."""

import shutil
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pysubs2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.export.tape import TEXT, written
from tests.world import World
from vtk.export.speech import WRITERS, subtitles
from vtk.export.subtitle_layout import LEAST, MOST, Layout, cues
from vtk.media.container.timing import timing
from vtk.span import Span

TALK = (
    "Good morning, everybody, and welcome to this lecture on the life of bees. Today we ask how "
    "honey is made, who makes it, and why a hive of fifty thousand animals needs no king at all."
)


def heard(text: str, start: float = 1.0, speed: float = 0.3, **fields: Any) -> dict[str, Any]:
    """An entry as recognition gives it, a word every `speed` seconds."""
    words = [
        {"start": start + n * speed, "end": start + n * speed + 0.25, "text": word}
        for n, word in enumerate(text.split())
    ]
    return {"start": start, "end": words[-1]["end"], "text": text, "words": words, **fields}


def span(*speech: dict[str, Any], video: str = "none/talk.mp4") -> Span:
    return Span(video=video, start=0.0, end=600.0, kind="video", speech=list(speech))


def text_of(form: str, *spans: Span, **settings: Any) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return written(subtitles, list(spans), folder=folder, form=form, **settings)


@pytest.mark.parametrize(("width", "speed"), [(42, 20.0), (32, 12.0), (20, 30.0)])
def test_lines_are_short_and_cues_stay_until_they_are_read(width: int, speed: float) -> None:
    shown = list(cues([span(heard(TALK))], "srt", Layout(width, speed)))
    assert " ".join(" ".join(cue.lines) for cue in shown) == TALK
    for cue, after in pairwise(shown):
        assert cue.end <= after.start
        needed = max(LEAST, sum(map(len, cue.lines)) / speed)
        assert cue.end - cue.start >= min(needed, after.start - cue.start) - 1e-6
    for cue in shown:
        assert len(cue.lines) <= 2
        assert all(len(line) <= width for line in cue.lines)
        assert cue.end - cue.start <= MOST + sum(map(len, cue.lines)) / speed
    if width == 42:
        assert shown[0].lines == ("Good morning, everybody,",) or shown[0].lines[-1][-1] in ",."


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(TEXT, st.floats(0, 4e4), st.floats(0, 9)), min_size=1, max_size=4),
    st.sampled_from(sorted(WRITERS)),
    st.booleans(),
)
@example([("0" * 84, 0.0, 0.0)], "ass", False)  # two lines that are full
def test_whatever_is_said_can_be_read_back(
    rows: list[tuple[str, float, float]], form: str, timed: bool
) -> None:
    said: list[dict[str, Any]] = []
    for text, start, long in sorted(rows, key=lambda row: row[1]):
        entry = {"start": start, "end": start + long, "text": text}
        if timed and text.split():
            entry = heard(text, start)
        said.append(entry)
    told = text_of(form, span(*said), highlight=True)
    count = len(list(cues([span(*said)], form, Layout())))
    if form in ("srt", "vtt"):
        assert told.count("-->") == count
    if form == "ass":
        assert len(pysubs2.SSAFile.from_string(told, format_="ass")) == count
    assert not {"\0", "\x1b"} & {*told}


def test_speakers_words_and_paragraphs() -> None:
    one = heard("Hello there. How are you?", speaker="Anna")
    two = heard("Fine & <well>.", start=6.0, speaker="Bo")
    record = span(one, two)
    assert text_of("txt", record) == "Anna: Hello there. How are you?\n\nBo: Fine & <well>.\n"
    srt = text_of("srt", record)
    assert ">> Anna: Hello there. How are you?" in srt
    assert ">> Bo: Fine & <well>." in srt
    vtt = text_of("vtt", record, highlight=True)
    assert "<v Anna>Hello <00:00:01.300>there. <00:00:01.600>How" in vtt
    assert "<v Bo>Fine <00:00:06.300>&amp; <00:00:06.600>&lt;well&gt;." in vtt
    lrc = text_of("lrc", record, highlight=True)
    assert "[00:06.00]Fine <00:06.30>& <00:06.60><well>." in lrc
    ass = pysubs2.SSAFile.from_string(text_of("ass", record), format_="ass")
    assert [event.name for event in ass] == ["Anna", "Bo"]


def test_speech_across_a_cut_is_written_once() -> None:
    entry = {"start": 1.0, "end": 3.0, "text": "Hello."}
    shots = [Span(video="none/x.mp4", start=a, end=a + 2, speech=[entry]) for a in (0.0, 2.0)]
    assert text_of("srt", *shots).count("Hello.") == 1


def test_rows_of_a_table_are_what_is_said() -> None:
    record = span(heard("One\ttwo"), {"start": 4, "end": 5, "text": "three", "speaker": "Bo"})
    result = vtk(
        "export", "tsv", "--each", "speech", "--fields", "start,speaker,text", stdin=[record]
    )
    assert result.stdout.decode() == "start\tspeaker\ttext\n1.0\t\tOne two\n4\tBo\tthree\n"


def test_times_count_from_the_first_picture(world: World) -> None:
    path = str(world("late_start").path)
    zero = timing(path).start
    record = Span(video=path, start=zero, end=zero + 5)
    record["speech"] = [{"start": zero + 1, "end": zero + 3, "text": "Hello."}]
    assert "00:00:01,000 --> 00:00:03,000\nHello." in text_of("srt", record)


@pytest.mark.parametrize(
    ("clip", "form", "ending"),
    [("cuts", "srt", ".mkv"), ("cuts", "vtt", ".mkv"), ("cuts", "ass", ".mp4"),
     ("sounded", "srt", ".mp4"), ("vp9", "vtt", ".webm"), ("late_start_mkv", "srt", ".mkv")],
)  # fmt: skip
def test_a_soft_track_is_added_without_encoding(
    world: World, tmp_path: Path, clip: str, form: str, ending: str
) -> None:
    source, target = world(clip).path, tmp_path / f"copy{ending}"
    zero = timing(str(source)).start
    said: list[dict[str, Any]] = [
        {"start": zero + 0.5, "end": zero + 1.5, "text": "Hello there."},
        {"start": zero + 1.75, "end": zero + 2.5, "text": "Bees & honey"},
    ]
    record = Span(video=str(source), start=zero, end=zero + 3, speech=said)
    result = vtk("export", form, "--embed", "-o", target, stdin=[record])
    assert (result.returncode, result.stderr) == (0, b"")
    assert payloads(source) == payloads(target)
    (copied,) = lines(vtk("transcribe", target))
    shift = timing(str(target)).start
    found = [(e["start"] - shift, e["end"] - shift, e["text"]) for e in copied["speech"]]
    wanted = [(e["start"] - zero, e["end"] - zero, e["text"]) for e in said]
    for one, two in zip(found, wanted, strict=True):
        assert one[2] == two[2]
        assert one[:2] == (pytest.approx(two[0], abs=0.011), pytest.approx(two[1], abs=0.4))


def payloads(path: Path) -> list[bytes]:
    """The packets of pictures, which a copy keeps as they are."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


def test_an_embedding_that_cannot_be_is_refused(world: World, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    shutil.copy(world("cuts").path, film)
    before = film.read_bytes()
    record = Span(video=str(film), start=0.0, end=3.0, speech=[])
    for options, reason in (
        ([], b"name one, or a folder, with -o"),
        (["-o", str(film)], b"is the video itself"),
        (["-o", str(tmp_path / "x.avi")], b"files cannot hold srt subtitles"),
    ):
        result = vtk("export", "srt", "--embed", *options, stdin=[record])
        assert result.returncode == 2
        assert reason in result.stderr
    assert film.read_bytes() == before
    into = vtk("export", "srt", "--embed", "-o", f"{tmp_path}/copies/", stdin=[record])
    assert into.returncode == 0
    assert [path.suffix for path in (tmp_path / "copies").iterdir()] == [".mp4"]
