"""Express the measurements of a span's picture in English, as clauses or as one sentence.

Reads the `facts` that `vtk.caption.facts` measures. Chapter titles consist of clauses.
"""

from vtk.entries import Facts

# Mean luma, 0..1, below which a picture is called dark, and above which it is called bright.
DARK = ((0.1, "very dark"), (0.22, "dark"))
BRIGHT = ((0.85, "very bright"), (0.55, "bright"))
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def clauses(facts: Facts) -> list[str]:
    """Return each measurement in a few words, leaving out those that are missing."""
    camera = facts.get("camera")
    return [
        *_light(facts),
        *([_and(list(facts["colours"]))] if facts.get("colours") else ()),
        *_faces(facts),
        *([f"camera {camera}"] if camera else ()),
        *([facts["motion"]] if "motion" in facts else ()),
    ]


def picture_sentence(facts: Facts) -> str:
    """Return the measurements as one sentence."""
    look = ", ".join([*_light(facts), f"mostly {_and(list(facts['colours']))}"])
    article = "An" if look[0] in "aeiou" else "A"
    sentence = f"{article} {look} picture for {_length(facts['seconds'])}"
    moves = [f"the camera {facts['camera']}"] if "camera" in facts else []
    moves += [facts["motion"]] if "motion" in facts else []
    parts = (sentence, faces_clause(facts), " and ".join(moves))
    return "; ".join(part for part in parts if part) + "."


def faces_clause(facts: Facts) -> str:
    """Return the number of faces and how near the largest is; empty if none was found."""
    parts = _faces(facts)
    if len(parts) == 2 and len(facts["faces"]) > 1:
        parts[1] = f"the larg{'er' if len(facts['faces']) == 2 else 'est'} {parts[1]}"
    return ", ".join(parts)


def _faces(facts: Facts) -> list[str]:
    count = len(facts.get("faces", ()))
    if not count:
        return []
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    scale = facts.get("scale", "")
    near = f"in a {scale}" if scale.endswith("shot") else f"in {scale}"
    return [f"{number} face{'s' * (count > 1)}", *([near] if scale else ())]


def _light(facts: Facts) -> list[str]:
    light = facts.get("light", 0.5)
    words = [word for limit, word in DARK if light < limit]
    words += [word for limit, word in BRIGHT if light > limit]
    return words[:1]


def _length(seconds: float) -> str:
    if seconds >= 90:
        minutes = round(seconds / 60, 1)
        return f"{minutes:g} minutes"
    shown = round(seconds, 1) if seconds >= 0.95 else round(seconds, 2)
    return f"{shown:g} second{'s' * (shown != 1)}"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
