"""Which words of a video are used as nouns, told by the words around them and by their endings.

No list of words or model of a language is needed for that, only the small words of English; in
other languages what is known is where phrases end.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from vtk.text import Analyzer

_DETERMINERS = """
the a an this these those our their its your his her my every each some any no which another other
"""
_PREPOSITIONS = """
of in on at for with from into about over per between through under without by against across
"""
# After these comes an adjective, if a word that stands alone.
_DEGREES = """
is are was were be been being very so too more most less really quite pretty as how it's that's
they're we're you're i'm he's she's super extremely completely totally fairly gets got feel feels
"""
# After these comes a verb, or a word that stands alone.
_BEFORE_VERB = """
i you we they he she it who that will would can could should must may might to let's lets don't
doesn't didn't not never always also just it's they're we're you're i'm i'll you'll we'll they'll
i've you've we've they've i'd you'd we'd they'd can't won't couldn't wouldn't then please
"""
_OBJECTS = "the a an this these those our their its your his her my it them us me him you that"
DETERMINERS, PREPOSITIONS, DEGREES, BEFORE_VERB, OBJECTS = (
    frozenset(text.split())
    for text in (_DETERMINERS, _PREPOSITIONS, _DEGREES, _BEFORE_VERB, _OBJECTS)
)
_NOUN_ENDS = (
    "tion sion ment ness ity ism ist ance ence ship hood logy graphy ware work ium tude ure"
)
_ADJECTIVE_ENDS = "ical ional ural ual ial ive ous ful less able ible ary ish ian"
_NOUN, _ADJECTIVE = tuple(_NOUN_ENDS.split()), tuple(_ADJECTIVE_ENDS.split())


class Uses:
    """How words are used in the clauses of a video, each clause a list of words."""

    def __init__(self, clauses: Iterable[Sequence[str]], analyzer: Analyzer) -> None:
        self.english = analyzer.language == "en"
        self.german = analyzer.language == "de"
        self.analyzer = analyzer
        self.nouns: defaultdict[str, float] = defaultdict(float)
        self.others: defaultdict[str, float] = defaultdict(float)
        for clause in clauses:
            lower = [word.casefold() for word in clause]
            inner = ["", *lower, ""]
            for place, (word, key) in enumerate(zip(clause, lower, strict=True)):
                if not analyzer.is_stop_word(word):
                    after = inner[place + 2]
                    ends = not after or analyzer.is_stop_word(after)
                    self._count(word, key, inner[place], after, ends)

    def _count(self, word: str, key: str, before: str, after: str, ends: bool) -> None:
        noun = 0.0
        if before in DETERMINERS:
            noun += 2.0 if ends else 0.0
        elif (before in PREPOSITIONS and ends) or (
            before and word[0].isupper() and not word.isupper()
        ):
            noun += 1.0
        elif before and ends and not self.analyzer.is_stop_word(before):
            noun += 1.2
        if after == "of":
            noun += 0.5
        self.nouns[key] += noun
        if before in DEGREES or before in BEFORE_VERB:
            self.others[key] += 1.5
        elif after in OBJECTS:
            self.others[key] += 1.0
        elif before in DETERMINERS and not ends:
            self.others[key] += 0.7

    def is_noun(self, word: str) -> float:
        """Return how likely a word is a noun, 0 to 1; higher than .5 where it is more than not."""
        if self.german:
            return 0.9 if word[:1].isupper() else 0.2
        if not self.english:
            return 0.7
        key = word.casefold()
        noun, other = self.nouns[key] + 0.6, self.others[key] + 0.5
        if key.endswith(_NOUN):
            noun += 1.5
        elif key.endswith(_ADJECTIVE) or key.endswith(("ic", "ant", "ent")):
            other += 2.0 if key.endswith(_ADJECTIVE) else 0.7
        elif key.endswith("ly"):
            other += 4.0
        elif key.endswith(("ed", "ing")):
            other += 1.5
        elif key.endswith("s") and not key.endswith(("ss", "us", "is")):
            noun += 0.5
        return noun / (noun + other)
