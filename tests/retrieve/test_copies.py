"""Copies of clips are found in films, at the right second, and what is no copy is not."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.command_line import vtk
from tests.store.index.library import made
from tests.world.copies import EDITS, MORE, copy_of, joined, write_clip
from tests.world.models.long_film import write_long_film
from tests.world.models.stage import cast
from vtk.check import check
from vtk.embed import embed
from vtk.embedding import SIGNATURE, entries, unpack
from vtk.errors import MediaError, MissingError, OpenError, UsageError
from vtk.media.video import Video
from vtk.retrieve.copies import copies
from vtk.retrieve.stills import stills
from vtk.schema import SCHEMA
from vtk.span import Span

START, END = 21.3, 29.9  # of the clip in the film


def film(path: Path, seed: int, seconds: float = 48.0) -> Path:
    rng = np.random.default_rng(seed)
    write_long_film(path, [(cast(rng, moving=True), 3.0) for _ in range(int(seconds / 3))])
    return path


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Span]:
    """Three films, as spans with signatures."""
    folder = tmp_path_factory.mktemp("films")
    paths = [film(folder / f"{seed}.mp4", seed) for seed in (1, 2, 3)]
    return list(embed((Span(video=str(path)) for path in paths), signature=True))


@pytest.mark.parametrize("edit", [*EDITS, *MORE])
def test_a_copy_is_found_at_the_right_second(films: list[Span], tmp_path: Path, edit: str) -> None:
    clip = tmp_path / "clip.mp4"
    speed = copy_of(films[1].video, START, END, clip, [edit], np.random.default_rng(5))
    first, *others = copies(films, Span(video=str(clip)))
    assert (first.video, others) == (films[1].video, [])
    assert first.start == pytest.approx(START, abs=0.5)
    assert first.end == pytest.approx(END, abs=0.8)
    assert (first["copy"]["start"], first["copy"]["video"]) == (0, str(clip))
    assert first["copy"]["speed"] == pytest.approx(speed, abs=0.07)
    assert first["copy"].get("mirrored", False) == (edit == "mirror")
    assert (first["kind"], first["rank"]) == ("moment", 1)


def test_a_picture_is_found_where_it_is_shown(
    films: list[Span], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    still, small = tmp_path / "still.png", tmp_path / "small.jpg"
    with Video(films[1].video) as video:
        (shown,) = video.frames_at([START])
        picture = Image.fromarray(shown.image.to_ndarray(format="rgb24"))
    picture.save(still)
    width, height = picture.size
    cropped = picture.crop((2, 2, width - 2, height - 2))
    mirrored = cropped.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    mirrored.resize((width // 2, height // 2)).save(small, quality=60)
    for file in (still, small):
        first, *_ = stills(films, str(file))
        assert (first.video, first["query"], first["rank"]) == (films[1].video, str(file), 1)
        assert first["keyframes"][0]["t"] == pytest.approx(START, abs=0.1)
        assert first.start <= START <= first.end <= first.start + 3
        assert type(first["score"]) is float  # which --print can format
        check(first, SCHEMA)
    gone = [Span({**span, "video": "gone.mp4"}) for span in films[1:2]]
    (found,) = stills(gone, str(still), threshold=0.7)
    assert found["keyframes"][0]["t"] == pytest.approx(START, abs=0.5)
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (48, 64), np.uint8)).save(still)
    assert not list(stills(films, str(still)))
    assert "still.png is not shown; videos searched: 3" in caplog.text
    Image.new("L", (64, 48)).save(still)
    with pytest.raises(UsageError, match="no pattern"):
        list(stills(films, str(still)))


def test_a_clip_of_another_film_is_nowhere(
    films: list[Span], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = film(tmp_path / "other.mp4", 9)
    for start in (0.0, 10.0, 20.0):
        assert not list(copies(films, Span(video=str(other), start=start, end=start + 8)))
    assert "no copy of" in caplog.text


def test_a_stretch_of_a_film_is_found_in_it_only_elsewhere(films: list[Span]) -> None:
    """The stretch that is asked about is no copy of itself, however its film is given."""
    assert not list(copies(films, Span(video=films[0].video, start=6.0, end=15.0)))
    bare = [Span(video=films[1].video), Span(video=films[0].video)]
    assert not list(copies(bare, Span(video=films[0].video, start=6.0, end=15.0)))


def test_a_part_of_a_clip_is_told_as_that_part(films: list[Span], tmp_path: Path) -> None:
    """Eight seconds of the film, in the middle of a clip of something else."""
    other = film(tmp_path / "other.mp4", 9, 12)
    clip = tmp_path / "clip.mp4"
    joined([(str(other), 0.0, 6.0), (films[2].video, 30.0, 40.0), (str(other), 6.0, 9.0)], clip)
    first, *others = copies(films, Span(video=str(clip)))
    assert (first.video, others) == (films[2].video, [])
    assert [first.start, first.end] == pytest.approx([30, 40], abs=1)
    assert first["copy"]["start"] == pytest.approx(6, abs=1)
    assert first["copy"]["end"] == pytest.approx(16, abs=1)


def test_a_black_clip_matches_nothing_and_says_so(
    films: list[Span], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    black = tmp_path / "black.mp4"
    write_clip(black, [np.zeros((96, 96, 3), np.uint8)] * 24, 8.0)
    signed = list(embed([Span(video=str(black))], signature=True))
    assert not list(copies([*films, *signed], Span(video=str(black))))
    assert "no frame has a pattern" in caplog.text


def test_an_exact_copy_lies_exactly_where_it_is(films: list[Span], tmp_path: Path) -> None:
    """Whatever the number of frames of the clip."""
    for start, end in ((20.0, 26.0), (20.5, 27.625), (41.0, 48.0)):
        clip = tmp_path / "clip.mp4"
        joined([(films[1].video, start, end)], clip)
        first, *_ = copies(films, Span(video=str(clip)))
        assert (first.video, first["copy"]["speed"]) == (films[1].video, 1)
        assert [first.start, first.end] == pytest.approx([start, end], abs=0.011)


def test_a_moment_ends_with_its_film(films: list[Span], tmp_path: Path) -> None:
    cut, clip = tmp_path / "cut.mp4", tmp_path / "clip.mp4"
    joined([(films[1].video, 20.0, 25.8)], cut)
    joined([(films[1].video, 20.0, 27.0)], clip)
    (found,) = copies([Span(video=str(cut))], Span(video=str(clip)))
    with Video(str(cut)) as video:
        assert video.end < 6
        assert [found.start, found.end] == pytest.approx([0, video.end], abs=0.001)


def test_a_clip_that_is_too_short_is_told(
    films: list[Span], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clip = tmp_path / "clip.mp4"
    joined([(films[1].video, 22.0, 23.0)], clip)
    assert not list(copies(films, Span(video=str(clip))))
    assert "too short" in caplog.text
    found = next(copies(films, Span(video=str(clip)), threshold=0.3))
    assert found.start == pytest.approx(22, abs=0.3)
    assert caplog.text.count("too short") == 1


def test_a_clip_that_is_not_there_is_named(films: list[Span]) -> None:
    with pytest.raises(OpenError, match=r"--like nope\.mp4: cannot open"):
        list(copies(films, Span(video="nope.mp4")))
    beyond = Span(video=films[0].video, start=90.0, end=95.0)
    with pytest.raises(MediaError, match=r"90,95: .* lies outside the video"):
        list(copies(films, beyond))
    assert vtk("retrieve", "--like", "nope.mp4", "--same", films[0].video).returncode == 66


def test_an_index_without_signatures_is_an_error(films: list[Span], tmp_path: Path) -> None:
    place = made(tmp_path, [Span(video=films[0].video, title="A bee")])
    with pytest.raises(MissingError, match="no span has signatures: vtk embed --signature"):
        list(copies([], films[1], index=place))


def test_spans_have_the_same_signatures_as_their_film(films: list[Span]) -> None:
    """Two a second at whole halves of a second, from one decode, whatever the spans are."""
    video = films[0].video
    cuts = [0.0, 3.1, 3.2, 9.0, 20.0]
    shots = [Span(video=video, start=a, end=b) for a, b in pairwise(cuts)]
    found = list(embed(shots, signature=True))
    (whole,) = entries(films[0], SIGNATURE)
    assert (whole["t"], whole["rate"]) == (0, 2)
    for span in found:
        (entry,) = entries(span, SIGNATURE)
        first = round(entry["t"] * 2)
        own = unpack(entry)
        np.testing.assert_array_equal(own, unpack(whole)[first : first + len(own)])
    # The second is too short to hold half a second's beginning.
    assert [next(entries(span, SIGNATURE))["t"] for span in found] == [0, 3.0, 3.5, 9.0]
    assert list(embed(found, signature=True)) == found
