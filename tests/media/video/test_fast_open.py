"""Files open without decoding a picture where their head says enough, and show the same."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests.media.video.test_frames_at import MADE, digest, from_the_start, make
from tests.world import World
from vtk.media.video import Video, fast_open
from vtk.media.video.fast_open import StreamInfo, open_pictures

FEW_B, MANY_B = {"x264-params": "bframes=1"}, {"x264-params": "bframes=8:b-pyramid=normal"}
FORMS = {
    "few-b.mp4": ("libx264", FEW_B, {}),
    "many-b.mp4": ("libx264", MANY_B, {}),
    "no-b.mp4": ("libx264", {"bf": "0"}, {}),
    "baseline.mp4": ("libx264", {"profile": "baseline"}, {}),
    "fragments.mp4": ("libx264", MANY_B, {"movflags": "frag_keyframe+empty_moov"}),
    "deep.mp4": ("libx264", {"profile": "high10"}, {}),
    "few-b.mkv": ("libx264", FEW_B, {}),
}
CLIPS = ["cuts", "reordered", "late_start", "variable_rate", "padded", "rotated", "hevc", "av1",
         "mpeg4", "truncated", "corrupt", "late_start_mkv", "ten_bit", "vp9"]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    folder = tmp_path_factory.mktemp("opening")
    with pytest.MonkeyPatch.context() as patch:
        for name, form in FORMS.items():
            patch.setitem(MADE, name, form)
        yield cache(lambda name: make(folder / name))


def known(path: Path, before: StreamInfo | None = None) -> StreamInfo:
    with ExitStack() as stack:
        return open_pictures(str(path), stack, None, before)[2]


def looked_into(path: Path, before: StreamInfo | None = None) -> bool:
    """Whether FFmpeg decoded what it needed to find out about the pictures."""
    with ExitStack() as stack:
        return "skip_frame" not in open_pictures(str(path), stack, None, before)[0].options


def same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(fast_open, "_is_mp4", lambda _: False)
        thorough = known(path)
    first = known(path)
    assert first == thorough
    assert known(path, first) == first
    expected = [(frame.pts, frame.digest) for frame in from_the_start(path)]
    with Video(str(path)) as video:
        for _ in range(2):  # the second time it is opened again
            assert [(frame.pts, digest(frame.image)) for frame in video.frames()] == expected


@pytest.mark.parametrize("name", CLIPS)
def test_what_is_known_of_a_clip_is_what_ffmpeg_finds_out(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    same(world(name).path, monkeypatch)


@pytest.mark.parametrize("name", FORMS)
def test_so_it_is_however_pictures_are_reordered(
    made: Callable[[str], Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    same(made(name), monkeypatch)


@pytest.mark.parametrize("name", ["nasa_13013.mp4", "sintel_trailer_30s.mp4"])
def test_so_it_is_in_real_films(real: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    same(real / name, monkeypatch)


@pytest.mark.parametrize("name", ["few-b.mp4", "many-b.mp4", "baseline.mp4"])
def test_no_picture_of_h264_in_mp4_is_decoded_to_open_it(
    made: Callable[[str], Path], name: str
) -> None:
    assert not looked_into(made(name))


@pytest.mark.parametrize("name", ["no-b.mp4", "fragments.mp4", "deep.mp4", "few-b.mkv"])
def test_nor_to_open_h264_again_of_which_the_head_does_not_say_enough(
    made: Callable[[str], Path], name: str
) -> None:
    assert not looked_into(made(name), known(made(name)))
