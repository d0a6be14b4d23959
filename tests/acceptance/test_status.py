"""What Fortnox says of a document comes back to its deal: state, dates, payments."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from sync.sandbox.fortnox import FortnoxQuirks
from sync.sandbox.fortnox.tenant import META
from tests.acceptance.bench import Bench
from tests.acceptance.worlds import SAW, deal, row, world

TOTAL, NOTHING = Decimal(1563), Decimal(0)


@contextmanager
def a_draft(folder: Path) -> Iterator[Bench]:
    """One deal that has become a draft of 1 563 kr; payments leave no trace in Fortnox's change list."""
    quirks = FortnoxQuirks(payment_touches=False)
    with Bench(folder, world(deal("D1", row(SAW))), quirks=quirks) as bench:
        bench.settle()
        assert bench.invoice_of("D1")["Total"] == TOTAL
        yield bench


def status(bench: Bench) -> str:
    found: str = bench.deal("D1")["fields"]["KVITT_STATUS"]
    return found


def amounts(bench: Bench) -> tuple[Decimal, Decimal]:
    """Return (paid, balance) as the deal says."""
    fields = bench.deal("D1")["fields"]
    return Decimal(fields["KVITT_PAID_AMOUNT"]), Decimal(fields["FN_BALANCE"])


def test_a_draft_is_told_with_its_number_and_the_rest_when_it_is_booked(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        fields = bench.deal("D1")["fields"]
        invoice = bench.invoice_of("D1")
        assert fields["FORTNOX_ID"] == invoice["DocumentNumber"]
        assert (fields["KVITT_STATUS"], fields["IS_PAID"]) == ("draft", "0")
        assert {fields[name] for name in ("FN_INVOICE_DATE", "DUE_DATE", "FN_TOTAL", "KVITT_PAID_DATE")} == {""}
        bench.press("D1", "bookkeep")
        bench.settle()
        fields = bench.deal("D1")["fields"]
        assert (fields["FN_INVOICE_DATE"], fields["DUE_DATE"]) == (invoice["InvoiceDate"], invoice["DueDate"])
        assert Decimal(fields["FN_TOTAL"]) == TOTAL
        assert fields["KVITT_PAID_DATE"] == ""
        assert bench.account("acme")["fields"]["FORTNOX_CUSTOMER_ID"] == "U-1"


def test_booked_then_sent_then_paid_is_told_step_by_step(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.settle()
        assert status(bench) == "booked"
        assert bench.deal("D1")["fields"]["KVITT_BOOKED_SEEN"] == "2026-03-16"
        bench.press("D1", "externalprint")
        bench.settle()
        assert status(bench) == "sent"
        bench.clock.advance(3 * 3600)
        touched = bench.invoice_of("D1")[META]["modified"]
        bench.pay("D1")
        assert bench.invoice_of("D1")[META]["modified"] == touched, "the payment does not show in the change list"
        bench.settle()
        assert (status(bench), bench.deal("D1")["fields"]["IS_PAID"]) == ("paid", "1")
        assert amounts(bench) == (TOTAL, NOTHING)
        assert bench.deal("D1")["fields"]["KVITT_PAID_DATE"] == "2026-03-16"
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def test_part_payments_add_up_until_the_invoice_is_paid(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.settle()
        bench.clock.advance(86400)
        bench.pay("D1", 500)
        bench.settle()
        assert (status(bench), bench.deal("D1")["fields"]["IS_PAID"]) == ("part-paid", "0")
        assert amounts(bench) == (Decimal(500), TOTAL - 500)
        assert bench.deal("D1")["fields"]["KVITT_PAID_DATE"] == "2026-03-17"
        bench.clock.advance(86400)
        bench.pay("D1")
        bench.settle()
        assert (status(bench), amounts(bench)) == ("paid", (TOTAL, NOTHING))
        assert bench.deal("D1")["fields"]["KVITT_PAID_DATE"] == "2026-03-18"


def test_a10_an_overpaid_invoice_is_paid_and_the_deal_hears_of_every_krona(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.settle()
        bench.pay("D1", int(TOTAL) + 374)
        bench.settle()
        assert (status(bench), bench.deal("D1")["fields"]["IS_PAID"]) == ("paid", "1")
        assert amounts(bench) == (TOTAL + 374, Decimal(-374))
        assert bench.deal("D1")["fields"]["KVITT_PAID_DATE"] == "2026-03-16"


def test_an_invoice_is_overdue_from_the_day_after_its_due_date_in_stockholm(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.settle()
        assert bench.invoice_of("D1")["DueDate"] == "2026-04-01"
        last_hour = datetime(2026, 4, 1, 21, 30, tzinfo=UTC)
        bench.clock.advance((last_hour - bench.clock.now()).total_seconds())
        bench.settle()
        assert status(bench) == "booked", "half past eleven at night in Stockholm, still the first of April"
        bench.clock.advance(3600)
        bench.settle()
        assert status(bench) == "overdue", "half past midnight in Stockholm, the second of April"
        bench.pay("D1")
        bench.settle()
        assert status(bench) == "paid"


def test_a_cancelled_draft_is_told_and_not_made_again(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "cancel")
        bench.settle()
        bench.run(times=3)
        assert status(bench) == "cancelled"
        assert len(bench.invoices()) == 1


def test_a_cancelled_invoice_of_an_edited_deal_goes_to_a_person(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "cancel")
        bench.settle()
        bench.row_edit("D1", 0, quantity=2)
        bench.run(times=3)
        assert bench.held() == {("order", "1"): ("closed", "document_cancelled")}
        assert len(bench.invoices()) == 1


@pytest.mark.parametrize("settles", [False, True], ids=["not_set_off", "set_off"])
def test_a_credited_invoice_is_told_and_its_credit_note_is_no_duplicate(tmp_path: Path, settles: bool) -> None:
    quirks = FortnoxQuirks(payment_touches=False, credit_settles_original=settles)
    with Bench(tmp_path, world(deal("D1", row(SAW))), quirks=quirks) as bench:
        bench.settle()
        bench.press("D1", "bookkeep", "credit")
        note = next(one for one in bench.invoices() if one["Credit"] == "true")
        bench.press_number(note["DocumentNumber"], "bookkeep")
        bench.settle()
        assert status(bench) == "credited"
        assert bench.deal("D1")["fields"]["FORTNOX_ID"] == "1"
        assert len(bench.invoices()) == 2
        assert bench.truth()["duplicates"] == 0
        assert bench.rows("SELECT found FROM checks WHERE name = 'duplicates'") == [(0,)]
        assert bench.held() == {}


def test_a_document_of_which_a_part_is_credited_is_partly_credited_until_the_rest_is_paid(tmp_path: Path) -> None:
    quirks = FortnoxQuirks(payment_touches=False)
    with Bench(tmp_path, world(deal("D1", row(SAW, "4"))), quirks=quirks) as bench:
        bench.settle()
        bench.press("D1", "bookkeep", "credit")
        note = next(one for one in bench.invoices() if one["Credit"] == "true")
        fields = {"InvoiceRows": [{"RowId": note["InvoiceRows"][0]["RowId"], "DeliveredQuantity": -1}]}
        wish = {"kind": "invoices", "id": note["DocumentNumber"], "fields": fields}
        bench.control("POST", "edit", {"system": "fortnox", "company": "nord", **wish})
        bench.settle()
        assert (state_of(bench, "1"), status(bench)) == ("booked", "booked"), "a credit that is not booked may vanish"
        bench.press_number(note["DocumentNumber"], "bookkeep")
        bench.settle()
        assert (state_of(bench, "1"), status(bench)) == ("part_credited", "booked")
        bench.pay("D1")
        bench.settle()
        assert (state_of(bench, "1"), status(bench)) == ("paid", "paid")


def state_of(bench: Bench, number: str) -> str:
    ((state,),) = bench.rows(f"SELECT state FROM documents WHERE number = '{number}'")
    return str(state)


def test_what_people_wrote_in_other_fields_of_the_deal_stays(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.set_custom("D1", DELIVERY_CITY="Lund", COST_PLACE="")
        bench.press("D1", "bookkeep")
        bench.settle()
        assert bench.deal("D1")["fields"]["DELIVERY_CITY"] == "Lund"
        assert status(bench) == "booked"


def test_no_write_back_moves_the_deal_s_own_dates_or_rows(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        before = bench.deal("D1")
        bench.settle()
        bench.press("D1", "bookkeep")
        bench.settle()
        after = bench.deal("D1")
        own = ("date", "closeDate", "stage", "probability", "orderRow", "value", "description", "client", "user")
        assert {name: after[name] for name in own} == {name: before[name] for name in own}
