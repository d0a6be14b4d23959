"""What both sides last said the same of is kept field by field: after a create, an update, an adoption, an edit."""

import shutil
from pathlib import Path
from typing import Any

from sync.store.jsontext import from_json
from tests.acceptance.bench import Bench
from tests.acceptance.worlds import deal, row, world


def agreed(bench: Bench, kind: str = "invoice") -> dict[str, tuple[Any, Any]]:
    """Return what is agreed on of the only document, customer or article: by field the value, and since when."""
    rows = bench.rows(f"SELECT field, content, since FROM agreed WHERE target_kind = '{kind}'")
    assert len({field for field, *_ in rows}) == len(rows), "there is one only"
    return {field: (from_json(content), since) for field, content, since in rows}


def quantity(bench: Bench) -> Any:
    (sold,) = agreed(bench)["InvoiceRows"][0]
    return sold["DeliveredQuantity"]


def test_what_was_sent_and_answered_is_agreed_on_and_an_update_changes_what_it_says_alone(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(quantity="2")))) as bench:
        bench.settle()
        first = agreed(bench)
        assert quantity(bench) == 2
        assert first["OurReference"][0] == bench.invoice_of("D1")["OurReference"]
        assert agreed(bench, "customer")["Name"][0] == "Acme Bygg AB"
        bench.clock.advance(600)
        bench.row_edit("D1", 0, quantity=5)
        bench.settle()
        second = agreed(bench)
        assert quantity(bench) == 5
        assert {field for field in second if second[field] != first[field]} == {"InvoiceRows"}
        assert second["InvoiceRows"][1] > first["InvoiceRows"][1]
        bench.clock.advance(600)
        bench.edit_account("acme", phone="08-123456")
        bench.settle()
        assert agreed(bench, "customer")["Phone1"][0] == "08-123456"


def test_what_was_adopted_is_agreed_on_as_far_as_it_says_the_same(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(quantity="2")))) as bench:
        bench.settle()
        before = {field: value for field, (value, _) in agreed(bench).items()}
        bench.edit_invoice("D1", OurReference="Ekonomi")
        bench.stop()
        shutil.rmtree(bench.data)
        bench.settle()
        after = {field: value for field, (value, _) in agreed(bench).items()}
        assert after == {field: value for field, value in before.items() if field != "OurReference"}


def test_what_an_accountant_edits_stays_what_was_agreed_on_before(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(quantity="2")))) as bench:
        bench.settle()
        before = agreed(bench)
        bench.edit_invoice("D1", OurReference="Ekonomi")
        bench.settle()
        assert agreed(bench) == before
        bench.row_edit("D1", 0, quantity=5)
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "both_changed")}
        assert agreed(bench) == before, "what each side says now is a question to a person"
