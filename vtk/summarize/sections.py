"""Styles with headings, without a model: under which heading a sentence of English belongs.

By the words that decisions, actions, definitions, examples, ingredients and steps are told with.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from vtk.errors import UsageError
from vtk.summarize.task import Style

_DOING = """
    add attach bake beat begin blend boil bring brush build carve check chop click close combine
    cook cool copy cover crack create cut dip drain drill drizzle dry fill fix flip fold fry
    glue grab grate grease grill heat hold insert install knead lay leave let lift line lower
    make mark mash measure melt mix open paint paste peel pick place plug pour preheat press
    pull push put reduce remove rinse roll run sand save scoop screw seal season select serve
    set sew shake shape simmer slice soak spoon spray spread sprinkle squeeze start stir strain
    take tap taste tie tighten top toss trim turn twist type unscrew use wait warm wash weigh
    whisk wipe wrap write"""
_VERBS = "|".join(_DOING.split())
_AMOUNT = (
    r"(?:\d+(?:[./]\d+)?|half|quarter|one|two|three|four|five|six|ten|an?) (?:an? )?(?:of an? )?"
    r"(?:cups?|tablespoons?|teaspoons?|tbsp|tsp|grams?|g|kg|kilos?|ml|lit(?:er|re)s?|ounces?|oz"
    r"|pounds?|lbs?|pinch|cloves?|slices?|pieces?|inch(?:es)?|cm|mm|metres?|meters?|feet|foot)"
)


@dataclass(frozen=True)
class Section:
    """A heading, how sentences under it are told (None: any), and its share of the words."""

    heading: str
    told: re.Pattern[str] | None = None
    share: float = 1.0


def _section(heading: str, told: str, share: float) -> Section:
    return Section(heading, re.compile(told, re.I), share)


SECTIONS: Mapping[Style, tuple[Section, ...]] = {
    "minutes": (
        Section("Topics"),
        _section(
            "Decisions",
            r"\b(?:decid(?:e|ed|ing)|decisions?|agreed?|settled on|approved|resolved|we chose"
            r"|ruled out|let's go with|(?:we'll|we will|we're going to|we are going to|we should)"
            r" (?:go with|use|take|keep|have|stick with|drop))\b",
            0.25,
        ),
        _section(
            "Actions",
            r"\baction (?:items?|points?)\b|\bto-?do\b|\bby (?:monday|tuesday|wednesday|thursday"
            r"|friday|tomorrow|next week|the end of|the next)\b|\b(?:will|'ll|should|needs? to"
            r"|ha(?:ve|s) to|going to) (?:send|write|prepare|look into|find out|work on|report"
            r"|e-?mail|present|bring|talk to|ask|finish|contact|follow up|set up|put together)\b",
            0.25,
        ),
    ),
    "recipe-steps": (
        _section("Needed", rf"\byou(?:'ll| will)? need\b|\bingredients?\b|\b{_AMOUNT}\b", 0.25),
        _section(
            "Steps",
            r"^(?:(?:first|then|next|now|finally|after (?:that|this)|and|so|okay|ok|well|once"
            r"|begin by|start by|go ahead and|just)[, ]+)*(?:(?:you|we|i)(?:'ll|'re going to"
            r"| are going to| will| want to| need to| can| have to|'m going to|'d)?"
            r" (?:just |then |now |also )*)?"
            rf"(?:{_VERBS})\b",
            1.0,
        ),
    ),
    "study-notes": (
        Section("Key ideas"),
        _section(
            "Definitions",
            r"\b(?:is|are|it's|was) (?:also |what is |often |usually )?(?:called|known as"
            r"|defined as|termed|referred to as)\b|\brefers? to\b|\bstands? for\b|\bmeans? that\b"
            r"|\bwhat (?:we|i|is|he|they) calls?\b|\bwe call\b|\bby definition\b"
            r"|^(?:an?|the)? ?[\w-]+(?: [\w-]+)? (?:is|are) (?:an?|the|any)"
            r" (?!same|case|point|only)\w+",
            0.3,
        ),
        _section(
            "Examples", r"\bfor (?:example|instance)\b|\bsuch as\b|^(?:imagine|suppose|say)\b", 0.2
        ),
    ),
}


def sections_of(style: Style, language: str) -> tuple[Section, ...]:
    """Return the headings of a style, () if it has none.

    Raises UsageError for a style with headings in another language than English.
    """
    found = SECTIONS.get(style, ())
    if found and language != "en":
        raise UsageError(
            f"the style {style} without a model is for English: name a model, or another style"
        )
    return found
