"""The queue and the ledger: one open write per subject, drawn arrows only, every move kept."""

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal

import duckdb
import pytest

from sync.core import lifecycle
from sync.core.planning.plans import Planned
from sync.core.types import Operation, Outcome, State
from sync.store.database import Store
from sync.store.tables import operations
from sync.store.tables.operations import Failure, Move
from tests.store.stores import FORTNOX, NOW, UPSALES, count, later, operation, save, within

# What an operation is about, and what only its sending changes; all else is for planning to decide.
NOT_PLANNED = {"action", "company", "system", "target_kind", "source", "number", "attempt", "not_before", "sent_at"}


def move(store: Store, one: Operation, state: State, **values: object) -> Operation:
    moved = lifecycle.moved(one, state, **values)
    within(store, lambda: operations.move(store, [Move(moved)], NOW))
    return moved


def due(store: Store, *resting: int) -> list[int]:
    return [one.number for one in operations.due(store, FORTNOX, NOW, resting, 100)]


def test_what_is_stored_comes_back_with_its_number(store: Store) -> None:
    (saved,) = save(store, operation(title="Order 1", reference="up:94:order:1", waits_for=()))
    assert saved.number == 1
    assert operations.open_for(store, UPSALES) == [saved]


def test_a_subject_has_one_open_write_at_a_time(store: Store) -> None:
    save(store, operation())
    with pytest.raises(duckdb.ConstraintException):
        save(store, operation())
    assert count(store, "operations") == 1


def test_a_write_that_has_ended_makes_way_for_another(store: Store) -> None:
    (first,) = save(store, operation())
    move(store, move(store, first, "sending"), "done")
    (second,) = save(store, operation())
    assert (second.number, operations.counts(store)) == (2, {"done": 1, "planned": 1})


def test_what_is_planned_again_keeps_its_number(store: Store) -> None:
    (saved,) = save(store, operation())
    (again,) = save(store, replace(saved, payload={"Total": 2}))
    assert again.number == saved.number
    assert operations.open_for(store, UPSALES)[0].payload == {"Total": 2}


def test_what_is_planned_again_is_all_that_the_new_plan_says_and_nothing_of_the_old_one(store: Store) -> None:
    master, other = save(store, operation("7", kind="customer"), operation("8", kind="customer"))
    (old,) = save(store, Planned(operation(title="Order 1", payload={"Total": 1}), waits_on=(master.subject,)))
    retried = move(store, move(store, old, "sending", attempt=1, sent_at=NOW), "retry", not_before=later(30))
    planned = replace(
        operation(),
        number=old.number,
        correlation_id="decaf",
        state="review",
        target_id="41",
        title="Order 1 – Acme",
        amount_sek=Decimal("180.500000"),
        reference="up:94:order:1:invoice:g2",
        generation=2,
        payload={"Total": 2},
        edited={"Total": 3},
        draft={"Total": 2, "YourReference": None},
        fingerprint="f2",
        mapping_version="m2",
        problems=({"code": "characters", "field": "YourReference", "row": None, "params": {}},),
        adjustments=({"field": "YourReference", "before": "a", "after": "b"},),
        error_class="data",
        error_code="characters",
        error_sentence="It holds a sign that Fortnox does not take.",
    )
    (again,) = save(store, Planned(planned, waits_on=(other.subject,)), at=later(1))
    same = {one.name for one in fields(Operation) if getattr(again, one.name) == getattr(retried, one.name)}
    assert same <= NOT_PLANNED, "the test must change all that planning decides"
    (found,) = operations.numbered(store, [old.number])
    assert found == replace(again, attempt=1, sent_at=NOW)
    (last,) = save(store, replace(operation(), number=old.number), at=later(2))
    assert operations.numbered(store, [old.number]) == [replace(last, attempt=1, sent_at=NOW)]


def test_masters_come_before_documents_and_a_document_waits_for_its_masters(store: Store) -> None:
    document, customer = operation("1"), operation("7", kind="customer")
    saved = save(store, Planned(document, waits_on=(customer.subject,)), customer)
    by_kind = {one.target_kind: one for one in saved}
    assert due(store) == [by_kind["customer"].number]
    move(store, move(store, by_kind["customer"], "sending"), "done")
    assert due(store) == [by_kind["invoice"].number]


def test_what_must_wait_is_not_due_before_its_time(store: Store) -> None:
    (saved,) = save(store, operation())
    retried = move(store, move(store, saved, "sending"), "retry", not_before=later(30))
    assert due(store) == []
    assert operations.next_due(store, NOW) == later(30)
    assert [one.number for one in operations.due(store, FORTNOX, later(30), (), 100)] == [retried.number]


def test_what_a_clock_that_was_ahead_lets_wait_is_due_when_it_is_set_right(store: Store) -> None:
    (saved,) = save(store, operation())
    ahead = later(7200)
    sent = move(store, saved, "sending", sent_at=ahead)
    retried = move(store, sent, "retry", not_before=ahead + timedelta(seconds=30))
    assert due(store) == [retried.number]
    assert operations.next_due(store, NOW) == NOW
    assert operations.next_due(store, ahead) == ahead + timedelta(seconds=30)


def test_a_doubt_is_due_when_it_rests_no_longer_whatever_the_clock_says(store: Store) -> None:
    (saved,) = save(store, operation())
    move(store, move(store, saved, "sending"), "unknown", not_before=NOW + timedelta(days=1))
    assert due(store, saved.number) == []
    assert due(store) == [saved.number]


def test_every_move_is_kept_with_its_time(store: Store) -> None:
    (saved,) = save(store, operation())
    move(store, move(store, saved, "sending"), "done")
    kept = store._connection.execute("SELECT before_state, after_state FROM operation_moves").fetchall()
    assert sorted(kept) == [("", "planned"), ("planned", "sending"), ("sending", "done")]


def test_an_attempt_that_failed_is_kept_with_its_reason(store: Store) -> None:
    (saved,) = save(store, operation())
    outcome = Outcome("rejected", 400, code="2000108", message="Kunden finns inte.", excerpt="{...}")
    within(store, lambda: operations.note_failures(store, [Failure(saved, outcome, "validation")], NOW))
    kept = store._connection.execute("SELECT operation_no, error_code, sentence FROM failures").fetchall()
    assert kept == [(saved.number, "2000108", "Kunden finns inte.")]
