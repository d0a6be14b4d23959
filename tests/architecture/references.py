"""References in the project's text: to a system's FACTS.md by number, to ARCHITECTURE.md by the name of a section."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT

SYSTEMS = ("fortnox", "salesforce", "upsales")
FOLDERS = ("mappings", "sync", "dashboard", "tests", "docs", ".ci")
WRITTEN = (".py", ".sql", ".yaml", ".toml", ".md", ".txt")
# A docstring or comment may break a line anywhere in a reference.
_BREAK = r"\s+(?:#\s+|--\s+)?"
_NUMBER = r"\d+(?:\.\d+)?"
_FACT = re.compile(rf"(?:(\w+)/)?FACTS\.md{_BREAK}({_NUMBER}(?:(?:,| and| to){_BREAK}{_NUMBER})*)")
_HEADING = re.compile(rf"^(?:#+|-) ({_NUMBER}) ", re.MULTILINE)


def texts() -> Iterator[tuple[str, str]]:
    """Yield place and text of every file of the project that people write."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    found += [path for path in ROOT.iterdir() if path.suffix in WRITTEN or path.name == "Makefile"]
    for path in sorted(found):
        if path.is_file() and (path.suffix in WRITTEN or path.parent.name == ".ci" or path.name == "Makefile"):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def facts_named(place: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield (system, number) of every fact a text refers to; a range stands for its ends and what is between.

    The system is named before the file, or is that of the folder in which the text lies; '' for neither.
    """
    own = next((system for system in SYSTEMS if f"/{system}/" in f"/{place}"), "")
    for system, numbers in _FACT.findall(text):
        for first, last in re.findall(rf"({_NUMBER})(?:\s+to{_BREAK}({_NUMBER}))?", numbers):
            yield from ((system or own, number) for number in _between(first, last or first))


def facts_told(text: str) -> set[str]:
    """Return the numbers of the facts that a FACTS.md holds."""
    return set(_HEADING.findall(text))


def facts_file(system: str) -> Path:
    """Return where a system's facts are."""
    return ROOT / "sync" / "connectors" / system / "FACTS.md"


def _between(first: str, last: str) -> list[str]:
    chapter, _, start = first.partition(".")
    if not start or not last.startswith(f"{chapter}."):
        return sorted({first, last})
    return [f"{chapter}.{number}" for number in range(int(start), int(last.partition(".")[2]) + 1)]
