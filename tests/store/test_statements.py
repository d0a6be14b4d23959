"""The store knows which tables its statements wrote to, so that nobody has to ask whether anything changed."""

import re

import pytest

from sync.store.database import Store
from sync.store.statements import named_queries, written_tables
from sync.store.tables import needs
from tests.store.stores import arrival, land, within

_READS = re.compile(r"\b(?:FROM|JOIN) (\w+)")
_REASON = re.compile(r"'([a-z_]+)'(?= (?:WHEN|ELSE|END|FROM)|\nFROM)")
_WRITES = re.compile(r"^(INSERT|UPDATE|DELETE)\b", re.MULTILINE)


def test_a_written_table_is_told_from_the_others(store: Store) -> None:
    records, links = store.writes_to(["records"]), store.writes_to(["links"])
    land(store, arrival("1"))
    assert store.writes_to(["records"]) > records
    assert store.writes_to(["links"]) == links


def test_what_arrives_unchanged_writes_to_no_table_of_records(store: Store) -> None:
    land(store, arrival("1"))
    before = store.writes_to(["records", "record_versions"])
    land(store, arrival("1"))
    assert store.writes_to(["records", "record_versions"]) == before


def test_reading_writes_to_no_table(store: Store) -> None:
    before = store.writes_to(["flows"])
    store.rows("load_flows")
    within(store, lambda: store.one("get_meta", {"name": "schema_version"}))
    assert store.writes_to(["flows"]) == before


def test_every_statement_that_writes_names_its_table() -> None:
    tables = written_tables("queries.sql")
    for name, statement in named_queries("queries.sql").items():
        assert bool(tables[name]) == bool(_WRITES.search(statement)), name


@pytest.mark.parametrize("name", needs.STATEMENTS)
def test_why_a_record_is_planned_rests_on_the_tables_that_its_statement_reads(name: str) -> None:
    views = {"blocked_operations": "operations"}
    statement = named_queries("queries.sql")[name]
    assert {views.get(table, table) for table in _READS.findall(statement)} == set(needs.STATEMENTS[name])
    assert set(_REASON.findall(statement)) <= set(needs.REASONS)
