"""The store knows which tables its statements wrote to, so that nobody has to ask whether anything changed."""

import re

import pytest

from sync.store.database import Store
from sync.store.statements import named_queries, read_tables, written_tables
from sync.store.tables import needs, records, runs
from sync.store.tables.runs import Flow
from tests.store.stores import FORTNOX, NOW, UPSALES, arrival, land, listed, within

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
    tables = written_tables("queries")
    for name, statement in named_queries("queries").items():
        assert bool(tables[name]) == bool(_WRITES.search(statement)), name


@pytest.mark.parametrize("name", needs.STATEMENTS)
def test_why_a_record_is_planned_has_words(name: str) -> None:
    assert set(_REASON.findall(named_queries("queries")[name])) <= set(needs.REASONS)


def test_every_table_that_a_statement_reads_is_among_those_it_rests_on() -> None:
    rests_on = read_tables("queries")
    tables = {table for found in rests_on.values() for table in found}
    for name, statement in named_queries("queries").items():
        assert {*_READS.findall(statement)} & tables <= {*rests_on[name]}, name


def test_what_asks_a_view_or_a_macro_rests_on_its_tables() -> None:
    rests_on = read_tables("queries")
    assert {"operations", "decisions"} <= {*rests_on["unwanted_bookings"]}, "overtaken_operations"
    assert "operations" in rests_on["to_plan_for_what_it_waits_for"], "blocked_operations"


def test_what_is_asked_anew_only_after_a_write_names_no_time_and_no_chance() -> None:
    asking = re.compile(r"\b(now|today|random|uuid|nextval)\(|\b(get_)?current_(date|time\w*)\b", re.IGNORECASE)
    found = {name for name, text in named_queries("queries").items() if asking.search(text)}
    assert found == {"next_operation_numbers"}, "each asking of these has another answer: it cannot be kept"


def test_a_kept_answer_is_asked_again_only_after_a_write_to_a_table_of_its_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = store.dicts
    monkeypatch.setattr(store, "dicts", lambda name, about: asked.append(name) or ask(name, about))
    assert _due(store) == _due(store) == []
    land_flow = Flow("f", "F", "deals", UPSALES, None, 60, None)
    within(store, lambda: runs.ensure_flow(store, land_flow))
    assert _due(store) == []
    assert asked == ["due_details"]
    land(store, listed("1"))
    assert _due(store) == ["1"]
    assert asked == ["due_details"] * 2


def test_what_was_read_in_a_transaction_that_was_undone_is_not_kept(store: Store) -> None:
    def undone() -> None:
        records.land(store, [listed("1")], NOW, 1)
        assert _due(store) == ["1"]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        within(store, undone)
    assert _due(store) == []


def _due(store: Store) -> list[str]:
    return records.due_details(store, FORTNOX, "invoice", 5)
