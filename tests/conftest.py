"""What all tests share: rendered clips, and the folder of real ones."""

import logging
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.world import World, render, version

REAL = Path(__file__).parents[2] / "shared" / "videos"


@pytest.fixture(scope="session")
def world() -> World:
    """Rendered clips by name, each made once for all test processes and for later runs."""
    shared = Path(tempfile.gettempdir(), f"vtk-world-{os.getuid()}", version())
    return lambda name: render(name, shared)


@pytest.fixture(scope="session", autouse=True)
def _quick_faces() -> Iterator[None]:
    """Captions look for faces in 90 lines, not 600, with a detector that is opened once.

    To look for them takes most of the time of a caption, and few tests are about them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vtk.caption.faces.HEIGHT", 90)
        if find_spec("dlib"):
            import dlib

            opened = cache(dlib.get_frontal_face_detector)
            patch.setattr("dlib.get_frontal_face_detector", opened)
        yield


@pytest.fixture
def real() -> Path:
    """The folder of real clips; the test is skipped where it is absent."""
    if not REAL.is_dir():
        pytest.skip("the folder of real clips is not here")
    return REAL


@pytest.fixture(autouse=True)
def _own_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave the log as it was, and fail a test in which vtk logged a bug of its own.

    A test that provokes one has the mark `bug`.
    """
    log = logging.getLogger("vtk")
    propagate, level = log.propagate, log.level  # pytest captures twice what did not propagate
    bugs: list[str] = []

    def noted(record: logging.LogRecord) -> bool:
        if record.exc_info:
            bugs.append(logging.Formatter().format(record))
        return True

    log.addFilter(noted)
    yield
    log.removeFilter(noted)
    log.propagate = propagate
    log.setLevel(level)
    if bugs and not request.node.get_closest_marker("bug"):
        pytest.fail("vtk logged a bug:\n" + "\n".join(bugs), pytrace=False)
