"""How well a sentence of English stands alone, by its wording: what it points at, and to whom.

The words are those that talks, lectures and meetings lean on each other with. What is counted
against a sentence multiplies, so that two faults weigh more than one.
"""

import re

from vtk.text import words

# Names of what is being watched: “in this video” refers to no other sentence.
_ITSELF = (
    r"(?:video|talk|lecture|course|series|episode|podcast|film|documentary|tutorial|lesson|show"
    r"|class|chapter|session|meeting)"
)
_OF_ITSELF = re.compile(rf"(?:(?:in|throughout) )?(?:this|today's|these) {_ITSELF}s?\b", re.I)
# With what speakers say what comes: one of the cue phrases of Edmundson, "New Methods in Automatic
# Extracting", JACM 1969.
_ANNOUNCING = re.compile(
    rf".*\b(?:in|throughout|for) (?:this|today's) {_ITSELF}\b"
    rf"|(?:this|today's|the main focus of this) {_ITSELF} (?:is|will|covers|explains|shows)\b"
    r"|.*\b(?:we|i)(?:'ll| will|'m going to|'re going to| are going to|'re gonna|'m gonna)"
    r" (?:be )?(?:talk(?:ing)? about|discuss(?:ing)?|explor(?:e|ing)|learn(?:ing)? about"
    r"|introduc(?:e|ing)|focus(?:ing)? on|dive into)\b(?! (?:it|that|this|them|these|those)\b)"
    r"|today,? (?:we|i) (?:are|am|have|talk|will)\b",
    re.I,
)
# What points at the picture, at what was said before, or at the audience.
_POINTING = re.compile(
    r"\b(?:(?:right|over|down|up|out) (?:here|there|top)"
    r"|(?:on|in) (?:the|this|my) (?:screen|slide|picture|left|right|animation|diagram|plot|figure)"
    r"|(?:you|we) (?:can|could|will)? ?see (?:here|that|how|this)"
    r"|as (?:i|we|you) (?:said|saw|mentioned|see|can see|know)"
    r"|(?:i|we)(?: just| all| already)* (?:had|did|saw|said|used|wrote|drew|plot|run|click"
    r"|looked at|waved)(?: (?:before|earlier|above|last time|here))?|let's"
    r"|(?:this|that) (?:one|thing|guy|right|line|column|row|point|part|plot|graph|kind|sort|way"
    r"|same|stuff)"
    r"|one of (?:them|these|those)"
    r"|(?:on|of|for|to|with|about|like) (?:that|this|them|it)(?= as\b|[,.;:!]|$)"
    r"|(?:these|those) (?:things|ones|guys)"
    r"|you guys|or whatever|and stuff|so on and so forth|here(?=[,.!]|'s| is| we|$))",
    re.I,
)
# What is said of oneself and to each other, rather than of the matter.
_TALKING = re.compile(
    r"\b(?:i|i'm|i've|i'd|i'll|my|me|you know|i mean|kind of|sort of|gonna|wanna|um|uh|like,"
    r"|you're|you've|your|tell us|come on|remember|honestly)\b",
    re.I,
)
# A sentence of English without any of these, or a word in -ed, is hardly one.
_VERBS = """
    is are was were be been has have had do does did can could will would shall should may
    might must add allow appear apply applies argue ask become began begin believe bring
    brought build built call came carry carries cause change collect come connect consist
    contain control cost cover create deal depend describe drive drop drove enter exist expect
    explain fall feel fell felt fill find fit flew flies flow fly follow form found gather gave
    get give go goes got grew grow happen heat held help hit hold include join keep kept knew
    know last lead learn leave led left let lies like live look love made make matter mean
    measure meet melt met move need offer open paint pass passes pay pick play predict process
    processes produce provide put ran reach reaches read receive refer remain remove represent
    require rest return rise rose run said saw say see seem send sent serve share show sit
    sound speak spin spread spun stand start stay stood store suggest support take talk teach
    tell think thought told took travel tries try turn understand understood use varies vary
    want watch weigh went win won work write wrote"""
