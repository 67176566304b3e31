"""Changes to an index: each video comes whole, once, and readers see whole versions only."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.store.index.library import made, shots, unit
from vtk.errors import UsageError
from vtk.span import Span
from vtk.store.collection import Where
from vtk.store.index import compact, open_index, open_writer, verify


def held(place: str) -> list[Span]:
    """All spans of an index, by video and start; verifies it."""
    assert list(verify(place)) == []
    with open_index(place) as index:
        return ordered(span for _, span in index.every())


def ordered(spans: object) -> list[Span]:
    return sorted(spans, key=lambda span: (span.video, span.start))  # type: ignore[call-overload, no-any-return]


def version(place: str) -> int:
    with open_index(place) as index:
        return int(index.info()["version"])


def test_what_is_there_already_changes_nothing(tmp_path: Path) -> None:
    spans = [*shots("a"), *shots("b")]
    place = made(tmp_path, spans)
    before = version(place)
    assert list(open_writer(place).add(spans)) == spans
    assert version(place) == before
    assert held(place) == spans


def test_a_changed_video_takes_the_place_of_what_it_was(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"), shots("b"))
    new = shots("a", 5, said="Now it snows.")
    assert list(open_writer(place).add(new)) == new
    assert held(place) == [*new, *shots("b")]
    with open_index(place) as index:
        assert len(index.words(["snow"], 0).rows) == 5


def test_spans_of_a_video_that_come_apart_are_all_kept(tmp_path: Path) -> None:
    a, b = shots("a"), shots("b")
    place = made(tmp_path, a[:6], b, a[6:])
    assert held(place) == [*a, *b]
    changed = [*shots("a", 4, said="Anew.")[:2], *b, *shots("a", 4, said="Anew.")[2:]]
    list(open_writer(place).add(changed))
    assert held(place) == ordered(changed)


def test_a_video_that_failed_in_part_keeps_what_it_had(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"))
    failed = Span(video="a", start=3.0, end=4.0).with_error("caption", "the model is gone")
    new = shots("a", 2, said="Anew.")
    assert list(open_writer(place).add([*new, failed])) == [*new, failed]
    assert held(place) == [*new, *shots("a")[2:]]


def test_a_failure_that_comes_apart_from_the_video_counts_too(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"))
    failed = Span(video="a", start=3.0, end=4.0).with_error("caption", "the model is gone")
    new = shots("a", 2, said="Anew.")
    list(open_writer(place).add([*new, *shots("b"), failed]))
    assert held(place) == [*new, *shots("a")[2:], *shots("b")]


def test_a_file_that_was_moved_is_the_same_video(tmp_path: Path) -> None:
    old, new, copy = (tmp_path / name for name in ("old.mp4", "new.mp4", "copy.mp4"))
    old.write_bytes(b"film" * 999)
    place = made(tmp_path, shots(str(old)))
    old.rename(new)
    list(open_writer(place).add(shots(str(new))))
    assert held(place) == shots(str(new))
    copy.write_bytes(new.read_bytes())
    list(open_writer(place).add(shots(str(copy))))
    assert held(place) == [*shots(str(copy)), *shots(str(new))]  # both are there


def test_prune_drops_what_is_gone_and_nothing_else(tmp_path: Path) -> None:
    here = tmp_path / "here.mp4"
    here.write_bytes(b"film")
    kept = [*shots("http://host/far.mp4"), *shots(str(here))]
    place = made(tmp_path, shots("gone.mp4"), kept)
    new = shots("new.mp4")
    list(open_writer(place).add(new, prune=True))
    assert held(place) == ordered([*kept, *new])


def test_prune_waits_for_an_input_without_failures(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = made(tmp_path, shots("gone.mp4"))
    failed = Span(video="b.mp4").with_error("split", "cannot open")
    assert list(open_writer(place).add([*shots("a"), failed], prune=True))[-1] == failed
    assert len(held(place)) == 24
    assert "nothing is pruned: 1 records failed" in caplog.text


def test_vectors_of_other_dimensions_fail_alone(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"))
    other = shots("b", 3, dim=32)
    *_, last = open_writer(place).add([*other, *shots("c")])
    assert last == shots("c")[-1]
    with open_index(place) as index:
        assert index.videos() == ["a", "c"]
    (first, *_) = open_writer(place).add(other)
    assert "by clip has 32 numbers, but those in the index have 16" in first["error"]["message"]


def test_models_come_later_and_go_again(tmp_path: Path) -> None:
    bare = [Span({**span, "embedding": []}) for span in shots("a")]
    place = made(tmp_path, bare)
    list(open_writer(place).add(shots("b")))
    with open_index(place) as index:
        assert index.models("words") == ["mini"]
    assert open_writer(place).drop_model("mini") == 6
    with open_index(place) as index:
        assert index.models("words") == []
        left = [span["embedding"] for _, span in index.every(Where(videos=("b",)))]
        assert sorted(left, key=str) == sorted((s["embedding"][:1] for s in shots("b")), key=str)
    with pytest.raises(UsageError, match="no vectors by mini, but by clip"):
        open_writer(place).drop_model("mini")
    list(open_writer(place).add(shots("b")))
    assert held(place) == [*bare, *shots("b")]


def test_dropped_videos_are_not_found_any_more(tmp_path: Path) -> None:
    place = made(tmp_path, shots("x/a.mp4"), shots("b.mp4"))
    assert open_writer(place).drop(Where(videos=("a.*",))) == 12
    assert open_writer(place).drop(Where(videos=("a.*",))) == 0
    with open_index(place) as index:
        rows = index.words(["horse", "hors", "rocket"], 0).rows
        assert {span.video for span in index.spans(rows.tolist())} == {"b.mp4"}
        assert len(index.nearest("looks", "clip", unit(16, seed=0), 0).rows) == 12
    compact(place, now=True)
    assert held(place) == shots("b.mp4")


def test_indexes_are_merged(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    one = made(tmp_path / "one", shots("a"), shots("b", said="Old."))
    other = made(tmp_path, shots("b"), shots("c"))
    open_writer(one).merge([other])
    assert held(one) == [*shots("a"), *shots("b"), *shots("c")]


def test_a_reader_stays_on_its_version(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"))
    with open_index(place) as index:
        list(open_writer(place).add(shots("a", 3, said="Anew.")))
        assert len(index) == 12
        assert index.spans(range(12)) == shots("a")
        assert len(index.words(["see"], 0).rows) == 12


WRITER = """
import sys
from tests.store.index.library import shots
from vtk.store.index import open_writer
import vtk.store.index.writer as writer
writer.BATCH = 24
names, said = sys.argv[2].split(","), sys.argv[3]
spans = [span for name in names for span in shots(name, 12 + len(said), said=said)]
print("ready", flush=True)
for span in open_writer(sys.argv[1]).add(spans):
    print(span.video, flush=True)
