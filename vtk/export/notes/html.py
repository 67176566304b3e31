"""Notes as a page of HTML that needs no network and no script."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from html import escape

from vtk.export.files import one_line
from vtk.export.notes.links import Links
from vtk.export.notes.page import Page, Paragraph, Section, Told
from vtk.times import clock

Timed = Callable[[float], str]  # a time as a link

STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1c1c1a, #e8e6e1);
  --faint: light-dark(#5f5d57, #a5a29a); --line: light-dark(#d9d6cd, #3b3a36);
  --paper: light-dark(#fdfcf9, #191917); --link: light-dark(#1a4f8b, #8ab8f0); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1.25rem 4rem; color: var(--ink);
  background: var(--paper); font: 1.0625rem/1.6 Charter, "Bitstream Charter", Georgia, serif;
  overflow-wrap: anywhere; }
h1, h2, nav, figcaption, summary, .time { font-family: system-ui, sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.5rem 0 .5rem; padding-top: 1rem;
  border-top: 1px solid var(--line); }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
.time { font-size: .85em; font-variant-numeric: tabular-nums; }
header p, figcaption { color: var(--faint); margin: 0; }
nav ol { list-style: none; padding: 0; margin: 1rem 0; font-size: .95rem; }
nav li { display: flex; gap: .75rem; padding: .1rem 0; }
nav .time { flex: 0 0 4.5rem; text-align: right; color: var(--faint); }
figure { margin: 1rem 0; }
img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); }
figcaption { font-size: .85rem; margin-top: .35rem; }
summary { cursor: pointer; color: var(--faint); font-size: .9rem; }
details p { margin: .6rem 0; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; color: #000; background: #fff; }
  a { color: inherit; }
  h2 { break-after: avoid; }
  figure, nav li { break-inside: avoid; }
  img { max-height: 9cm; }
  summary { display: none; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
}
"""
_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
# Nothing is loaded but the pictures beside the page and in it, and nothing runs.
POLICY = f"default-src 'none'; img-src 'self' file: data:; style-src 'sha256-{_HASH}'"


def html(page: Page, links: Links, language: str | None = None) -> Iterator[str]:
    """Yield the notes of a video, piece by piece."""

    def timed(seconds: float) -> str:
        address = links(page.video, seconds)
        shown = clock(seconds)
        if not address:
            return f'<span class="time">{shown}</span>'
        return f'<a class="time" href="{escape(address)}">{shown}</a>'

    yield from head(page.title, language)
    yield f"<header>\n<h1>{safe(page.title)}</h1>\n<p>{clock(page.seconds)}</p>\n</header>\n"
    if len(page.sections) > 1:
        yield '<nav aria-label="Chapters">\n<ol>\n'
        for number, section in enumerate(page.sections, 1):
            title = f'<a href="#c{number}">{safe(section.title)}</a>'
            yield f'<li><span class="time">{clock(section.start)}</span> {title}</li>\n'
        yield "</ol>\n</nav>\n"
    yield f"<main>\n{_told(page.told, timed)}"
    for number, section in enumerate(page.sections, 1):
        yield from _section(number, section, timed)
    yield "</main>\n</body>\n</html>\n"


def head(title: str, language: str | None) -> Iterator[str]:
    """Yield what every page begins with."""
    lang = f' lang="{escape(language)}"' if language else ""
    yield f'<!doctype html>\n<html{lang}>\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="referrer" content="no-referrer">\n'
    yield f"<title>{safe(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"


def safe(text: str) -> str:
    """Return a text on one line that a page shows as it is."""
    return escape(one_line(text))


def _section(number: int, section: Section, timed: Timed) -> Iterator[str]:
    title = f"{timed(section.start)} {safe(section.title)}"
    yield f'<section id="c{number}">\n<h2>{title}</h2>\n{_told(section.told, timed)}'
    for picture in section.pictures:
        alt = safe(picture.words) or f"Picture at {clock(picture.time)}"
        image = f'<img src="{escape(picture.address)}" alt="{alt}" loading="lazy">'
        yield f"<figure>\n{image}\n<figcaption>{timed(picture.time)}</figcaption>\n</figure>\n"
    if section.transcript:
        yield "<details>\n<summary>Transcript</summary>\n"
        yield from (_said(paragraph, timed) for paragraph in section.transcript)
        yield "</details>\n"
    yield "</section>\n"


def _told(told: Sequence[Told], timed: Timed) -> str:
    text = ""
    for part in told:
        each = [f"{safe(s['text'])} {timed(s['start'])}" for s in part.sentences]
        if part.heading:
            text += f"<p><b>{safe(part.heading)}</b></p>\n"
        if part.listed:
            text += "<ul>\n" + "".join(f"<li>{line}</li>\n" for line in each) + "</ul>\n"
        else:
            text += f"<p>{' '.join(each)}</p>\n"
    return text


def _said(paragraph: Paragraph, timed: Timed) -> str:
    speaker = f"<b>{safe(paragraph.speaker)}:</b> " if paragraph.speaker else ""
    return f"<p>{timed(paragraph.time)} {speaker}{safe(paragraph.text)}</p>\n"
