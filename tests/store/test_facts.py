"""The typed tables behind the reconciliation: what goes in comes back, to the last decimal."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mappings.kinds import INVOICE, revenue_kinds
from sync.clock import stockholm_date
from sync.connectors.upsales.deals import upsales_deal
from sync.core.bridge.measures import Deal, DocumentName, fortnox_document
from sync.core.types import Decision, DecisionOutcome, Link, RecordKey
from sync.store.database import Store
from sync.store.tables import facts, links, records
from sync.store.tables.records import Arrival
from tests.store.stores import FORTNOX, NOW, UPSALES, arrival, count, land, later, operation, save, within
from tests.unit.making import WON, invoice, order, row

D = Decimal
NAME = DocumentName("invoice", "41")


def put_deals(store: Store, *orders: dict[str, Any], version: int = 1) -> dict[RecordKey, Deal]:
    read = {RecordKey(UPSALES, "order", str(each["id"])): upsales_deal(each, WON) for each in orders}
    within(store, lambda: facts.put_deals(store, {key: (deal, version) for key, deal in read.items()}))
    return read


def put_documents(store: Store, *invoices: dict[str, Any], at: Any = NOW, credited: str = "") -> None:
    documents = [fortnox_document(INVOICE, each) for each in invoices]
    read = [(replace(each, state="credited") if each.number == credited else each, 1) for each in documents]
    within(store, lambda: facts.put_documents(store, "nord", read, at))


def test_won_deals_come_back_with_their_rows_in_order(store: Store) -> None:
    read = put_deals(store, order(1, row("2", "100", "90"), row("1", "50", "50.25")), order(2, currencyRate=D("0.1")))
    stored = facts.won_deals(store)
    assert {key: deal for key, (_, deal) in stored.items()} == read
    assert [company for company, _ in stored.values()] == ["", ""]


def test_deals_that_are_not_won_are_left_out(store: Store) -> None:
    put_deals(store, order(1), order(2, probability=0), order(3, stage={"id": 99}))
    assert [key.id for key in facts.won_deals(store)] == ["1"]


def test_a_changed_deal_replaces_its_rows(store: Store) -> None:
    put_deals(store, order(1, row(), row()))
    put_deals(store, order(1, row("5")), version=2)
    ((_, deal),) = facts.won_deals(store).values()
    assert [each.quantity for each in deal.rows] == [D(5)]
    assert count(store, "deal_rows") == 1


def test_a_deal_that_lost_all_its_rows_has_none(store: Store) -> None:
    put_deals(store, order(1))
    put_deals(store, order(1, orderRow=[]), version=2)
    assert count(store, "deal_rows") == 0


def test_documents_come_back_with_state_amounts_and_rows(store: Store) -> None:
    booked = invoice("41", "ref", Booked=True, Balance=D("12.34"), OCR="123", VoucherSeries="B", VoucherNumber=7)
    put_documents(store, booked, invoice("42", Credit="true", InvoiceReference="41"))
    found = facts.documents(store)
    assert found["nord", NAME].document == fortnox_document(INVOICE, booked)
    assert found["nord", DocumentName("invoice", "42")].document.credits == "41"


def test_the_first_time_a_document_is_seen_booked_is_kept(store: Store) -> None:
    put_documents(store, invoice("41"))
    assert facts.documents(store)["nord", NAME].first_seen_booked_at is None
    put_documents(store, invoice("41", Booked=True), at=later(60))
    put_documents(store, invoice("41", Booked=True, Balance=D(0)), at=later(9999))
    assert facts.documents(store)["nord", NAME].first_seen_booked_at == later(60)


def test_a_stored_moment_is_utc_whatever_the_machine_is_set_to(store: Store) -> None:
    """A naive time would be read in the machine's own zone: the booked day would move at night."""
    midnight = NOW.replace(hour=22, minute=30)
    put_documents(store, invoice("41", Booked=True), at=midnight)
    seen = facts.documents(store)["nord", NAME].first_seen_booked_at
    assert seen is not None
    assert seen.tzinfo is not None
    assert stockholm_date(seen) == date(2026, 5, 5)


def test_payments_are_records_of_their_own_and_one_that_is_not_booked_is_no_day_of_payment(store: Store) -> None:
    rows = [
        {"Number": "1", "InvoiceNumber": 41, "PaymentDate": "2026-05-06", "Amount": D("100.5"), "Booked": True},
        {"Number": 2, "InvoiceNumber": "41", "PaymentDate": "2026-05-08", "Amount": "24.5", "Currency": "EUR"},
        {"Number": 3, "InvoiceNumber": "42", "PaymentDate": None, "Amount": 1},
    ]
    for _ in range(2):
        within(store, lambda: facts.put_payments(store, "nord", [(row, 1) for row in rows]))
    found = store._connection.execute("SELECT number, amount_sek, currency, booked FROM payments ORDER BY 1").fetchall()
    assert found == [("1", D("100.5"), "SEK", True), ("2", D("24.5"), "EUR", False)]
    wanted = {"numbers": ["41", "42"]}
    assert store.rows("last_payments", wanted) == [("nord", "invoice", "41", date(2026, 5, 6))]


