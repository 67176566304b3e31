"""vtk transcribe: words of subtitle tracks and of files beside the video."""

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import jsonschema
import pytest

from tests.command_line import lines, vtk
from tests.world import World
from vtk.media.container.timing import timing
from vtk.schema import SCHEMA
from vtk.span import Span, parse
from vtk.transcribe import transcribe


def speech(video: str | Path, **settings: Any) -> list[dict[str, Any]]:
    (span,) = transcribe([Span(video=str(video))], **settings)
    assert not span.failed, span
    jsonschema.validate(dict(span), SCHEMA)
    return list(span["speech"])


def beside(world: World, folder: Path, name: str, text: str) -> Path:
    video = folder / "talk.mp4"
    shutil.copy(world("silent").path, video)
    (folder / name).write_text(text, newline="")
    return video


def packets(video: Path, track: int) -> list[tuple[float, float, str]]:
    """Cues as FFmpeg's demuxer stores them in MP4, those with words."""
    found = []
    with av.open(str(video)) as container:
        stream = container.streams[track]
        for packet in container.demux(stream):
            if packet.pts is not None and len(bytes(packet)) > 2:
                start = float(packet.pts * packet.time_base)
                end = start + float((packet.duration or 0) * packet.time_base)
                found.append((start, end, bytes(packet)[2:].decode()))
    return found


@pytest.mark.parametrize("track", [None, 2, 5])
def test_each_track_of_narration_can_be_chosen(real: Path, track: int | None) -> None:
    video = real / "nasa_13013.mp4"
    found, wanted = speech(video, track=track), packets(video, track or 2)
    assert len(found) == len(wanted) == 4
    for entry, (start, end, text) in zip(found, wanted, strict=True):
        assert (entry["start"], entry["end"]) == (
            pytest.approx(start, abs=0.01),
            pytest.approx(end, abs=0.01),
        )
        assert entry["text"] == text.removeprefix("NAR: ")
    assert found[0]["speaker"] == "NAR"


def test_a_track_that_is_none_is_refused_with_those_that_are(real: Path) -> None:
    result = vtk("transcribe", "--track", "1", real / "nasa_13013.mp4")
    assert result.returncode == 2
    assert b"track 1 is not a text track; the text tracks are: 2 (eng), 5 (eng)" in result.stderr
    assert result.stderr.count(b"\n") == 1


@pytest.mark.parametrize("name", ["subtitled", "subtitled_mp4", "subtitled_webm", "sidecar"])
def test_tracks_and_sidecars_of_a_language(world: World, name: str) -> None:
    clip = world(name)
    for language in {cue.language for cue in clip.truth.cues}:
        wanted = [cue for cue in clip.truth.cues if cue.language == language]
        found = speech(clip.path, language=language)
        assert [e["text"] for e in found] == [" ".join(c.text.split()) for c in wanted]
        for entry, cue in zip(found, wanted, strict=True):
            assert entry["start"] == pytest.approx(float(cue.start), abs=0.01)
            assert entry["end"] == pytest.approx(float(cue.end), abs=0.01)


ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\n"
    "Style: Default,Arial,20\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, "
    "MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:01.00,0:00:02.50,Default,Anna,0,0,0,,"
    "{\\i1}One\\Nfine{\\i0}, day\nComment: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,no\n"
)
TTML = (
    '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div>'
    '<p begin="00:00:01.000" end="00:00:02.500">One<br/>fine, <span>day</span></p>'
    "</div></body></tt>"
)
SPOKEN = [
    ("talk.srt", "1\n00:00:01,000 --> 00:00:02,500\n>> Anna: One <i>fine</i>,\nday\n", "Anna"),
    ("talk.srt", "1\r\n00:00:01,000 --> 00:00:02,500\r\nANNA: One fine, day\r\n", "ANNA"),
    ("talk.vtt", "WEBVTT\n\nNOTE no\n\na1\n00:01.000 --> 00:02.500\n<v Anna>One fine, day", "Anna"),
    ("talk.ass", ASS, "Anna"),
    ("talk.ttml", TTML, None),
    ("talk.lrc", "[ar:Me]\n[00:01.00]One fine, day\n[00:02.50]\n", None),
    ("talk.srt", "1\n00:00:01,000 --> 00:00:02,500\nOne fine,\nday\n\n2\n00:00:03,000 --> "
     "00:00:04,000\n \n", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "speaker"), SPOKEN)
def test_files_beside_the_video(
    world: World, tmp_path: Path, name: str, text: str, speaker: str | None
) -> None:
    (entry,) = speech(beside(world, tmp_path, name, text))
    assert (entry["start"], entry["end"], entry["text"]) == (1.0, 2.5, "One fine, day")
    assert entry.get("speaker") == speaker


