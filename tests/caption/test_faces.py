"""vtk caption, method facts: faces are counted and shot scale is told where faces are, only there.

astronaut.jpg is NASA's portrait of Eileen Collins, in the public domain.
"""

import sys
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.command_line import lines, vtk
from tests.world import World
from tests.world.encode import create
from vtk.caption import caption
from vtk.caption.faces import HEIGHT, Face, confirmed_faces, overlap, summarize_faces
from vtk.facts import faces_clause
from vtk.schema import SCHEMA
from vtk.span import Span, parse

pytest.importorskip("dlib")

Copy = tuple[float, float, float]  # middle of the face and height of the head in the picture


@pytest.fixture(autouse=True)
def _as_many_lines_as_for_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vtk.caption.faces.HEIGHT", HEIGHT)


HEAD, FACE = 0.335, (0.435, 0.245)  # of the portrait: the head's height, the middle of the face
SIZE = (640, 360)


@cache
def portrait(side: int) -> Image.Image:
    with Image.open(Path(__file__).with_name("astronaut.jpg")) as picture:
        return picture.resize((side, side), Image.Resampling.BICUBIC)


def picture(copies: Sequence[Copy], shift: float) -> Image.Image:
    """Copies of the portrait before a background, `shift` pixels to the right."""
    width, height = SIZE
    rows, columns = np.mgrid[:height, :width] / 40
    grey = 128 + 40 * np.sin(columns - shift / 40) * np.cos(rows)
    shown = Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    for x, y, head in copies:
        side = round(head * height / HEAD)
        place = (round(x * width - FACE[0] * side + shift), round(y * height - FACE[1] * side))
        shown.paste(portrait(side), place)
    return shown


