"""vtk ocr: what is read, when, and how often the networks are asked."""

import io
import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.world import Blank, Clip, Encoding, Take, titles
from tests.world.catalog import render_as
from tests.world.titles import Titled, Words
from vtk.errors import MediaError, MissingError, UsageError
from vtk.models import ocr as engines
from vtk.models.hub.formats import _Reader, _varint, onnx_metadata
from vtk.ocr import OcrSettings, ocr
from vtk.ocr.words import stitch
from vtk.schema import SCHEMA
from vtk.span import Span

rapidocr = pytest.importorskip("rapidocr")
pytest.importorskip("onnxruntime")
cv2 = pytest.importorskip("cv2")

Made = Callable[[Any], Clip]
SLACK = 0.2  # seconds by which a first or last time may be off


@pytest.fixture(scope="module")
def engine() -> Iterator[engines.OcrEngine]:
    """RapidOCR, loaded and used without a network."""
    import requests

    def refuse(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("something was to be fetched")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.sessions.Session, "request", refuse)
        yield engines.OcrEngine(threads=1)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Clips of tests/world/titles.py, each made once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return lambda make: render_as(make.__name__, shared / "world", 0, make)


def whole(clip: Clip) -> Span:
    return Span(video=str(clip.path), start=0.0, end=clip.truth.end)


def read(span: Span, engine: Any, **settings: Any) -> list[dict[str, Any]]:
    (result,) = ocr([span], OcrSettings(**settings), engine=engine)
    assert not result.failed, result["error"]
    found = result["screen_text"]
    assert isinstance(found, list)
    return found


