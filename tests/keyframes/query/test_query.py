"""vtk keyframes --query and --at, on real files and with the tiny models."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import jsonschema
import numpy as np
import pytest
from PIL import Image

from tests.command_line import lines, vtk
from tests.prompting.scripted import Scripted
from tests.world import World
from tests.world.models.film import Act
from tests.world.models.long_film import write_long_film
from tests.world.models.stage import Actor, Play
from vtk.errors import UsageError
from vtk.keyframes import Images, keyframes
from vtk.keyframes.features import Colour
from vtk.keyframes.query import Query
from vtk.keyframes.query.exact import choices
from vtk.keyframes.query.grid import Grid, Places, Scores
from vtk.keyframes.query.methods import QUERY_METHODS
from vtk.keyframes.sampler import SpanSampler
from vtk.media.video import Video
from vtk.models.embed.clip import ClipModel
from vtk.models.embed.image_text import ImageTextModel, Vector
from vtk.models.llm.prompt import Picture
from vtk.prompting.frames import FrameOptions, select_frames
from vtk.schema import SCHEMA
from vtk.span import Span

MODELS = Path(__file__).parents[2] / "world" / "models"
TINY = f"local-dir:{MODELS / 'tiny-clip'}"
STAR = "a large red star"


def play(colour: str, shape: str, ground: str, x: float = 0.5, y: float = 0.5) -> Play:
    return Play(ground, (Actor(colour, shape, "large", x, y),))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Act]]:
    """Ten plays of four seconds; the seventh has a red star at the top left."""
    path = tmp_path_factory.mktemp("plays") / "plays.mp4"
    names = [("blue", "circle", "grass"), ("green", "square", "snow"), ("yellow", "heart", "sand")]
    plays = [(play(*names[n % 3]), 4.0) for n in range(10)]
    plays[6] = (play("red", "star", "snow", 0.25, 0.25), 4.0)
    return str(path), write_long_film(path, plays)


@pytest.fixture(scope="module")
def clip() -> Iterator[ClipModel]:
    pytest.importorskip("open_clip")
    with ClipModel(TINY, threads=1) as model:
        yield model


def asked(video: str, query: Query, **options: Any) -> Span:
    (span,) = keyframes([Span(video=video)], query=query, **options)
    jsonschema.validate(dict(span), SCHEMA)
    assert "error" not in span, span["error"]
    times = [entry["t"] for entry in span["keyframes"]]
    assert all(a < b for a, b in pairwise(times))
    return span


@pytest.mark.parametrize("method", [name for name in QUERY_METHODS if name != "yesno"])
def test_the_frames_that_answer_are_found_in_a_film_that_is_not_split(
    film: tuple[str, list[Act]], clip: ClipModel, method: str
) -> None:
    video, acts = film
    span = asked(video, Query(STAR, clip), method=method, k=4, why=True)
    assert (span["kind"], span["start"], span["end"]) == ("video", 0.0, 40.0)
    assert len(span["keyframes"]) == 4
    best = max(span["keyframes"], key=lambda entry: entry["score"])
    assert acts[6].start <= best["t"] < acts[6].end
    assert best["why"]["score"] == best["score"]
    made = span["made"][-1]
    assert made | {"method": method, "query": STAR, "scored": "looks", "moments": 40} == made
    assert made["model"] == "tiny-clip"
    assert made["looked_at"] <= 40


def test_a_gap_is_kept_and_a_rate_says_how_many(
    film: tuple[str, list[Act]], clip: ClipModel
) -> None:
    video, _ = film
    span = asked(video, Query(STAR, clip), method="f2c", k=6, min_gap=3.0)
    times = [entry["t"] for entry in span["keyframes"]]
    assert len(times) == 6
    assert all(b - a >= 3 for a, b in pairwise(times))
    assert len(asked(video, Query(STAR, clip), rate=0.25)["keyframes"]) == 10
    assert len(asked(video, Query(STAR, clip))["keyframes"]) == 8


def test_frames_that_look_the_same_are_told_and_left_out(
    film: tuple[str, list[Act]], clip: ClipModel
) -> None:
    video, _ = film
    span = asked(video, Query(STAR, clip), method="f2c", k=8, distinct=True)
    same = [other for entry in span["keyframes"] for other in entry.get("same_as", [])]
    assert len(span["keyframes"]) + len(same) == 8
    assert same


def test_every_frame_is_given_of_a_span_that_has_fewer(
    film: tuple[str, list[Act]], clip: ClipModel
) -> None:
    video, _ = film
    (span,) = keyframes([Span(video=video, start=1.0, end=2.0)], query=Query(STAR, clip), k=20)
    assert len(span["keyframes"]) == 8
    assert len({entry["pts"] for entry in span["keyframes"]}) == 8


@pytest.mark.parametrize("method", ["clips", "tstar", "focus"])
def test_a_picture_that_stays_for_long_is_one_frame(
    tmp_path: Path, clip: ClipModel, method: str
) -> None:
    path = tmp_path / "slides.mkv"
    plays = [(play("red", "star", "snow"), 40.0), (play("blue", "circle", "grass"), 80.0)]
    write_long_film(path, plays, rate=1)
    # Every tenth picture of them, each shown for ten seconds.
    slides = tmp_path / "slow.mkv"
    _slowed(path, slides, 10)
    span = asked(str(slides), Query(STAR, clip), method=method, k=16)
    assert len({entry["pts"] for entry in span["keyframes"]}) == len(span["keyframes"]) == 12


def _slowed(source: Path, path: Path, every: int) -> None:
    import av

    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        stream = new.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = 96, 96, "yuv420p"
        for number, frame in enumerate(old.decode(video=0)):
            if number % every == 0:
                new.mux(stream.encode(frame))
        new.mux(stream.encode(None))


class Colours:
    """A model to which pictures are their mean colour, and every text is red."""

    name, dim, sha256 = "colours", 3, None

    def images(self, pictures: Iterable[Picture]) -> Iterator[Vector]:
        for picture in pictures:
            mean = picture.reshape(-1, 3).mean(axis=0, dtype=np.float32)
            yield mean / np.float32(np.linalg.norm(mean))

    def tagged(self, pairs: Iterable[tuple[Any, Picture]]) -> Iterator[tuple[Any, Vector]]:
        for tag, picture in pairs:
            yield tag, next(self.images([picture]))

    def texts(self, texts: list[str]) -> Vector:
        return np.array([[1, 0, 0]] * len(texts), np.float32)


def test_the_box_of_interest_is_found_and_its_picture_written(
    film: tuple[str, list[Act]], tmp_path: Path
) -> None:
    video, acts = film
    query = Query("red", cast(ImageTextModel, Colours()), crop=True)
    (span,) = keyframes(
        [Span(video=video, start=acts[6].start, end=acts[6].end)],
        query=query,
        k=1,
        images=Images(tmp_path, "png"),
    )
    (entry,) = span["keyframes"]
    jsonschema.validate(dict(span), SCHEMA)
    assert entry["box"] == [0.0, 0.0, 0.5, 0.5]  # the quarter with the star
    with Image.open(entry["image"]) as shown:
        assert shown.size == (48, 48)
        red = np.asarray(shown, float)
        assert (red[..., 0] > red[..., 2] + 60).mean() > 0.05


def test_pictures_of_parts_are_as_large_as_their_parts_and_fit_the_tokens(
    film: tuple[str, list[Act]], tmp_path: Path
) -> None:
    video, acts = film  # 96 x 96 pixels: the part of a quarter has 48 x 48, 4 tokens
    span = Span(video=video, start=acts[6].start, end=acts[6].end)
    for tokens, side in ((8, 48), (2, 28)):
        query = Query("red", cast(ImageTextModel, Colours()), crop=True, tokens=tokens)
        (found,) = keyframes([span], query=query, k=2, images=Images(tmp_path, "png"))
        for entry in found["keyframes"]:
            assert entry["size"] == [side, side]
            with Image.open(entry["image"]) as shown:
                assert shown.size == (side, side)


def test_tass_compares_with_the_query_as_a_model_captions_it(
    film: tuple[str, list[Act]], clip: ClipModel, caplog: pytest.LogCaptureFixture
) -> None:
    video, acts = film
    model: Any = Scripted(lambda text, warm: f'"{STAR}"' if "which shape" in text else "")
    asked_for = Query("which shape is in the corner?", clip, model=model)
    span = asked(video, asked_for, method="tass", k=1)
    assert acts[6].start <= span["keyframes"][0]["t"] < acts[6].end
    assert span["made"][-1]["rewritten"] == STAR
    span = asked(video, Query(STAR, clip, model=model), method="tass", k=1)
    assert "rewritten" not in span["made"][-1]
    assert "is searched for as it is: scripted answered nothing" in caplog.text
    span = asked(video, Query("star", model=model), method="tass", k=1)
    assert "not rewritten: without --clip" in caplog.text


def test_a_frame_that_nobody_looked_at_has_no_score(film: tuple[str, list[Act]]) -> None:
    def look(places: Places) -> tuple[Scores, None]:
        return np.where(places == 0, 0.5, np.nan), None

    with Video(film[0]) as video:
        view = SpanSampler.of(video, Span(video=film[0], start=0.0, end=4.0), Colour(), 0.0)
        found = choices(view, Grid(np.array([0.5, 1.5]), look), {0: {"place": 0.0}}, 3)
    assert [choice.score for choice in found] == [0.5, None, None]
    assert found[0].why == {"score": 0.5, "place": 0.0}


def test_clips_of_smaller_pictures_cost_no_more_tokens(world: World) -> None:
    video = str(world("talk").path)  # 640 x 360: 299 tokens in full
    span = asked(video, Query("honey"), method="f2c", k=None)
    assert len(span["keyframes"]) == 8
    span = asked(
        video,
        Query(
            "honey",
            tokens=600,
        ),
        method="f2c",
    )
    assert len(span["keyframes"]) == 8  # two in full, or four times as many of half the size
    wide, tall = span["keyframes"][0]["size"]
    assert 8 * -(-wide // 28) * -(-tall // 28) <= 600
    assert wide > 220
    with Video(video) as opened:
        shown = select_frames(opened, span, FrameOptions())
    assert len(shown) == 8
    assert all(abs(picture.shape[1] - wide) <= 1 for _, picture in shown)


def test_without_a_model_words_decide_and_those_of_subtitles_are_read(world: World) -> None:
    video = str(world("talk").path)
    span = asked(video, Query("honey bee"), k=3)
    assert [each["by"] for each in span["made"]] == ["vtk transcribe", "vtk keyframes"]
    assert span["made"][-1]["scored"] == "words"
    assert "looked_at" not in span["made"][-1]
    said = [s for s in span["speech"] if "bee" in s["text"].lower()]
    best = max(span["keyframes"], key=lambda entry: entry["score"])
    assert any(s["start"] <= best["t"] < s["end"] for s in said)


def test_where_nothing_answers_the_frames_are_evenly_spaced_and_it_is_told(world: World) -> None:
    run = vtk("keyframes", "--query", "rhinoceros", "-k", "2", world("talk").path)
    (span,) = lines(run)
    assert span["made"][-1]["scored"] == "nothing"
    assert run.stderr.count(b"evenly spaced") == 1
    shares = tuple(round(entry["t"] / span["end"], 1) for entry in span["keyframes"])
    assert shares == (0.3, 0.7)


def test_a_model_is_asked_of_each_frame_whether_it_helps(film: tuple[str, list[Act]]) -> None:
    pytest.importorskip("llama_cpp")
    model = MODELS / "tiny-vlm" / "tiny-vlm-q8_0.gguf"
    options = ["--method", "yesno", "-m", str(model), "--threads", "1", "-k", "2", "--why"]
    (span,) = lines(vtk("keyframes", "--query", "a red star", *options, f"{film[0]}#t=20,32"))
    made = span["made"][-1]
    assert (made["scored"], made["model"]) == ("answers", "tiny-vlm-q8_0")
    assert len(span["keyframes"]) == 2
    assert all(0 <= entry["why"]["yes"] <= 1 for entry in span["keyframes"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--method", "tass"], b"say what with --query"),
        (["--query", "x", "--method", "sharp"], b"takes no query"),
        (["--query", "x", "--budget", "9"], b"--budget divides"),
        (["--query", "x", "--crop"], b"--crop needs an image-text model"),
        (["--query", " "], b"no words"),
        (["--query", "x", "--method", "yesno"], b"--model NAME"),
        (["--crop"], b"are for --query"),
        (["--at", "1", "-k", "2"], b"--at"),
        (["--at", "1", "--query", "x"], b"--at"),
        (["--at", "soon"], b"not times"),
        (["--at", "-1"], b"must be 0 or more, not -1"),
        (["--at", "1", "--min-gap", "5"], b"leave out --min-gap"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(options: list[str], message: bytes) -> None:
    run = vtk("keyframes", *options, "talk.mp4")
    assert run.returncode in (2, 69)
    assert message in run.stderr
    assert not run.stdout


def test_unused_options_of_a_model_are_told(world: World) -> None:
    run = vtk("keyframes", "-m", "none.gguf", f"{world('cuts').path}#t=0,1")
    assert run.returncode == 0
    assert b"not used by keyframes without --query: --model" in run.stderr


def test_frames_at_stated_times_are_those_on_screen(world: World) -> None:
    clip = world("cuts")
    (span,) = lines(vtk("keyframes", "--at", "0:02.5,1,1.0", clip.path))
    assert span["kind"] == "video"
    assert [round(entry["t"] * 24) / 24 for entry in span["keyframes"]] == [1.0, 2.5]
    assert span["made"][-1]["method"] == "at"
    (span,) = keyframes([Span(video=str(clip.path), start=2.0, end=3.0)], at=[1.0, 2.5])
    assert [round(entry["t"], 1) for entry in span["keyframes"]] == [2.5]
    assert span["made"][-1]["outside"] == [1.0]


def test_a_time_that_no_span_of_its_video_holds_is_told(world: World) -> None:
    path = world("cuts").path
    run = vtk("keyframes", "--at", "0.5,1.5,2.5", f"{path}#t=0,1", f"{path}#t=1,2")
    assert run.returncode == 0
    assert run.stderr.count(b"no span holds the time 2.5 s") == 1


def test_a_time_after_the_end_of_a_video_is_its_error_record(world: World) -> None:
    run = vtk("keyframes", "--at", "1,900", world("cuts").path)
    assert run.returncode == 1
    (span,) = lines(run)
    assert "no frame at 900 s: the video lasts from 0 to" in span["error"]["message"]


def test_the_number_of_tokens_must_be_one_or_more() -> None:
    with pytest.raises(UsageError, match="1 token"):
        next(keyframes([], query=Query("x", tokens=0)))
