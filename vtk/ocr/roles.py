"""What a line of text is for, told by its place, its size and its life."""

from vtk.ocr.line import STEADY, TextLine

LOW = 0.64  # of the picture's height: where the lower third begins, about
TALL = 0.03  # of the picture's height: the least of a line of a title
CENTRED = 0.12  # of the picture's width: how far a title may be from the middle
BRIEF = 20.0  # seconds that a caption stays at most
LINES, SPREAD = 3, 0.3  # of a slide: lines, and the share of the height that they take up


def role(line: TextLine, life: float) -> str:
    """One of slide, caption, title, credit, other; `life` in seconds.

    Lines that roll up or down are credits. Lines that stand still: on a slide where several fill
    the picture, captions where they are low and brief, titles where few are large and centred.
    """
    height, width = line.shape
    left, top, right, bottom = line.shown
    way = abs(line.box[1] + line.box[3] - line.first[1] - line.first[3]) / 2
    if way > STEADY * height and abs(line.speed[1]) > abs(line.speed[0]):
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
