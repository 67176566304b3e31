"""vtk transcribe --from: transcripts that other programs made."""

import json
from pathlib import Path
from typing import Any

import pytest

from vtk.entries import SpeechEntry
from vtk.errors import InputError, MediaError
from vtk.transcribe.transcripts import transcript

WHISPER_CPP = {
    "result": {"language": "en"},
    "transcription": [
        {
            "timestamps": {"from": "00:00:01,000", "to": "00:00:02,500"},
            "offsets": {"from": 1000, "to": 2500},
            "text": " One fine, day",
            "tokens": [
                {"text": "[_BEG_]", "offsets": {"from": 1000, "to": 1000}},
                {"text": " One", "offsets": {"from": 1000, "to": 1500}},
                {"text": " f", "offsets": {"from": 1500, "to": 1600}},
                {"text": "ine", "offsets": {"from": 1600, "to": 1900}},
                {"text": ",", "offsets": {"from": 1900, "to": 2000}},
                {"text": " day", "offsets": {"from": 2000, "to": 2500}},
            ],
        }
    ],
}
TIMED = [("One", 1.0, 1.5), ("fine,", 1.5, 2.0), ("day", 2.0, 2.5)]
WHISPERX = {
    "segments": [
        {
            "start": 1.0, "end": 2.5, "text": " One fine, day", "speaker": "SPEAKER_00",
            "words": [{"word": w, "start": a, "end": b, "score": 0.9} for w, a, b in TIMED],
        }
    ],
    "language": "en",
}  # fmt: skip
OPENAI = {
    "text": "One fine, day",
    "segments": [{"start": 1.0, "end": 2.5, "text": " One fine, day"}],
    "words": [{"word": w, "start": a, "end": b} for w, a, b in TIMED],
}
JSON3 = {
    "wireMagic": "pb3",
    "events": [
        {"tStartMs": 0, "dDurationMs": 9000, "id": 1},
        {
            "tStartMs": 1000, "dDurationMs": 4000,
            "segs": [{"utf8": "One"}, {"utf8": " fine,", "tOffsetMs": 500},
                     {"utf8": " day", "tOffsetMs": 1000}],
        },
        {"tStartMs": 2500, "dDurationMs": 900, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 2500, "dDurationMs": 10, "segs": [{"utf8": "\n"}]},
    ],
}  # fmt: skip
PODCAST = {
    "version": "1.0.0",
    "segments": [{"speaker": "Anna", "startTime": 1.0, "endTime": 2.5, "body": "One fine, day"}],
}
CODED = [
    "[00:00:01.000 --> 00:00:02.500]  One fine, day\n",
    "0:01 One fine, day\n0:02.5\n",
    "(00:01) One fine,\nday\n(0:02.5)\n",
    "00:00:01\nOne fine, day\n\n00:00:02.5\n",
]


def read(folder: Path, told: Any, name: str = "x.json") -> list[SpeechEntry]:
    path = folder / name
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return transcript(str(path))


@pytest.mark.parametrize("told", [WHISPER_CPP, WHISPERX, OPENAI, JSON3, PODCAST])
def test_json_of_other_programs(tmp_path: Path, told: dict[str, Any]) -> None:
    (entry,) = read(tmp_path, told)
    assert (entry["start"], entry["end"], entry["text"]) == (1.0, 2.5, "One fine, day")
    if told is not PODCAST:
        assert [(w["text"], w["start"], w["end"]) for w in entry["words"]] == TIMED
    speaker = {"segments": (told.get("segments") or [{}])[0].get("speaker")}["segments"]
    assert entry.get("speaker") == speaker


@pytest.mark.parametrize("text", CODED)
def test_text_with_time_codes(tmp_path: Path, text: str) -> None:
    (entry,) = read(tmp_path, text, "x.txt")
    assert (entry["start"], entry["end"], entry["text"]) == (1.0, 2.5, "One fine, day")


def test_a_time_beyond_an_hour_and_a_speaker_in_text(tmp_path: Path) -> None:
    one, two = read(tmp_path, "75:10 ANNA: Hello.\n1:15:12 Yes.\n", "x.txt")
    assert (one["start"], one["end"], one["speaker"], one["text"]) == (4510, 4512, "ANNA", "Hello.")
    assert two["start"] == 4512


def test_a_number_to_which_whisperx_gives_no_time_lies_between_its_neighbours(
    tmp_path: Path,
) -> None:
    words = [{"word": "In", "start": 1.0, "end": 1.2}, {"word": "1969"}, {"word": "we"}]
    words += [{"word": "went.", "start": 2.0, "end": 2.4}]
    told = {"segments": [{"start": 1.0, "end": 2.4, "text": "In 1969 we went.", "words": words}]}
    (entry,) = read(tmp_path, told)
    assert [w["text"] for w in entry["words"]] == ["In", "1969", "we", "went."]
    assert all(1.2 <= w["start"] <= w["end"] <= 2.0 for w in entry["words"][1:3])


def test_subtitles_are_transcripts_as_well(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, "1\n00:00:01,000 --> 00:00:02,500\nOne fine, day\n", "x.srt")
    assert entry == {"start": 1.0, "end": 2.5, "text": "One fine, day"}


@pytest.mark.parametrize(
    ("told", "name", "reason"),
    [
        ("just words\n", "x.txt", "no line that begins with a time"),
        ("{]", "x.json", "is not JSON"),
        ({"a": 1}, "x.json", "not a transcript in a known format"),
        (
            {"segments": [{"start": "soon", "end": 1, "text": "x"}]},
            "x.json",
            "do not have the format",
        ),
        ({"segments": [5]}, "x.json", "do not have the format"),
        ({"transcription": [{}]}, "x.json", "do not have the format"),
        ({"events": [{"segs": 3}]}, "x.json", "do not have the format"),
        ("nothing", "x.srt", "holds no subtitles"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(
    tmp_path: Path, told: Any, name: str, reason: str
) -> None:
    with pytest.raises((InputError, MediaError), match=reason):
        read(tmp_path, told, name)
    with pytest.raises(MediaError, match="No such file"):
        transcript(str(tmp_path / "gone.txt"))
