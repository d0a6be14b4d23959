"""Small files, short functions, a promise on everything public, as in the codebases that are good to read."""

import ast
import statistics
from collections import Counter

import pytest

from tests.architecture.source import Source, functions, sources

LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
MOST_IN_A_FOLDER = 12
PRODUCT = sources()


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    everything = sources("mappings", "sync", "dashboard", "tests")
    long = {source.place: lines for source in everything if (lines := source.text.count("\n")) > LONGEST_MODULE}
    assert long == {}


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
