"""No part names a CRM but those that are there for it: a third changes nothing else (ARCHITECTURE.md: where to add)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.connectors.crms import CRMS
from sync.sandbox.crms import CRMS as PLAYED
from sync.store.statements import named_queries
from tests.architecture.source import ROOT, Source, sources

# The folders of one CRM each: what talks to it, and what plays it.
OWN = tuple(f"sync/{room}/{crm}/" for room in ("connectors", "sandbox") for crm in CRMS)
# The lists, by which all else finds them.
LISTS = {"sync/connectors/crms.py", "sync/sandbox/crms.py"}
# Fields of one CRM that the core and the shell once knew by heart.
FIELDS = ("orderRow", "client.id", "product.id", "articleNo", "FORTNOX_CUSTOMER_ID", "AccountId", "Product2Id")


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.place)
def test_no_part_names_a_crm(source: Source) -> None:
    if source.place.startswith(OWN) or source.place in LISTS:
        return
    assert [said for said in _said(source) if any(crm in said.lower() for crm in CRMS)] == []
    assert [said for said in _said(source) if said in FIELDS] == []


@pytest.mark.parametrize("crm", list(CRMS))
def test_no_statement_names_a_crm(crm: str) -> None:
    for name in ("queries", "reader/queries"):
        assert [said for said, text in named_queries(name).items() if crm in text.lower()] == []


@pytest.mark.parametrize("place", sorted(LISTS))
def test_a_list_names_every_crm_and_does_nothing_else(place: str) -> None:
    source = next(one for one in sources() if one.place == place)
    assert all(any(crm in said.lower() for said in _said(source)) for crm in CRMS)
    assert source.text.count("\n") <= 30


def test_every_crm_has_its_two_folders_its_mapping_and_its_facts() -> None:
    assert all((ROOT / folder).is_dir() for folder in OWN)
    for crm in CRMS:
        for place in (f"mappings/{crm}.yaml", f"mappings/sources/{crm}.yaml", f"sync/connectors/{crm}/FACTS.md"):
            assert (ROOT / place).is_file(), place


def test_what_is_played_is_what_can_be_connected() -> None:
    assert list(PLAYED) == list(CRMS)


def test_the_guard_sees_names_and_texts_but_not_docstrings() -> None:
    text = (
        '"""About Upsales."""\nupsales = 1\nx = "Upsales"\n\n\ndef f():\n    """Salesforce."""\n    y.salesforce_id\n'
    )
    source = Source(Path("x.py").as_posix(), text, ast.parse(text))
    assert sorted(said for said in _said(source) if any(crm in said.lower() for crm in CRMS)) == [
        "Upsales",
        "salesforce_id",
        "upsales",
    ]


def _said(source: Source) -> Iterator[str]:
    """Yield every name and every text of a file, but for its docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg | ast.keyword):
            yield node.arg or ""
        elif isinstance(node, ast.alias | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