"""
NAMES = [f"v{number:02}" for number in range(24)]


def writing(place: str, names: Sequence[str], said: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WRITER, place, ",".join(names), said]
    started = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert started.stdout
    assert started.stdout.readline() == b"ready\n"
    return started


def check_whole(place: str) -> Counter[str]:
    """Check that each video is there in one state, and return how many spans it has."""
    with open_index(place) as index:
        spans = [span for _, span in index.every()]
        found = Counter(span.video for span in spans)
        assert set(found.values()) <= {12, 16}
        for span in spans:
            assert ("Anew" in span["caption"]) == (found[span.video] == 16)
        assert len({(span.video, span.start) for span in spans}) == len(spans)
        words = index.words(["anew"], 0).rows
    assert len(words) == sum(count for count in found.values() if count == 16)
    return found


def test_a_killed_writer_leaves_whole_videos_and_a_rerun_completes_it(tmp_path: Path) -> None:
    place = made(tmp_path, *(shots(name) for name in NAMES))
    dice = random.Random(0)
    for _ in range(3):
        writer = writing(place, NAMES, "Anew")
        time.sleep(dice.uniform(0, 0.5))
        writer.kill()
        told, _ = writer.communicate()
        found = check_whole(place)
        assert all(found[name] == 16 for name in told.decode().split()[:-1])
    writer = writing(place, NAMES, "Anew")
    writer.communicate()
    assert writer.returncode == 0
    assert held(place) == [span for name in NAMES for span in shots(name, 16, said="Anew")]


def test_readers_beside_a_writer_see_whole_versions(tmp_path: Path) -> None:
    place = made(tmp_path, *(shots(name) for name in NAMES))
    writer = writing(place, NAMES, "Anew")
    seen = []
    while writer.poll() is None:
        seen.append(sum(check_whole(place).values()))
    writer.communicate()
    assert writer.returncode == 0
    assert seen == sorted(seen)
    assert sum(check_whole(place).values()) == 24 * 16


def test_two_writers_of_the_same_spans_make_no_duplicates(tmp_path: Path) -> None:
    place = str(tmp_path / "index")
    writers = [writing(place, NAMES[:8], "") for _ in range(2)]
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0]
    assert held(place) == [span for name in NAMES[:8] for span in shots(name)]


def test_rows_keep_their_numbers_over_deletions(tmp_path: Path) -> None:
    place = made(tmp_path, *(shots(name) for name in "abcd"))
    list(open_writer(place).add(shots("b", 7)))
    open_writer(place).drop(Where(videos=("c",), after=4))
    with open_index(place) as index:
        query = unit(16, seed=9)
        hits = index.nearest("looks", "clip", query, 9)
        expected = [
            float((v @ query).max()) for v in index.vectors("looks", "clip", hits.rows.tolist())
        ]
        np.testing.assert_allclose(hits.scores, expected, atol=0.002)
        assert sorted(index.words(["see"], 0).rows) == list(range(len(index)))
        assert [row for row, _ in index.every()] == list(range(len(index)))
