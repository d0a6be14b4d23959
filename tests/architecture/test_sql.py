"""Statements are named, whole and parametrised; a transaction is never held over an await."""

import ast
import re
from collections.abc import Iterator

import pytest

from sync.store.statements import named_queries
from tests.architecture.source import ROOT, Source, dotted, sources

WRITER = ("rows", "dicts", "one", "run", "run_with")
READER = ("rows", "one", "value", "figure", "frame", "page")
STORE = ROOT / "sync" / "store"
FOLDERS = ("queries", "reader/queries")


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.place)
def test_nothing_is_awaited_inside_a_transaction(source: Source) -> None:
    """On one loop a transaction without an await is atomic without any lock (ARCHITECTURE.md: two processes)."""
    held = [
        inner.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.With) and any(_is_transaction(item.context_expr) for item in node.items)
        for statement in node.body
        for inner in ast.walk(statement)
        if isinstance(inner, ast.Await | ast.AsyncFor | ast.AsyncWith | ast.Yield | ast.YieldFrom)
    ]
    assert held == []


def test_transactions_are_there_to_be_guarded() -> None:
    """The rule above finds nothing to check if the word ever changes."""
    count = sum(
        _is_transaction(item.context_expr)
        for source in sources("sync")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.With)
        for item in node.items
    )
    assert count >= 15


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.place)
def test_no_statement_is_built_from_text(source: Source) -> None:
    built = [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func).endswith((".execute", ".executemany", ".sql")) and node.args
        if isinstance(node.args[0], ast.JoinedStr | ast.BinOp) or _is_formatted(node.args[0])
    ]
    assert built == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_named_statement_is_used(folder: str) -> None:
    asked = {text for source in sources("sync", "dashboard") for text in _texts(source)}
    assert set(named_queries(folder)) - asked == set()


def test_every_statement_that_is_asked_for_exists() -> None:
    known = set(named_queries("queries"))
    reading = set(named_queries("reader/queries"))
    for source in sources("sync", "dashboard"):
        for line, asked in _asked(source) if source.package != "sync.sandbox" else ():
            assert asked in known | reading, f"{source.place}:{line} asks for {asked}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_statement_is_named_twice(folder: str) -> None:
    texts = [file.read_text(encoding="utf-8") for file in (STORE / folder).glob("*.sql")]
    names = [name for text in texts for name in re.findall(r"^-- name: (\w+)", text, re.MULTILINE)]
    assert names
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("folder", "modules"), [("queries", "tables"), ("reader/queries", "reader")])
def test_statements_stand_in_the_file_of_their_module(folder: str, modules: str) -> None:
    files = {file.stem for file in (STORE / folder).glob("*.sql")}
    assert files - {"meta", "checks"} <= {module.stem for module in (STORE / modules).glob("*.py")}


def test_the_reader_only_reads() -> None:
    for name, statement in named_queries("reader/queries").items():
        words = re.sub(r"--[^\n]*", "", statement).split()
        assert words[0].upper() in {"SELECT", "WITH"}, name
        assert not {word.upper() for word in words} & {"INSERT", "UPDATE", "DELETE", "ATTACH", "COPY", "INSTALL"}, name


def _is_transaction(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).endswith(("transaction", ".joined"))


def _is_formatted(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}


def _texts(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _asked(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the literal names given to a store's or a reader's asking methods."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = dotted(node.func.value).rpartition(".")[2]
        if owner in {"store", "_store", "self", "reader"} and node.func.attr in {*WRITER, *READER}:
            for given in node.args[:2]:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield node.lineno, given.value
                    break
