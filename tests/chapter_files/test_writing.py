"""What is written of chapters is read back, and rules of other programs are told."""

import io
from fractions import Fraction
from itertools import accumulate
from xml.etree import ElementTree

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vtk.chapter_files import FORMATS, Chapter, parse
from vtk.chapter_files.description import faults
from vtk.media.chapters import one_line

# The least difference of times that a format tells, in seconds, and what it keeps beside them.
STEP = {"description": 1.0, "ffmetadata": 1e-6, "matroska": 1e-6, "cue": 1 / 75, "audacity": 1e-6}
STEP |= {"podcast": 1e-6}
LINKS = {"podcast": "url image", "podlove": "url image", "podlove-json": "url image"}
LINKS |= {"mp4chaps": "url", "vorbis": "url", "apple": "url"}
# Titles are on one line. Free text has no way to escape Markdown, HTML and times, nor a cue sheet
# quotes, nor XML characters that it does not allow.
SIGNS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\u2028\u2029\ufeff"
    )
    | st.sampled_from("=;#\\[]<>&'\"-,.:/ 日é")
)  # fmt: skip
PLAIN = st.text(st.characters(categories=["L", "Nd", "Zs"]) | st.sampled_from("&'!?=;,.\\#"))


# Microseconds from one start to the next, the first from -1 s, and lengths: a second apart, as
# chapters of the same time and title are one.
CHAPTERS = st.lists(
    st.tuples(st.integers(10**6, 10**11), st.integers(10**6, 10**9)), min_size=1, max_size=5
)


def listed(pairs: list[tuple[int, int]], titles: list[str], links: str) -> list[Chapter]:
    """Chapters from gaps between starts, and lengths."""
    more = {name: f"https://x.example/{name}?a=1&b=2" for name in links.split()}
    starts = accumulate((gap for gap, _ in pairs), initial=-(10**6))
    return [
        Chapter(start / 10**6, title, (start + length) / 10**6, **more)  # type: ignore[arg-type]
        for start, (_, length), title in zip(list(starts)[1:], pairs, titles, strict=True)
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_written_is_read_back(form: str) -> None:
    wanted, step = FORMATS.load(form), STEP.get(form, 0.001)
    free = form in ("description", "mp4chaps")

    @settings(max_examples=25, deadline=None)
    @given(CHAPTERS, st.data())
    def kept(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
        # A letter on each side, as readers cut off spaces and marks at the ends.
        title = (PLAIN if free else SIGNS).map(lambda text: one_line(f"a{text}z"))
        titles = data.draw(st.lists(title, min_size=len(pairs), max_size=len(pairs)))
        written = listed(pairs, titles, LINKS.get(form, ""))
        found = parse("".join(wanted.text(written, "talk.mp4")))
        same = [text.replace('"', "'") if form == "cue" else text for text in titles]
        assert [chapter.title for chapter in found.chapters] == same
        for one, two in zip(found.chapters, written, strict=True):
            slack = step if form == "description" else 0.51 * step
            assert abs(one.start - two.start) <= slack + 1e-6
            assert (one.url, one.image) == (two.url, two.image)
            if wanted.ends:
                assert one.end == pytest.approx(two.end, abs=0.51 * step + 1e-6)
        again = "".join(wanted.text(found.chapters, "talk.mp4"))
        assert "".join(wanted.text(parse(again).chapters, "talk.mp4")) == again

    kept()


def test_hours_beyond_99_and_sections_are_kept() -> None:
    far = [Chapter(0, "a", 360_000), Chapter(0, "a.1", 9, level=2), Chapter(9, "a.2", 10, level=2)]
    far.append(Chapter(360_061, "b", 400_000))
    for form in FORMATS:
        wanted = FORMATS.load(form)
        given = far if wanted.levels else [far[0], far[3]]
        found = parse("".join(wanted.text(given, "x.mp4")))
        assert [(c.start, c.title, c.level) for c in found.chapters] == [
            (c.start, c.title, c.level) for c in given
        ]
    text = "".join(FORMATS.load("matroska").text(far, "x.mp4"))
    assert len(ElementTree.fromstring(text).findall(".//ChapterAtom/ChapterAtom")) == 2


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([(0, 30), (30, 60), (60, 90)], []),
        ([(1, 30), (30, 60), (60, 90)], ["the first chapter begins at 0:01, not at 0:00"]),
        ([(0.9, 30), (30, 60)], ["there are fewer than 3 chapters"]),
        ([(0, 9), (9, 60), (60, 69)], ["2 chapters are shorter than 10 seconds"]),
    ],
)
def test_the_rules_of_a_video_platform_are_checked(
    rows: list[tuple[float, float]], told: list[str]
) -> None:
    assert list(faults([Chapter(start, "x", end) for start, end in rows])) == told


def test_signs_and_lengths_that_a_description_may_not_have_are_told() -> None:
    long = [Chapter(30.0 * n, "é" * 99) for n in range(30)]
    assert list(faults(long)) == ["the lines have more than 5000 bytes"]
    sharp = [Chapter(30.0 * n, "a > b") for n in range(3)]
    assert list(faults(sharp)) == ["titles hold the signs < or >, which a description may not"]
    disc = FORMATS.load("cue").faults([Chapter(60.0 * n, "") for n in range(101)])
    assert [fault.split(";")[0] for fault in disc] == [
        "there are 101 chapters", "minutes are beyond 99, the most that a CD counts"
    ]  # fmt: skip


def test_ffmpeg_reads_ffmetadata_and_webvtt() -> None:
    chapters = [Chapter(0, "Bees; #1 = \\o/ \\", 1.5), Chapter(1.5, "--> x", 1.5)]
    text = "".join(FORMATS.load("ffmetadata").text(chapters, "")).encode()
    with av.open(io.BytesIO(text), format="ffmetadata") as container:
        (one, two) = container.chapters()
    assert one["metadata"]["title"].rstrip() == chapters[0].title
    assert (two["start"], two["end"], two["time_base"]) == (
        1_500_000,
        1_500_000,
        Fraction(1, 10**6),
    )
    cues = "".join(FORMATS.load("webvtt").text(chapters, "")).encode()
    with av.open(io.BytesIO(cues), "r", format="webvtt") as container:
        found = [bytes(p) for p in container.demux() if p.size]
    assert found == [b"Bees; #1 = \\o/ \\", b"--&gt; x"]
