"""Words that come with a video, from tracks and from files beside it."""

import shutil
from pathlib import Path

import pytest

from tests.world import World
from vtk.media.subtitles import find_subtitles, speech_entries
from vtk.media.subtitles.cues import RawCue, stored_lines, to_speech_entries
from vtk.media.subtitles.languages import same_language
from vtk.media.subtitles.sidecars import find_sidecars


@pytest.mark.parametrize("name", ["subtitled", "subtitled_mp4", "subtitled_webm", "sidecar"])
@pytest.mark.parametrize("language", [None, "en", "eng", "en-US", "de", "deu"])
def test_cues_are_read_from_the_track_of_the_language(
    world: World, name: str, language: str | None
) -> None:
    clip = world(name)
    wanted = [c for c in clip.truth.cues if same_language(c.language, language or "en")]
    found = speech_entries(str(clip.path), language)
    if not wanted:
        pytest.skip(f"{name} has no track in {language}")
    assert [entry["text"] for entry in found] == [" ".join(c.text.split()) for c in wanted]
    for one, two in zip(found, wanted, strict=True):
        assert one["start"] == pytest.approx(float(two.start), abs=0.01)
        assert one["end"] == pytest.approx(float(two.end), abs=0.01)


def test_no_words_of_another_language_are_taken(world: World) -> None:
    assert speech_entries(str(world("subtitled").path), "fr") == []


def test_times_of_a_late_start_are_those_of_the_pictures(world: World) -> None:
    clip = world("late_start")
    found = speech_entries(str(clip.path))
    assert [entry["start"] for entry in found] == [
        pytest.approx(float(c.start), abs=0.01) for c in clip.truth.cues
    ]


def beside(world: World, folder: Path, name: str, text: bytes) -> str:
    video = folder / "talk.mp4"
    shutil.copy(world("silent").path, video)
    (folder / name).write_bytes(text)
    return str(video)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("talk.srt", b"1\n00:00:01,000 --> 00:00:02,500\nOne <i>fine</i>\nday\n"),
        ("talk.srt", "\ufeff1\n00:00:01,000 --> 00:00:02,500\nOne fine day\n".encode("utf-16")),
        ("talk.SRT", b"1\r\n00:00:01,000 --> 00:00:02,500\r\nOne fine day\r\n"),
        ("talk.en.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.500 align:start\nOne fine day\n"),
        (
            "talk.ass",
            b"[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, "
            b"Name, MarginL, MarginR, MarginV, Effect, Text\n"
            b"Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\i1}One\\Nfine{\\i0} day\n",
        ),
    ],
)
def test_a_subtitle_file_beside_the_video_is_read(
    world: World, tmp_path: Path, name: str, text: bytes
) -> None:
    (entry,) = speech_entries(beside(world, tmp_path, name, text))
    assert (entry["start"], entry["end"], entry["text"]) == (1.0, 2.5, "One fine day")


def test_old_western_encodings_are_read(world: World, tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nCafé “ouvert”\n".encode("cp1252")
    assert speech_entries(beside(world, tmp_path, "talk.srt", text))[0]["text"] == "Café “ouvert”"


def found(video: Path, language: str | None = None) -> list[str]:
    """The subtitle files of a video, as they lie from it."""
    files = find_sidecars(str(video), language)
    return [str(Path(each.path).relative_to(video.parent)) for each in files]


def test_a_name_with_wildcards_finds_its_own_file_only(tmp_path: Path) -> None:
    (tmp_path / "talk [1].srt").touch()
    (tmp_path / "talk 1.srt").touch()
    assert found(tmp_path / "talk [1].mp4") == ["talk [1].srt"]
    assert found(tmp_path / "talk.mp4") == []


def test_the_words_of_another_video_are_not_taken(tmp_path: Path) -> None:
    for name in ("talk.part2.srt", "talk.en.forced.srt", "talk.trailer.vtt", "talk2.srt"):
        (tmp_path / name).touch()
    assert found(tmp_path / "talk.mp4") == ["talk.en.forced.srt"]
    assert found(tmp_path / "talk.mp4", "de") == []


@pytest.mark.parametrize(
    "name",
    [
        *("talk.mp4.srt", "Talk.srt", "TALK.MP4.SRT", "talk.mp4.en.srt", "Subs/talk.srt"),
        *("subs/talk.en.vtt", "Subtitles/Talk.mp4.srt", "Subs/talk/2_English.srt"),
    ],
)
def test_subtitles_are_found_as_other_programs_name_them(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    for other in (file, tmp_path / "Subs/other.srt"):
        other.parent.mkdir(exist_ok=True)
        other.touch()
    assert found(tmp_path / "talk.mp4") == [name]


def test_the_nearest_subtitles_come_first_and_forced_ones_last(tmp_path: Path) -> None:
    (tmp_path / "Subs").mkdir()
    names = ["talk.srt", "Talk.srt", "Subs/talk.srt", "talk.de.srt", "Subs/talk.en.srt"]
    names.append("talk.de.forced.srt")
    for name in names:
        (tmp_path / name).touch()
    assert found(tmp_path / "talk.mp4") == names
    german = found(tmp_path / "talk.mp4", "de")
    assert german[0] == "talk.de.srt"
    assert not any(".en." in name for name in german)


CUE = b"1\n00:00:01,000 --> 00:00:02,500\n"


def test_a_choice_among_subtitle_files_is_told(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "vtk")
    (tmp_path / "talk.en.srt").write_bytes(CUE + b"One fine day\n")
    video = beside(world, tmp_path, "talk.de.srt", CUE + b"Ein Tag\n")
    source = find_subtitles(video)
    assert source is not None
    wanted = {"file": "talk.de.srt", "language": "de", "others": ["talk.en.srt"]}
    assert source.origin == wanted
    assert "2 subtitle files, took talk.de.srt (de): --language takes another" in caplog.text
    caplog.clear()
    assert speech_entries(video, "en")[0]["text"] == "One fine day"
    assert not caplog.text


def test_rubbish_beside_the_video_leaves_the_words_inside_it(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    video = tmp_path / "talk.mkv"
    shutil.copy(world("subtitled").path, video)
    (tmp_path / "talk.ass").write_bytes(b"\x00\x01 no subtitles at all")
    assert speech_entries(str(video)) == speech_entries(str(world("subtitled").path))
    assert "talk.ass holds no subtitles" in caplog.text


def test_the_narration_of_a_real_film_is_read(real: Path) -> None:
    found = speech_entries(str(real / "nasa_13013.mp4"))
    assert len(found) == 4
    assert "optical and science segment" in found[0]["text"]


@pytest.mark.parametrize(
    ("payload", "stored"),
    [
        ("A boat.", None),
        ("A boat\non the sea.", [6]),
        ("A sentence of many words that stands on a single long line.", []),
        ("A <i>boat</i>\non the sea.", "A <i>boat</i>\non the sea."),
        ("ANNA: A boat.", "ANNA: A boat."),
    ],
)
def test_no_words_are_kept_twice(payload: str, stored: object) -> None:
    (entry,) = to_speech_entries([RawCue(0, 1, payload, "srt")])
    assert entry.get("markup", {}).get("srt") == stored
    if stored is not None:
        assert stored_lines(entry, "srt") == payload.split("\n")
