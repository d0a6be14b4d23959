"""The sync's sentences in the language of the page; what others have said in them is quoted as they said it.

The sync keeps a sentence in English, for its log and its command line: the pages know each by its shape.
"""

import re
from collections.abc import Callable
from functools import cache

from dashboard import data
from dashboard.text import LANGUAGES, language, named, t
from dashboard.text.explained.sentences import SENTENCES
from sync.store.reader import overview as reader_overview
from sync.store.reader.published import Scope

_PLACE = re.compile(r"\\\{(\w+)\\\}")
_LOGIN = "'s login"
_SHAPES = {"system": rf"[A-Za-z]+(?::[^\s:]+)?(?:{_LOGIN})?"}


def in_words(stored: str) -> str:
    """Return what the sync keeps as one or more sentences; what no page knows is quoted, '' stays ''."""
    return known(stored) or (t("said.noted", words=stored) if stored else "")


def known(stored: str) -> str | None:
    """Return sentences of the sync in the language of the page, None where one of them is somebody else's."""
    for end in _inner_ends(stored):
        first = _one(stored[:end])
        rest = known(stored[end:].lstrip()) if first is not None else None
        if rest is not None:
            return f"{first} {rest}"
    return _one(stored)


def system(name: str) -> str:
    """Return a system by the name it gives itself: "fortnox:nord" is "Fortnox (Nord Maskin AB)"."""
    connections = data.read(reader_overview.connections, Scope())
    titles = {one.system: f"Fortnox ({one.title})" if one.company else one.title for one in connections}
    return titles.get(name, name)


def company(key: str) -> str:
    """Return a company by the name it gives itself, by its key where that is all there is."""
    titles = {one.company: one.title for one in data.read(reader_overview.companies, Scope())}
    return titles.get(key, key)


def quoted(words: str) -> str:
    """Return somebody else's words in quotation marks."""
    return t("said.quoted", words=words)


def _one(stored: str) -> str | None:
    for shape, words in _shapes():
        found = shape.fullmatch(stored)
        if found:
            filled = {name: _WAYS.get(name, str)(value) for name, value in found.groupdict().items()}
            return words[LANGUAGES.index(language())].format(**filled)
    return None


def _inner_ends(text: str) -> list[int]:
    """Return where a sentence may end before the text does."""
    return [found.start() + 1 for found in re.finditer(r"\. ", text)]


@cache
def _shapes() -> list[tuple[re.Pattern[str], tuple[str, str]]]:
    return [(_shape(stored), words) for stored, words in SENTENCES.items()]


def _shape(stored: str) -> re.Pattern[str]:
    """Return what a sentence looks like; a name that stands in it twice is the same one twice."""
    met: set[str] = set()

    def place(found: re.Match[str]) -> str:
        name = found[1]
        if name in met:
            return f"(?P={name})"
        met.add(name)
        return f"(?P<{name}>{_SHAPES.get(name, '.+?')})"

    return re.compile(_PLACE.sub(place, re.escape(stored)), re.DOTALL)


def _system(name: str) -> str:
    if name.endswith(_LOGIN):
        return t("said.login", system=system(name.removesuffix(_LOGIN)))
    return system(name)


def _kind(kind: str) -> str:
    return named("kind", kind.lower())


def _companies(keys: str) -> str:
    return ", ".join(company(key) for key in keys.split(", "))


_WAYS: dict[str, Callable[[str], str]] = {
    "system": _system,
    "companies": _companies,
    "kind": _kind,
    "said": quoted,
    "names": quoted,
}
