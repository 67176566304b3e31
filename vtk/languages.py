"""Which language a text is in, told by its script and its stop words.

Only languages of which stop words are listed are known (`vtk.text`), and those whose script says
it. What is written in another one is told from these by how few of their stop words it has.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from vtk.passages import passages
from vtk.span import Span
from vtk.text import UNSPACED, Analyzer, words

log = logging.getLogger("vtk")

# Of which stop words are known, in a script with spaces; Bokmål stands for Norwegian.
LISTED = ("en", "da", "de", "es", "fr", "it", "nb", "nl", "pt", "ru", "sv", "tr")
LEAST, MOST = 20, 5000  # words from which a language is told, and that are looked at
FEW = 4  # words of a sentence from which it is told, if it is known that one is wanted
SHARE = 0.22  # of stop words among the words of a text in their language, at least
NONE = 0.12  # share of the stop words of any language below which a long text is in none of them
UNKNOWN = "und"  # the code of ISO 639 for a language that is not known
# Letters of single scripts, and the language that they speak for.
_SCRIPTS = (
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)
_CYRILLIC, _RUSSIAN, _OTHER = (
    re.compile(letters, re.I) for letters in ("[\u0400-\u04ff]", "[ыэ]", "[іїєґўјљњћђџѓќ]")
)


def language_of(texts: Iterable[str], *, least: int = LEAST) -> str | None:
    """Return the code of the language that texts are in, UNKNOWN if it is none of those known.

    None for fewer words than `least`, and where no language is far enough ahead of the others.
    """
    own = _some(texts)
    joined = " ".join(own)
    letters = sum(map(str.isalpha, joined))
    for code, script in _SCRIPTS:
        if 5 * len(script.findall(joined)) > letters > FEW:
            return code
    if len(own) < least:
        return None
    if 2 * len(_CYRILLIC.findall(joined)) > letters:
        return "ru" if _RUSSIAN.search(joined) and not _OTHER.search(joined) else UNKNOWN
    shares = stop_word_shares(own)
    (code, best), (_, second) = shares.most_common(2)
    if best >= SHARE and best > second:
        return code
    return UNKNOWN if best < NONE and len(own) >= LEAST else None


def guessed_language(spans: Sequence[Span], *, tell: bool = True) -> str | None:
    """Return the code of the language that is spoken in spans of a video, else written or told.

    None for English, and where too little is said to tell; with `tell`, another is told of.
    """
    texts: dict[bool, list[str]] = {True: [], False: []}
    for passage in dict.fromkeys(passage for span in spans for passage in passages(span)):
        texts[passage.source == "speech"].append(passage.text)
    found = language_of(texts[True])
    if found is None:
        found = language_of(texts[False])
        found = None if found == UNKNOWN else found  # lines on screen have few small words
    if found in (None, "en"):
        return None
    if tell:
        known = "an unknown language" if found == UNKNOWN else f"the language {found}"
        log.info("%s: taken as %s by its words; --language names another", spans[0].video, known)
    return found


def stop_word_shares(own: Iterable[str]) -> Counter[str]:
    """The share of words that are stop words, 0 to 1, by the codes of the languages listed."""
    counts = Counter(word.casefold() for word in own)
    total = counts.total() or 1
    return Counter(
        {
            code: sum(n for word, n in counts.items() if analyzer.is_stop_word(word)) / total
            for code, analyzer in ((code, _analyzer(code)) for code in LISTED)
        }
    )


def is_latin(text: str) -> bool:
    """Whether the letters of a text are of the Latin script."""
    return all(not c.isalpha() or c < "\u0250" or "\u1e00" <= c < "\u1f00" for c in text)


def scripts_differ(texts: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one of two lists of texts is in the Latin script, and the other is in another."""
    latin = [[is_latin(word) for word in _some(each)] for each in (texts, others)]
    return all(latin) and (2 * sum(latin[0]) > len(latin[0])) != (2 * sum(latin[1]) > len(latin[1]))


_ANALYZERS: dict[str, Analyzer] = {}


def _analyzer(code: str) -> Analyzer:
    if code not in _ANALYZERS:
        _ANALYZERS[code] = Analyzer(code)
    return _ANALYZERS[code]


def _some(texts: Iterable[str]) -> list[str]:
    """The first words of texts that have letters."""
    own: list[str] = []
    for text in texts:
        own += (word for word in words(text) if UNSPACED.match(word) or any(map(str.isalpha, word)))
        if len(own) >= MOST:
            break
    return own[:MOST]
