"""Subtitles through spans and back: what was read is what is written."""

import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.command_line import lines, vtk
from tests.world import World
from vtk.export.speech import subtitles
from vtk.export.subtitle_layout import Layout
from vtk.media.subtitles.files import read_cues
from vtk.span import Span, load
from vtk.stream.writer import Output
from vtk.transcribe import transcribe

Cue = tuple[int, int, str]  # milliseconds, and the cue as it stands in the file

SIGNS = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="<>&{}\\\u2028\u2029\ufeff"
)
WORD = st.text(SIGNS, min_size=1, max_size=6).filter(lambda word: word.strip() == word)
MARKED = st.sampled_from(
    ["<i>so</i>", "<b>A</b>", "<u>x", "12", "7 dogs", "- Yes", ">> Bo: no", "ANNA: yes", "♪",
     "日本語", "&amp;", "NOTE", "STYLE", "a\u00a0b", "\u200f", "e\u0301"]
)  # fmt: skip
ONLY = {
    "srt": st.sampled_from(["<font color='red'>x</font>", "{\\an8}", "a & b", "1 < 2", "5 > 4"]),
    "vtt": st.sampled_from(["<v Anna>", "<c.loud>x</c>", "<00:00:01.500>", "&lt;", "&nbsp;"]),
}


def texts(form: str) -> st.SearchStrategy[str]:
    line = st.lists(WORD | MARKED | ONLY[form], min_size=1, max_size=4).map(" ".join)
    return st.lists(line, min_size=1, max_size=3).map("\n".join)


def cues(form: str) -> st.SearchStrategy[list[Cue]]:
    cue = st.tuples(st.integers(0, 10**7), st.integers(1, 9999), texts(form))
    listed = st.lists(cue, min_size=1, max_size=6, unique_by=(lambda c: c[0], lambda c: c[2]))
    return listed.map(lambda found: sorted((a, a + long, text) for a, long, text in found))


def stamp(form: str, milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    mark = "," if form == "srt" else "."
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{mark}{rest % 1000:03}"


def written(form: str, found: list[Cue]) -> str:
    head = "WEBVTT\n\n" if form == "vtt" else ""
    blocks = [
        (f"{number}\n" if form == "srt" else "")
        + f"{stamp(form, start)} --> {stamp(form, end)}\n{text}\n"
        for number, (start, end, text) in enumerate(found, 1)
    ]
    return head + "\n".join(blocks)


def through(world: World, form: str, text: str) -> str:
    """What comes of a file beside a video by vtk transcribe and vtk export."""
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder, "talk.mp4")
        shutil.copy(world("silent").path, video)
        video.with_suffix(f".{form}").write_text(text, newline="")
        spans = [load(span.dump()) for span in transcribe([Span(video=str(video))])]
        out = Path(folder, "out")
        cues = subtitles(form, Layout())
        cues.write(cues.prepare(iter(spans)), Output(str(out)))
        return out.read_text()


def test_subrip_loses_nothing(world: World) -> None:
    assert_kept(world, "srt")


def test_webvtt_loses_nothing(world: World) -> None:
    assert_kept(world, "vtt")


def assert_kept(world: World, form: str) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cues(form))
    def kept(found: list[Cue]) -> None:
        # Captions that roll are read as such.
        rolls = [b for a, b in pairwise(found) if b[2].startswith(a[2].split("\n")[-1])]
        assume(len(rolls) < 3)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"x.{form}")
            path.write_text(written(form, found), newline="")
            shown = [raw for raw in read_cues(str(path)) if visible(form, raw.payload)]
        assume(shown)
        told = [(round(r.start * 1000), round(r.end * 1000), r.payload) for r in shown]
        wanted = [cue for cue in found if visible(form, cue[2])]
        assert told == wanted  # the reader takes every cue as it stands
        assert through(world, form, written(form, found)) == rewritten(form, wanted)

    kept()


def visible(form: str, text: str) -> str:
    from vtk.media.subtitles.cues import strip_tags

    return strip_tags(text, form).strip()


def rewritten(form: str, found: list[Cue]) -> str:
    """The same cues as vtk writes them: numbered from 1, without a blank line at the end."""
    text = written(form, found)
    return text if form == "vtt" else text + "\n"


def test_names_and_places_of_webvtt_cues_stay(world: World) -> None:
    text = "WEBVTT\n\nintro\n00:00:01.000 --> 00:00:02.000 align:start line:0\n<v Anna>Hi\n"
    assert through(world, "vtt", text) == text


def test_the_commands_make_the_same_round(world: World, tmp_path: Path) -> None:
    video = tmp_path / "talk.mp4"
    shutil.copy(world("cuts").path, video)
    text = (
        "1\n00:00:01,000 --> 00:00:02,500\n<i>One</i>\nfine\n\n2\n00:00:03,000 --> 00:00:05,000\n"
    )
    text += "ANNA: & day\n\n"
    video.with_suffix(".srt").write_text(text)
    shots = vtk("split", video).stdout
    assert len(shots.splitlines()) > 2
    spoken = vtk("transcribe", stdin=shots)
    assert lines(spoken)[0]["speech"][0]["text"] == "One fine"
    assert vtk("export", "srt", stdin=spoken.stdout).stdout.decode() == text
    assert vtk("export", "srt", video).stdout.decode() == text
