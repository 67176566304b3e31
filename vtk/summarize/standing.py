"""How well a sentence stands alone: whether a reader understands it without those around it."""

import re
from collections.abc import Sequence

from vtk.passages import Passage
from vtk.summarize.english import announces, is_of_itself, wording
from vtk.summarize.result import ENDED
from vtk.text import UNSPACED, words

LEAST, SHORT, LONG = 5, 9, 40  # words: shorter ones are never told, others are rarely good
CUT = 0.04  # how well a part of a sentence stands alone at most
ANNOUNCED = 2.0  # how much better one stands alone that says what a video is about
ALONE = 0.5  # from which a sentence stands alone; below, it is told where nothing better is left

# First words that refer to the sentence before, by language.
_LEANING = {
    "en": """
        it it's its they they're them their this that that's that'll these those he he's she
        she's his her him and but so or nor because then also thus hence therefore too yet which
        who whose whom where when while well yeah yep yes no nope ok okay oh ah um uh alright
        right exactly absolutely sure true agreed now anyway anyways again instead otherwise
        rather however though still namely meaning likewise similarly conversely besides
        moreover furthermore meanwhile afterwards consequently nevertheless nonetheless indeed
        at&the&time before&that until&then what&that what&this
        of&course for&example for&instance in&other&words in&fact in&that in&this&case in&which
        as&a&result on&the&other&hand after&that because&of&that that&said another other&than
        both either neither the&same the&other the&former the&latter such same here there
        there's here's what's how's did&you do&you can&you earlier above previously like just
        even not only to&which at&that with&that with&this by&that from&that from&there
        more&than&that and/or first second third finally lastly next secondly thirdly let let's
        thank thanks please hello hi hey welcome good&morning good&afternoon bye sorry maybe
        perhaps i i'm i've i'd i'll my mine me you you're you've you'd you'll your ours it'll
        it'd they've they'd we're""",
    "de": """
        es er sie ihr ihre sein seine das dies diese dieser dieses dann und aber oder denn also
        deshalb deswegen daher darum dadurch damit dabei außerdem trotzdem jedoch ja nein genau
        so da hier dort nun jetzt doch sonst zudem dazu davon zum&beispiel ich du""",
    "fr": """
        il elle ils elles ce c'est cela ça cette ces cet et mais ou donc or ni car puis alors
        ensuite aussi ainsi oui non voilà là ici par&exemple en&effet du&coup enfin je tu
        on&peut""",
    "es": """
        él ella ellos ellas esto eso esta este estos estas esa ese y pero o pues porque entonces
        luego también así sí no ahí aquí por&ejemplo además bueno yo tú""",
    "it": """
        lui lei loro questo questa questi queste quello quella e ma o quindi allora poi anche
        così sì no qui là perché infatti però ad&esempio io tu""",
    "pt": """
        ele ela eles elas isto isso este esta esse essa e mas ou então depois também assim sim
        não aqui ali porque por&exemplo portanto eu você""",
    "nl": """
        het hij zij ze dit dat deze die en maar of dus dan ook daarom daardoor hier daar ja nee
        nou bijvoorbeeld toen want ik je jij""",
    "ru": """
        он она оно они это этот эта эти и но или а так поэтому потом тогда да нет вот там здесь
        я ты""",
}
# A question, also where no mark says so, and a slip of the tongue.
_ASKS = re.compile(
    r"(?:how|why|what|where|who|when|which)(?: \w+)?"
    r" (?:do|does|did|is|are|can|could|would|should)\b|.*[?？][\"'”’)]*$",
    re.I,
)
_SLIP = re.compile(r"\b(\w+ \w+),? \1\b|\b(?!that\b|had\b)(\w+),? \2\b", re.I)
_BREAKS = re.compile(r"(?:--|\.\.\.|…|[–—-](?=[\s\"'”’]*$))")


def stands(sentence: Passage, language: str, *, punctuated: bool, cased: bool) -> float:
    """How well a sentence stands alone, 0 to 1; 0 if it is too short to say anything.

    `punctuated` and `cased`: whether sentences of the text end with marks and begin with capitals.
    """
    text = " ".join(sentence.text.replace("’", "'").split())
    own = words(text)
    if len(own) < LEAST and sentence.source != "caption" and not _unspaced(own):
        return 0.0
    share = 1.0
    if _is_cut(text, punctuated, cased):
        share *= CUT
    if _ASKS.match(text):
        share *= 0.2
    if _SLIP.search(text):
        share *= 0.5
    announced = language == "en" and announces(text)
    if leans(text, language) and not announced:
        share *= 0.25
    if language == "en" and sentence.source == "speech":
        share *= wording(text)
    if len(own) < SHORT:
        share *= 0.7
    if len(own) > LONG:
        share *= 0.55
    return min(1.0, ANNOUNCED * share) if announced else share


def leans(text: str, language: str) -> bool:
    """Whether a sentence begins with a word that refers to what was said before."""
    if is_of_itself(text):
        return False
    listed = _LEANING.get(language, "").split()
    start = text.lstrip("\"'“”‘«-– ").casefold()
    return any(
        start.startswith(each.replace("&", " ")) and not start[len(each) : len(each) + 1].isalnum()
        for each in listed
        if start.startswith(each[:2])
    )


def _is_cut(text: str, punctuated: bool, cased: bool) -> bool:
    """Whether a text is only a part of a sentence, as cues and interruptions leave it."""
    if punctuated and not ENDED.search(text):
        return True
    if cased and text.lstrip("\"'“”‘«([ ")[:1].islower():
        return True
    return _BREAKS.search(text) is not None or text.count('"') % 2 == 1


def _unspaced(own: Sequence[str]) -> bool:
    """Whether words of a script without spaces say as much as several others do."""
    return any(len(word) >= 2 * LEAST for word in own if UNSPACED.match(word))
