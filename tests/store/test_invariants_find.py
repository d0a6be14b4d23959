"""Every check of a promise can fail: each finds its own broken promise, and nothing else, in a store that is sound."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from mappings.kinds import INVOICE, revenue_kinds
from sync.connectors.upsales.deals import upsales_deal
from sync.core import lifecycle
from sync.core.bridge.bridge import Bridge, WonDeal, bridge
from sync.core.bridge.measures import DocumentName, fortnox_document
from sync.core.identity import document_reference
from sync.core.types import Call, Decision, DecisionOutcome, Event, Link, Operation, Outcome, RecordKey, State
from sync.explain.invariants import NUMBERS, Invariants
from sync.store.database import Store
from sync.store.tables import bridges, facts, links, operations, records, trail
from sync.store.tables.operations import Failure, Move
from tests.store.stores import FORTNOX, NOW, UPSALES, arrival, land, later, listed, operation, save, within
from tests.unit.making import WON, invoice, order
from tests.virtual_time import VirtualClock

D = Decimal
SECRET = "correct-horse-battery"
RUN = 1
DEAL = RecordKey(UPSALES, "order", "1")
REFERENCE = document_reference(DEAL, "invoice", 1)
Break = Callable[[Store], object]


def check(store: Store) -> dict[str, tuple[Decimal, bool]]:
    """Check every promise and return what was found."""
    within(store, lambda: Invariants(store, VirtualClock(NOW), {UPSALES: "order"}, [SECRET]).check(RUN))
    return stored(store)


def stored(store: Store, run_id: int = RUN) -> dict[str, tuple[Decimal, bool]]:
    """Return what the pages are told of a run's checks."""
    rows = store._connection.execute("SELECT name, found, ok FROM checks WHERE run_id = ?", [run_id])
    return {name: (found, ok) for name, found, ok in rows.fetchall()}


def move(store: Store, one: Operation, *states: State, at: datetime = NOW, result: str | None = None) -> Operation:
    """Move an operation along drawn arrows."""
    for state in states:
        one = lifecycle.moved(one, state)
        moves = [Move(one, result=result if state == "done" else None)]
        within(store, lambda moves=moves: operations.move(store, moves, at))
    return one


def sent(store: Store, number: str = "1", **values: Any) -> Operation:
    """Store a create that was sent to the end, one day ago."""
    yesterday = later(-86400)
    (one,) = save(store, operation(number, **values), at=yesterday)
    return move(store, one, "sending", "done", at=yesterday, result="sent")


def call(store: Store, status: int = 200, response: str = "{}", at: datetime = NOW) -> None:
    made = Call(at, FORTNOX, "GET", "/3/invoices", "limit=500", status, 90, response=response, run_id=RUN)
    within(store, lambda: trail.add_calls(store, [made]))


def decide(store: Store, outcome: DecisionOutcome) -> None:
    within(store, lambda: links.decide(store, [Decision(DEAL, "invoice", outcome, 1, "c", "m", "nord")], NOW))


def book(store: Store, net: str) -> Bridge:
    """Store the deal, worth 180 kr, with its booked document and the bridge between them; return the bridge."""
    sold, paper = (
        upsales_deal(order(1), WON),
        fortnox_document(INVOICE, invoice("41", REFERENCE, Booked=True, Net=D(net))),
    )
    made = bridge([WonDeal(DEAL, "nord", sold, (paper,), "linked")], [])

    def write() -> None:
        facts.put_deals(store, {DEAL: (sold, 1)})
        facts.put_documents(store, "nord", [(paper, 1)], NOW)
        links.save(store, [Link(DEAL, "nord", "invoice", "41", "sent", reference=REFERENCE)], NOW)
        links.decide(store, [Decision(DEAL, "invoice", "linked", 1, "c", "m", "nord")], NOW)
        store.run("route_deals", {"revenue": revenue_kinds()})
        put(store, made)

    within(store, write)
    return made


def put(store: Store, made: Bridge) -> None:
    bridges.replace(store, made, {(UPSALES, "1"): "now"}, {("nord", DocumentName("invoice", "41")): "now"})


@pytest.fixture
def sound(store: Store) -> Store:
    """Return a store with some of everything that the checks look at, every promise kept."""
    land(store, arrival("1", "order", UPSALES), arrival("41"))
    book(store, "180")
    (customer,) = save(store, operation("5", kind="customer", reference="500"))
    move(store, customer, "sending", "unknown", "unknown", "retry", "sending", "done", result="sent")
    within(store, lambda: links.save(store, [Link(customer.source, "nord", "customer", "500", "sent")], NOW))
    sent(store, reference=REFERENCE)
    save(store, operation("2", reference="another"), operation("3", state="review"))
    position = {"since": NOW.isoformat()}
    within(store, lambda: records.save_cursor(store, FORTNOX, "invoices", position, True, NOW))
    call(store)
    call(store, 429, at=later(-25 * 3600))
    return store


