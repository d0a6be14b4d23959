"""No part names a kind of documents but where kinds are: another one changes nothing else."""

import ast

import pytest

from sync.store.statements import named_queries
from tests.architecture.source import Source, sources

NAMES = frozenset({"invoice", "InvoiceRows", "InvoiceDate", "ExternalInvoiceReference1", "DeliveredQuantity"})
# Where a kind of documents is: its value and its fields, the played Fortnox, the words of both languages.
OWN = ("mappings/kinds.py", "mappings/fields.py", "sync/sandbox/", "dashboard/text/")
# Fields by these names in tables of their own.
COLUMNS = {"dashboard/blocks/discount_rows.py": {"invoice"}}


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.place)
def test_no_part_names_a_kind_of_documents(source: Source) -> None:
    if not source.place.startswith(OWN):
        assert _named(source.tree) - COLUMNS.get(source.place, set()) == set()


@pytest.mark.parametrize("folder", ["queries", "reader/queries"])
def test_no_statement_names_a_kind_of_documents(folder: str) -> None:
    texts = named_queries(folder).values()
    assert [one for one in NAMES for text in texts if f"'{one}'" in text or f"'$.{one}'" in text] == []


def test_the_guard_sees_a_name() -> None:
    assert _named(ast.parse('def f(kind):\n    return kind == "invoice"')) == {"invoice"}


def _named(tree: ast.Module) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in NAMES}