def check(clip: Clip, found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Every line of the truth once, at its time, and nothing else; the entries by their text."""
    words = clip.truth.about["words"]
    assert sorted(entry["text"] for entry in found) == sorted(word["text"] for word in words)
    by_text = {entry["text"]: entry for entry in found}
    for word in words:
        entry = by_text[word["text"]]
        assert entry["start"] == pytest.approx(word["start"], abs=SLACK), word["text"]
        assert entry["end"] == pytest.approx(word["end"], abs=SLACK), word["text"]
    return by_text


def test_captions_over_moving_pictures(made: Made, engine: engines.OcrEngine) -> None:
    clip = made(titles.captions)
    pictures, texts = engine.found, engine.read
    found = check(clip, read(whole(clip), engine))
    for word in clip.truth.about["words"]:
        entry = found[word["text"]]
        assert entry["box"] == pytest.approx(word["box"], abs=0.035)
        assert entry["role"] == ("title" if word["text"].isupper() else "caption")
    # A line is read when it comes; that its ground moves is no reason to read it again.
    assert engine.read - texts <= len(found) + 1
    assert 10 * (engine.found - pictures) <= len(clip.truth.frame_pts)


def test_rolling_credits_are_one_entry_a_line(made: Made, engine: engines.OcrEngine) -> None:
    clip = made(titles.credits)
    found = check(clip, read(whole(clip), engine))
    assert {entry["role"] for entry in found.values()} == {"credit"}


def test_a_line_that_runs_across_is_one_entry(made: Made, engine: engines.OcrEngine) -> None:
    clip = made(titles.ticker)
    found = check(clip, read(whole(clip), engine))
    assert {entry["role"] for entry in found.values()} == {"other"}


def test_a_slide_is_read_once_over_all_its_spans(made: Made, engine: engines.OcrEngine) -> None:
    clip = made(titles.slide)
    before = engine.read
    spans = [Span(video=str(clip.path), start=s, end=s + 1.25) for s in (0.0, 1.25, 2.5, 3.75)]
    results = list(ocr(spans, OcrSettings(), engine=engine))
    entries = [(span, entry) for span in results for entry in span["screen_text"]]
    assert engine.read - before == len(clip.truth.about["words"])
    assert {entry["role"] for _, entry in entries} == {"slide"}
    for word in clip.truth.about["words"]:
        parts = [(span, entry) for span, entry in entries if entry["text"] == word["text"]]
        shown = [s for s in spans if word["start"] < s.end and word["end"] > s.start]
        assert [span.start for span, _ in parts] == [span.start for span in shown]
        for span, entry in parts:
            assert entry["start"] == pytest.approx(max(word["start"], span.start), abs=SLACK)
            assert entry["end"] == pytest.approx(min(word["end"], span.end), abs=SLACK)
            assert span.start <= entry["start"] < entry["end"] <= span.end


def test_keyframes_from_the_command_line(made: Made) -> None:
    clip = made(titles.slide)
    span = {**whole(clip), "keyframes": [{"t": 0.5}, {"t": 2.0}, {"t": 4.0}], "mine": [1]}
    result = vtk("ocr", "--on", "keyframes", "--threads", "1", stdin=[span])
    assert (result.returncode, result.stderr) == (0, b"")
    (record,) = lines(result)
    jsonschema.validate(record, SCHEMA)
    assert record["mine"] == [1]
    assert record["made"][-1]["by"] == "vtk ocr"
    # Half-way between keyframes, as nothing tells it better.
    assert {(e["text"], e["start"], e["end"]) for e in record["screen_text"]} == {
        ("Rivers of the North", 0.0, 5.0),
        ("They rise in the hills", 0.0, 5.0),
        ("Floods last year: 3", 0.0, 3.0),
        ("and end in salt marshes", 1.25, 5.0),
        ("Floods last year: 8", 3.0, 5.0),
    }


class Blocks:
    """An engine that takes what is brightest for a line of text, and counts its calls."""

    def __init__(self) -> None:
        self.found = self.read = 0

    def lines(self, picture: Any) -> list[Any]:
        self.found += 1
        rows, columns = np.nonzero(picture.min(2) > 200)
        if not len(rows):
            return []
        left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
        return [np.array(corners, np.float32)]

    def text(self, picture: Any, quad: Any) -> tuple[str, float]:
        self.read += 1
        return "block", 0.9


def stripes(directory: Path, seconds: float = 2.0, **encoding: Any) -> Clip:
    line = Words("IIIIIIIIII", 0.5, 1.5, 30, 40, 24)
    wanted = Encoding(rate=Fraction(24), **encoding)
    takes = [Take(seconds, Titled(Blank("blue"), (line,)))]
    return titles.titled(directory / "stripes.mp4", takes, wanted, {}, 0)


@pytest.mark.parametrize(("rotation", "turn"), [(0, 0), (90, 1), (180, 2), (270, 3)])
def test_boxes_are_of_the_picture_as_it_is_displayed(
    tmp_path: Path, rotation: int, turn: int
) -> None:
    clip = stripes(tmp_path, rotation=rotation)
    (entry,) = read(whole(clip), Blocks())
    left, top, right, bottom = clip.truth.about["words"][0]["box"]
    for _ in range(turn):  # a quarter counter-clockwise
        left, top, right, bottom = top, 1 - right, bottom, 1 - left
    assert entry["box"] == pytest.approx([left, top, right, bottom], abs=0.02)
    assert (entry["start"], entry["end"]) == pytest.approx((0.5, 1.5), abs=SLACK)


def test_pictures_without_edges_cost_no_call(tmp_path: Path) -> None:
    engine = Blocks()
    clip = stripes(tmp_path)
    assert read(Span(video=str(clip.path), start=0.0, end=0.4), engine) == []
    assert (engine.found, engine.read) == (0, 0)


def test_what_is_too_low_or_not_sure_is_left_out(tmp_path: Path) -> None:
    span = whole(stripes(tmp_path))
    assert len(read(span, Blocks(), height=0.05)) == len(read(span, Blocks(), height=10)) == 1
    assert read(span, Blocks(), height=0.5) == read(span, Blocks(), height=60) == []
    assert read(span, Blocks(), score=0.95) == []


def test_a_span_outside_of_the_video_is_an_error(tmp_path: Path) -> None:
    clip = stripes(tmp_path)
    late = Span(video=str(clip.path), start=50.0, end=60.0)
    one, two = ocr([late, whole(clip)], OcrSettings(), engine=Blocks())  # type: ignore[arg-type]
    assert one["error"]["type"] == MediaError.__name__
    assert len(two["screen_text"]) == 1


def test_frames_are_decoded_once_for_spans_in_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vtk.media.video import Frame, Video

    decoded: list[int] = []
    frames = Video.frames

    def counted(self: Video, *stretch: float) -> Iterator[Frame]:
        for frame in frames(self, *stretch):
            decoded.append(frame.pts)
            yield frame

    monkeypatch.setattr(Video, "frames", counted)
    clip = stripes(tmp_path)
    spans = [Span(video=str(clip.path), start=i / 2, end=i / 2 + 0.5) for i in range(4)]
    results = list(ocr(spans, OcrSettings(), engine=Blocks()))  # type: ignore[arg-type]
    assert len(decoded) == len(set(decoded)) == len(clip.truth.frame_pts)
    shown = [span.start for span in results if span["screen_text"]]
    assert shown == [0.5, 1.0]


def test_a_language_that_cannot_be_read_is_named_with_the_fix(tmp_path: Path) -> None:
    result = vtk("ocr", "--language", "ru", stripes(tmp_path).path)
    assert result.returncode == 69
    assert b"--weights" in result.stderr
    assert result.stderr.count(b"\n") == 1


def test_without_rapidocr_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    with pytest.raises(MissingError, match="video-text-kit"):
        engines.OcrEngine()


def test_a_network_of_paddlepaddle_has_its_characters_beside_it(
    tmp_path: Path, engine: engines.OcrEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PaddlePaddle's own files lack what RapidOCR's have in them, and RapidOCR would fetch it."""
    shipped = engines._shipped(Path(rapidocr.__file__).parent / "models", "rec")
    characters = onnx_metadata(Path(shipped))["character"].splitlines()
    bare = tmp_path / "inference.onnx"
    bare.write_bytes(without_metadata(Path(shipped).read_bytes()))
    assert onnx_metadata(bare) == {}
    with pytest.raises(MissingError, match="does not tell its characters") as raised:
        engines.OcrEngine(weights=bare, threads=1)
    assert "\n" not in str(raised.value)
    listed = {"PostProcess": {"character_dict": characters}}
    (tmp_path / "inference.yml").write_bytes(orjson.dumps(listed))  # JSON is YAML
    picture = np.full((64, 320, 3), 255, np.uint8)
    cv2.putText(picture, "Lecture 3", (10, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (0, 0, 0), 3)
    quad = np.array([[0, 0], [320, 0], [320, 64], [0, 64]], np.float32)
    other = engines.OcrEngine(weights=bare, threads=1)
    assert other.text(picture, quad) == engine.text(picture, quad)
    assert other.text(picture, quad)[0] == "Lecture 3"
    (tmp_path / "inference.yml").write_text("PostProcess: {}\n")
    with pytest.raises(MissingError, match=r"inference\.yml lists no characters"):
        engines.OcrEngine(weights=bare, threads=1)


def without_metadata(network: bytes) -> bytes:
    """An ONNX file without its metadata, the fields 14 of the message."""
    kept, reader = b"", _Reader(io.BytesIO(network), len(network))
    while reader.at < reader.size:
        start = reader.at
        number, wire = divmod(_varint(reader), 8)
        reader.skip(_varint(reader) if wire == 2 else 0)
        if wire == 0:
            _varint(reader)
        kept += b"" if number == 14 else network[start : reader.at]
    return kept


def test_a_network_is_named_by_the_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    result = vtk("ocr", "--weights", "pp-ocrv6-medium", stripes(tmp_path).path)
    assert result.returncode == 69
    assert b"`vtk models pull pp-ocrv6-medium` gets it" in result.stderr
    (tmp_path / "vtk").mkdir()
    own = "[mine]\nkind = 'ocr'\npath = 'm.gguf'\n"
    (tmp_path / "vtk" / "models.toml").write_text(own)
    (tmp_path / "vtk" / "m.gguf").write_bytes(b"GGUF")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="mine is a language model: --method vlm reads with it"):
        engines.recognizer("mine")


def test_nonsense_is_refused(tmp_path: Path) -> None:
    for wrong in ({"on": "sundays"}, {"rate": 0.0}, {"weights": tmp_path / "none.onnx"}):
        with pytest.raises(UsageError):
            OcrSettings(**wrong)
    junk = tmp_path / "junk.onnx"
    junk.write_bytes(b"no network")
    with pytest.raises(
        MissingError, match=r"junk\.onnx is not a text recognition network: it is not"
    ):
        engines.OcrEngine(weights=junk)


@settings(deadline=None)  # other work on the machine is no failure
@given(st.integers(8, 36), st.lists(st.floats(0, 1), min_size=36, max_size=36))
def test_parts_of_a_line_that_runs_by_come_together(wide: int, shifts: list[float]) -> None:
    text = "abcdefghijklmnopqrstuvwxyz0123456789"
    seen, at = text[:wide], 0
    for shift in shifts:
        if at + wide < len(text):
            at += 1 + int(shift * (wide - 5))
            seen = stitch(seen, text[at : at + wide]) or ""
    assert seen == text
    assert stitch("abcdef", "uvwxyz") is None
