"""Which write-backs are worked out again: those of deals whose facts, rules or date say something else."""

from datetime import date
from typing import Any

import pytest

from sync.store.database import Store
from sync.store.tables import write_backs
from tests.dashboard.inserts import insert
from tests.store.stores import NOW, UPSALES, within

TODAY = date(2026, 5, 4)
RULES = "these"
DOCUMENT: dict[str, Any] = {
    "company": "nord",
    "kind": "invoice",
    "number": "41",
    "revenue": True,
    "customer_number": "7",
    "customer_name": "Acme",
    "day": date(2026, 4, 1),
    "due_day": date(2026, 5, 10),
    "state": "booked",
    "booked": True,
    "cancelled": False,
    "credit": False,
    "currency": "SEK",
    "rate_sek": 1,
    "net_sek": 100,
    "freight_sek": 0,
    "fee_sek": 0,
    "rounding_sek": 0,
    "total": 125,
    "balance": 125,
    "paid": 0,
    "invoice_type": "INVOICE",
    "not_completed": False,
    "version": 1,
}
LINK: dict[str, Any] = {
    "source_system": UPSALES,
    "source_kind": "order",
    "source_id": "1",
    "company": "nord",
    "target_kind": "invoice",
    "target_id": "41",
    "origin": "kvitt",
    "rung": "sent",
    "linked_at": NOW.replace(tzinfo=None),
}
PAYMENT: dict[str, Any] = {
    "company": "nord",
    "number": "9",
    "document_kind": "invoice",
    "invoice_number": "41",
    "amount_sek": 25,
    "currency": "SEK",
    "day": date(2026, 5, 2),
    "booked": True,
}


def changed(store: Store, today: date = TODAY, rules: str = RULES) -> list[str]:
    return [one.deal_id for one in write_backs.changed(store, UPSALES, "order", rules, today)]


def keep(store: Store) -> None:
    bases = {one.deal_id: one.basis for one in write_backs.changed(store, UPSALES, "order", RULES, TODAY)}
    within(store, lambda: write_backs.keep(store, UPSALES, "order", bases))


@pytest.fixture
def known(store: Store) -> Store:
    """A store with one linked document, whose write-back was worked out."""
    insert(store._connection, "documents", **DOCUMENT)
    insert(store._connection, "links", **LINK)
    assert changed(store) == ["1"]
    keep(store)
    assert changed(store) == []
    return store


@pytest.mark.parametrize(
    ("column", "content"),
    [
        ("version", "2"),
        ("state", "'paid'"),
        ("total", "126"),
        ("balance", "100"),
        ("paid", "25"),
        ("day", "'2026-04-02'"),
        ("due_day", "NULL"),
        ("paid_day", "'2026-05-01'"),
        ("first_seen_booked_at", "'2026-05-01 10:00'"),
    ],
)
def test_whatever_a_write_back_tells_of_a_document_lets_it_be_worked_out_again(
    known: Store, column: str, content: str
) -> None:
    known._connection.execute(f"UPDATE documents SET {column} = {content}")
    assert changed(known) == ["1"]
    keep(known)
    assert changed(known) == []


def test_a_payment_the_date_and_the_rules_let_it_be_worked_out_again(known: Store) -> None:
    assert changed(known, rules="others") == ["1"]
    assert changed(known, date(2026, 5, 10)) == []
    assert changed(known, date(2026, 5, 11)) == ["1"], "it is overdue"
    insert(known._connection, "payments", **PAYMENT)
    assert changed(known) == ["1"]


def test_what_was_told_and_a_later_document_let_it_be_worked_out_again(known: Store) -> None:
    known._connection.execute("UPDATE links SET written_fingerprint = 'told'")
    assert changed(known) == ["1"]
    keep(known)
    insert(known._connection, "documents", **DOCUMENT | {"number": "42"})
    insert(known._connection, "links", **LINK | {"target_id": "42", "rung": "copy", "generation": 2})
    assert changed(known) == [], "a copy is never told"
    insert(known._connection, "documents", **DOCUMENT | {"number": "43"})
    insert(known._connection, "links", **LINK | {"target_id": "43", "generation": 3})
    (found,) = write_backs.changed(known, UPSALES, "order", RULES, TODAY)
    assert (found.deal_id, found.number) == ("1", "43")


def test_the_numbers_of_all_accounts_rest_on_their_links_and_rules(store: Store) -> None:
    first = write_backs.changed_numbers(store, UPSALES, "account", RULES)
    within(store, lambda: write_backs.keep(store, UPSALES, "account", {"": first}))
    assert write_backs.changed_numbers(store, UPSALES, "account", RULES) == ""
    insert(store._connection, "links", **LINK | {"source_kind": "account", "target_kind": "customer", "target_id": "7"})
    second = write_backs.changed_numbers(store, UPSALES, "account", RULES)
    assert second not in {"", first}
    assert write_backs.changed_numbers(store, UPSALES, "account", "others") not in {"", first, second}


def test_a_recovery_lets_everything_be_worked_out_again(known: Store) -> None:
    within(known, lambda: known.run("forget_write_back_bases"))
    assert changed(known) == ["1"]
