"""vtk index on the command line: what it says, passes on and refuses."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from unittest import mock

import lance
import pytest

from tests.command_line import VTK, vtk
from tests.store.index.library import made, shots
from tests.world import World
from vtk.embedding import vectors_of
from vtk.span import Span
from vtk.store.index import open_index

CLIP = Path(__file__).parents[1] / "world" / "models" / "tiny-clip"


def lines(*spans: Span) -> bytes:
    return b"".join(span.dump() for span in spans)


def test_add_passes_the_spans_on_and_info_counts_them(tmp_path: Path) -> None:
    place, spans = str(tmp_path / "films.index"), lines(*shots("a"), *shots("b"))
    for _ in range(2):
        ran = vtk("index", "add", place, stdin=spans)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, spans, b"")
    told = json.loads(vtk("index", "info", place).stdout)
    assert (told["videos"], told["spans"], told["without_words"]) == (2, 24, 0)
    assert told["embeddings"] == [
        {"of": "looks", "model": "clip", "dim": 16, "spans": 24, "search": "exact"},
        {"of": "words", "model": "mini", "dim": 8, "spans": 12, "search": "exact"},
    ]
    assert vtk("index", "verify", place).stdout == b""


def test_what_searches_cannot_find_is_told(tmp_path: Path) -> None:
    mute = Span(video="c", start=0.0, end=1.0)
    ran = vtk("index", "add", str(tmp_path / "i"), stdin=lines(*shots("a"), mute, mute))
    assert ran.returncode == 0
    told = ran.stderr.decode()
    assert "spans that came more than once, the last of which counts: 1" in told
    assert "spans without words, which no search by words finds: 2" in told
    assert "spans without embeddings, which only words find: 2" in told


def test_vectors_that_go_are_told_of(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"), shots("b"))
    bare = [Span({**span, "embedding": [], "keyframes": []}) for span in shots("a")]
    ran = vtk("index", "add", place, stdin=lines(*bare, *shots("b", 5)))
    assert ran.returncode == 0
    told = ran.stderr.decode()
    assert "without their vectors by clip, which are gone: 12; with --embedder" in told
    assert "without their vectors by mini, which are gone: 6; with --embedder" in told
    assert vtk("index", "drop", place, "--video", "b").returncode == 0
    assert json.loads(vtk("index", "info", place).stdout)["embeddings"] == []


def test_an_input_without_spans_makes_an_empty_index(tmp_path: Path) -> None:
    place = str(tmp_path / "i")
    ran = vtk("index", "add", place, stdin=b"")
    assert (ran.returncode, ran.stderr) == (0, b"vtk index add: warning: no span came in\n")
    assert json.loads(vtk("index", "info", place).stdout)["spans"] == 0
    assert vtk("index", "verify", place).stdout == b""
    assert vtk("index", "compact", place).returncode == 0
    ran = vtk("retrieve", "--index", place, "a horse")
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert vtk("index", "add", place, stdin=lines(*shots("a"))).returncode == 0
    ran = vtk("index", "add", str(tmp_path / "none"), stdin=b'{"vid')
    assert ran.returncode == 65
    assert not (tmp_path / "none").exists()


def test_a_video_is_split_and_embedded_on_the_way(world: World, tmp_path: Path) -> None:
    pytest.importorskip("open_clip")
    model = f"local-dir:{CLIP}"
    film = world("cuts").path
    ran = vtk("index", "add", str(tmp_path / "i"), "--clip", model, "--threads", "1", film)
    assert ran.returncode == 0, ran.stderr
    assert b"spans without words" not in ran.stderr
    with open_index(str(tmp_path / "i")) as index:
        (name,) = index.models("looks")
        (first, *_) = index.spans([0])
        vector = vectors_of(first, "looks", name)[0]
        assert index.nearest("looks", name, vector, 1).rows.tolist() == [0]


def test_a_stream_that_is_cut_off_takes_nothing_away(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"), shots("b"), shots("gone.mp4"))
    new = [*shots("a", 5, said="Anew."), *shots("b", 5, said="Anew.")]
    ran = vtk("index", "add", "--prune", place, stdin=lines(*new)[:-100])
    assert ran.returncode == 65
    assert b"lines that gave no span: 1; videos from there on keep" in ran.stderr
    assert b"nothing is pruned: 1 lines gave no span" in ran.stderr
    with open_index(place) as index:
        found = [span for _, span in index.every()]
    assert Counter(span.video for span in found) == {"a": 5, "b": 12, "gone.mp4": 12}
    assert sum("Anew" in span["caption"] for span in found) == 5 + 4


def test_error_records_pass_and_set_the_status(tmp_path: Path) -> None:
    failed = Span(video="b", start=0.0, end=1.0).with_error("caption", "the model is gone")
    ran = vtk("index", "add", str(tmp_path / "i"), stdin=lines(*shots("a"), failed))
    assert ran.returncode == 1
    assert ran.stdout == lines(*shots("a"), failed)
    ran = vtk("index", "add", str(tmp_path / "none"), "gone.mp4")
    assert ran.returncode == 66
    assert not (tmp_path / "none").exists()


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "x").touch()
    other = tmp_path / "other"
    lance.write_dataset(lance_table(), str(other / "spans.lance"))
    for status, place, told in (
        (66, tmp_path / "none", "there is no index at"),
        (2, tmp_path / "folder", "holds other files and is no index"),
        (2, tmp_path / "folder" / "x", "is a file, not an index"),
        (2, other, "holds a table of another program"),
    ):
        ran = vtk("index", "info", place)
        assert ran.returncode == status
        assert told in ran.stderr.decode()


def lance_table() -> object:
    import pyarrow

    return pyarrow.table({"a": [1]})


def test_an_index_of_a_newer_vtk_is_refused(tmp_path: Path) -> None:
    newer = [mock.patch(f"vtk.store.index.{name}.FORMAT", 2) for name in ("columns", "place")]
    with newer[0], newer[1]:
        place = made(tmp_path, shots("a"))
    ran = vtk("index", "add", place, stdin=lines(*shots("a")))
    assert ran.returncode == 2
    assert b"a newer vtk wrote the index" in ran.stderr


def test_an_index_keeps_its_language(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"), language="de-AT")
    assert json.loads(vtk("index", "info", place).stdout)["language"] == "de"
    assert vtk("index", "add", place, "--language", "de", stdin=lines(*shots("a"))).returncode == 0
    ran = vtk("index", "add", place, "--language", "fr", stdin=lines(*shots("a")))
    assert ran.returncode == 2
    assert b"analysed as de, not as fr" in ran.stderr
    ran = vtk("retrieve", "--index", place, "--language", "en", "horse")
    assert ran.returncode == 2
    assert b"analysed as de, not as en: leave --language out" in ran.stderr
    assert vtk("retrieve", "--index", place, "--language", "de-AT", "horse").returncode == 0


@pytest.mark.parametrize("package", ["lance", "pyarrow"])
def test_without_its_packages_the_message_says_how_to_get_them(
    tmp_path: Path, package: str
) -> None:
    with mock.patch.dict(sys.modules, {package: None}):
        ran = vtk("index", "add", str(tmp_path / "i"), stdin=lines(*shots("a")))
    assert ran.returncode == 69
    assert b"pip install 'video-text-kit[index]'" in ran.stderr


def test_a_full_disk_leaves_the_last_version(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a"))

    much = [span for number in range(40) for span in shots(f"v{number}")]
    limited = ["bash", "-c", 'ulimit -f 20; exec "$@"', "bash", VTK, "index", "add", place]
    ran = subprocess.run(limited, input=lines(*much), capture_output=True)
    assert ran.returncode == 74, ran.stderr
    assert b"no room is left" in ran.stderr
    assert b"Traceback" not in ran.stderr
    with open_index(place) as index:
        assert [span for _, span in index.every()] == shots("a")


def test_verify_tells_what_is_gone_and_what_was_changed(tmp_path: Path) -> None:
    films = [tmp_path / name for name in ("gone.mp4", "new.mp4", "same.mp4")]
    for number, film in enumerate(films):
        film.write_bytes(bytes([number]) * 100)
    place = made(tmp_path, *(shots(str(film), 2) for film in films))
    films[0].unlink()
    films[1].write_bytes(b"another film")
    ran = vtk("index", "verify", place)
    assert ran.returncode == 1
    problems = [json.loads(line)["problem"] for line in ran.stdout.splitlines()]
    assert [p.split(": ")[0] for p in problems] == [
        f"{films[0]} is gone",
        f"{films[1]} was changed",
    ]


def test_drop_wants_one_thing_and_says_what_is_not_there(tmp_path: Path) -> None:
    place = made(tmp_path, shots("a.mp4"), shots("b.mp4"))
    assert vtk("index", "drop", place).returncode == 2
    assert vtk("index", "drop", place, "--video", "b*", "--all").returncode == 2
    ran = vtk("index", "drop", place, "--video", "c*")
    assert (ran.returncode, ran.stderr) == (1, b"vtk index: the index has no video c*\n")
    ran = vtk("index", "drop", place, "--video", "b*", "--video", "c*")
    assert (ran.returncode, ran.stderr) == (1, b"vtk index: the index has no video c*\n")
    assert json.loads(vtk("index", "info", place).stdout)["videos"] == 1
    assert vtk("index", "compact", "--now", place).returncode == 0
    assert vtk("index", "drop", place, "--all").returncode == 0
    assert not Path(place).exists()
