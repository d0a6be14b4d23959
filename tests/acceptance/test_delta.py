"""What an edit on either side leads to, and what it must never lead to (ARCHITECTURE.md: by what changed)."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sync.sandbox.upsales.data.seed import WON
from sync.sandbox.world import SoldRow
from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.worlds import ACME, BOLT, HAMMER, NAILS, SAW, deal, row, world

AT_90_PERCENT = {"stage": {"id": 11}, "probability": 90}
WON_AGAIN = {"stage": {"id": WON}, "probability": 100}


@contextmanager
def in_step(folder: Path) -> Iterator[Bench]:
    """Two deals that have become drafts; nothing is left to do."""
    facts = world(deal("D1", row(SAW, "3", "33.33"), row(NAILS, "100")), deal("D2", customer=BOLT))
    with Bench(folder, facts) as bench:
        bench.settle()
        assert len(bench.invoices()) == 2
        bench.writes_of()
        yield bench


def test_our_own_write_back_causes_no_new_send(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.run(times=3)
        assert bench.writes_of() == []


def test_an_edit_of_unmapped_fields_causes_no_write(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_deal("D1", notes="Ring Eva på fredag", description="Stora affären")
        bench.set_custom("D1", DELIVERY_CITY="Lund")
        bench.edit_account("acme", notes="Bra kund")
        bench.run(times=3)
        assert bench.writes_of() == []


def test_an_edit_of_a_mapped_field_is_one_put_with_that_field_only(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        number = bench.invoice_of("D1")["DocumentNumber"]
        bench.set_custom("D1", REFERENCE="PO-4711")
        bench.run(times=3)
        (sent,) = bench.writes_of()
        assert (sent.system, sent.method, sent.path) == ("fortnox", "PUT", f"/3/invoices/{number}")
        assert sent.body == {"YourOrderNumber": "PO-4711"}
        assert bench.invoice_of("D1")["YourOrderNumber"] == "PO-4711"


def test_a_mapped_field_that_is_cleared_is_cleared_in_fortnox_once(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.set_custom("D1", REFERENCE="PO-4711")
        bench.edit_account("acme", phone="046-123 45")
        bench.settle()
        bench.writes_of()
        bench.set_custom("D1", REFERENCE="")
        bench.edit_account("acme", phone="")
        bench.run(times=3)
        sent = sorted(bench.writes_of(), key=lambda one: one.path)
        assert [(one.method, set(one.body)) for one in sent] == [("PUT", {"Phone1"}), ("PUT", {"YourOrderNumber"})]
        assert bench.invoice_of("D1")["YourOrderNumber"] == ""
        assert bench.customer("U-1")["Phone1"] is None
        bench.edit_invoice("D1", YourOrderNumber="Ekonomins nummer")
        bench.run(times=3)
        assert bench.writes_of() == []


def test_amounts_are_written_to_the_crm_with_two_decimals(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.settle()
        fields = bench.deal("D1")["fields"]
        amounts = {name: fields[name] for name in ("FN_TOTAL", "FN_BALANCE", "KVITT_PAID_AMOUNT")}
        assert amounts == {"FN_TOTAL": "3250.00", "FN_BALANCE": "3250.00", "KVITT_PAID_AMOUNT": "0.00"}


def test_an_edited_price_is_one_put_with_the_rows(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.row_edit("D1", 0, price=Decimal("1000.40"))
        bench.run(times=3)
        fortnox = bench.writes_of()
        assert [(sent.system, sent.method) for sent in fortnox] == [("fortnox", "PUT")]
        assert set(fortnox[0].body) == {"InvoiceRows"}
        row_sent = fortnox[0].body["InvoiceRows"][0]
        assert (row_sent["Price"], row_sent["Discount"]) == (Decimal("1250.5"), 20)
        assert Decimal(bench.invoice_of("D1")["Net"]) == Decimal("3001.20") + 99
        bench.run(times=3)
        assert bench.writes_of() == []


def test_an_edited_account_is_one_put_to_its_customer(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_account("acme", phone="046-123 45")
        bench.run(times=3)
        (sent,) = bench.writes_of()
        assert (sent.method, sent.path, sent.body) == ("PUT", "/3/customers/U-1", {"Phone1": "046-123 45"})


def test_a_draft_edited_by_hand_is_left_alone(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_invoice("D1", YourReference="Eva på ekonomi", Remarks="Ring före leverans")
        bench.run(times=3)
        assert bench.writes_of() == []
        kept = bench.invoice_of("D1")
        assert (kept["YourReference"], kept["Remarks"]) == ("Eva på ekonomi", "Ring före leverans")
        assert bench.held() == {}


def test_rows_of_a_draft_edited_by_hand_are_left_alone_and_nothing_is_written_anywhere(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        rows = [{"RowId": one["RowId"]} for one in bench.invoice_of("D1")["InvoiceRows"]]
        bench.edit_invoice("D1", InvoiceRows=[{**rows[0], "Price": 1300}, rows[1]])
        total = bench.invoice_of("D1")["Total"]
        bench.run(times=3)
        assert bench.writes_of() == []
        assert bench.invoice_of("D1")["Total"] == total


def test_a_hand_edit_survives_an_unmapped_edit_and_a_restart(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_invoice("D1", YourReference="Eva på ekonomi")
        bench.run()
        bench.stop()
        bench.edit_deal("D1", notes="Ny anteckning")
        bench.run(times=3)
        assert bench.writes_of() == []
        assert bench.invoice_of("D1")["YourReference"] == "Eva på ekonomi"


@pytest.mark.parametrize("seen_between", [False, True], ids=["at_once", "seen_between"])
def test_a_deal_and_its_draft_both_edited_go_to_a_person_and_nothing_is_sent(
    tmp_path: Path, seen_between: bool
) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_invoice("D1", YourOrderNumber="Ekonomins nummer")
        if seen_between:
            bench.run()
        bench.set_custom("D1", REFERENCE="Säljarens nummer")
        bench.run(times=3)
        assert bench.writes_of() == []
        assert bench.held() == {("order", str(bench.deal_id("D1"))): ("rule", "both_changed")}
        assert bench.invoice_of("D1")["YourOrderNumber"] == "Ekonomins nummer"


def test_a_deal_edited_after_booking_goes_to_a_person_and_the_invoice_stays(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.settle()
        before = bench.invoice_of("D1")
        bench.writes_of()
        bench.row_edit("D1", 0, quantity=4)
        bench.run(times=3)
        assert bench.writes_of() == []
        assert bench.held() == {("order", str(bench.deal_id("D1"))): ("closed", "document_booked")}
        assert bench.invoice_of("D1") == before


def test_an_edit_that_is_taken_back_leaves_review(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.settle()
        bench.row_edit("D1", 0, quantity=4)
        bench.run()
        bench.row_edit("D1", 0, quantity=3)
        bench.run()
        assert bench.held() == {}


def test_a_deal_won_again_still_has_one_document(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_deal("D1", **AT_90_PERCENT)
        bench.run(times=2)
        assert bench.held() == {("order", str(bench.deal_id("D1"))): ("rule", "no_longer_won")}
        assert [sent for sent in bench.writes_of() if sent.system == "fortnox"] == []
        bench.edit_deal("D1", **WON_AGAIN)
        bench.settle()
        assert bench.held() == {}
        assert len(bench.invoices()) == 2
        assert {sent.method for sent in bench.writes_of() if sent.system == "fortnox"} <= {"PUT"}
        assert bench.invoice_of("D1")["InvoiceDate"] == bench.deal("D1")["closeDate"]


def test_a_deal_that_is_taken_out_asks_about_its_draft_and_is_looked_after_again_when_it_is_in(
    tmp_path: Path,
) -> None:
    with in_step(tmp_path) as bench:
        bench.set_custom("D1", SKIP_SYNC="1")
        bench.settle()
        assert bench.held() == {("order", str(bench.deal_id("D1"))): ("rule", "taken_out")}
        desk = Desk(bench)
        assert desk.dismiss(desk.look(key=bench.deal_id("D1")))[0]
        bench.settle()
        assert bench.held() == {}
        bench.row_edit("D1", 0, quantity=4)
        bench.settle()
        assert bench.held() != {}, "the draft now says less than the deal"
        bench.set_custom("D1", SKIP_SYNC="0")
        bench.settle()
        assert bench.held() == {}
        assert bench.invoice_of("D1")["InvoiceRows"][0]["DeliveredQuantity"] == "4"


def test_a_deal_that_is_taken_out_after_its_document_was_booked_asks_nobody(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.settle()
        bench.set_custom("D1", SKIP_SYNC="1")
        bench.row_edit("D1", 0, quantity=4)
        bench.settle()
        assert bench.held() == {}


def test_more_decimals_than_fortnox_keeps_are_rounded_before_they_are_sent(tmp_path: Path) -> None:
    """Fortnox keeps two decimals of a quantity and a price (fortnox/FACTS.md 5.1): what it answers is what was sent."""
    nails = SoldRow(NAILS.key, Decimal("2.555"), Decimal("10"), Decimal("9"))
    with Bench(tmp_path, world(deal("D1", nails))) as bench:
        bench.settle()
        assert bench.invoice_of("D1")["InvoiceRows"][0]["DeliveredQuantity"] == "2.56"
        assert bench.rows("SELECT field FROM silent_changes") == []
        bench.stop()
        shutil.rmtree(bench.data)
        bench.settle()
        assert bench.held() == {}


def test_a_deal_that_is_reopened_before_it_was_sent_is_withdrawn(tmp_path: Path) -> None:
    facts = world(deal("D1"), deal("D2", customer=BOLT))
    with Bench(tmp_path, facts) as bench:
        bench.fault("status_500_before", "/3/customers", times=3)
        bench.run()
        assert bench.invoices() == []
        for key in ("D1", "D2"):
            bench.edit_deal(key, **AT_90_PERCENT)
        bench.settle()
        assert bench.invoices() == []
        assert bench.held() == {}


def test_arming_beside_500_old_won_deals_creates_no_document(tmp_path: Path) -> None:
    old = [deal(f"G{place}", day=date(2025, 12, 31) - timedelta(days=place % 300)) for place in range(500)]
    with Bench(tmp_path, world(*old)) as bench:
        bench.settle()
        assert bench.invoices() == []
        assert bench.writes_of() == []
        decided = "SELECT outcome, code, count(*) FROM decisions WHERE kind = 'order' GROUP BY ALL"
        assert bench.rows(decided) == [("excluded", "O71", 500)]
        assert bench.truth()["lost"] == 0


def test_beside_old_won_deals_only_those_from_the_go_live_date_are_sent(tmp_path: Path) -> None:
    days = {"before": date(2025, 12, 31), "first": date(2026, 1, 1), "after": date(2026, 2, 3)}
    with Bench(tmp_path, world(*(deal(key, day=day) for key, day in days.items()))) as bench:
        bench.settle()
        assert sorted(one["InvoiceDate"] for one in bench.invoices()) == ["2026-01-01", "2026-02-03"]


def test_an_old_deal_edited_after_arming_is_still_not_sent(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("G1", day=date(2025, 12, 31)))) as bench:
        bench.settle()
        bench.row_edit("G1", 0, quantity=7)
        bench.run(times=3)
        assert bench.invoices() == []
        assert bench.writes_of() == []


def test_an_open_deal_becomes_a_document_when_it_is_won_and_a_lost_one_never(tmp_path: Path) -> None:
    facts = world(deal("O1", state="open"), deal("L1", state="lost"))
    with Bench(tmp_path, facts) as bench:
        bench.run(times=2)
        assert bench.writes_of() == []
        bench.edit_deal("O1", **WON_AGAIN)
        bench.settle()
        (invoice,) = bench.invoices()
        assert invoice["InvoiceDate"] == bench.clock.now().date().isoformat()


def test_a_deal_given_away_becomes_a_document_of_nothing(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(HAMMER, "2", "100")))) as bench:
        bench.settle()
        (invoice,) = bench.invoices()
        assert (invoice["Total"], invoice["InvoiceRows"][0]["Price"]) == (0, 159)
        assert bench.held() == {}


def test_a_deal_in_a_foreign_currency_carries_its_rate(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", currency="EUR", customer=replace(ACME, currency="EUR")))) as bench:
        bench.settle()
        (invoice,) = bench.invoices()
        assert invoice["Currency"] == "EUR"
        assert round(Decimal(invoice["CurrencyRate"]), 2) == Decimal("11.25")


def test_an_absurd_row_is_held_with_a_sentence_and_stops_nobody_else(tmp_path: Path) -> None:
    barcode = 7310865004703
    with Bench(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.row_edit("D1", 0, quantity=barcode, price=barcode, listPrice=barcode)
        bench.settle()
        assert bench.held() == {("order", str(bench.deal_id("D1"))): ("data", "row_too_large")}
        assert bench.invoice_of("D2")["Booked"] is False
        assert bench.rows("SELECT DISTINCT state FROM runs") == [("done",)]
        assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []


def test_a_fault_of_the_reconciliation_ends_the_run_with_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ArithmeticError("nobody foresaw this")

    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        with monkeypatch.context() as patched:
            patched.setattr("sync.explain.bridging.renew", fails)
            bench.edit_deal("D1", description="annan")
            (tally, *_) = bench.run()
            assert tally.broken
        states = bench.rows("SELECT state, sentence <> '' FROM runs ORDER BY run_id DESC LIMIT 2")
        assert set(states) == {("failed", True)}
        bench.settle()
        assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []
