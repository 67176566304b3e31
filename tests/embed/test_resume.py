"""vtk embed -o FILE --resume: what was finished is not done again, and comes out the same."""

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import vtk
from tests.embed.test_embed import Letters, said, texts_model
from tests.world import World
from vtk.embed import embed
from vtk.span import Span
from vtk.store.journal import ResumeJournal

SAID = [said(f"Number {n}.", start=float(n), end=n + 1.0) for n in range(6)]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[ResumeJournal]:
    """A journal in which three spans are finished."""
    output = str(tmp_path / "out.jsonl")
    with ResumeJournal(output) as first:
        assert len(list(islice(embed(SAID, embedder=texts_model(), journal=first), 3))) == 3
    with ResumeJournal(output) as second:
        yield second


def embedded(
    journal: ResumeJournal, spans: list[Span], name: str = "letters"
) -> tuple[list[Span], int]:
    """What a resumed run gives, and how many texts it embedded."""
    texts = 0

    class Counting(Letters):
        def documents(self, source):  # type: ignore[no-untyped-def]
            nonlocal texts
            for vector in super().documents(source):
                texts += 1
                yield vector

    counting: Any = Counting(name)
    return list(embed(spans, embedder=counting, journal=journal)), texts


def test_finished_spans_are_kept_and_the_result_is_that_of_one_run(journal: ResumeJournal) -> None:
    assert embedded(journal, SAID) == (list(embed(SAID, embedder=texts_model())), 3)


def test_spans_that_changed_and_vectors_of_another_model_are_made_anew(
    journal: ResumeJournal, caplog: pytest.LogCaptureFixture
) -> None:
    changed = [Span({**SAID[0], "caption": "A count."}), *SAID[1:]]
    found, texts = embedded(journal, changed)
    assert texts == 2 + 3
    assert found == list(embed(changed, embedder=texts_model()))
    assert "were made with another model, option or input, and are made anew" in caplog.text


def test_a_run_with_another_model_takes_nothing(journal: ResumeJournal) -> None:
    found, texts = embedded(journal, SAID, name="other")
    assert texts == 6
    assert found == list(embed(SAID, embedder=texts_model(name="other")))


def test_a_whole_video_that_was_signed_is_not_decoded_again(world: World, tmp_path: Path) -> None:
    film, output = tmp_path / "film.mp4", tmp_path / "out.jsonl"
    shutil.copy(world("cuts").path, film)
    run = ("embed", "--signature", film, "-o", output, "--resume")
    assert vtk(*run).returncode == 0
    once = output.read_bytes()
    data = bytearray(film.read_bytes())
    at = data.index(b"mdat") + 2000
    data[at:-2000] = bytes(len(data) - at - 2000)  # its pictures are gone, its length is there
    film.write_bytes(data)
    assert vtk(*run).returncode == 0
    assert output.read_bytes() == once
    assert not output.with_name("out.jsonl.part").exists()
