"""Roff, in which manual pages are written: text as it stands, the head and the end of a page."""

import re

from vtk import __version__

HEAD = r".\" Rendered by man/render.py from the commands; do not edit."

# The characters that roff would read as commands or set as typographic ones.
SPECIAL = {
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
    '"': r"\(dq",
}


def escape(text: str) -> str:
    """Text as roff shows it letter for letter, also at the beginning of a line."""
    text = "".join(
        SPECIAL.get(letter, letter if letter.isascii() else rf"\[u{ord(letter):04X}]")
        for letter in text
    )
    return re.sub(r"^(?=\.)", r"\\&", text, flags=re.MULTILINE)


def head(name: str, summary: str, section: int = 1) -> list[str]:
    """The first lines of a page, with its NAME."""
    version = escape(f"vtk {__version__}")
    return [
        HEAD,
        f'.TH {escape(name.upper())} {section} "" "{version}" "vtk manual"',
        ".SH NAME",
        rf"{escape(name)} \- {escape(summary[:1].lower() + summary[1:])}",
    ]


def finish(lines: list[str], pages: list[str]) -> str:
    """The text of a page, which ends with the names of others."""
    see = ", ".join(rf"\fB{escape(page)}\fR({5 if page == 'vtk-span' else 1})" for page in pages)
    return "\n".join([*lines, '.SH "SEE ALSO"', see]) + "\n"
