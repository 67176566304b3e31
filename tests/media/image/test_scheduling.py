"""SVT-AV1 makes threads real-time where it may, as by root: nothing of that is to last."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.codeccontext import VideoCodecContext

from tests.world import World, render
from vtk.keyframes import Images, keyframes
from vtk.media.image.scheduling import preserved_scheduling
from vtk.span import Span

pytestmark = pytest.mark.skipif(
    not os.path.isdir("/proc/self/task"), reason="how threads are scheduled cannot be told here"
)


def policies_after(work: Callable[[], object]) -> set[int]:
    """How all threads are scheduled once one of their number has done some work."""

    def found() -> set[int]:
        kept = work()
        policies = {os.sched_getscheduler(0)}
        for thread in os.listdir("/proc/self/task"):
            with suppress(ProcessLookupError):  # it has ended
                policies.add(os.sched_getscheduler(int(thread)))
        del kept
        return policies

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(found).result()


def opened() -> VideoCodecContext:
    context = av.CodecContext.create("libsvtav1", "w")
    context.width, context.height, context.pix_fmt = 64, 64, "yuv420p"
    context.framerate = Fraction(25)
    context.options = {"svtav1-params": "lp=1"}
    context.open()
    return context


def test_neither_the_thread_nor_those_of_the_encoder_stay_real_time() -> None:
    def work() -> VideoCodecContext:
        with preserved_scheduling():
            return opened()

    assert policies_after(work) == {os.sched_getscheduler(0)}


def test_pictures_as_avif_leave_the_thread_as_it_was(world: World, tmp_path: Path) -> None:
    span = Span(video=str(world("cuts").path), start=0.0, end=1.0)
    images = Images(tmp_path, "avif")
    policies = policies_after(lambda: list(keyframes([span], images=images)))
    assert policies == {os.sched_getscheduler(0)}
    assert list(tmp_path.glob("*.avif"))


def test_rendering_a_clip_leaves_the_thread_as_it_was(tmp_path: Path) -> None:
    assert policies_after(lambda: render("av1", tmp_path)) == {os.sched_getscheduler(0)}


def test_where_scheduling_cannot_be_set_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setscheduler")
    with preserved_scheduling():
        inside = True
    assert inside
