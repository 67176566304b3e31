"""How many chapters are read right of the files of other programs and of real show notes.

`python -m tests.benchmarks.chapter_formats` reads `../shared/evaluation/chapters`, which lies
outside of this project. Of each file of a program it prints the format that was told, and how many
were read of the chapters that were counted in the file by eye; then the list is written in every
format and read back. Of show notes it prints precision and recall of starts, and of starts with the
very title.

What is true of the notes is told by their own styles, not by the reader: a link whose target is the
time, a time at the beginning of a line, or a time alone and the list item or paragraph after it;
titles are what markdown-it renders of them. Two notes are written against all others: their times
are minutes, seconds and frames (410), or lose their hours after the first (422). The rules of the
reader were made with these notes in view: the figures tell what is read, not what would be read of
notes that nobody has seen.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import orjson
from markdown_it import MarkdownIt
from markdown_it.token import Token

from vtk.chapter_files import FORMATS, Chapter, parse, read
from vtk.errors import MediaError

HOME = Path(__file__).parents[3] / "shared" / "evaluation" / "chapters"
# Chapters that there are in a file, with the start of the second one in seconds.
FILES = {
    "FFMetadata.txt": (5, 131.762), "applechapters.xml": (4, 69.703), "applehls.json": (4, 500.1),
    "audible.json": (11, 15.154), "chapters.json": (26, 131.762), "ffmpeginfo.txt": (71, 131.762),
    "matroska.xml": (5, 131.762), "mkvmerge-chaptertool-issue-18.xml": (10, 600.516583),
    "mkvmerge.simple.txt": (5, 131.762), "mkvmerge.xml": (5, 131.762), "mp4chaps.txt": (5, 706.612),
    "podcastpage-chapters.txt": (5, 30), "podigee.json": (5, 112),
    "podigeetext-chapters.txt": (5, 30), "podlove-simple-chapters.xml": (4, 187),
    "podlove.json": (3, 754), "pyscenedetect.csv": (20, 4.922), "scenecut.json": (3, 5.3),
    "shownotes-chapters.txt": (6, 45), "shutter.edl": (5, 11.84), "spotifya-chapters.txt": (15, 12),
    "spotifyb-chapters.txt": (5, 30), "transistorfm-chapters.txt": (5, 30),
    "vorbiscomment.txt": (5, 131.762), "webvtt.txt": (5, 131.762), "youtube-chapters.txt": (5, 131),
}  # fmt: skip
_TIME = r"(?:(\d+):)?(\d+):(\d\d)"
_LINKED = re.compile(rf"\[{_TIME}\]\(#t=[\d:]+\)\*\*\s*")
_FIRST = re.compile(rf"^{_TIME}\s+-\s+")
_ALONE = re.compile(rf"^{_TIME}\s*$")

Row = tuple[int, str]  # start in seconds and title


def main() -> None:
    """Print the figures."""
    if not HOME.exists():
        print("not measured, as ../shared/evaluation/chapters is not here")
        return
    right = sum(_file(name) for name in FILES)
    total = sum(count for count, _ in FILES.values())
    print(f"{right} of {len(FILES)} files with {total} chapters read right\n")
    _notes()
    _descriptions()


def _file(name: str) -> bool:
    count, second = FILES[name]
    try:
        found = read(str(HOME / "formats" / name))
    except MediaError as error:
        print(f"{name}: {error}")
        return False
    good = len(found.chapters) == count and found.chapters[1].start == second
    kept = [form for form in FORMATS if _kept(form, found.chapters)]
    print(f"{name:36} {found.form:14} {len(found.chapters):3} of {count:3}", end="")
    print(f"  written and read in {len(kept)} of {len(FORMATS)}", *found.remarks, sep="; ")
    return good


def _kept(form: str, chapters: list[Chapter]) -> bool:
    """Whether a format tells the starts, to its unit, and the titles."""
    text = "".join(FORMATS.load(form).text(chapters, "talk.mp4"))
    again = parse(text).chapters
    pairs = list(zip(chapters, again, strict=False))
    return len(again) == len(chapters) and all(
        abs(a.start - b.start) < 1 and a.title == b.title for a, b in pairs
    )


def _notes() -> None:
    wanted, told, times, titles, whole = 0, 0, 0, 0, 0
    notes = sorted((HOME / "notes").glob("*.md"))
    for note in notes:
        truth = list(_truth(note))
        found = [(round(c.start), c.title) for c in read(str(note)).chapters]
        starts = {start for start, _ in truth} & {start for start, _ in found}
        same = {_bare(row) for row in truth} & {_bare(row) for row in found}
        wanted, told = wanted + len(truth), told + len(found)
        times, titles = times + len(starts), titles + len(same)
        whole += len(same) == len(truth) == len(found)
        for row in sorted({_bare(row) for row in truth} ^ {_bare(row) for row in found}):
            print(
                f"{note.name}: {'missed' if row not in same and row in truth else 'differs'} {row}"
            )
    print(f"{len(notes)} show notes, {wanted} chapters, {told} read, {whole} notes without a fault")
    for name, right in (("starts", times), ("starts and titles", titles)):
        print(f"{name:18} precision {100 * right / told:.1f}  recall {100 * right / wanted:.1f}")


def _descriptions() -> None:
    """Write the chapters of videos as lines of a description, and read them."""
    videos: dict[str, list[Row]] = defaultdict(list)
    for line in (HOME / "ytc_val.jsonl").read_bytes().splitlines():
        row = orjson.loads(line)
        title = row["query"].strip().lstrip("–-—:|> ")
        videos[row["vid"]].append((row["relevant_windows"][0][0], title))
    same = 0
    for rows in videos.values():
        chapters = [Chapter(start, title) for start, title in rows]
        text = "".join(FORMATS.load("description").text(chapters, "x"))
        same += len({(c.start, c.title) for c in parse(text).chapters} & set(rows))
    total = sum(map(len, videos.values()))
    print(f"{same} of {total} chapters of {len(videos)} descriptions come back (held out)")


def _bare(row: Row) -> Row:
    """A row without what is a matter of taste: spaces at the ends, and between words."""
    return row[0], " ".join(row[1].split())


def _truth(note: Path) -> Iterator[Row]:
    """The starts and titles that a note tells in the style that it is written in."""
    lines = [line.strip() for line in note.read_text().splitlines()]
    before, hours = 0, 0
    for place, line in enumerate(lines):
        match = _LINKED.search(line) or _FIRST.match(line) or _ALONE.match(line)
        if not match:
            continue
        title = line[match.end() :] or next(filter(None, lines[place + 1 :]), "")
        a, b, c = (int(part or 0) for part in match.groups())
        start = 60 * a + b if note.stem == "410" else 3600 * a + 60 * b + c
        if note.stem == "422" and start < before:
            hours = 3600
        before = start
        yield start + hours, _rendered(re.sub(r"^[*-]\s+", "", title))


def _rendered(text: str) -> str:
    """What markdown-it shows of a line."""

    def shown(token: Token) -> str:
        return "".join(map(shown, token.children or ())) or token.content

    return "".join(shown(token) for token in MarkdownIt().parseInline(text))


if __name__ == "__main__":
    main()
