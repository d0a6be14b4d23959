"""References in the project's text: to a system's FACTS.md by number, to ARCHITECTURE.md by name, to code by path."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sync.connectors.crms import CRMS
from tests.architecture.source import ROOT, sources

SYSTEMS = ("fortnox", *CRMS)
FOLDERS = ("mappings", "sync", "dashboard", "tests", "docs", ".ci")
WRITTEN = (".py", ".sql", ".yaml", ".toml", ".md", ".txt")
PAPER = "ARCHITECTURE.md"
# What was written outside the project, where nobody who has the project can read it.
_ELSEWHERE = re.compile(
    r"\b[Ss]heet(?: section)? \d|\b(?:Fortnox|Salesforce|Upsales|fact) sheet\b|\binvariants? I\d|\bS\d-\d"
    r"|(?<![./])\.\./\w+"
)
_PAPER = re.compile(r"\b[\w-]+\.md\b")
# A docstring or comment may break a line anywhere in a reference.
_BREAK = r"\s+(?:#\s+|--\s+)?"
_NUMBER = r"\d+(?:\.\d+)?"
_FACT = re.compile(rf"(?:(\w+)/)?FACTS\.md{_BREAK}({_NUMBER}(?:(?:,| and| to){_BREAK}{_NUMBER})*)")
_TOLD = re.compile(rf"^(?:#+|-) ({_NUMBER}) ", re.MULTILINE)
_NAMED = re.compile(rf"ARCHITECTURE\.md:{_BREAK}(?=(.{{1,99}}))", re.DOTALL)
_ANCHOR = re.compile(r"^(?:#+ |\W*\*\*|\| (?=[A-Z]\d+ \|))([^*|\n]+?)\.?(?:\*\*| \||$)", re.MULTILINE)
_CODE = re.compile(r"`([\w./]+\.(?:py|sql)):([\w.]+)`|`([A-Z]\w*[a-z]\w*\.\w+)`")
_PLACE = re.compile(r"`(?!data/)((?:[\w.-]+/)+(?:[\w.*-]+)?)`")


def texts() -> Iterator[tuple[str, str]]:
    """Yield place and text of every file of the project that people write."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    found += [path for path in ROOT.iterdir() if path.suffix in WRITTEN or path.name == "Makefile"]
    for path in sorted(found):
        if path.is_file() and (path.suffix in WRITTEN or path.parent.name == ".ci" or path.name == "Makefile"):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def elsewhere(text: str) -> list[str]:
    """Return what a text names that is outside the project: papers by file or number, and folders beside it."""
    return [*_ELSEWHERE.findall(text), *(name for name in _PAPER.findall(text) if name not in _papers())]


@cache
def _papers() -> set[str]:
    return {Path(place).name for place, _ in texts() if place.endswith(".md")}


# --- facts ------------------------------------------------------------------------------------------------------


def facts_named(place: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield (system, number) of every fact a text refers to; a range stands for its ends and what is between.

    The system is named before the file, or is that of the folder in which the text lies; '' for neither.
    """
    if "FACTS.md" not in text:
        return
    own = next((system for system in SYSTEMS if f"/{system}/" in f"/{place}"), "")
    for system, numbers in _FACT.findall(text):
        for first, last in re.findall(rf"({_NUMBER})(?:\s+to{_BREAK}({_NUMBER}))?", numbers):
            yield from ((system or own, number) for number in _between(first, last or first))


def facts_told(text: str) -> set[str]:
    """Return the numbers of the facts that a FACTS.md holds."""
    return set(_TOLD.findall(text))


def facts_file(system: str) -> Path:
    """Return where a system's facts are."""
    return ROOT / "sync" / "connectors" / system / "FACTS.md"


def _between(first: str, last: str) -> list[str]:
    chapter, _, start = first.partition(".")
    if not start or not last.startswith(f"{chapter}."):
        return sorted({first, last})
    return [f"{chapter}.{number}" for number in range(int(start), int(last.partition(".")[2]) + 1)]


# --- ARCHITECTURE.md ----------------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """Return the names by which parts of a paper can be referred to: headings, what is bold, codes of tables."""
    return {name.strip().lower() for name in _ANCHOR.findall(text)}


def strangers(text: str, known: set[str]) -> list[str]:
    """Return what follows `ARCHITECTURE.md:` in a text and is none of the known names."""
    found = [re.sub(_BREAK, " ", after).strip() for after in _NAMED.findall(text)]
    return [after[:60] for after in found if not any(_begins(after.lower(), name) for name in known)]


def _begins(after: str, name: str) -> bool:
    return after.startswith(name) and not after[len(name) : len(name) + 1].isalnum()


def code_named(text: str) -> list[tuple[str, str]]:
    """Return every `file.py:function`, `file.sql:statement` and `Class.method` of a text: file, or '', and name."""
    return [(path, name or method) for path, name, method in _CODE.findall(text)]


def missing_code(text: str) -> list[str]:
    """Return the code that a text names and that is nowhere."""
    return [
        f"{path}:{name}" if path else name
        for path, name in code_named(text)
        if not (_is_in(path, name) if path else _is_method(name))
    ]


def missing_places(text: str) -> list[str]:
    """Return every path with a folder in it that a text names and that is nowhere."""
    return [
        place
        for place in _PLACE.findall(text)
        if not any(list((ROOT / base).glob(place.rstrip("/"))) for base in ("", "sync"))
    ]


def _is_in(path: str, name: str) -> bool:
    if path.endswith(".sql"):
        found = [ROOT / base / path for base in ("", "sync") if (ROOT / base / path).is_file()]
        return any(f"-- name: {name}\n" in file.read_text(encoding="utf-8") for file in found)
    return any(name in names for place, names in _defined().items() if f"/{place}".endswith(f"/{path}"))


def _is_method(dotted: str) -> bool:
    return any(dotted in names for names in _defined().values())


@cache
def _defined() -> dict[str, set[str]]:
    """Return the functions, classes and methods of every file of the product, by its place."""
    return {source.place: set(_names(source.tree.body, "")) for source in sources()}


def _names(body: list[ast.stmt], within: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield within + node.name
            if isinstance(node, ast.ClassDef):
                yield from _names(node.body, f"{within}{node.name}.")
