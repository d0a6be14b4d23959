"""The characters that Fortnox takes, read in one place: what has an equal is replaced, what cannot be seen left out.

Fortnox's developer pages list what its text fields take: Latin letters with their accents, digits, the space, the
line break and some signs; it answers 2000359 to everything else.
"""

import re
import unicodedata

_REFUSED = re.compile(
    r"[^A-Za-z0-9\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
    r" \n–:.´’,;^¤#%§£$€¢¥©™°&/()=+\-*_!?²³®½@`]"
)
# What Fortnox refuses but has an equal for.
_EQUALS = str.maketrans(
    {
        "'": "’", "‘": "’", "‛": "’", "′": "’", '"': "’’", "“": "’’", "”": "’’", "„": "’’", "«": "’’", "»": "’’",
        "—": "–", "‐": "-", "‑": "-", "‒": "–", "−": "-", "[": "(", "]": ")", "{": "(", "}": ")",
        "…": "...", "·": "-", "•": "-", "|": "/",
    }
)  # fmt: skip
# Spaces of every width, and line breaks that are not Fortnox's own.
_SPACES = re.compile(r"[\t\v\f\r\x1c-\x1f\x85\u2028\u2029]|[^\S\n ]")
# Signs that only say how others are shown: marks of direction, joiners, soft hyphens, variants of a picture.
_UNSEEN = re.compile(r"[\u034f\u180b-\u180d\ufe00-\ufe0f]")
_LETTERS = frozenset({"L", "N", "P", "S"})


def fitted_text(text: str) -> str:
    """Return a text in Fortnox's characters as far as they have equals; `refused_signs` says what is left."""
    if text.isascii() and not _REFUSED.search(text):
        return text
    return _SPACES.sub(" ", seen(unicodedata.normalize("NFC", text)).translate(_EQUALS))


def refused_signs(text: str) -> list[str]:
    """Return the characters of a text that Fortnox refuses, each once and as a person can read it."""
    return sorted({named(sign) for sign in _REFUSED.findall(text)})


def seen(text: str) -> str:
    """Return a text without the signs that cannot be seen and say nothing: a zero-width space, a mark of direction."""
    if text.isascii():
        return text
    return _UNSEEN.sub("", "".join(sign for sign in text if unicodedata.category(sign) != "Cf"))


def named(sign: str) -> str:
    """Return a character as it is, or as U+200B where it cannot be seen by itself."""
    return sign if unicodedata.category(sign)[0] in _LETTERS else f"U+{ord(sign):04X}"


def says_something(text: str) -> bool:
    """Return whether a text has a character that can be seen."""
    return bool(seen(text).strip())
