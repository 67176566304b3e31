"""vtk export edl: events as other programs read them, transitions, text that plays no tricks."""

import re
import tempfile
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.export.tape import ERROR, TEXT, shots, tape, written
from tests.world import World
from vtk.export.edl import edl

NTSC = Fraction(30000, 1001)


def parsed(text: str, rate: Fraction | int) -> Any:
    """The clips and transitions that OpenTimelineIO's adapter reads."""
    otio = pytest.importorskip("opentimelineio")
    pytest.importorskip("otio_cmx3600_adapter")
    timeline = otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate))
    return [*timeline.tracks[0]] if text else []


def frames(clip: Any) -> tuple[int, int]:
    extent = clip.source_range
    return int(extent.start_time.value), int(extent.end_time_exclusive().value)


def events(text: str) -> list[list[str]]:
    """The fields of the event lines."""
    return [line.split() for line in text.splitlines() if line[:1].isdigit()]


def test_all_shots_of_a_video_stay_where_they_are(world: World) -> None:
    clip = world("cuts")
    edges = [clip.truth.shots[0].start, *(shot.end for shot in clip.truth.shots)]
    result = vtk("export", "edl", stdin=shots(*edges, video=str(clip.path)))
    assert (result.returncode, result.stderr) == (0, b"")
    text = result.stdout.decode()
    assert text.startswith("TITLE: cuts\nFCM: NON-DROP FRAME\n\n001  CUTS     V     C        ")
    assert f"* FROM CLIP NAME:  cuts.mp4\n* COMMENT: Shot 2\n* SOURCE FILE: {clip.path}\n" in text
    for event in events(text):
        assert event[4:6] == event[6:8]
    found = [frames(part) for part in parsed(text, 24)]
    assert found == [(round(s.start * 24), round(s.end * 24)) for s in clip.truth.shots]


def test_gradual_transitions_have_their_length_and_the_cuts_around_them_stay(
    tmp_path: Path,
) -> None:
    spans = shots(0, 2, 4, 6, 7)
    spans[1]["transition"] = {"type": "dissolve", "start": 1.6, "end": 2.2}
    spans[2]["transition"] = {"type": "wipe", "start": 4, "end": 4.4}
    spans[3]["transition"] = {"type": "cut"}
    text = written(edl, spans, folder=tmp_path, rate=Fraction(25))
    assert [event[3:-4] for event in events(text)] == [
        *(["C"], ["C"], ["D", "015"], ["C"], ["W001", "010"], ["C"])
    ]
    assert [event[-4:-2] for event in events(text)][2] == ["00:00:01:15", "00:00:04:00"]
    assert "* TO CLIP NAME:  film.mp4\n* EFFECT NAME: CROSS DISSOLVE\n" in text
    one, dissolve, two, wipe, three, four = parsed(text, 25)
    assert [frames(clip) for clip in (one, two, three, four)] == [
        *((0, 40), (40, 100), (100, 150), (150, 175))
    ]
    assert (dissolve.transition_type, dissolve.out_offset.value) == ("SMPTE_Dissolve", 15)
    assert (wipe.transition_type, wipe.out_offset.value) == ("SMPTE_Wipe", 10)


def test_chosen_spans_follow_each_other_on_the_record_side(tmp_path: Path) -> None:
    spans = [shots(5, 6)[0], *shots(1, 2.48)]
    spans[1]["transition"] = {"type": "dissolve", "start": 0.8, "end": 1.2}
    found = events(written(edl, spans, folder=tmp_path, rate=Fraction(25)))
    assert [event[3:] for event in found] == [
        ["C", "00:00:05:00", "00:00:06:00", "00:00:05:00", "00:00:06:00"],
        ["C", "00:00:01:00", "00:00:02:12", "00:00:06:00", "00:00:07:12"],
    ]


@pytest.mark.parametrize(
    ("start", "options", "mode", "first"),
    [
        ("00:00:59;20", [], "DROP FRAME", ["00:00:59;20", "00:01:00;22"]),
        ("00:00:59:20", [], "NON-DROP FRAME", ["00:00:59:20", "00:01:00:20"]),
        ("00:00:59;20", ["--non-drop-frame"], "NON-DROP FRAME", ["00:00:59:20", "00:01:00:20"]),
        ("", [], "DROP FRAME", ["00:00:00;00", "00:00:01;00"]),
    ],
)
def test_timecode_and_reel_are_those_of_the_file(
    tmp_path: Path, start: str, options: list[str], mode: str, first: list[str]
) -> None:
    tags = {"timecode": start, "reel_name": "a 001"} if start else {}
    path = tape(tmp_path / "b roll.mov", NTSC, **tags)
    text = vtk("export", "edl", *options, f"{path}#t=0,1.001", stdin=b"").stdout.decode()
    assert f"FCM: {mode}\n" in text
    (event,) = events(text)
    assert event[1] == ("A001" if start else "BROLL")
    assert event[4:6] == event[6:8] == first
    (clip,) = parsed(text, NTSC)
    assert clip.duration().value == 30