@pytest.mark.parametrize(
    "text", ["Note: the door is open.", "It was 12:30: late.", "He said: go.", "http://x: y"]
)
def test_words_before_a_colon_are_no_speaker(world: World, tmp_path: Path, text: str) -> None:
    (entry,) = speech(
        beside(world, tmp_path, "talk.srt", f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n")
    )
    assert (entry["text"], "speaker" in entry) == (text, False)


ROLLING = """WEBVTT

00:00:00.160 --> 00:00:02.230 align:start position:0%
 
hello<00:00:00.480><c> and</c><00:00:01.000><c> welcome</c>

00:00:02.230 --> 00:00:02.240 align:start position:0%
hello and welcome
 

00:00:02.240 --> 00:00:04.000 align:start position:0%
hello and welcome
to<00:00:02.600><c> the</c><00:00:03.000><c> show</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
to the show
 

00:00:04.010 --> 00:00:06.000 align:start position:0%
to the show
of<00:00:05.000><c> bees</c>
"""  # noqa: W293


def test_lines_of_rolling_captions_come_once_with_the_times_of_their_words(
    world: World, tmp_path: Path
) -> None:
    found = speech(beside(world, tmp_path, "talk.vtt", ROLLING))
    assert [e["text"] for e in found] == ["hello and welcome", "to the show", "of bees"]
    assert found[1]["words"] == [
        {"start": 2.24, "end": 2.6, "text": "to"},
        {"start": 2.6, "end": 3.0, "text": "the"},
        {"start": 3.0, "end": 4.0, "text": "show"},
    ]


def test_what_is_said_twice_in_usual_subtitles_stays(world: World, tmp_path: Path) -> None:
    text = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{word}\n\n"
        for n, word in enumerate(["No!", "No!", "Why?", "Because."])
    )
    found = speech(beside(world, tmp_path, "talk.srt", text))
    assert [e["text"] for e in found] == ["No!", "No!", "Why?", "Because."]


def test_words_go_to_the_span_in_which_their_middle_lies(world: World, tmp_path: Path) -> None:
    video = beside(world, tmp_path, "talk.vtt", ROLLING)
    ends = [0.0, 1.5, 2.75, 6.0]
    spans = [Span(video=str(video), start=a, end=b) for a, b in pairwise(ends)]
    texts = [
        " ".join(entry["text"] for entry in span["speech"]) for span in transcribe(iter(spans))
    ]
    assert texts == ["hello and", "welcome to", "the show of bees"]


def test_times_of_a_file_count_from_the_first_picture(world: World, tmp_path: Path) -> None:
    video = tmp_path / "talk.mp4"
    shutil.copy(world("late_start").path, video)
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    start = timing(str(video)).start
    assert start > 0.5
    assert speech(video)[0]["start"] == pytest.approx(start + 1)


def test_a_pipeline_keeps_its_spans(world: World) -> None:
    film = world("subtitled").path
    shots = lines(vtk("split", film))
    spans = lines(vtk("transcribe", stdin=shots))
    assert [(s["start"], s["end"], s["index"]) for s in spans] == [
        (s["start"], s["end"], s["index"]) for s in shots
    ]
    whole = lines(vtk("transcribe", film))[0]
    assert whole["kind"] == "video"
    kept = {entry["text"] for span in spans for entry in span["speech"]}
    assert kept == {entry["text"] for entry in whole["speech"]}


def test_without_words_and_without_a_model_the_status_is_69_and_the_fix_is_named(
    world: World,
) -> None:
    result = vtk("transcribe", world("sounded").path)
    assert result.returncode == 69
    assert b"vtk models pull whisper-small" in result.stderr
    assert result.stderr.count(b"\n") == 1
    missing = vtk("transcribe", "-m", "whisper-small", world("sounded").path)
    assert missing.returncode == 69
    assert missing.stderr.count(b"\n") == 1


def test_a_file_without_sound_and_words_has_no_speech(world: World) -> None:
    result = vtk("transcribe", world("silent").path)
    assert (result.returncode, lines(result)[0]["speech"]) == (0, [])


def test_a_bad_file_fails_alone(world: World) -> None:
    result = vtk("transcribe", "gone.mp4", world("subtitled").path)
    assert result.returncode == 1
    first, second = lines(result)
    assert first["error"]["type"] == "OpenError"
    assert second["speech"]


def test_options_that_make_no_sense_together_are_refused(world: World) -> None:
    film = world("subtitled").path
    for options in (
        ["--from", "x.json", "--track", "2"],
        ["--vad-only", "--track", "2"],
        ["--from", "x.json", "--method", "recognition"],
    ):
        assert vtk("transcribe", *options, film).returncode == 2
    assert parse(str(film)).is_whole_video
