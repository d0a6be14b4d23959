"""A new kind of documents is a value, words, and a section of a mapping file: nothing else knows that it exists."""

from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.text import WORDS
from mappings.kinds import DOCUMENT_KINDS
from tests.acceptance.bench import PORT, Bench
from tests.acceptance.toy_kind import TOY, ToyFortnox, mappings_with_toys
from tests.acceptance.worlds import deal, row, world

D = Decimal
DOCUMENTS = "SELECT kind, number, booked FROM documents ORDER BY number"
LINKS = "SELECT source_id, target_kind, target_id, rung FROM links WHERE is_document(target_kind)"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setitem(DOCUMENT_KINDS, TOY.name, TOY)
    monkeypatch.setitem(WORDS, f"kind.{TOY.name}", ("leksaksnota", "toy note"))
    made = Bench(tmp_path, world(deal("D1", row(quantity="2")), deal("D2", row(quantity="3"))))
    made.wire._inner = ToyFortnox(made.wire._inner, PORT)
    made.overrides["mappings"] = mappings_with_toys(tmp_path / "mappings")
    made.booking("nord")
    return made


def test_it_is_planned_sent_looked_up_adopted_booked_told_and_bridged(bench: Bench) -> None:
    with bench:
        bench.fault("timeout_after", "/3/invoices")
        bench.settle()
        assert bench.faults_taken() == [1]
        assert [one.path for one in bench.writes_of() if "toynotes" in one.path and one.method == "POST"] == [
            "/3/toynotes"
        ] * 2
        linked = bench.rows(LINKS)
        assert {(kind, rung) for _, kind, _, rung in linked} == {("toynote", "sent"), ("toynote", "adopted")}
        assert [(kind, booked) for kind, _, booked in bench.rows(DOCUMENTS)] == [("toynote", True)] * 2
        for key in ("D1", "D2"):
            told = bench.deal(key)["fields"]
            (number,) = (document for source, _, document, _ in linked if source == str(bench.deal_id(key)))
            assert (told["FORTNOX_ID"], told["KVITT_STATUS"]) == (number, "booked")
        assert bench.rows("SELECT DISTINCT document_kind FROM slices") == [("toynote",)]
        assert bench.rows("SELECT coalesce(sum(amount_sek), 0) FROM bridge") == [(D(0),)]
        assert {name for name, ok in bench.rows("SELECT name, ok FROM checks") if not ok} == set()


def test_a_deal_that_changes_changes_it_while_it_is_a_draft(bench: Bench) -> None:
    bench.books_no_more("nord")
    with bench:
        bench.settle()
        bench.writes_of()
        bench.row_edit("D1", 0, quantity=5)
        bench.settle()
        (change,) = (one for one in bench.writes_of() if one.method == "PUT" and "toynotes" in one.path)
        assert [one["ToyCount"] for one in change.body["ToyRows"]] == [5]
        bench.run(3)
        assert [one for one in bench.writes_of() if one.system == "fortnox"] == []
