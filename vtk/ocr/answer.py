"""The lines of text in a model's answer, and where they stand if it tells."""

import re
from typing import NamedTuple

import orjson

from vtk.prompting.dialogue import checked
from vtk.text import words

NOTHING = "NONE"  # what a model is asked to answer where nothing is written
THOUSAND = 1000.0  # models that tell boxes in parts of the picture count it to a thousand

_FENCE = re.compile(r"^\s*```\w*\s*$")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_NUMBERS = r"\s*(\d{1,4}(?:\.\d+)?)\s*"
# <|ref|>words<|/ref|><|det|>[[1, 2, 3, 4]]<|/det|>, of DeepSeek-OCR; the marks may be missing.
_DETECTED = re.compile(
    r"^(?:<\|ref\|>)?(?P<text>.*?)(?:<\|/ref\|>)?\s*(?:<\|det\|>)?\[\["
    rf"{_NUMBERS},{_NUMBERS},{_NUMBERS},{_NUMBERS}\]\](?:<\|/det\|>)?$"
)
# words(1,2),(3,4), of HunyuanOCR.
_CORNERS = re.compile(rf"^(?P<text>.*?)\({_NUMBERS},{_NUMBERS}\)\s*,\s*\({_NUMBERS},{_NUMBERS}\)$")


class ReadLine(NamedTuple):
    """A line of text; its box is left, top, right, bottom as fractions of the picture."""

    text: str
    box: list[float] | None = None


def lines_in(answer: str, width: int, height: int) -> list[ReadLine]:
    """Return the lines of an answer about a picture of that size, in pixels; none if it is empty.

    Boxes are read from JSON as Qwen3-VL (`bbox_2d`, in thousandths) and dots.ocr (`bbox`, in
    pixels) give it, and from the forms of DeepSeek-OCR and HunyuanOCR (thousandths). Code fences,
    marks of headings and control characters are removed. Raises ModelError if the answer repeats
    itself.
    """
    kept = [line for line in answer.splitlines() if not _FENCE.match(line)]
    if not words("\n".join(kept)) or one_line("".join(kept)).strip(".") == NOTHING:
        return []
    checked("\n".join(kept))
    found = _of_json("\n".join(kept), width, height)
    if found is None:
        found = _with_corners(kept) or [_detected(line) for line in kept]
    cleaned = (ReadLine(one_line(line.text), line.box) for line in found)
    return [line for line in cleaned if words(line.text)]


def one_line(text: str) -> str:
    """Return text on one line, without control characters and repeated spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _detected(line: str) -> ReadLine:
    if match := _DETECTED.match(line.strip()):
        return ReadLine(match["text"], _fractions(match.groups()[1:], THOUSAND, THOUSAND))
    return ReadLine(_HEADING.sub("", line))


def _with_corners(lines: list[str]) -> list[ReadLine]:
    """Return the lines with their boxes if every line has corners behind it, else none."""
    matches = [_CORNERS.match(line.strip()) for line in lines if line.strip()]
    found = [
        ReadLine(match["text"], _fractions(match.groups()[1:], THOUSAND, THOUSAND))
        for match in matches
        if match
    ]
    return found if len(found) == len(matches) else []


def _of_json(text: str, width: int, height: int) -> list[ReadLine] | None:
    """Return the lines of an answer in JSON; None if it is no list of texts with boxes."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    found = []
    for each in told if isinstance(told, list) else [told]:
        if not isinstance(each, dict):
            return None
        said = next((each[k] for k in ("text_content", "text", "label") if k in each), None)
        if not isinstance(said, str):
            return None
        box = _fractions(each.get("bbox_2d"), THOUSAND, THOUSAND)
        box = box or _fractions(each.get("bbox"), width, height)
        found += [ReadLine(line, box) for line in said.splitlines()]
    return found


def _fractions(numbers: object, width: float, height: float) -> list[float] | None:
    """Return a box as fractions, ordered and inside the picture; None if it is none."""
    try:
        left, top, right, bottom = (float(number) for number in numbers)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return None
    sides = sorted((left / width, right / width)), sorted((top / height, bottom / height))
    (left, right), (top, bottom) = sides
    if not -0.01 <= min(left, top) <= max(right, bottom) <= 1.01 or left == right or top == bottom:
        return None
    return [round(min(max(side, 0.0), 1.0), 4) for side in (left, top, right, bottom)]
