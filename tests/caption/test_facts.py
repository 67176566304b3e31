"""vtk caption, method facts: what it says is what the clips were made of, and nothing else."""

from pathlib import Path

import av
import jsonschema
import pytest

from tests.command_line import lines, vtk
from tests.world import Clip, World
from vtk.caption import caption, faces, facts
from vtk.media.video import VideoCache
from vtk.passages import passages
from vtk.recipes.span_filter import measure_span
from vtk.schema import SCHEMA
from vtk.span import Span, parse

CAMERA = {
    "left": "the camera pans left",
    "right": "the camera pans right",
    "up": "the camera tilts up",
    "down": "the camera tilts down",
    "in": "the camera zooms in",
    "out": "the camera zooms out",
    "still": "the camera holds still",
}


def shots_of(clip: Clip) -> list[Span]:
    """The shots of the truth as spans, so that nothing but the caption is under test."""
    return [
        Span(video=str(clip.path), start=float(s.start), end=float(s.end)) for s in clip.truth.shots
    ]


def test_the_camera_does_what_it_is_said_to_do(world: World) -> None:
    clip = world("camera")
    for span, shot in zip(caption(shots_of(clip)), clip.truth.shots, strict=True):
        assert CAMERA[shot.camera] in span["caption"], shot


@pytest.mark.parametrize(
    ("turn", "seen"), [(180, "right left down up"), (90, "down up left right")]
)
def test_the_camera_of_a_turned_video_moves_as_it_is_displayed(
    world: World, tmp_path: Path, turn: int, seen: str
) -> None:
    """The same pictures with a rotation for display: what panned left now pans right."""
    path = tmp_path / "turned.mp4"
    with av.open(str(world("camera").path)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(turn)
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    with av.open(str(path)) as container:
        assert abs(round(next(container.decode(video=0)).rotation)) == turn
    shots = shots_of(Clip(path, world("camera").truth))[:4]
    for span, move in zip(caption(shots), seen.split(), strict=True):
        assert CAMERA[move] in span["caption"]


def test_what_is_measured_stays_clear_of_the_transitions_at_the_ends(world: World) -> None:
    clip = world("gradual")
    before, after = clip.truth.transitions[1:3]  # a fade from black, and a wipe
    inside = Span(video=str(clip.path), start=float(before.end), end=float(after.start))
    span = Span(inside, start=float(before.start), end=float(after.end))
    span["transition"] = {"type": "fade", "start": span.start, "end": inside.start}
    span["transition_out"] = {"type": "wipe", "start": inside.end, "end": span.end}
    with VideoCache() as latest:
        video = latest(span.video)
        alone, kept = (facts.measure(video, each, faces.FaceFinder()) for each in (inside, span))
        assert kept["colours"].keys() == alone["colours"].keys()
        assert kept["light"] == pytest.approx(alone["light"], abs=0.01)
        ranges, wanted = measure_span(video, span), measure_span(video, inside)
        assert ranges == pytest.approx(wanted | {"seconds": span.end - span.start}, abs=0.02)


@pytest.mark.parametrize("name", ["cuts", "colours", "similar_cuts", "slides"])
def test_things_that_move_before_a_still_camera_are_not_taken_for_its_motion(
    world: World, name: str
) -> None:
    for span in caption(shots_of(world(name))):
        assert span["facts"]["camera"] == "holds still"


def test_the_main_colour_and_the_light_are_those_painted(world: World) -> None:
    clip = world("colours")
    spans = list(caption(shots_of(clip)))
    for span, shot in zip(spans, clip.truth.shots, strict=True):
        assert next(iter(span["facts"]["colours"])) == shot.colour
    by_light = {
        light: [s["facts"]["light"] for s, t in zip(spans, clip.truth.shots, strict=True)
                if t.light == light]
        for light in ("dark", "medium", "bright")
    }  # fmt: skip
    assert max(by_light["dark"]) < min(by_light["medium"])
    assert max(by_light["medium"]) < min(by_light["bright"])
    assert all("dark" in s["caption"] for s, t in zip(spans, clip.truth.shots, strict=True)
               if t.light == "dark")  # fmt: skip


def test_a_black_picture_is_black_and_nothing_moves_in_it(world: World) -> None:
    (span,) = caption([Span(video=str(world("blank").path), start=0.0, end=2.0)])
    assert span["caption"] == (
        "A very dark, mostly black picture for 2 seconds; the camera holds still and nothing moves."
    )


@pytest.mark.parametrize("name", ["subtitled", "sidecar"])
def test_words_spoken_are_quoted_in_full_and_where_they_are_spoken(world: World, name: str) -> None:
    clip = world(name)
    words = [c.text for c in clip.truth.cues if c.language in ("en", "eng", "")]
    captions = [span["caption"] for span in caption([parse(str(clip.path))])]
    for text in words:
        assert any(" ".join(text.split()) in said for said in captions)
    german = [c.text for c in clip.truth.cues if c.language in ("de", "ger", "deu")]
    captions = [s["caption"] for s in caption([parse(str(clip.path))], language="de")]
    assert any(german[0] in said for said in captions)


def test_speech_that_came_down_the_stream_is_kept(world: World) -> None:
    speech = [{"start": 0.0, "end": 1.0, "text": "From somewhere else"}]
    (span,) = caption([Span(video=str(world("subtitled").path), start=0.0, end=2.0, speech=speech)])
    assert span["speech"] == speech
    assert span["caption"].endswith("The words spoken are: “From somewhere else”.")


def test_words_on_screen_are_quoted() -> None:
    from vtk.caption.facts import sentences

    span = Span(video="a", facts={"picture": "A white picture."}, screen_text=[
        {"t": 1, "text": "Lecture “3”"}, {"t": 2, "text": "Lecture “3”"}])  # fmt: skip
    assert list(sentences(span))[1] == "On screen is written: “Lecture ‘3’”."


def test_a_text_shown_for_long_is_quoted_once_and_one_read_badly_not_at_all() -> None:
    from vtk.caption.facts import sentences

    def entry(t: float, text: str, left: float, top: float, **more: float) -> dict[str, object]:
        return {"t": t, "text": text, "box": [left, top, left + 0.2, top + 0.1], **more}

    span = Span(video="a", facts={"picture": "A white picture."}, screen_text=[
        entry(2, "Lecture 3", 0.1, 0.1), entry(2, "Rivers", 0.1, 0.5),
        entry(1, "Oxford", 0.6, 0.09, score=0.9), entry(1, "Lecture 3", 0.1, 0.1, score=0.5),
        entry(1, "|l~", 0.4, 0.8, score=0.49), entry(3, "lecture  3", 0.1, 0.1)])  # fmt: skip
    assert list(sentences(span))[1] == "On screen is written: “Lecture 3 Oxford Rivers”."


def test_a_broken_subtitle_file_costs_a_warning_not_the_caption(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "talk.mp4").write_bytes(world("silent").path.read_bytes())
    (tmp_path / "talk.srt").write_bytes(b"\x00rubbish")
    result = vtk("caption", "talk.mp4", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stderr.startswith(b"vtk caption: warning: talk.srt holds no subtitles")
    assert all("caption" in record for record in lines(result))


def test_a_bare_video_is_split_and_gets_keyframes_first(world: World) -> None:
    clip = world("cuts")
    records = lines(vtk("caption", clip.path))
    assert len(records) == len(clip.truth.shots)
    for record in records:
        jsonschema.validate(record, SCHEMA)
        assert record["keyframes"]
        assert [entry["by"] for entry in record["made"]] == [
            "vtk split", "vtk keyframes", "vtk caption"
        ]  # fmt: skip


def test_a_probed_video_is_captioned_as_a_whole(world: World) -> None:
    probed = vtk("probe", world("cuts").path)
    (record,) = lines(vtk("caption", stdin=probed.stdout))
    assert record["kind"] == "video"
    assert "picture for 12 seconds" in record["caption"]


def test_the_narration_of_a_real_film_is_in_its_captions(real: Path) -> None:
    said = " ".join(s["caption"] for s in caption([parse(str(real / "nasa_13013.mp4"))]))
    for words in ("This is the optical and science segment of the Webb",
                  "space telescope in one of the largest cleanrooms in the world",
                  "Goddard Space Flight Center in Greenbelt, Maryland",
                  "This half of the observatory element successfully"):  # fmt: skip
        assert words in said


def test_text_with_a_first_and_a_last_time_is_quoted_in_the_order_it_is_read() -> None:
    about = {"score": 0.9, "role": "slide", "end": 4.0}
    span = Span(
        video="a.mp4",
        start=0.0,
        end=4.0,
        facts={"picture": "A picture."},
        screen_text=[
            {"text": "two", "start": 1.0, "box": [0.5, 0.1, 0.8, 0.2], **about},
            {"text": "one", "start": 1.0, "box": [0.1, 0.1, 0.4, 0.2], **about},
            {"text": "three", "start": 1.5, "box": [0.1, 0.0, 0.4, 0.1], **about},
        ],
    )
    assert "On screen is written: “one two three”." in list(facts.sentences(span))
    assert [(p.text, p.start) for p in passages(span) if p.source == "screen_text"] == [
        ("two", 1.0),
        ("one", 1.0),
        ("three", 1.5),
    ]


def test_measurements_are_english_and_that_is_told(world: World) -> None:
    result = vtk("caption", "--language", "de", world("cuts").path)
    assert (result.returncode, b"picture" in result.stdout) == (0, True)
    assert b"what is measured is told in English" in result.stderr
