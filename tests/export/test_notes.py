"""Notes: what stands in them, that text stays text, and that a folder of them can be moved."""

import logging
import re
import wave
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.command_line import vtk
from tests.world import World
from vtk.chapter_files import parse
from vtk.errors import UsageError
from vtk.export.files import one_line
from vtk.export.notes.html import html
from vtk.export.notes.links import Links
from vtk.export.notes.markdown import escaped, markdown
from vtk.export.notes.page import Page, Paragraph, Picture, Section, Told

KEEPER = "The keeper of the lighthouse carried oil up the stairs every evening."
EVIL = "</p><script>alert(1)</script> ![x](javascript:alert(1)) \"'> [a](b) `c` # *d* &lt;"
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section"),
    *("h1", "h2", "p", "a", "span", "b", "ol", "ul", "li", "figure", "img", "figcaption"),
    *("details", "summary"),
}


class Seen(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(text: str) -> Page:
    """Notes that have one text everywhere."""
    told = [Told([{"start": 1.0, "end": 2.0, "text": text}], text)]
    said = [Paragraph(1.0, text, text)]
    section = Section(0.0, 9.0, text, told, [Picture(2.0, "pictures/a.jpg", text)], said)
    return Page("a b.mp4", text, 9.0, told, [section])


@given(st.text())
@example(EVIL)
@example("1. one")
@example("https://example.org/a_b_c")
def test_markdown_shows_text_as_it_is(text: str) -> None:
    shown = MarkdownIt("commonmark").parse(escaped(text))
    if not one_line(text):
        assert not shown
        return
    assert [token.type for token in shown] == ["paragraph_open", "inline", "paragraph_close"]
    children = shown[1].children or []
    assert {token.type for token in children} <= {"text", "text_special"}
    assert "".join(token.content for token in children) == one_line(text)


@given(st.text())
@example(EVIL)
def test_no_text_becomes_an_element_of_the_page(text: str) -> None:
    seen = Seen("".join(html(page(text), Links(None, None))))
    assert {tag for tag, _ in seen.elements} <= ALLOWED
    addresses = [a.get("href") or a.get("src") for tag, a in seen.elements if tag in ("a", "img")]
    assert set(addresses) == {
        "./a%20b.mp4#t=0",
        "./a%20b.mp4#t=1",
        "./a%20b.mp4#t=2",
        "pictures/a.jpg",
    }
    # As a title, in h1 and h2; in each summary, as heading and sentence; as speaker and said.
    assert one_line(text).strip() in seen.text
    assert not [a for _, each in seen.elements for a in each if a.startswith("on")]


def test_markdown_is_read_back_as_chapters() -> None:
    sections = [Section(0.0, 70.0, "Start: *a*"), Section(70.0, 4000.0, "1.5 of [b]")]
    text = "".join(markdown(Page("a.mp4", "a", 4000.0, (), sections), Links(None, None)))
    assert "## [1:10](./a.mp4#t=70)" in text
    found = [(chapter.start, chapter.title) for chapter in parse(text).chapters]
    assert found == [(section.start, section.title) for section in sections]


@pytest.mark.parametrize(
    ("video", "template", "found"),
    [
        ("a#b?.mp4", None, "./a%23b%3F.mp4#t=61.5"),
        ("javascript:alert(1)", None, "./javascript%3Aalert%281%29#t=61.5"),
        ("https://e.org/a b.mp4", None, "https://e.org/a%20b.mp4#t=61.5"),
        ("x/é.mp4", "https://e.org/{name}?t={seconds}s", "https://e.org/%C3%A9?t=61s"),
        ("a.mp4", "at/{clock}/{start}", "at/1:01/61.500"),
    ],
)
def test_links(video: str, template: str | None, found: str) -> None:
    assert Links(template, None)(video, 61.5) == found


@pytest.mark.parametrize("template", ["javascript:{seconds}", "https://e.org/{title}"])
def test_unsafe_and_unknown_links_are_refused(template: str) -> None:
    with pytest.raises(UsageError):
        Links(template, None)


@pytest.fixture(scope="module")
def told(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A chapter of a clip, with a picture that is none, and words of each kind."""
    secret = tmp_path_factory.mktemp("secret") / "secret.jpg"
    secret.write_text("not a picture")
    return {
        "video": str(world("cuts").path),
        "start": 0.0,
        "end": 4.0,
        "kind": "chapter",
        "title": "Boats",
        "summary": "A boat sails.",
        "keyframes": [{"t": 1.0, "image": str(secret)}, {"t": 3.0}],
        "screen_text": [{"start": 0.5, "end": 2.0, "text": "The boat"}],
        "speech": [{"start": 1.0, "end": 2.0, "text": "A boat sails.", "speaker": "Ann"}],
    }


@pytest.mark.parametrize("form", ["markdown", "html-notes"])
def test_a_folder_holds_all_that_it_names(told: dict[str, Any], tmp_path: Path, form: str) -> None:
    other = told | {"video": told["video"].replace("cuts", "none"), "keyframes": []}
    ran = vtk("export", form, "-o", f"{tmp_path}/notes/", stdin=[told, other])
    assert ran.returncode == 0
    assert b"none" in ran.stderr
    assert b"no pictures" in ran.stderr
    folder = tmp_path / "notes"
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    assert [path.stem.partition("-")[0] for path in files] == ["cuts", "index", "none"]
    assert len(list((folder / "pictures").iterdir())) == 2
    for path in files:
        text = path.read_text()
        for address in re.findall(r'(?:href|src)="([^"#]+)|\]\(([^)#]+)', text):
            named = folder / unquote("".join(address))
            assert named.is_file() or "none" in named.name
        assert "not a picture" not in text
    text = files[0].read_text()
    for word in ("Boats", "A boat sails.", "The boat", "Ann", "Transcript"):
        assert word in text
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    assert vtk("export", form, "-o", f"{folder}/", stdin=[told, other]).returncode == 0
    assert before == {path: path.read_bytes() for path in folder.rglob("*.*")}


def test_a_single_page_holds_its_pictures_and_one_video(
    told: dict[str, Any], tmp_path: Path
) -> None:
    text = vtk("export", "html-notes", stdin=[told]).stdout.decode()
    images = [each for tag, each in Seen(text).elements if tag == "img"]
    assert [str(each["src"])[:23] for each in images] == ["data:image/jpeg;base64,"] * 2
    assert "![" not in vtk("export", "markdown", stdin=[told]).stdout.decode()
    ran = vtk(
        "export", "markdown", "-o", tmp_path / "a.md", stdin=[told, told | {"video": "b.mp4"}]
    )
    assert ran.returncode == 2
    assert b"-o DIR/" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_what_a_video_lacks_is_made(told: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    said = ["The film begins in the harbour of Kiel.", "A boat sails out to the open sea."]
    spans = [
        {**told, "start": n * 2.0, "end": n * 2.0 + 2, "kind": "shot", "keyframes": []}
        | {"speech": [{"start": n * 2.0, "end": n * 2.0 + 2, "text": text}]}
        for n, text in enumerate(said)
    ]
    for span in spans:
        del span["title"], span["summary"], span["screen_text"]
    with caplog.at_level(logging.WARNING):
        text = vtk("export", "markdown", "--no-transcript", stdin=spans).stdout.decode()
    assert text.count("\n## ") == 1
    assert all(sentence in text for sentence in said)
    assert "Transcript" not in text


def test_that_sound_has_no_pictures_is_told_once(tmp_path: Path) -> None:
    sound, page = tmp_path / "talk.wav", tmp_path / "talk.html"
    with wave.open(str(sound), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        file.writeframes(bytes(16000 * 8))
    spans = "".join(
        orjson.dumps(
            {
                **{"video": str(sound), "start": start, "end": start + 4, "kind": "chapter"},
                "title": f"Part {start}",
                "speech": [{"start": start, "end": start + 4, "text": KEEPER}],
            }
        ).decode()
        for start in (0, 4)
    )
    ran = vtk("export", "html-notes", "-o", str(page), stdin=spans)
    told = ran.stderr.decode().splitlines()
    assert [line for line in told if "only sound" in line] == [
        f"vtk export html-notes: {sound}: the file has only sound: there is no video stream to "
        "decode"
    ]
    assert len(told) == 2, told
    assert told[1].endswith("chapters of which there are no pictures: 2")