_VERB = re.compile(
    rf"\b(?:(?:{'|'.join(_VERBS.split())})s?|\w+'(?:s|re|ll|d|ve|m)|\w+n't|\w+ed)\b", re.I
)
_PRONOUN = re.compile(r"\b(?:he|she|they|it|them|him|it's|he's|she's|they're|this|that's)\b", re.I)
# Whom a sentence addresses, or who said something, in a conversation.
_ADDRESSED = re.compile(
    r"(?:[A-Z][a-z]+, (?:you|your|do|did|can|what|how|why|if you)\b|congratulations\b"
    r"|(?:don't|do not|wait|watch|look|listen|note|notice|see|go|hop|head|check|try|feel free"
    r"|pause|ask|go ahead)\b)|.*\b(?:in the chat|in the channel|in the comments|the listeners?"
    r"|you'll (?:see|get|notice|hear)|we should yeah|as well, right)\b"
    r"|.*, (?:right|okay|ok|yeah|no|huh|you know)[.,]*$",
    re.I,
)
# What is counted or named so that the reader has to know of what it is one.
_COUNTED = re.compile(
    r"(?:the|one|another|a|my|our|your) (?:(?:only|main|big|real|whole|simple|key|first|good|basic"
    r"|obvious|other) )*"
    r"(?:answer|difference|problem|reason|point|question|idea|trick|issue|result|results|example"
    r"|thing|things|way|ways|case|step|part|next|latter|former|same|middle|top|bottom|rest|goal"
    r"|one|solution|strategy|advantage|upside|downside|hope|intention|pattern)\b"
    r"(?= (?:is|are|was|were|here|there|that|to|we|i|you)\b|[ ,]*$|,)"
    r"|the (?:last|next|other|second|third|fourth|middle|latter|top|bottom|same)\b"
    r"|(?:part|step|number|point) (?:one|two|three|four|\d+)\b|in (?:the|that) \w+ case\b"
    r"|(?:the )?(?:first|second|third|last|next) (?:is|was)\b"
    r"|(?:[a-z]+ )?[a-z]+ (?:that|this|it|them)(?:,| -)"
    r"|one (?:is|was|of|thing|way|could|can|would)\b|(?:in addition to|as opposed to|unlike) th",
    re.I,
)
# Where it stands in a book or on a blackboard.
_PLACED = re.compile(
    r"\b(?:page \d+|on (?:page )?\d+\b|lines? (?:down|up)|paragraphs? (?:down|up)|\d+ lines)", re.I
)
# Words with which no statement begins, and those with which only a part of one does.
_HALVED = re.compile(
    r"(?:is|isn't|are|aren't|was|were|can|can't|could|should|would|will|do|does|doesn't|did"
    r"|didn't|has|had|have|to|than|into|about|very|really|pretty|quite|cuz|'?cause|unless|whereas"
    r"|until|except|how about|what about|plus|or|nor|sounds|looks|seems|makes|depends|gonna|wanna"
    r"|got|guess|thought|being|called|especially|hopefully|probably|apparently|frankly)\b",
    re.I,
)
_DEPENDENT = re.compile(
    r"(?:if|when|although|though|because|since|while|as|after|before|once|even if|even though"
    r"|from|with|without|for|in|on|at|by|of|like|just)\b",
    re.I,
)
_RELATIVE = re.compile(r",? (?:where|which|who|whose|that) [^,]*")
# A word begun and begun again: sh shared, y you'll, w we.
_BEGUN = re.compile(
    r"\b(?!(?:a|i|in|an|so|be|the|he|to|on|no|we|it|or|for|you)\b)([a-z]+),?[ -](?=\1\w)", re.I
)
_THESE = re.compile(r"(?<!^)\b(?:this|these|those)\b", re.I)
_DOING = re.compile(r"\b(?:i|we)(?:'m|'ve been|'re|'d been) (?!going|talking|trying)\w+ing\b", re.I)


def is_of_itself(text: str) -> bool:
    """Whether “this” at the beginning of a sentence is the video, rather than something before."""
    return _OF_ITSELF.match(text) is not None


def announces(text: str) -> bool:
    """Whether a sentence says what the video, or what comes of it, is about."""
    return _ANNOUNCING.match(text) is not None


def wording(text: str) -> float:
    """How well a sentence stands alone by its wording, 0 to 1."""
    share = 0.45 ** (len(_POINTING.findall(text)) + len(_DOING.findall(text)))
    share *= 0.75 ** min(len(_TALKING.findall(text)), 3)
    share *= 0.8 ** len(_THESE.findall(text))
    for pattern, factor in ((_COUNTED, 0.45), (_ADDRESSED, 0.45), (_HALVED, 0.3)):
        share *= factor if pattern.match(text) else 1.0
    for pattern, factor in ((_PLACED, 0.45), (_BEGUN, 0.4)):
        share *= factor if pattern.search(text) else 1.0
    return share * (0.6 if _refers_back(text) else 1.0) * _told(text)


# Glaciers carve valleys: a verb in the plural has no ending to know it by.
_PLURAL = re.compile(
    r"(?:(?:the|these|most|many|some|all) )?[a-z]+(?<!s)s "
    r"(?!(?:of|in|on|and|or|for|to|with|from|at|by|than|as|that|which|who|like)\b)[a-z]+ [a-z]+",
    re.I,
)


def _told(text: str) -> float:
    """Whether a text is a whole statement: its main clause has a verb."""
    main = _RELATIVE.sub("", text)
    if not _VERB.search(main) and not _PLURAL.match(main):
        return 0.4
    if _DEPENDENT.match(text) and "," not in text and len(_VERB.findall(text)) < 2:
        return 0.4
    return 1.0


def _refers_back(text: str) -> bool:
    """Whether a pronoun stands before anything that it could stand for."""
    found = _PRONOUN.search(text)
    return found is not None and len(words(text[: found.start()])) < 4
