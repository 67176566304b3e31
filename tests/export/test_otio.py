"""vtk export otio: the timeline that OpenTimelineIO reads back."""

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.command_line import vtk, vtk_process
from tests.export.tape import TEXT, shots, tape, written
from tests.world import World
from vtk.export.otio import otio

library = pytest.importorskip("opentimelineio")


def read(text: str) -> Any:
    return library.adapters.read_from_string(text, "otio_json")


def test_a_timeline_has_clips_of_the_file_with_the_spans_in_them(world: World) -> None:
    clip = world("cuts")
    edges = [clip.truth.shots[0].start, *(shot.end for shot in clip.truth.shots)]
    spans = shots(*edges, video=str(clip.path), caption="A bee.\nIt hums.")
    result = vtk("export", "otio", stdin=spans)
    assert (result.returncode, result.stderr) == (0, b"")
    timeline = read(result.stdout.decode())
    (track,) = timeline.tracks
    assert (timeline.name, track.kind) == ("cuts", "Video")
    for found, span, shot in zip(track, spans, clip.truth.shots, strict=True):
        first, length = found.source_range.start_time, found.source_range.duration
        assert (first.value, first.rate) == (round(shot.start * 24), 24)
        assert length.value == round((shot.end - shot.start) * 24)
        assert found.media_reference.target_url == clip.path.as_uri()
        assert found.media_reference.available_range.duration.value == 288
        assert found.metadata["vtk"]["start"] == span["start"]
        (marker,) = found.markers
        assert (marker.name, marker.marked_range.start_time) == ("A bee. It hums.", first)


def test_transitions_lie_around_their_cut(tmp_path: Path) -> None:
    spans = shots(0, 2, 4, 6)
    spans[1]["transition"] = {"type": "dissolve", "start": 1.6, "end": 2.2}
    spans[2]["transition"] = {"type": "wipe", "start": 1, "end": 9}  # more than there is
    (track,) = read(written(otio, spans, folder=tmp_path, rate=Fraction(25))).tracks
    _, one, _, two, _ = track
    assert [(t.in_offset.value, t.out_offset.value) for t in (one, two)] == [(10, 5), (44, 49)]
    assert [t.transition_type for t in (one, two)] == ["SMPTE_Dissolve", "SMPTE_Wipe"]
    library.algorithms.track_with_expanded_transitions(track)


def test_sources_begin_at_the_timecode_of_the_file(tmp_path: Path) -> None:
    path = tape(tmp_path / "x y.mov", 24, timecode="01:00:00:00")
    timeline = read(vtk("export", "otio", f"{path}#t=0.5,1").stdout.decode())
    (clip,) = timeline.tracks[0]
    assert clip.source_range.start_time.to_timecode() == "01:00:00:12"
    assert timeline.global_start_time == clip.source_range.start_time
    assert clip.media_reference.available_range.start_time.to_timecode() == "01:00:00:00"
    assert clip.media_reference.target_url.endswith("x%20y.mov")


def test_results_from_several_films_refer_to_their_files(tmp_path: Path) -> None:
    one, two = tape(tmp_path / "one.mov", 24), tape(tmp_path / "two.mov", 25)
    spans = [
        *shots(1, 2, video=str(two), query="bee", caption="A bee hums."),
        *shots(0, 1, video=str(one), query="bee"),
        *shots(1, 2, video=str(one), transition={"type": "fade", "start": 0.9, "end": 1.1}),
    ]
    result = vtk("export", "otio", stdin=spans)
    assert (result.returncode, result.stderr) == (0, b"")
    (track,) = read(result.stdout.decode()).tracks
    found = [clip for clip in track if isinstance(clip, library.schema.Clip)]
    assert [clip.media_reference.target_url for clip in found] == [
        two.as_uri(), one.as_uri(), one.as_uri()
    ]  # fmt: skip
    assert [clip.media_reference.name for clip in found] == ["two.mov", "one.mov", "one.mov"]
    assert [clip.source_range.start_time.rate for clip in found] == [25, 24, 24]
    comments = [[marker.comment for marker in clip.markers] for clip in found]
    assert comments == [["Query: bee\nWords: A bee hums."], ["Query: bee"], []]
    # one film gives way to another at a cut, though both meet at the same number of frames
    assert len(track) == 4
    cut = [*shots(0, 1, video=str(two)), *shots(1, 2, video=str(one))]
    cut[1]["transition"] = {"type": "fade", "start": 0.9, "end": 1.1}
    (track,) = read(vtk("export", "otio", "--rate", "25", stdin=cut).stdout.decode()).tracks
    assert len(track) == 2


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        TEXT | st.just("OTIO_SCHEMA"),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXT
            | st.floats(allow_nan=False, allow_infinity=False) | st.just("Clip.2"),
            lambda inner: st.lists(inner, max_size=3)
            | st.dictionaries(TEXT | st.just("OTIO_SCHEMA"), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    ),
    TEXT,
)  # fmt: skip
def test_whatever_a_span_holds_is_read_back(mine: dict[str, Any], text: str) -> None:
    spans = shots(0, 1, 2, video=f"none/{text}", caption=text, mine=mine)
    with tempfile.TemporaryDirectory() as folder:
        timeline = read(written(otio, spans, folder=folder, rate=Fraction(25)))
    for clip, span in zip(timeline.tracks[0], spans, strict=True):
        found = clip.metadata["vtk"]
        assert (found["start"], found["end"]) == (span.start, span.end)
        assert found["caption"] == text.replace("\0", "")
        assert plain(found["mine"]) == expected(mine)


def plain(value: Any) -> Any:
    if isinstance(value, library._otio.AnyDictionary):
        return {key: plain(value[key]) for key in value}
    if isinstance(value, library._otio.AnyVector):
        return [plain(item) for item in value]
    return value


def expected(value: Any) -> Any:
    if isinstance(value, dict):
        found = {key.replace("\0", ""): expected(item) for key, item in value.items()}
        return {"_OTIO_SCHEMA" if k == "OTIO_SCHEMA" else k: v for k, v in found.items()}
    if isinstance(value, list):
        return [expected(item) for item in value]
    if isinstance(value, str):
        return value.replace("\0", "")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return pytest.approx(value, rel=1e-14) if number else value


def test_without_opentimelineio_the_fix_is_told(tmp_path: Path) -> None:
    missing = "raise ModuleNotFoundError('gone', name='opentimelineio')\n"
    for text, words in ((missing, "needs OpenTimelineIO"), ("raise ImportError('odd')", "(odd)")):
        (tmp_path / "opentimelineio.py").write_text(text)
        result = vtk_process("export", "otio", stdin=shots(0, 1), env={"PYTHONPATH": str(tmp_path)})
        assert (result.returncode, result.stderr.count(b"\n")) == (69, 1)
        assert words in result.stderr.decode()
        assert b"pip install 'video-text-kit[edit]'" in result.stderr
