"""Clean verbatim, as transcribers call it: what is said, without the slips and fillers of speech.

Words are left out and none is changed, but for the capital letter of a new first word. That the
words with which a sentence is tied to the one before are left out is the sentence trimming of
extractive summaries (Conroy et al., "Left-Brain/Right-Brain Multi-Document Summarization",
DUC 2004).
"""

import re

_HESITATION = re.compile(r",? ?\b(?:u+m+|u+h+|uhm|erm?|h?mm+)\b(?:,(?= )|(?=[.!?]))?", re.I)
_FILLER = re.compile(r", (?:you know|i mean|i guess),(?= )", re.I)
# Words said twice in a row, up to three of them; of some, both are meant.
_TWICE = re.compile(
    r"(?<!['’])\b(?!(?:that|had|very|really|so|no|many|far|much|one|two|three|four|five|six|seven"
    r"|eight|nine|zero|ten|\w*\d\w*)(?!['’\w]))"
    r"(\w+(?:['’]\w+)?(?: \w+(?:['’]\w+)?){0,2})(?:,? \1\b(?!['’-]))+",
    re.I,
)
_BEGUN = re.compile(
    r"(?<!['’])\b([b-hj-z]),? (?=\1[a-z])"
)  # a word begun and begun again: y you'll
_TAG = re.compile(r", (?:right|okay|ok|yeah|you know|no)([.?])$", re.I)
_OPENER = re.compile(
    r"^(?:(?:and|but|so(?! (?:that|far|much|many|long|called|to|do|is|does|did|am|are)\b)"
    r"|now(?! that)|well|also|then|okay|ok|yeah|yep|oh|alright|all right|again|anyway|anyways"
    r"|basically|actually|honestly|obviously|essentially|of course|you know|i mean|i guess)(?:, | )"
    r"|(?:right|like|look|see|indeed|specifically|technically|computationally|really|in fact"
    r"|namely|therefore|thus|hence|however|moreover|furthermore|similarly|likewise|nevertheless"
    r"|consequently|meanwhile|still|as a result|on the other hand|for example|for instance), )+",
    re.I,
)


def clean(text: str, language: str) -> str:
    """Return a sentence in clean verbatim; one of another language than English as it is."""
    if language != "en":
        return text
    said = text
    for pattern, kept in ((_HESITATION, ""), (_FILLER, ""), (_BEGUN, ""), (_TWICE, r"\1")):
        text = pattern.sub(kept, text)
    text = _OPENER.sub("", _TAG.sub(".", text).strip(" ,"), count=1)
    return text if text[:1] == said[:1] else text[:1].upper() + text[1:]