def test_results_from_several_films_are_one_list_with_a_reel_each(tmp_path: Path) -> None:
    """What was found in three films, of which two have names that begin alike."""
    films = [tape(tmp_path / f"heidegger-0{n}.mov", 24) for n in (1, 2)]
    films.append(tape(tmp_path / "tape.mov", 24, reel_name="A001", timecode="01:00:00:00"))
    said = [{"start": 0.5, "end": 1, "text": "The\ndoorknob turns.", "source": "speech"}]
    spans = [
        *shots(0.5, 1, video=str(films[1]), query="doorknob", evidence=said),
        *shots(0, 1, video=str(films[0]), query="doorknob", speech=said),
        *shots(1, 2, video=str(films[1])),
        *shots(0, 0.5, video=str(films[2])),
    ]
    result = vtk("export", "edl", stdin=spans)
    assert (result.returncode, result.stderr) == (0, b"")
    text = result.stdout.decode()
    assert [event[1] for event in events(text)] == ["HEIDEG02", "HEIDEG01", "HEIDEG02", "A001"]
    starts = ["00:00:00:12", "00:00:00:00", "00:00:01:00", "01:00:00:00"]
    assert [event[4] for event in events(text)] == starts
    assert [event[6:] for event in events(text)][1:3] == [
        ["00:00:01:00", "00:00:02:00"], ["00:00:02:00", "00:00:03:00"]
    ]  # fmt: skip
    told = ("Shot 1", "Query: doorknob", "Words: The doorknob turns.")
    assert text.count("".join(f"* COMMENT: {each}\n" for each in told)) == 2
    names = [films[place].name for place in (1, 0, 1, 2)]
    assert [clip.name for clip in parsed(text, 24)] == names
    alike = [tape(tmp_path / name / "a.mov", 24) for name in "xy"]
    both = [span for film in alike for span in shots(0, 1, video=str(film))]
    same = events(vtk("export", "edl", stdin=both).stdout.decode())
    assert [event[1] for event in same] == ["A", "A2"]


def test_films_of_other_rates_count_as_the_first_and_that_is_told(tmp_path: Path) -> None:
    one, two = tape(tmp_path / "one.mov", 24), tape(tmp_path / "two.mov", 25)
    spans = [
        *shots(0, 1, video=str(one)),
        *shots(1, 2, video=str(two)),
        *shots(0, 1, video=str(two)),
    ]
    result = vtk("export", "edl", stdin=spans)
    assert [event[4:6] for event in events(result.stdout.decode())][1] == [
        *("00:00:01:00", "00:00:02:00")
    ]
    assert result.stderr.decode().splitlines() == [
        f"vtk export edl: warning: {two} has 25 frames per second, "
        f"and the list counts 24 as {one}; --rate sets them"
    ]
    assert vtk("export", "edl", "--rate", "25", stdin=spans).stderr == b""


def test_options_name_rate_and_reel(world: World) -> None:
    found = vtk("export", "edl", "--rate", "25", "--reel", "Tape-7!", stdin=shots(0, 1.48))
    assert found.returncode == 0
    assert (
        b"film.mp4: cannot open: No such file or directory; its times count from 0" in found.stderr
    )
    assert events(found.stdout.decode())[0][1:6:4] == ["TAPE7", "00:00:01:12"]
    assert vtk("export", "edl", "--rate", "fast", stdin=shots(0, 1)).returncode == 2
    assert vtk("export", "edl", stdin=shots(0, 1)).returncode == 66
    varying = vtk("export", "edl", f"{world('variable_rate').path}#t=0,1")
    assert varying.returncode == 1
    assert b"--rate" in varying.stderr


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 300), TEXT, st.sampled_from(["cut", "dissolve", "fade", "wipe", "x"]),
            st.floats(-9, 99), st.floats(-9, 99),
        ),
        max_size=6,
    ),
    st.booleans(), TEXT, TEXT, st.sampled_from([24, 25, NTSC, 60]),
)  # fmt: skip
def test_whatever_is_told_the_adapter_reads_the_clips(
    rows: list[tuple[Any, ...]], apart: bool, name: str, reel: str, rate: Fraction
) -> None:
    spans, wanted, at = [], [], 0
    for length, caption, kind, low, high in rows:
        fields = {"caption": caption, "transition": {"type": kind, "start": low, "end": high}}
        spans += shots(
            float(at / rate), float((at + length) / rate), video=f"none/{name}", **fields
        )
        wanted.append((at, at + length))
        at += length + apart
    with tempfile.TemporaryDirectory() as folder:
        text = written(edl, spans, folder=folder, rate=Fraction(rate), reel=reel)
    for event in (line for line in text.splitlines() if line[:1].isdigit()):
        assert re.match(r"\d{3}  [A-Z0-9_]{1,8} +V     [CDW]", event)
    found = [frames(part) for part in parsed(text, rate) if part.schema_name() == "Clip"]
    assert len(found) == len(wanted)
    if apart:
        assert found == wanted
    elif wanted:  # transitions move the places where clips meet, and nothing else
        assert (found[0][0], found[-1][1]) == (wanted[0][0], wanted[-1][1])
        assert all(one[1] == two[0] and one[0] < one[1] for one, two in pairwise(found))


def test_error_records_are_left_out() -> None:
    result = vtk("export", "edl", "--rate", "25", "-q", stdin=[*shots(0, 1), ERROR])
    assert result.returncode == 1
    assert len(events(result.stdout.decode())) == 1
    again = vtk("export", "edl", "--rate", "25", stdin=[*shots(0, 1), ERROR])
    assert b"warning: left out 1 error record\n" in again.stderr
    assert lines(vtk("export", "edl", stdin=[ERROR])) == []


def test_what_has_no_frame_rate_is_told_of_once_and_not_as_a_varying_rate(tmp_path: Path) -> None:
    talk = tmp_path / "talk.srt"
    talk.write_text("1\n00:00:01,000 --> 00:00:09,000\nThe keeper carries oil.\n")
    spans = shots(0, 2, 4, 6, video=str(talk))
    result = vtk("export", "edl", stdin=spans)
    message = f"{talk}: it has no frame rate: give the rate of the edit with --rate"
    assert result.stderr.decode().count("--rate") == 1
    assert message in result.stderr.decode()
    assert vtk("export", "edl", "--rate", "25", stdin=spans).stdout.startswith(b"TITLE: talk")
