"""Which sentences advertise or ask for support, rather than tell what the video is about."""

import re
from collections.abc import Sequence
from itertools import pairwise

from vtk.passages import Passage

BREAK = 90.0  # seconds between two signs of an advertisement within which all of it is one
_PAID = (  # who pays
    r"\b(?:brought to you|sponsored|made possible) by\b|\bour (?:\w+ )?sponsors?\b",
    r"\bsponsors? (?:of|for) (?:this|today|the)\b",
    r"\b(?:episode|video|show|podcast)(?:'s| is| was)? sponsor",
    r"\bthanks? (?:again )?to (?:our|the) (?:partners?|sponsors?|patrons?)\b",
)
_OFFERED = (
    r"\b(?:promo|coupon|discount|offer) code\b|\buse (?:the |my |our )?code\b",
    r"\b\d+ ?(?:%|percent) off\b|\bfree trial\b|\bmoney[- ]back guarantee\b",
    r"\bsign up (?:today|now|for free|at)\b|\bfirst (?:month|\d+ \w+)\b.*\bfree\b",
    r"\b(?:head|go|check (?:it|them|this) out|learn more|find (?:it|them)|sign up|visit)\b"
    r"[^.]{0,40} \w[\w-]*\.(?:com|io|org|net|dev|co|fm|app|tv)\b",
)
_ASKED = (  # of the audience
    r"\b(?:like and subscribe|subscribe to|(?:hit|smash) (?:the|that) (?:bell|like|subscribe))\b",
    r"\blinks? (?:is |are )?(?:in the|down|below)\b|\bin the (?:description|show notes)\b",
    r"\bpatreon\b|\bleave (?:us )?a (?:review|rating|comment)\b|\bfollow (?:us|me) on\b",
    r"\bsupport the (?:show|channel|podcast)\b|\bmerch\b|\bfavou?rite podcast app\b",
    r"\bif you(?:'re| are) (?:listening|watching) (?:live|along)\b",
    r"\b(?:our|into|join) (?:\w+ )?(?:slack|discord)\b",
    r"\b(?:join|sign up for|subscribe to) (?:us|our) \w+|\bour (?:newsletter|master feed)\b",
)
_ELSEWHERE = (  # the same in other languages
    r"\b(?:gesponsert|rabattcode|gutscheincode|abonnier\w*|sponsorisée?|code promo|abonnez-vous)\b",
    r"\b(?:patrocinad[oa]|código de descuento|suscríbete|inscreva-se|gesponsord)\b",
    r"\b(?:sponsorizzat[oa]|iscrivetevi)\b",
)
_OFFER = re.compile("|".join(_OFFERED), re.I)
_SELLS = re.compile("|".join((*_PAID, *_OFFERED)), re.I)
_SIGN = re.compile("|".join((*_PAID, *_OFFERED, *_ASKED, *_ELSEWHERE)), re.I)


def advertising(sentences: Sequence[Passage]) -> set[int]:
    """Return the places of sentences, which are in time order, that are advertisements.

    Those between one that names who pays, or offers, and one that offers are part of the same
    advertisement, if no more than BREAK seconds lie between.
    """
    texts = [each.text.replace("’", "'") for each in sentences]
    found = {n for n, text in enumerate(texts) if _SIGN.search(text)}
    for first, last in pairwise(n for n in sorted(found) if _SELLS.search(texts[n])):
        near = sentences[last].start - sentences[first].end <= BREAK
        if near and _OFFER.search(texts[last]):
            found.update(range(first, last))
    return found
