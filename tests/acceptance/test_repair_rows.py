"""An edit of a row belongs to that row of the deal, wherever it stands by then."""

from decimal import Decimal
from pathlib import Path

from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.test_repair import held_by_a_sign
from tests.acceptance.worlds import SAW, deal, row, world

D = Decimal


def drop_first_row(bench: Bench) -> None:
    """Take the first row out of the deal in the CRM."""
    names = ("id", "quantity", "price", "listPrice")
    kept = [
        {**{name: one[name] for name in names}, "product": {"id": one["product"]["id"]}}
        for one in bench.deal("D1")["orderRow"][1:]
    ]
    bench.edit_deal("D1", orderRow=kept)


def test_rows_that_are_others_by_now_are_not_edited_unseen(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW, "1"), row(SAW, "2")))) as bench:
        held_by_a_sign(bench)
        desk = Desk(bench)
        seen = desk.look()
        drop_first_row(bench)
        bench.row_edit("D1", 0, quantity=3)
        bench.run()
        edit = {"YourOrderNumber": "Bygge", "rows_1_Price": "100"}
        assert desk.edit(seen, **edit)[:2] == (False, "stale")
        assert desk.edit(desk.look(), **edit)[:2] == (True, "accepted"), "what is seen now may be edited"
    with Bench(tmp_path / "unplanned", world(deal("D1", row(SAW, "1"), row(SAW, "2")))) as bench:
        held_by_a_sign(bench)
        bench.control("POST", "faults", [{"system": "fortnox", "fault": "status_500_before", "times": 99}])
        drop_first_row(bench)
        bench.run()
        desk = Desk(bench)
        assert desk.edit(desk.look(), choice="edited", **edit)[:2] == (False, "rows_moved")
        assert desk.edit(desk.look(), choice="edited", YourOrderNumber="Bygge")[:2] == (True, "accepted")


def test_an_edit_of_a_row_is_the_row_s_and_not_its_place_s(tmp_path: Path) -> None:
    facts = world(deal("D1", row(SAW, "1"), row(SAW, "2"), row(SAW, "50")))
    with Bench(tmp_path, facts) as bench:
        desk = Desk(bench)
        held_by_a_sign(bench)
        desk.edit(desk.look(), YourOrderNumber="Bygge", rows_2_Price="100")
        bench.settle()
        assert [D(one["Price"]) for one in bench.invoice_of("D1")["InvoiceRows"]] == [D("1250.5"), 100, D("1250.5")]
        drop_first_row(bench)
        bench.settle()
        rows = [(D(one["DeliveredQuantity"]), D(one["Price"])) for one in bench.invoice_of("D1")["InvoiceRows"]]
        assert rows == [(2, D("1250.5")), (50, D("1250.5"))], "no row has a price that nobody gave it"
        assert bench.rows("SELECT path, ended_why FROM overrides WHERE ended_at IS NOT NULL") == [
            ("InvoiceRows.2.Price", "source_changed")
        ]