def two_documents_under_one_name(store: Store) -> None:
    copy = fortnox_document(INVOICE, invoice("42", REFERENCE))
    within(store, lambda: facts.put_documents(store, "nord", [(copy, 1)], NOW))


def two_customers_of_one_account(store: Store) -> None:
    again = Link(RecordKey(UPSALES, "account", "5"), "nord", "customer", "501", "email")
    within(store, lambda: links.save(store, [again], NOW))


def a_won_deal_of_which_nothing_is_decided(store: Store) -> None:
    store._connection.execute("DELETE FROM decisions")


def a_won_deal_that_is_called_open_and_is_not(store: Store) -> None:
    decide(store, "open")


def a_won_deal_that_is_called_linked_and_is_not(store: Store) -> None:
    store._connection.execute("DELETE FROM links WHERE target_kind = 'invoice'")


def a_won_deal_that_concerns_nobody(store: Store) -> None:
    decide(store, "not_concerned")


def an_invoice_of_which_only_the_list_row_is_known(store: Store) -> None:
    land(store, listed("42"))


def a_cursor_that_is_hours_ahead(store: Store) -> None:
    position = {"since": later(2 * 3600 + 1).isoformat()}
    within(store, lambda: records.save_cursor(store, FORTNOX, "customers", position, True, NOW))


def a_name_that_was_sent_twice(store: Store) -> None:
    sent(store, "4", reference=REFERENCE)


def two_open_writes_of_one_record(store: Store) -> None:
    save(store, operation("2", action="update", target_id="42"))


def a_failure_of_an_operation_that_is_not_there(store: Store) -> None:
    failure = Failure(replace(operation(), number=99), Outcome("retry"), "temporary")
    within(store, lambda: operations.note_failures(store, [failure], NOW))


def a_step_that_is_missing(store: Store) -> None:
    """What the document differs by from its deal is told by no step."""
    made = book(store, "180.25")
    within(store, lambda: put(store, Bridge([], made.slices)))


def a_step_that_no_rule_explains(store: Store) -> None:
    book(store, "180.25")


def a9_a_foreign_document_at_a_rate_of_1(store: Store) -> None:
    euro = fortnox_document(INVOICE, invoice("43", Currency="EUR", CurrencyRate=1))
    within(store, lambda: facts.put_documents(store, "nord", [(euro, 1)], NOW))


def a9_a_won_foreign_deal_without_a_rate(store: Store) -> None:
    euro = upsales_deal(order(1) | {"currency": "EUR", "currencyRate": None}, WON)
    within(store, lambda: facts.put_deals(store, {DEAL: (euro, 1)}))


def a_move_that_is_not_drawn(store: Store) -> None:
    (planned,) = save(store, operation("6"))
    within(store, lambda: operations.move(store, [Move(replace(planned, state="unknown"))], NOW))


def a_move_that_begins_elsewhere_than_the_last_one_ended(store: Store) -> None:
    (planned,) = save(store, operation("6"))
    store._connection.execute("UPDATE operations SET state = 'sending' WHERE operation_no = ?", [planned.number])
    move(store, replace(planned, state="sending"), "unknown")


def a_secret_in_an_answer(store: Store) -> None:
    call(store, response=f'{{"access_token": "{SECRET}"}}')


def a_write_that_was_wished_an_hour_ago(store: Store) -> None:
    save(store, operation("6"), at=later(-3601))


def a_call_that_came_too_soon(store: Store) -> None:
    call(store, 429, at=later(-23 * 3600))


def a_payment_that_is_in_no_table(store: Store) -> None:
    land(store, arrival("9", "payment", Number=9, PaymentDate="2026-03-01"))


def a_link_that_was_made_and_is_gone(store: Store) -> None:
    about = RecordKey(UPSALES, "product", "9")
    event = Event("linked", company="nord", about=about, details={"kind": "article", "id": "9", "rung": "sent"})
    within(store, lambda: trail.add_events(store, [event], NOW))


def d1_a_month_that_the_crm_counts_otherwise(store: Store) -> None:
    """A deal of nothing that we lack changes no sum."""
    rows = [facts.CrmTotal("2026-03", "SEK", 2, D(100), 1, D(100))]
    within(store, lambda: facts.put_crm_totals(store, UPSALES, rows, NOW))


