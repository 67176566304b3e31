"""Codes of languages (ISO 639), compared whatever their form."""

import re

# Map ISO 639-1 codes and the terminologic codes of ISO 639-2 to the bibliographic codes of
# ISO 639-2, for the most common languages.
_CODES = {
    "en": "eng", "de": "ger", "fr": "fre", "es": "spa", "it": "ita", "pt": "por", "nl": "dut",
    "ru": "rus", "pl": "pol", "uk": "ukr", "cs": "cze", "sv": "swe", "da": "dan", "no": "nor",
    "fi": "fin", "el": "gre", "tr": "tur", "ar": "ara", "he": "heb", "hi": "hin", "zh": "chi",
    "ja": "jpn", "ko": "kor", "vi": "vie", "id": "ind", "hu": "hun", "ro": "rum", "bg": "bul",
    "hr": "hrv", "sr": "srp", "sk": "slo", "sl": "slv", "th": "tha", "fa": "per", "ca": "cat",
    "deu": "ger", "fra": "fre", "nld": "dut", "zho": "chi", "ces": "cze", "ell": "gre",
    "ron": "rum", "slk": "slo", "fas": "per",
}  # fmt: skip


def same_language(one: str | None, other: str | None) -> bool:
    """Return whether two ISO 639 codes, of two or three letters, name the same language."""
    return iso639_2(one) == iso639_2(other)


def iso639_2(language: str | None) -> str:
    """Return the three-letter code (ISO 639-2) of a language; `und` if none is given."""
    code = re.split(r"[-_]", (language or "und").lower())[0]
    return _CODES.get(code, code)
