"""What belongs to a row stays with it, and whatever a person changed of a draft counts when its deal changes."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.sandbox.fortnox.hand import edit_by_hand
from sync.sandbox.world import Product
from tests.acceptance.bench import Bench
from tests.acceptance.worlds import BOLT, HAMMER, NAILS, SAW, deal, row, world

D = Decimal
FOOD = replace(SAW, in_fortnox=frozenset({"nord"}))
BOOK = Product("book", "A4", "Bok", D("100.00"), frozenset({"nord"}))
RATES = {"A1": (25, 3001), "A2": (25, 3001), "A3": (12, 3002), "A4": (6, 3003)}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    facts = world(deal("D1", row(SAW), row(HAMMER)), deal("D2", row(BOOK), customer=BOLT), deal("D3", row(NAILS, "10")))
    facts = replace(facts, products=(HAMMER, NAILS, FOOD, BOOK))
    with Bench(tmp_path, facts) as made:
        for article in ("A3", "A4"):
            vat, account = RATES[article]
            edit_article(made, article, VAT=vat, SalesAccount=account)
        made.settle()
        made.writes_of()
        yield made


def edit_article(bench: Bench, number: str, **fields: Any) -> None:
    bench._edit({"system": "fortnox", "company": "nord", "kind": "articles", "id": number, "fields": fields})


def crm_row(bench: Bench, key: str, place: int = 0, **changes: Any) -> dict[str, Any]:
    """Return a row of a deal as it is sent back to the CRM, without its id where it is another deal's."""
    one = bench.deal(key)["orderRow"][place]
    names = ("id", "quantity", "price", "listPrice") if key == "D1" else ("quantity", "price", "listPrice")
    return {**{name: one[name] for name in names}, "product": {"id": one["product"]["id"]}, **changes}


def vat_of(invoice: dict[str, Any]) -> D:
    """Return the VAT that a document should have: by its rows' articles, rounded for each rate."""
    by_rate: dict[int, D] = {}
    for one in invoice["InvoiceRows"]:
        rate = RATES[one["ArticleNumber"]][0]
        by_rate[rate] = by_rate.get(rate, D(0)) + D(one["Total"])
    return sum((D(int(total * rate + D("0.5"))) / 100 for rate, total in by_rate.items()), D(0))


def assert_each_row_has_its_own(bench: Bench, articles: list[str]) -> None:
    kept = bench.invoice_of("D1")
    assert [one["ArticleNumber"] for one in kept["InvoiceRows"]] == articles
    own = [(one["VAT"], one["AccountNumber"]) for one in kept["InvoiceRows"]]
    assert own == [RATES[article] for article in articles]
    assert D(kept["TotalVAT"]) == vat_of(kept)
    assert D(kept["Net"]) == sum(D(one["quantity"]) * D(one["price"]) for one in bench.deal("D1")["orderRow"])


def test_a1_rows_that_change_place_keep_their_vat(bench: Bench) -> None:
    rows = [crm_row(bench, "D3"), crm_row(bench, "D1", 0), crm_row(bench, "D1", 1)]
    bench.edit_deal("D1", orderRow=rows)
    bench.settle()
    assert_each_row_has_its_own(bench, ["A2", "A3", "A1"])
    assert D(bench.invoice_of("D1")["TotalVAT"]) == D("192.29")
    assert bench.held() == {}
    bench.writes_of()
    bench.run(times=3)
    assert bench.writes_of() == []


@pytest.mark.parametrize(
    ("edit", "articles", "puts"),
    [
        ("swapped", ["A1", "A3"], 1),
        ("replaced", ["A4", "A1"], 1),
        ("all replaced by more", ["A4", "A2", "A4"], 2),
    ],
)
def test_a1_whatever_becomes_of_a_deals_rows_each_has_the_vat_and_account_of_its_article(
    bench: Bench, edit: str, articles: list[str], puts: int
) -> None:
    first, second = crm_row(bench, "D1", 0), crm_row(bench, "D1", 1)
    book, nails = crm_row(bench, "D2"), crm_row(bench, "D3")
    rows = {
        "swapped": [second, first],
        "replaced": [book, second],
        "all replaced by more": [book, nails, {**book, "quantity": 3}],
    }
    bench.edit_deal("D1", orderRow=rows[edit])
    bench.settle()
    assert_each_row_has_its_own(bench, articles)
    assert sum(1 for one in bench.writes_of() if one.path.startswith("/3/invoices/")) == puts
    assert bench.held() == {}