def film(path: Path, copies: Sequence[Copy], turn: int = 0, squeeze: int = 1) -> Span:
    """Two seconds in which copies move slowly; the samples `squeeze` times as wide as high."""
    with create(path) as out:
        stream = out.add_stream("libx264", rate=12, options={"preset": "ultrafast", "crf": "20"})
        assert isinstance(stream, av.VideoStream)
        width, height = SIZE[:: -1 if turn % 180 else 1]
        stream.width, stream.height, stream.pix_fmt = width // squeeze, height, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.sample_aspect_ratio = Fraction(squeeze)
        if turn:
            stream.set_display_rotation(turn)
        for number in range(24):
            stored = np.rot90(np.asarray(picture(copies, number / 4)), -turn // 90)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(stored[:, ::squeeze]))
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return Span(video=str(path), start=0.0, end=2.0)


def captioned(span: Span) -> Span:
    (found,) = caption([span])
    jsonschema.validate(dict(found), SCHEMA)
    return found


def middle(entry: dict[str, list[float]]) -> tuple[float, float]:
    left, top, right, bottom = entry["box"]
    return (left + right) / 2, (top + bottom) / 2


@pytest.mark.parametrize(
    ("heads", "scale"),
    [
        (0.5, "extreme close-up"),
        (1.3, "close-up"),
        (2.4, "medium close-up"),
        (3.6, "medium shot"),
    ],
)
def test_shot_scale_is_told_by_the_face(tmp_path: Path, heads: float, scale: str) -> None:
    found = captioned(film(tmp_path / "one.mp4", [(0.5, 0.5, 1 / heads)]))
    assert len(found["facts"]["faces"]) == 1
    assert found["facts"]["scale"] == scale
    told = f"in a {scale}" if "shot" in scale else f"in {scale}"
    assert f" for 2 seconds; one face, {told}; the camera " in found["caption"]


def test_every_face_is_counted_and_has_its_place(tmp_path: Path) -> None:
    copies = [(0.2, 0.3, 0.27), (0.55, 0.35, 0.4), (0.85, 0.3, 0.3)]
    facts = captioned(film(tmp_path / "three.mp4", copies))["facts"]
    places = [middle(entry) for entry in facts["faces"]]
    for (x, y, _), place in zip(sorted(copies, key=lambda c: -c[2]), places, strict=True):
        assert place == pytest.approx((x, y), abs=0.04)
    assert "; three faces, the largest in medium close-up; " in facts["picture"]


@pytest.mark.parametrize(("turn", "squeeze"), [(90, 1), (180, 1), (-90, 1), (0, 2)])
def test_a_face_is_upright_as_the_film_is_displayed(
    tmp_path: Path, turn: int, squeeze: int
) -> None:
    shown = film(tmp_path / "turned.mp4", [(0.3, 0.4, 0.5)], turn, squeeze)
    (face,) = captioned(shown)["facts"]["faces"]
    assert middle(face) == pytest.approx((0.3, 0.4), abs=0.04)


@pytest.mark.parametrize("name", ["cuts", "camera", "slides", "rotated"])
def test_no_face_is_seen_where_none_is(world: World, name: str) -> None:
    clip = world(name)
    for shot in clip.truth.shots[:3]:
        found = captioned(Span(video=str(clip.path), start=float(shot.start), end=float(shot.end)))
        assert found["facts"]["faces"] == []
        assert "scale" not in found["facts"]
        assert "face" not in found["caption"]


def test_no_face_is_seen_in_real_pictures_of_things(real: Path) -> None:
    for span in caption([parse(str(real / "nasa_13013.mp4"))]):
        assert span["facts"]["faces"] == []


def test_a_real_close_up_is_one(real: Path) -> None:
    facts = captioned(parse(f"{real / 'sintel_trailer_30s.mp4'}#t=25.42,26"))["facts"]
    assert len(facts["faces"]) == 1
    assert facts["scale"] == "close-up"


def test_a_wide_strip_of_a_picture_costs_no_more(tmp_path: Path) -> None:
    path = tmp_path / "strip.mp4"
    with create(path) as out:
        stream = out.add_stream("libx264", rate=2, options={"preset": "ultrafast"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 4096, 16, "yuv420p"
        for number in range(4):
            strip = np.full((16, 4096, 3), 50 * number, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(strip)))
        out.mux(stream.encode(None))
    assert captioned(Span(video=str(path), start=0.0, end=2.0))["facts"]["faces"] == []


def test_without_the_package_nothing_is_said_of_faces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    span = film(tmp_path / "one.mp4", [(0.5, 0.5, 0.5)])
    with_it = captioned(span)
    monkeypatch.setitem(sys.modules, "dlib", None)
    without = captioned(span)
    assert without["facts"].keys() == with_it["facts"].keys() - {"faces", "scale"}
    assert without["caption"] == with_it["caption"].replace(" one face, in medium close-up;", "")


def test_the_command_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    span = film(tmp_path / "one.mp4", [(0.3, 0.4, 0.5), (0.75, 0.4, 0.4)])
    runs = [vtk("caption", stdin=[span]) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout
    (record,) = lines(runs[0])
    assert len(record["facts"]["faces"]) == 2


def face(left: float, score: float, height: float = 0.2) -> Face:
    return Face((left, 0.1, left + 0.1, 0.1 + height), score)


def test_a_face_must_be_at_the_same_place_twice_and_surely_once() -> None:
    assert confirmed_faces([face(0.1, 0.5)], [face(0.12, -0.1)]) == [face(0.1, 0.5)]
    assert confirmed_faces([face(0.1, -0.1)], [face(0.12, 0.5)]) == [face(0.1, -0.1)]
    assert confirmed_faces([face(0.1, -0.1)], [face(0.12, -0.1)]) == []
    assert confirmed_faces([face(0.1, 0.5)], [face(0.18, 0.5)]) == []
    assert len(confirmed_faces([face(0.1, 0.5), face(0.11, 0.4)], [face(0.1, 0.5)])) == 1
    assert confirmed_faces([face(0.1, 0.5)], []) == []


def test_a_face_counts_that_half_of_the_looks_show() -> None:
    one, two = [face(0.1, 0.5)], [face(0.1, 0.5, 0.3), face(0.6, 0.4, 0.4)]
    assert summarize_faces([one, [], [], []]) == {"faces": []}
    assert len(summarize_faces([one, [], two, []])["faces"]) == 1
    assert [e["box"][0] for e in summarize_faces([two, [], two, one])["faces"]] == [0.6, 0.1]
    assert summarize_faces([[face(-0.05, 0.5, 0.95)]])["faces"] == [{"box": [0.0, 0.1, 0.05, 1.0]}]


@pytest.mark.parametrize(
    ("count", "scale", "said"),
    [
        (0, "", ""),
        (1, "close-up", "one face, in close-up"),
        (2, "medium shot", "two faces, the larger in a medium shot"),
        (10, "close-up", "ten faces, the largest in close-up"),
        (11, "close-up", "11 faces, the largest in close-up"),
    ],
)
def test_faces_are_told_in_words(count: int, scale: str, said: str) -> None:
    assert faces_clause({"faces": [{"box": []}] * count, "scale": scale}) == said


SIDES = st.tuples(*[st.floats(0, 1)] * 2, *[st.floats(0.01, 1)] * 2)


@given(one=SIDES, two=SIDES)
def test_overlap_is_a_share_and_alike_both_ways(
    one: tuple[float, ...], two: tuple[float, ...]
) -> None:
    a, b = ((x, y, x + width, y + height) for x, y, width, height in (one, two))
    assert 0 <= overlap(a, b) <= 1 + 1e-9
    assert overlap(a, b) == pytest.approx(overlap(b, a))
    assert overlap(a, a) == pytest.approx(1)