def test_only_a_payment_with_another_version_than_was_stored_is_stored_again(store: Store) -> None:
    about = {"system": FORTNOX, "company": "nord"}
    paid = {"Number": "1", "InvoiceNumber": 41, "PaymentDate": "2026-05-06", "Amount": 100, "Booked": True}
    land(store, Arrival(RecordKey(FORTNOX, "payment", "1"), paid))
    assert store.rows("stale_payments", about) == [("1",)]
    within(store, lambda: facts.put_payments(store, "nord", [(paid, 1)]))
    assert store.rows("stale_payments", about) == []
    land(store, Arrival(RecordKey(FORTNOX, "payment", "1"), paid | {"Amount": 90}))
    assert store.rows("stale_payments", about) == [("1",)]
    land(store, Arrival(RecordKey(FORTNOX, "payment", "1"), {}, deleted=True))
    assert store.rows("stale_payments", about) == []
    within(store, lambda: store.run("drop_gone_payments", about))
    assert count(store, "payments") == 0


def test_a_check_that_finds_nothing_is_a_kept_promise(store: Store) -> None:
    within(store, lambda: facts.put_checks(store, {"lost": D(0), "duplicates": D(2)}, 1, NOW))
    assert store._connection.execute("SELECT name, ok FROM checks ORDER BY name").fetchall() == [
        ("duplicates", False), ("lost", True),
    ]  # fmt: skip


def test_live_documents_under_one_reference_are_counted_as_duplicates(store: Store) -> None:
    put_documents(
        store,
        invoice("1", "a"),
        invoice("2", "a"),
        invoice("3", "a", Cancelled=True),
        invoice("4", "a", Booked=True),
        invoice("5", "a", Credit="true"),
        invoice("6", "b"),
        invoice("7", ""),
        invoice("8", ""),
        credited="4",
    )
    assert store.one("duplicates") == 1


def test_a_won_deal_that_nobody_thinks_of_is_lost(store: Store) -> None:
    put_deals(store, order(1), order(2), order(3, probability=0), order(4))

    def decision(number: str, outcome: Any) -> Decision:
        return Decision(RecordKey(UPSALES, "order", number), "invoice", outcome, 1, "c", "m", "nord")

    save(store, operation("2"))
    made = [decision("1", "linked"), decision("2", "open"), decision("4", "excluded")]
    within(store, lambda: links.decide(store, made, NOW))
    assert store.one("lost") == 1  # number 1 is called linked and has no link
    within(store, lambda: links.decide(store, [decision("1", "not_concerned")], NOW))
    assert store.one("lost") == 1


@pytest.mark.parametrize(("outcome", "found"), [("excluded", 0), ("linked", 1), ("open", 1), ("not_concerned", 1)])
def test_a_won_deal_is_lost_once_and_for_any_of_what_was_to_become_of_it(
    store: Store, outcome: DecisionOutcome, found: int
) -> None:
    """A link, or what waits, of another kind or in another company is none of this one's."""
    put_deals(store, order(1))
    deal = RecordKey(UPSALES, "order", "1")
    save(store, operation("1"))
    within(store, lambda: links.save(store, [Link(deal, "nord", "invoice", "41", "sent")], NOW))
    made = [
        Decision(deal, "invoice", "open", 1, "c", "m", "nord"),
        Decision(deal, "toynote", outcome, 1, "c", "m", "syd"),
    ]
    within(store, lambda: links.decide(store, made, NOW))
    assert store.one("lost") == found
    within(store, lambda: links.decide(store, [replace(made[0], company="syd")], NOW))
    assert store.one("lost") == 1, "what is open is another company's"


def test_a_deal_is_routed_by_what_was_decided_of_its_revenue(store: Store) -> None:
    put_deals(store, order(1))
    deal = RecordKey(UPSALES, "order", "1")
    offer = Decision(deal, "toynote", "linked", 1, "c", "m", "syd")

    def routed(*made: Decision, at: datetime = NOW) -> list[Any]:
        within(store, lambda: links.decide(store, made, at))
        within(store, lambda: store.run("route_deals", {"revenue": revenue_kinds()}))
        return store._connection.execute("SELECT company FROM deals").fetchall()

    assert routed(offer) == [("syd",)], "there is no other"
    assert routed(replace(offer, target_kind="invoice", company="nord")) == [("nord",)]
    assert routed(offer, at=later(9)) == [("nord",)]
    assert routed(replace(offer, target_kind="invoice", company=None), at=later(9)) == [(None,)]


def test_a_deleted_deal_leaves_the_reconciliation(store: Store) -> None:
    put_deals(store, order(1))
    land(store, arrival("1", "order", UPSALES))
    within(store, lambda: records.mark_deleted(store, RecordKey(UPSALES, "order", "1"), NOW))
    within(store, lambda: store.run("mark_deleted_deals"))
    assert facts.won_deals(store) == {}
    assert count(store, "deals") == 1, "the pipeline still tells what was removed"


def test_what_is_stale_is_what_has_a_newer_version(store: Store) -> None:
    land(store, arrival("1", "order", UPSALES), arrival("41"))
    assert store.rows("stale_deals", {"system": UPSALES, "kind": "order"}) == [("1",)]
    assert store.rows("stale_documents", {"system": FORTNOX, "company": "nord", "kind": "invoice"}) == [("41",)]
    put_deals(store, order(1))
    put_documents(store, invoice("41"))
    assert store.rows("stale_deals", {"system": UPSALES, "kind": "order"}) == []
    assert store.rows("stale_documents", {"system": FORTNOX, "company": "nord", "kind": "invoice"}) == []
