"""Small files, short functions, a promise on everything public, as in the codebases that are good to read."""

import ast
import statistics
from collections import Counter

import pytest

from tests.architecture.source import Source, functions, sources

LONGEST_MODULE = 300
LONGEST_WITH_A_REASON, LONGEST_TEST = 400, 400
# Longer than others, each with the reason why it is one.
LONG = {
    "sync/flows/engine.py": "one run from its beginning to its end; what is done in a step lies elsewhere already",
    "sync/core/planning/deals.py": "all that may be decided of one deal, read from top to bottom",
    "sync/core/bridge/bridge.py": "the rules of the bridge beside one another: their order is the point",
    "sync/core/bridge/measures.py": "what a deal and a document are as figures, and nothing else",
    "sync/send/recorder.py": "one transaction before a send and one after it, which belong together",
    "sync/connectors/upsales/client.py": "the protocol of a connector, whole, against one system's ways",
    "sync/connectors/salesforce/client.py": "the protocol of a connector, whole, against one system's ways",
    "sync/sandbox/salesforce/data/objects.py": "the objects of the played org, as a table",
    "sync/sandbox/salesforce/soql/language.py": "one grammar",
    "mappings/edits.py": "what a person may write in each field, as a table and its readers",
}
LONGEST_FUNCTION = 40
MOST_IN_A_FOLDER = 12
PRODUCT = sources()


def test_no_module_is_long_without_a_reason() -> None:
    lines = {source.place: source.text.count("\n") for source in PRODUCT}
    assert {place for place, count in lines.items() if count > LONGEST_MODULE} == {*LONG}
    assert [place for place, count in lines.items() if count > LONGEST_WITH_A_REASON] == []


def test_no_test_is_longer_than_four_hundred_lines() -> None:
    assert [source.place for source in sources("tests") if source.text.count("\n") > LONGEST_TEST] == []


def test_no_folder_is_a_heap() -> None:
    counted = Counter(one.place.rpartition("/")[0] for one in PRODUCT if not one.place.endswith("__init__.py"))
    assert {folder: count for folder, count in counted.items() if count > MOST_IN_A_FOLDER} == {}


def test_a_public_class_has_a_name_of_its_own() -> None:
    named: dict[str, list[str]] = {}
    for source in PRODUCT:
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(source.place)
    assert {name: places for name, places in named.items() if len(places) > 1} == {}


def test_functions_are_short() -> None:
    lengths = sorted(_length(function) for source in PRODUCT for function in functions(source))
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_no_function_is_a_chapter() -> None:
    long = {
        f"{source.place}: {function.name}": length
        for source in PRODUCT
        for function in functions(source)
        if (length := _length(function)) > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("source", PRODUCT, ids=lambda source: source.place)
def test_every_public_name_says_what_it_promises(source: Source) -> None:
    silent = [] if ast.get_docstring(source.tree) else [source.place]
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            silent += _silent(node, node.name)
    assert silent == []


def _silent(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> list[str]:
    found = [] if ast.get_docstring(node) else [name]
    for inner in node.body if isinstance(node, ast.ClassDef) else ():
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_"):
            found += [] if ast.get_docstring(inner) else [f"{name}.{inner.name}"]
    return found


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return a function's lines without its docstring and decorators."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        said = function.body[0]
        assert said.end_lineno is not None
        lines -= said.end_lineno - said.lineno + 1
    return lines