@pytest.mark.parametrize("fault", ["timeout_after", "status_500_before"])
@pytest.mark.parametrize("second", [False, True], ids=["the first", "the second"])
def test_a1_rows_that_are_all_replaced_are_so_however_an_answer_is_lost(bench: Bench, fault: str, second: bool) -> None:
    bench.edit_deal("D1", orderRow=[crm_row(bench, "D2")])
    if second:
        bench.fault("delay", "/3/invoices/", method="PUT")
    bench.fault(fault, "/3/invoices/", method="PUT")
    bench.settle()
    assert all(bench.faults_taken())
    assert_each_row_has_its_own(bench, ["A4"])
    assert bench.held() == {}


def test_a1_new_rows_that_fortnox_refuses_leave_the_document_as_it_was(bench: Bench) -> None:
    before = bench.invoice_of("D1")
    bench.tenants["nord"].delete("articles", "A4")
    bench.edit_deal("D1", orderRow=[crm_row(bench, "D2")])
    bench.run()
    assert bench.held()["order", str(bench.deal_id("D1"))][1] == "2001302"
    assert bench.invoice_of("D1") == before


def test_a1_another_customer_has_its_own_vat_and_accounts_on_every_row(bench: Bench) -> None:
    number = bench.invoice_of("D2")["CustomerNumber"]
    edit = {"VATType": "EXPORT", "CountryCode": "NO", "InvoiceFreight": "95", "ShowPriceVATIncluded": True}
    bench._edit({"system": "fortnox", "company": "nord", "kind": "customers", "id": number, "fields": edit})
    bench.edit_deal("D1", client={"id": bench.account_id("bolt")})
    bench.settle()
    kept = bench.invoice_of("D1")
    assert (kept["CustomerNumber"], D(kept["Net"]), kept["Freight"]) == (number, D("1409.50"), 0)
    assert [(one["VAT"], one["AccountNumber"]) for one in kept["InvoiceRows"]] == [(0, 3105), (0, 3105)]
    assert bench.held() == {}


def edit_row(bench: Bench, place: int, **changes: Any) -> None:
    rows = [{"RowId": one["RowId"]} for one in bench.invoice_of("D1")["InvoiceRows"]]
    rows[place] |= changes
    bench.edit_invoice("D1", InvoiceRows=rows)


def asked(bench: Bench) -> str:
    return bench.held().get(("order", str(bench.deal_id("D1"))), ("", ""))[1]


@pytest.mark.parametrize("seen_between", [False, True], ids=["at_once", "seen_between"])
def test_a2_vat_and_account_set_by_hand_are_not_overwritten_by_a_change_of_rows(
    bench: Bench, seen_between: bool
) -> None:
    edit_row(bench, 1, VAT=12, AccountNumber=3002)
    before = bench.invoice_of("D1")
    if seen_between:
        bench.run()
    bench.row_edit("D1", 0, quantity=2)
    bench.run(times=3)
    assert asked(bench) == "both_changed"
    assert bench.invoice_of("D1") == before
    assert bench.writes_of() == []


def test_a2_a_row_that_a_person_added_is_not_overwritten(bench: Bench) -> None:
    rows: list[dict[str, Any]] = [{"RowId": one["RowId"]} for one in bench.invoice_of("D1")["InvoiceRows"]]
    rows.insert(0, {"Description": "Frakt", "DeliveredQuantity": "1", "Price": 250, "AccountNumber": 3001})
    bench.edit_invoice("D1", InvoiceRows=rows)
    before = bench.invoice_of("D1")
    bench.row_edit("D1", 0, quantity=2)
    bench.run(times=3)
    assert (asked(bench), bench.writes_of()) == ("both_changed", [])
    assert bench.invoice_of("D1") == before


def test_a2_rows_of_a_person_live_on_when_another_field_of_the_deal_changes(bench: Bench) -> None:
    edit_row(bench, 1, VAT=12, AccountNumber=3002)
    before = bench.invoice_of("D1")["InvoiceRows"]
    bench.set_custom("D1", REFERENCE="PO-1")
    bench.settle()
    kept = bench.invoice_of("D1")
    assert kept["YourOrderNumber"] == "PO-1"
    without_ids = [{**one, "RowId": 0} for one in before]
    assert [{**one, "RowId": 0} for one in kept["InvoiceRows"]] == without_ids
    bench.row_edit("D1", 0, quantity=2)
    bench.run(times=3)
    assert asked(bench) == "both_changed", "her rows are remembered although the document was written to meanwhile"


@pytest.mark.parametrize("edit", [{"VATIncluded": True}, {"DueDate": "2026-12-24"}])
def test_a2_whatever_a_person_changed_of_a_draft_is_asked_about_when_its_deal_changes(
    bench: Bench, edit: dict[str, Any]
) -> None:
    bench.edit_invoice("D1", **edit)
    before = bench.invoice_of("D1")
    bench.row_edit("D1", 0, quantity=2)
    bench.run(times=3)
    assert (asked(bench), bench.writes_of()) == ("both_changed", [])
    assert bench.invoice_of("D1") == before


def test_a13_a_reference_that_reads_as_a_number_is_sent_as_it_is_written(bench: Bench) -> None:
    for said in ("4500 123", "4500123", "0012", "12", "1.10", "1.1"):
        bench.set_custom("D1", REFERENCE=said)
        bench.settle()
        assert bench.invoice_of("D1")["YourOrderNumber"] == said
    bench.edit_invoice("D1", YourOrderNumber="1.10")
    bench.set_custom("D1", REFERENCE="7")
    bench.run(times=2)
    assert asked(bench) == "both_changed"
    assert bench.invoice_of("D1")["YourOrderNumber"] == "1.10"


def edit_customer(bench: Bench, **fields: Any) -> None:
    number = bench.invoice_of("D1")["CustomerNumber"]
    bench._edit({"system": "fortnox", "company": "nord", "kind": "customers", "id": number, "fields": fields})


def test_a3_a_customer_card_with_prices_including_vat_changes_no_amount(tmp_path: Path) -> None:
    facts = world(deal("D1", row(HAMMER)), deal("D2", row(SAW)))
    with Bench(tmp_path, facts) as bench:
        bench.booking("nord")
        bench.fault("status_500_before", "/3/invoices", times=50)
        bench.run()
        (number,) = {one["CustomerNumber"] for one in bench.tenants["nord"].tables.rows("customers")}
        edit = {"ShowPriceVATIncluded": True, "InvoiceFreight": "95", "InvoiceAdministrationFee": "29"}
        bench._edit({"system": "fortnox", "company": "nord", "kind": "customers", "id": number, "fields": edit})
        bench.control("DELETE", "faults")
        bench.settle()
        kept = bench.invoice_of("D2")
        assert (D(kept["Net"]), kept["VATIncluded"], kept["Booked"]) == (D("1250.50"), False, True)
        assert bench.held() == {}


@pytest.mark.parametrize(
    ("change", "fields"),
    [({"VATIncluded": True}, {"VATIncluded"}), ({"Currency": "EUR"}, {"Currency"})],
)
def test_a3_money_that_fortnox_made_otherwise_is_not_booked(
    tmp_path: Path, change: dict[str, Any], fields: set[str]
) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        bench.booking("nord")
        bench.alter("/3/invoices", **change)
        bench.settle()
        bench.clock.advance(3600)
        bench.settle()
        assert bench.invoice_of("D1")["Booked"] is False
        assert fields <= {name for (name,) in bench.rows("SELECT field FROM silent_changes")}


@pytest.mark.parametrize(
    ("edit", "booked"),
    [({"Remarks": "Tack"}, True), ({"VATIncluded": True}, False), ({"Freight": 49}, False)],
)
def test_a3_a_draft_whose_money_is_no_longer_what_was_sent_is_not_booked_by_kvitt(
    tmp_path: Path, edit: dict[str, Any], booked: bool
) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        bench.booking("nord")
        bench.run()
        bench.edit_invoice("D1", **edit)
        bench.settle()
        bench.clock.advance(3600)
        bench.settle()
        assert bench.invoice_of("D1")["Booked"] is booked
        assert asked(bench) == ("" if booked else "money_otherwise")
        bench.press("D1", "bookkeep") if not booked else None
        bench.settle()
        assert bench.held() == {}


def test_a3_a_draft_that_is_edited_after_its_booking_was_planned_is_not_booked(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        bench.booking("nord")
        bench.run()
        booking = bench.app.engine._booking
        plan, edits = booking.plan, ["once"]

        def edited_after(*about: Any) -> None:
            plan(*about)
            if bench.rows("SELECT 1 FROM operations WHERE action = 'book'") and edits:
                edits.clear()
                number = bench.invoice_of("D1")["DocumentNumber"]
                edit_by_hand(bench.tenants["nord"], "invoices", number, {"Freight": 49})

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(booking, "plan", edited_after)
            bench.settle()
        assert (edits, asked(bench), bench.invoice_of("D1")["Booked"]) == ([], "money_otherwise", False)


def test_f1_a_draft_that_is_saved_by_another_while_its_rows_are_written_is_not_overwritten(bench: Bench) -> None:
    connector = bench.app.companies["nord"].connector
    update = connector.update

    async def edited_first(kind: str, key: str, payload: Any) -> Any:
        if kind == "invoice":
            save_now(bench, VAT=6)
        return await update(kind, key, payload)

    bench.row_edit("D1", 0, quantity=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connector, "update", edited_first)
        bench.run()
    bench.run()
    assert asked(bench) == "both_changed"
    assert bench.invoice_of("D1")["InvoiceRows"][1]["VAT"] == 6


def test_f1_a_draft_that_is_only_saved_by_another_meanwhile_gets_our_rows_at_the_next_try(bench: Bench) -> None:
    """Its rows have other ids then: Fortnox refuses ours, and nobody has changed anything."""
    connector = bench.app.companies["nord"].connector
    update = connector.update

    async def saved_first(kind: str, key: str, payload: Any) -> Any:
        save_now(bench)
        return await update(kind, key, payload)

    bench.row_edit("D1", 0, quantity=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connector, "update", saved_first)
        bench.run()
    assert bench.rows("SELECT state FROM operations WHERE action = 'update'") == [("retry",)]
    bench.settle()
    assert bench.held() == {}
    assert D(bench.invoice_of("D1")["InvoiceRows"][0]["DeliveredQuantity"]) == 2


def save_now(bench: Bench, **changes: Any) -> None:
    """Let an accountant save an invoice at this very moment, with changes of its second row or without any."""
    kept = bench.invoice_of("D1")
    rows: list[dict[str, Any]] = [{"RowId": one["RowId"]} for one in kept["InvoiceRows"]]
    rows[1] |= changes
    edit_by_hand(bench.tenants["nord"], "invoices", kept["DocumentNumber"], {"InvoiceRows": rows})


def test_f1_what_a_person_changed_while_another_field_was_written_is_told(bench: Bench) -> None:
    connector = bench.app.companies["nord"].connector
    update = connector.update

    async def edited_first(kind: str, key: str, payload: Any) -> Any:
        save_now(bench, VAT=6)
        return await update(kind, key, payload)

    bench.set_custom("D1", REFERENCE="PO-1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connector, "update", edited_first)
        bench.run()
    kept = bench.invoice_of("D1")
    assert (kept["YourOrderNumber"], kept["InvoiceRows"][1]["VAT"]) == ("PO-1", 6)
    assert bench.rows("SELECT field, row_no, sent, answered FROM silent_changes") == [("VAT", 2, "25", "6")]
    assert bench.rows("SELECT count(*) FROM events WHERE action = 'edited_meanwhile'") == [(1,)]
    bench.row_edit("D1", 0, quantity=2)
    bench.run(times=2)
    assert asked(bench) == "both_changed"
