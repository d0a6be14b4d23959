"""A delivery in parts: the second invoice, made by hand in Fortnox under the deal's reference, is the deal's too."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.sandbox.fortnox.documents.invoices import create_invoice
from sync.sandbox.fortnox.tenant import HAND
from sync.store.reader import discounts as reader_discounts
from sync.store.reader import records as reader_records
from sync.store.reader.discounts import Filters
from sync.store.reader.published import Paging, Scope
from sync.store.reader.records import Key
from tests.acceptance.bench import Bench
from tests.acceptance.readers import newest
from tests.acceptance.salesforce_bench import SalesforceBench
from tests.acceptance.worlds import SAW, deal, row, world

D = Decimal
SOLD = deal("D1", row(SAW, "10", "10"))
DEARER = {Bench: {"price": D("1250.50")}, SalesforceBench: {"Discount": 0}}


@pytest.fixture(params=[Bench, SalesforceBench], ids=["upsales", "salesforce"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    kind: Callable[[Path, Any], Bench] = request.param
    return kind(tmp_path, world(SOLD))


def deliver(bench: Bench, first: int, *further: int) -> list[str]:
    """Invoice some pieces with Kvitt's draft and the rest with others made by hand; return the numbers."""
    draft = bench.invoice_of("D1")
    rows = [{"RowId": draft["InvoiceRows"][0]["RowId"], "DeliveredQuantity": first}]
    bench.edit_invoice("D1", InvoiceRows=rows)
    return [draft["DocumentNumber"], *(by_hand(bench, draft, quantity) for quantity in further)]


def by_hand(bench: Bench, first: dict[str, Any], quantity: int) -> str:
    tenant = bench.tenants["nord"]
    said = {name: first["InvoiceRows"][0][name] for name in ("ArticleNumber", "Price", "Discount", "DiscountType")}
    before, tenant.actor = tenant.actor, HAND
    made = create_invoice(
        tenant,
        {
            "CustomerNumber": first["CustomerNumber"],
            "InvoiceDate": first["InvoiceDate"],
            "ExternalInvoiceReference1": first["ExternalInvoiceReference1"],
            "InvoiceRows": [{**said, "DeliveredQuantity": quantity}],
        },
    )
    tenant.actor = before
    return str(made["DocumentNumber"])


def book(bench: Bench, *numbers: str) -> None:
    for number in numbers:
        bench.press_number(number, "bookkeep")
    bench.settle()


def steps(bench: Bench) -> dict[str, Decimal]:
    found = bench.rows("SELECT cause, sum(amount_sek) FROM bridge WHERE side <> 'draft' GROUP BY cause")
    return {cause: amount for cause, amount in found if amount}


def broken(bench: Bench) -> list[tuple[Any, ...]]:
    return bench.rows("SELECT name, found FROM checks WHERE NOT ok")


def links(bench: Bench) -> list[tuple[Any, ...]]:
    return bench.rows("SELECT target_id, rung FROM links WHERE target_kind = 'invoice' ORDER BY target_id")


def decided(bench: Bench) -> list[tuple[Any, ...]]:
    bench.clock.advance(600)
    bench.run()
    return bench.rows("SELECT decided_at FROM decisions WHERE outcome = 'linked'")


def told(bench: Bench) -> set[str]:
    """Return the document numbers that were written to the CRM."""
    rows = bench.rows(
        "SELECT DISTINCT reference FROM operations WHERE action = 'write_back' AND target_kind = source_kind"
    )
    return {row[0] for row in rows} & {one["DocumentNumber"] for one in bench.invoices()}


def test_f3_two_invoices_that_add_up_to_what_was_sold_leave_nothing_to_explain(bench: Bench) -> None:
    with bench:
        bench.settle()
        first, second = deliver(bench, 6, 4)
        book(bench, first, second)
        assert links(bench) == [(first, "sent"), (second, "successor")]
        assert (steps(bench), broken(bench), bench.held()) == ({}, [], {})
        assert len(bench.invoices()) == 2, "no further document was made"
        assert told(bench) == {first}


def test_f3_what_is_not_invoiced_yet_is_said_until_it_is(bench: Bench) -> None:
    with bench:
        bench.settle()
        numbers = deliver(bench, 6, 3)
        book(bench, *numbers)
        assert steps(bench) == {"O41": -D("1125.45")}
        third = by_hand(bench, bench.tenants["nord"].get("invoices", numbers[0]), 1)
        bench.settle()
        assert steps(bench) == {"O33": -D("1125.45")}
        book(bench, third)
        assert (steps(bench), broken(bench)) == ({}, [])


def test_f3_the_pages_compare_the_deal_with_all_its_invoices(bench: Bench) -> None:
    with bench:
        bench.settle()
        numbers = deliver(bench, 6, 3)
        book(bench, *numbers)
        bench.app.publisher.publish()
        reader, day = newest(bench.data), bench.clock.now().date()
        deal_key = Key(bench.app.crms[0].system, bench.deal_kind, str(bench.deal_id("D1")))
        keys = reader_records.family(reader, Scope(), deal_key)
        papers = reader_records.documents(reader, Scope(), keys, day)
        assert sorted(one.number for one in papers) == numbers
        (shown,) = reader_discounts.rows(reader, Scope(), Filters(), Paging(5))
        assert (shown.number, shown.net_sek, shown.document_net_sek, shown.difference_sek) == (
            ", ".join(numbers), D("11254.50"), D("10129.05"), D(0),
        )  # fmt: skip
        assert (shown.document_quantity, shown.document_price, shown.document_discount) == (9, D("1250.50"), 10)
        everyone, _ = reader_discounts.totals(reader, Scope())
        assert (everyone.rows, everyone.compared, everyone.net_sek) == (1, 1, D("11254.50"))
        assert everyone.net_sek - everyone.waiting_sek + everyone.difference_sek == everyone.document_net_sek
        assert everyone.waiting_sek == D("1125.45")


def test_f3_a_changed_deal_with_several_invoices_waits_for_a_person_and_none_is_written_over(bench: Bench) -> None:
    with bench:
        bench.settle()
        first, second = deliver(bench, 6, 4)
        bench.settle()
        bench.writes_of()
        bench.row_edit("D1", 0, **DEARER[type(bench)])
        bench.settle()
        assert bench.held()[bench.deal_kind, str(bench.deal_id("D1"))] == ("rule", "further_documents")
        assert [one for one in bench.writes_of() if one.system == "fortnox"] == []
        bench.press_number(second, "cancel")
        bench.settle()
        assert bench.held()[bench.deal_kind, str(bench.deal_id("D1"))][1] == "both_changed", "the accountant's six"
        assert bench.tenants["nord"].get("invoices", first)["InvoiceRows"][0]["DeliveredQuantity"] == "6"


def test_f3_what_says_the_same_as_ours_still_counts_as_made_twice(bench: Bench) -> None:
    with bench:
        bench.settle()
        first, second = deliver(bench, 10, 10)
        book(bench, first, second)
        assert links(bench) == [(first, "sent"), (second, "copy")]
        assert steps(bench) == {"I31": D("11254.50")}
        assert broken(bench) == [("duplicates", 1)]
        assert decided(bench) == decided(bench), "it is not looked at again and again"


def test_f3_a_copy_that_is_made_a_part_of_the_delivery_is_no_duplicate_any_more(bench: Bench) -> None:
    with bench:
        bench.settle()
        first, second = deliver(bench, 10, 10)
        bench.settle()
        assert links(bench) == [(first, "sent"), (second, "copy")]
        bench.clock.advance(60)
        for number, quantity in ((first, 6), (second, 4)):
            row_id = bench.tenants["nord"].get("invoices", number)["InvoiceRows"][0]["RowId"]
            rows = [{"RowId": row_id, "DeliveredQuantity": quantity}]
            wish = {"system": "fortnox", "company": "nord", "kind": "invoices", "id": number}
            bench.control("POST", "edit", wish | {"fields": {"InvoiceRows": rows}})
        book(bench, first, second)
        assert links(bench) == [(first, "sent"), (second, "successor")]
        assert (steps(bench), broken(bench)) == ({}, [])
