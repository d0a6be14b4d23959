"""One meaning, one word: problem codes have their sentences, and banned synonyms stay out of the code."""

import ast
import re

import pytest

from mappings import problems
from sync.core import classes
from tests.architecture.source import Source, dotted, sources

BANNED = ("sync_job", "syncjob", "crosswalk", "todo", "fixme")
# asyncio's own noun, and APScheduler's.
MAY_SAY_TASK = frozenset({"sync/app.py", "sync/__main__.py", "sync/demo/run.py", "sync/connectors/silence.py"})
MAY_SAY_JOB = frozenset({"sync/flows/scheduler.py"})


def test_every_problem_that_is_raised_has_a_sentence() -> None:
    assert _raised() - problems.codes() == set()


def test_every_sentence_belongs_to_a_problem_that_is_raised() -> None:
    assert problems.codes() - _raised() == set()


def test_every_classified_problem_exists() -> None:
    assert set(classes._PROBLEMS) <= problems.codes()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("code", sorted(problems.codes()))
def test_a_sentence_names_its_values_and_says_what_to_do(code: str, language: str) -> None:
    params = {name: f"<{name}>" for name in _parameters(code)}
    said = problems.sentence({"code": code, "field": "<field>", "params": params, "row": 3}, language)
    assert "?" not in said
    assert "{" not in said
    assert said.startswith("Rad 3: " if language == "sv" else "Row 3: ")
    assert said.endswith(".")


@pytest.mark.parametrize("code", sorted(problems.codes()))
def test_both_languages_name_the_same_values(code: str) -> None:
    swedish, english = problems._SENTENCES[code]
    assert set(re.findall(r"\{(\w+)\}", swedish)) == set(re.findall(r"\{(\w+)\}", english))


def test_every_problem_gives_the_values_that_its_sentence_names() -> None:
    """A `?` on a page is a problem that forgot a value."""
    for source in sources("mappings", "sync"):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or dotted(node.func) != "Problem" or not node.args:
                continue
            code = node.args[0]
            if isinstance(code, ast.Constant) and (given := _given(node)) is not None:
                assert _parameters(str(code.value)) <= given, f"{source.place}:{node.lineno} {code.value!r}"


@pytest.mark.parametrize("source", sources("mappings", "sync", "dashboard"), ids=lambda source: source.place)
def test_no_identifier_uses_a_banned_synonym(source: Source) -> None:
    names = {name.lower() for name in _identifiers(source)}
    words = {word for name in names for word in name.split("_")}
    assert not [name for name in names for banned in BANNED if banned in name]
    assert source.place in MAY_SAY_TASK or not words & {"task", "tasks"}
    assert source.place in MAY_SAY_JOB or not words & {"job", "jobs"}


def test_nothing_is_left_to_be_done_later() -> None:
    marks = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")
    assert [s.place for s in sources("mappings", "sync", "dashboard", "tests") if marks.search(s.text)] == []


def _raised() -> set[str]:
    found: set[str] = set()
    for source in sources("mappings", "sync"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and dotted(node.func) == "Problem" and node.args:
                found |= _codes(node.args[0], source)
    return found


def _codes(given: ast.expr, source: Source) -> set[str]:
    """Return a problem's code; one that is chosen just before is looked up where it is assigned."""
    if isinstance(given, ast.Constant):
        return {str(given.value)}
    assigned = [
        node.value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Assign) and isinstance(given, ast.Name) and dotted(node.targets[0]) == given.id
    ]
    texts = [inner.value for value in assigned for inner in ast.walk(value) if isinstance(inner, ast.Constant)]
    return {text for text in texts if isinstance(text, str) and text in problems.codes()}


def _parameters(code: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", problems._SENTENCES[code][0])) - {"field", "source"}


def _given(node: ast.Call) -> set[str] | None:
    """Return the names of a problem's values, None when they are not written at the call."""
    params = next((word.value for word in node.keywords if word.arg == "params"), None)
    if params is None and len(node.args) > 3:
        params = node.args[3]
    if params is None:
        return set()
    if not isinstance(params, ast.Dict):
        return None
    return {str(key.value) for key in params.keys if isinstance(key, ast.Constant)}


def _identifiers(source: Source) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
    return found
