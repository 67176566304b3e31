"""Compare two readings: whether they are of the same text, and the text they form together."""

from difflib import SequenceMatcher

ALIKE = 0.6  # similarity from which two readings may be of one text
SHARED = 4  # least characters, or all of a shorter part, that two parts of a moving text share


def comparison_key(text: str) -> str:
    """The text without spaces and case, in which readings often differ."""
    return "".join(text.split()).casefold()


def similarity(one: str, other: str) -> float:
    """Similarity of two texts, 0..1: 2 M / T (Ratcliff and Obershelp 1988)."""
    return SequenceMatcher(None, comparison_key(one), comparison_key(other), autojunk=False).ratio()


def digits(text: str) -> str:
    """The digits of a text; readings with different digits are of different texts."""
    return "".join(c for c in text if c.isdigit())


def extends(old: str, new: str) -> bool:
    """Whether the new text is the old one with more text before or after it."""
    one, other = comparison_key(old), comparison_key(new)
    return len(one) < len(other) and (other.startswith(one) or other.endswith(one))


def stitch(old: str, new: str) -> str | None:
    """Join two parts of a text that were seen one after the other; None if they do not fit.

    The parts share a run of characters; the text before it and after it is each taken from the part
    that shows more of it, as letters at the edge of the picture may be cut.
    """
    match = SequenceMatcher(None, old, new, autojunk=False).find_longest_match()
    if match.size < min(SHARED, max(len(old), 1), max(len(new), 1)):
        return None
    run = old[match.a : match.a + match.size]
    before = max(old[: match.a], new[: match.b], key=len)
    behind = max(old[match.a + match.size :], new[match.b + match.size :], key=len)
    return before + run + behind
