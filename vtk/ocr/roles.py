"""The role of a line of text, derived from its position, size, motion and duration."""

from vtk.ocr.line import THRESHOLDS as LINE
from vtk.ocr.line import TextLine

LOW = 0.64  # share of the picture's height at which the lower third begins, approximately
TALL = 0.03  # least height of a title, as a share of the picture's height
CENTRED = 0.12  # most distance of a title from the middle, as a share of the picture's width
BRIEF = 20.0  # most seconds that a caption stays on screen
LINES, SPREAD = 3, 0.3  # least lines of a slide, and the share of the height that they extend over


def role(line: TextLine, life: float) -> str:
    """Return slide, caption, title, credit or other; `life` is the duration in seconds.

    Lines that roll up or down are credits. Lines that stand still are part of a slide if several
    fill the picture, captions if they are low and brief, titles if they are large and centred.
    """
    height, width = line.shape
    left, top, right, bottom = line.shown
    way = abs(line.box[1] + line.box[3] - line.first[1] - line.first[3]) / 2
    if way > LINE.steady * height and abs(line.speed[1]) > abs(line.speed[0]):
        return "credit"
    if line.is_moving:
        return "other"
    if line.crowd >= LINES and line.company >= LINES - 1 and line.spread >= SPREAD:
        return "slide"
    middle = (top + bottom) / 2
    if middle >= LOW * height:
        return "caption" if life <= BRIEF else "other"
    centred = abs((left + right) / 2 - width / 2) <= CENTRED * width
    if centred and bottom - top >= TALL * height:
        return "title"
    return "other"