def d1_a_month_in_which_the_crm_has_another_sum(store: Store) -> None:
    rows = [facts.CrmTotal("2026-03", "SEK", 1, D(200), 1, D(100)), facts.CrmTotal("2026-03", "EUR", 1, None, 1, D(7))]
    within(store, lambda: facts.put_crm_totals(store, UPSALES, rows, NOW))


BROKEN: list[tuple[str, Break]] = [
    ("crm_total", d1_a_month_that_the_crm_counts_otherwise),
    ("crm_total", d1_a_month_in_which_the_crm_has_another_sum),
    ("missing", a_payment_that_is_in_no_table),
    ("missing", a_link_that_was_made_and_is_gone),
    ("duplicates", two_documents_under_one_name),
    ("duplicates", two_customers_of_one_account),
    ("lost", a_won_deal_of_which_nothing_is_decided),
    ("lost", a_won_deal_that_is_called_open_and_is_not),
    ("lost", a_won_deal_that_is_called_linked_and_is_not),
    ("lost", a_won_deal_that_concerns_nobody),
    ("unread", an_invoice_of_which_only_the_list_row_is_known),
    ("cursors_ahead", a_cursor_that_is_hours_ahead),
    ("sent_twice", a_name_that_was_sent_twice),
    ("misplaced", two_open_writes_of_one_record),
    ("misplaced", a_failure_of_an_operation_that_is_not_there),
    ("bridge_closes", a_step_that_is_missing),
    ("unclassified", a_step_that_no_rule_explains),
    ("foreign_at_par", a9_a_foreign_document_at_a_rate_of_1),
    ("foreign_at_par", a9_a_won_foreign_deal_without_a_rate),
    ("illegal_moves", a_move_that_is_not_drawn),
    ("illegal_moves", a_move_that_begins_elsewhere_than_the_last_one_ended),
    ("secrets", a_secret_in_an_answer),
    ("open_too_long", a_write_that_was_wished_an_hour_ago),
    ("throttled", a_call_that_came_too_soon),
]


def test_every_check_has_a_promise_broken_for_it() -> None:
    assert {name for name, _ in BROKEN} == set(NUMBERS)


def test_in_a_sound_store_every_promise_is_kept(sound: Store) -> None:
    assert check(sound) == dict.fromkeys(NUMBERS, (D(0), True))


@pytest.mark.parametrize(("name", "breaks"), BROKEN, ids=lambda value: getattr(value, "__name__", value))
def test_a_broken_promise_is_found_by_its_own_check_alone(sound: Store, name: str, breaks: Break) -> None:
    breaks(sound)
    found = check(sound)
    assert found.keys() == NUMBERS.keys()
    assert {each for each, (number, _) in found.items() if number > 0} == {name}
    assert {each for each, (_, ok) in found.items() if not ok} == {name}


def beside(store: Store, rung: str) -> None:
    """Link a second document under the first one's name."""
    two_documents_under_one_name(store)
    within(store, lambda: links.save(store, [Link(DEAL, "nord", "invoice", "42", rung, reference=REFERENCE)], NOW))


def test_f3_what_somebody_made_beside_ours_is_no_duplicate_unless_it_may_be_ours(sound: Store) -> None:
    beside(sound, "copy")
    assert check(sound)["duplicates"] == (1, False)
    beside(sound, "successor")
    assert check(sound)["duplicates"] == (0, True)
    (doubted,) = save(sound, operation("1", reference=REFERENCE))
    move(sound, doubted, "sending", "unknown", "unknown", "retry", "sending", "done", result="sent")
    assert check(sound)["duplicates"] == (1, False)


@pytest.mark.parametrize("name", ["cursors_ahead", "open_too_long", "secrets", "throttled"])
def test_what_a_run_can_break_without_writing_a_record_is_found_in_any_run(sound: Store, name: str) -> None:
    check(sound)
    dict(BROKEN)[name](sound)
    within(sound, lambda: Invariants(sound, VirtualClock(NOW), {UPSALES: "order"}, [SECRET]).still_hold(RUN))
    assert {each for each, (_, ok) in stored(sound).items() if not ok} == {name}


def test_what_time_alone_breaks_is_found_and_the_rest_is_as_it_was(sound: Store) -> None:
    two_documents_under_one_name(sound)
    save(sound, operation("6"))
    check(sound)
    within(
        sound, lambda: Invariants(sound, VirtualClock(later(3601)), {UPSALES: "order"}, [SECRET]).still_hold(RUN + 1)
    )
    found = stored(sound, RUN + 1)
    assert found.keys() == NUMBERS.keys()
    assert {each for each, (_, ok) in found.items() if not ok} == {"duplicates", "open_too_long"}
