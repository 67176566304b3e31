"""Chapters as other programs write them, read by their content."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world import World
from vtk.chapter_files import Chapter, parse, read
from vtk.errors import MediaError, OpenError

# The same three chapters, as programs write them.
STARTS, TITLES = (0.0, 90.5, 3723.0), ("Intro", "Bees & hives", "Ende — gut")
FORMS = {
    "ffmetadata": ";FFMETADATA1\ntitle=x\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=90500\n"
    "title=Intro\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=90500\nEND=3723000\ntitle=Bees & \\\nhives\n"
    "[CHAPTER]\nTIMEBASE=1/1\nSTART=3723\nEND=3800\ntitle=Ende — gut\n",
    "webvtt": "WEBVTT - x\n\nNOTE y\n\n1\n00:00.000 --> 01:30.500\nIntro\n\n"
    "00:01:30.500 --> 01:02:03.000\nBees &amp;\nhives\n\n01:02:03.000 --> 02:00:00.000\n"
    "<b>Ende</b> — gut\n",
    "matroska": '<?xml version="1.0" encoding="latin-1"?><!-- x --><Chapters><EditionEntry>'
    "<ChapterAtom><ChapterTimeStart>90500000000</ChapterTimeStart><ChapterDisplay>"
    "<ChapterString>Bees &amp; hives</ChapterString></ChapterDisplay></ChapterAtom>"
    "<ChapterAtom><ChapterTimeStart>00:00:00.000000000</ChapterTimeStart><ChapterDisplay>"
    "<ChapString>Intro</ChapString></ChapterDisplay></ChapterAtom>"
    "<ChapterAtom><ChapterTimeStart>3723s</ChapterTimeStart><ChapterDisplay><ChapterString>"
    "Ende — gut</ChapterString></ChapterDisplay></ChapterAtom></EditionEntry></Chapters>",
    "podlove": '<rss><psc:chapters xmlns:psc="http://podlove.org/simple-chapters">'
    '<psc:chapter start="0" title="Intro"/><psc:chapter start="1:30.5" title="Bees &amp; hives"/>'
    '<psc:chapter start="1:02:03" title="Ende — gut"/></psc:chapters></rss>',
    "apple": '<TextStream version="1.1"><TextSample sampleTime="00:00:00.000">Intro</TextSample>'
    '<TextSample sampleTime="00:01:30.500" text="Bees &amp; hives"/>'
    '<TextSample sampleTime="01:02:03.000">Ende — gut</TextSample></TextStream>',
    "json": '{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Intro"},'
    ' {"startTime": 90.5, "title": "Bees & hives"}, {"toc": false, "startTime": 99},'
    ' {"startTime": 3723, "title": "Ende — gut"}]}',
    "ogm": "CHAPTER01=00:00:00.000\nCHAPTER01NAME=Intro\nCHAPTER02=00:01:30.500\n"
    "CHAPTER02NAME=Bees & hives\nchapter003=01:02:03.000\nCHAPTER003NAME=Ende — gut\n",
    "cue": 'TITLE "A CD"\nFILE "a.wav" WAVE\n  TRACK 01 AUDIO\n    TITLE "Intro"\n'
    "    INDEX 01 00:00:00\n"
    '  TRACK 02 AUDIO\n    TITLE "Bees & hives"\n    INDEX 00 01:28:00\n    INDEX 01 01:30:37\n'
    '  TRACK 03 AUDIO\n    INDEX 01 62:03:00\n    TITLE "Ende — gut"\n',
    "edl": "TITLE: x\nFCM: NON-DROP FRAME\n\n001  AX V C 00:00:00:00 00:00:00:01 01:00:00:00 "
    "01:00:00:01\n |C:ResolveColorBlue |M:Intro |D:1\n001  AX A C 00:00:00:00 00:00:00:01 "
    "01:00:00:00 01:00:00:01\n\n002  AX V C 00:00:00:00 00:00:00:01 01:01:30:12 01:01:30:13\n"
    " |C:ResolveColorBlue |M:Bees & hives |D:1\n\n003  AX V C 00:00:00:00 00:00:00:01 "
    "02:02:03:00 02:02:03:01\n* COMMENT: Ende — gut\n",
    "table": "Marker Name\tDescription\tIn\tOut\nIntro\t\t00:00:00:00\t00:00:00:00\n"
    "Bees & hives\t\t00:01:30:12\t00:01:30:12\nEnde — gut\t\t01:02:03:00\t01:02:03:00\n",
    "description": "So 12:30 it is!\n\nChapters:\n0:00 Intro\n1:30.5 - Bees & hives\n"
    "1:02:03 – Ende — gut\n\nCall us at 14:00\n",
}  # fmt: skip
LISTS = {
    "titles after, in brackets": "[00:00] Intro\n(01:30.5): Bees & hives\n01:02:03-Ende — gut",
    "a range": "00:00 - 01:30.5 Intro\n01:30.5–1:02:03: Bees & hives\n"
    "[1:02:03 → 1:03:00] Ende — gut",
    "titles before": "Intro … 0:00\nBees & hives (1:30.5)\nEnde — gut [1:02:03]",
    "alone, titles below": "00:00\n\n* Intro\n* more\n\n1:30.5\n\n* Bees & hives\n\n"
    "1:02:03\n\nEnde — gut",
    "alone, titles above": "Intro\n00:00\nBees & hives\n1:30.5\nEnde — gut\n1:02:03\n",
    "anchors": "---\nat: 9:00 x\n---\n* **[00:00](#t=00:00)** Intro\n"
    "* **[1:30.5](#t=1)** Bees & `hives`\n"
    "```\n2:00 code\n```\n* [1:02:03](#t) *Ende* — gut",
    "headings": "## [0:00](x#t=0) Intro\n0:05 Hello!\n## 1:30.5 Bees \\& hives\n1:31 Yes.\n"
    "# 1:02:03 Ende — gut",
    "emoji, numbers, wide marks": "🎬 0:00 Intro\n2. 1:30.5 Bees & hives\n►【1:02:03】Ende — gut",
    "a page": "<p>0:00 Intro<br>1:30.5 Bees &amp; <b>hives</b></p>"
    "<ul><li>1:02:03 Ende — gut</li></ul>",
    "mp4chaps": "00:00:00.000 Intro\n00:01:30.500 Bees & hives\n01:02:03.000 Ende — gut\n",
}  # fmt: skip


def told(chapters: list[Chapter]) -> tuple[list[float], list[str]]:
    return [round(c.start, 1) for c in chapters], [c.title for c in chapters]


@pytest.mark.parametrize("form", FORMS)
def test_the_content_tells_the_format(form: str, tmp_path: Path) -> None:
    path = tmp_path / "chapters"
    path.write_bytes(b"\xef\xbb\xbf" + FORMS[form].replace("\n", "\r\n").encode())
    found = read(str(path), rate=Fraction(24))
    assert (found.form, told(found.chapters)) == (form, ([*STARTS], [*TITLES]))


@pytest.mark.parametrize("form", LISTS)
def test_free_text_is_read_in_every_style(form: str) -> None:
    found = parse(LISTS[form])
    assert (found.form, told(found.chapters)) == ("description", ([*STARTS], [*TITLES]))
    assert not found.remarks


def test_links_pictures_and_ends_are_kept() -> None:
    assert [c.title for c in parse("1:00 :has\n2:00: Is\n3:00-- x").chapters] == [":has", "Is", "x"]
    assert parse("1:00 [Bees](https://b.example) x\n2:00 Hive <https://h.example>\n").chapters == [
        *(Chapter(60, "Bees x"), Chapter(120, "Hive", url="https://h.example"))
    ]
    assert parse("1:00 [Bees\\_1](https://b.example/x\\_y)\n2:00 \ue04b\n").chapters == [
        *(Chapter(60, "Bees_1", None, "https://b.example/x_y"), Chapter(120, "\ue04b"))
    ]
    text = '[{"start": "0:01", "title": "A", "href": "https://a.example", "image": "a.jpg"}]'
    assert parse(text).chapters == [Chapter(1, "A", None, "https://a.example", "a.jpg")]
    probed = '{"chapters": [{"time_base": "1/1000", "start": 500, "start_time": "0.5", "end_time": '
    assert parse(probed + '"2.5", "tags": {"title": "A"}}]}').chapters == [Chapter(0.5, "A", 2.5)]
    assert parse("0.500000\t2.500000\tA\n3.0\t3.0\tB\tb\n").chapters == [
        *(Chapter(0.5, "A", 2.5), Chapter(3, "B b"))
    ]


def test_matroska_chapters_are_those_that_a_player_shows() -> None:
    def atom(start: int, title: str, *inner: str) -> str:
        display = f"<ChapterDisplay><ChapterString>{title}</ChapterString></ChapterDisplay>"
        german = (
            f"<ChapterDisplay><ChapterString>{title}-de</ChapterString>"
            "<ChapterLanguage>ger</ChapterLanguage></ChapterDisplay>"
        )
        time = f"<ChapterTimeStart>00:00:{start:02}.0</ChapterTimeStart>"
        return f"<ChapterAtom>{time}{display}{german}{''.join(inner)}</ChapterAtom>"

    hidden = "<ChapterFlagHidden>1</ChapterFlagHidden>"
    disabled = "<ChapterFlagEnabled>0</ChapterFlagEnabled>"
    shown = atom(1, "A", atom(2, "A.1"), atom(3, "no", hidden)) + atom(4, "no", disabled)
    text = (
        f"<Chapters><EditionEntry>{atom(5, 'other')}</EditionEntry><EditionEntry>"
        f"<EditionFlagDefault>1</EditionFlagDefault>{shown}</EditionEntry></Chapters>"
    )
    found = parse(text)
    assert found.chapters == [Chapter(1, "A"), Chapter(2, "A.1", level=2)]
    assert [remark.split(":")[0] for remark in found.remarks] == [
        "read one of 2 editions", *2 * ["left out a chapter that is hidden or disabled"]
    ]  # fmt: skip
    assert [chapter.title for chapter in parse(text, language="de").chapters] == ["A-de", "A.1-de"]


def test_times_told_wrong_are_mended_and_said() -> None:
    wrapped = parse("0:10 a\n59:39 b\n03:49 c\n07:09 d\n")
    assert [c.start for c in wrapped.chapters] == [10, 3579, 3829, 4029]
    assert wrapped.remarks == ["times after the first hour lacked their hours, which were added"]
    frames = "00:16:18 a\n12:00:24 b\n59:42:22 c\n"
    assert [c.start for c in parse(frames, duration=3700.0).chapters] == [16, 720, 3582]
    assert [c.start for c in parse(frames, duration=9e5).chapters][1:] == [43224, 214942]
    assert [c.start for c in parse(frames).chapters][1:] == [43224, 214942]
    unordered = parse("0:10 a\n0:30 b\n0:20 c\n0:20 c\n")
    assert [c.title for c in unordered.chapters] == ["a", "c", "b"]
    assert unordered.remarks == [
        "left out 1 chapter that came twice or at no time",
        "the chapters were not in order of time",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no chapters are in it (description)"),
        ("The ratio 16:9 is wide.\n", "no chapters are in it (description)"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHi\n", "it holds subtitles, not chapters"),
        ("<Chapters><EditionEntry>", "not well-formed XML"),
        ("CHAPTER01=soon\nCHAPTER01NAME=x", "chapter tags: not a time: 'soon'"),
        ('{"chapters": [{"startTime": [1]}]}', "chapters in JSON: not a time: [1]"),
        ('{"chapters": []}', "no chapters are in it (json)"),
    ],
)
def test_what_holds_no_chapters_says_so(text: str, message: str) -> None:
    with pytest.raises(MediaError) as error:
        parse(text)
    assert message in str(error.value)


MARKS = st.sampled_from(
    [*FORMS.values(), *LISTS.values(), "[", "{", "<", "9" * 400, "0:00 ", "\n", "CHAPTER01=",
     "pts_time:", "TRACK 01 AUDIO\nINDEX 01 99:99:99", '{"startTime": 1e308}', "-->", "1:2", "**"]
)  # fmt: skip


@settings(deadline=None, max_examples=100)
@given(st.lists(MARKS | st.text(max_size=9), max_size=4).map("".join))
def test_whatever_comes_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except MediaError:
        return
    assert found.chapters == sorted(found.chapters, key=lambda chapter: chapter.start)
    assert all(0 <= c.start < (c.end or 1e99) for c in found.chapters)


def test_a_media_file_tells_its_own_chapters(world: World, tmp_path: Path) -> None:
    assert read(str(world("silent").path)).chapters == []
    noise = tmp_path / "noise"
    noise.write_bytes(b"\0" * 99)
    with pytest.raises(OpenError):
        read(str(noise))
