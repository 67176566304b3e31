"""vtk caption with tiny-vlm, run again and run for long: the same bytes, the same memory."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import vtk
from tests.models.tiny import language_file
from tests.world.models.film import film

SECONDS = re.compile(rb'"seconds":[\d.e-]+')


@pytest.mark.parametrize("sequences", ["1", "4"])
def test_a_run_gives_the_same_bytes_again(tmp_path: Path, sequences: str) -> None:
    source = film(tmp_path / "film.mp4", 31, shots=10, seconds=1.0)
    windows = vtk("split", "--every", "1s", source.path).stdout
    command = ["caption", "-m", str(language_file()), "--threads", "1", "--sequences", sequences]
    command += ["--prompt", "Describe the video.", "--frames", "2", "--max-tokens", "60"]
    first, second = (vtk(*command, stdin=windows) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert len(SECONDS.findall(first.stdout)) == 10
    assert SECONDS.sub(b"", first.stdout) == SECONDS.sub(b"", second.stdout)


LONG_RUN = """
import os, sys
from pathlib import Path
from tests.models.tiny import tiny_vlm
from vtk.caption import caption
from vtk.caption.options import CaptionOptions
from vtk.prompting.frames import FrameOptions
from vtk.prompting.templates import PromptContext
from vtk.models.llm.prompt import Sampling
from vtk.span import Span

spans = [
    Span(video=sys.argv[1 + number % 2], start=number / 25, end=number / 25 + 0.5)
    for number in range(200)
]
context = PromptContext({"caption": "Describe the video."})
options = CaptionOptions(FrameOptions(count=1), context, Sampling(max_tokens=60))
with tiny_vlm() as model:
    for count, span in enumerate(caption(spans, model=model, options=options), 1):
        assert span["caption"], span
        if count in (50, 200):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            print(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_two_hundred_captions_take_no_more_memory_than_fifty(tmp_path: Path) -> None:
    """Of two films in turn, so that every span opens its file anew; a picture takes 0.2 MB.

    In a process of its own, whose memory nothing else uses.
    """
    films = [film(tmp_path / f"{n}.mp4", n, 17, seconds=0.5, side=256).path for n in (32, 33)]
    run = subprocess.run(
        [sys.executable, "-c", LONG_RUN, *map(str, films)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    fifty, two_hundred = map(float, run.stdout.split())
    assert two_hundred - fifty < 10
