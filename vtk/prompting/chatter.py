"""Remove what chat models put around an answer: "Sure! Here is the caption:", "**Caption:**"."""

import re

_HERE = r"here(?:'s|\u2019s| is| are)\b"
_WHAT = r"(?:captions?|descriptions?|summary|title|answer|response|scene|shot|video|frames?)"
_LABEL = r"(?:(?:video|image|scene|shot|final|short) )?(?:caption|description|summary|answer)"
_OPENERS = [
    re.compile(pattern, re.I)
    for pattern in (
        # An affirmation counts only before a break that no sentence of a caption has there.
        r"(?:sure|certainly|of course|absolutely|okay|ok|great|understood)(?: thing)?[!.]+\s+",
        rf"(?:sure|certainly|of course|okay|ok),\s+(?={_HERE})",
        rf"{_HERE}[^\n:.]{{0,80}}\b{_WHAT}\b[^\n:.]{{0,80}}:\s*",
        rf"[*_#\s]*{_LABEL}(?:\s*:[*_]+|[*_]+\s*:|\s*:)\s*",
    )
]
_CLOSERS = re.compile(
    r"\s*(?:let me know if|i hope this|i hope that|feel free to|would you like me to|"
    r"if you(?:'d| would) like|is there anything else)\b[^\n]*$", re.I
)  # fmt: skip
_BULLET = re.compile(r"[-*\u2022]\s+(?=\S)")
_FENCE = re.compile(r"```\w*\n(.*?)\n?```", re.S)


def without_chatter(text: str) -> str:
    """Return an answer without greetings, labels, fences and offers of help around it.

    A text of one line loses its bullet, too; what is between quotation marks keeps them.
    """
    text = text.strip()
    if fenced := _FENCE.fullmatch(text):
        text = fenced[1].strip()
    while opener := next(filter(None, (each.match(text) for each in _OPENERS)), None):
        text = text[opener.end() :].lstrip()
    text = _CLOSERS.sub("", text).rstrip()
    return text if "\n" in text else _BULLET.sub("", text, count=1)
