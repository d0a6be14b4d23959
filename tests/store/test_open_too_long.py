"""An hour without progress is shown (ARCHITECTURE.md: I9), whatever was tried in vain meanwhile."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sync.core import lifecycle
from sync.core.planning.plans import Planned
from sync.core.types import Operation, State
from sync.store.database import Store, naive
from sync.store.tables import operations
from sync.store.tables.operations import Move
from tests.store.stores import later, operation, save, within

MINUTE = 60
HOUR = 60 * MINUTE
# What happens to an operation in vain, again and again.
IN_VAIN: dict[str, Sequence[State]] = {
    "not_sent": (),
    "looked_in_vain": ("planned",),
    "throttled": ("sending", "planned"),
    "tried_again": ("sending", "retry"),
    "in_doubt": ("sending", "unknown"),
    "probed_in_vain": ("sending", "unknown", "unknown"),
    "interrupted": ("sending",),
}


def move(store: Store, one: Operation, *states: State, at: float) -> Operation:
    for state in states:
        one = lifecycle.moved(one, state)
        moves = [Move(one)]
        within(store, lambda moves=moves: operations.move(store, moves, later(at)))
    return one


def found(store: Store, at: float) -> int:
    return int(store.one("open_too_long", {"now": naive(later(at))}))


@pytest.mark.parametrize("states", IN_VAIN.values(), ids=IN_VAIN)
def test_what_is_tried_in_vain_for_an_hour_is_counted(store: Store, states: Sequence[State]) -> None:
    (one,) = save(store, operation(), at=later(0))
    move(store, one, *states, at=59 * MINUTE)
    assert [found(store, HOUR), found(store, HOUR + 1)] == [0, 1]


def test_a_doubt_that_nobody_settles_for_five_hours_is_counted_all_the_time(store: Store) -> None:
    (one,) = save(store, operation(), at=later(0))
    doubt = move(store, one, "sending", "unknown", at=0)
    for passed in range(5 * MINUTE, 5 * HOUR, 5 * MINUTE):
        doubt = move(store, doubt, "unknown", at=passed)
        assert found(store, passed) == (passed > HOUR)


def test_what_is_planned_again_meanwhile_has_come_no_further(store: Store) -> None:
    (one,) = save(store, operation(), at=later(0))
    save(store, replace(one, payload={"Total": 2}), at=later(59 * MINUTE))
    assert found(store, HOUR + 1) == 1


@pytest.mark.parametrize("end", ["done", "review", "cancelled"])
def test_what_has_ended_or_waits_for_a_person_is_not_on_its_way(store: Store, end: State) -> None:
    (one,) = save(store, operation(), at=later(0))
    move(store, one, end, at=0)
    assert found(store, 5 * HOUR) == 0


def test_what_a_person_lets_go_has_an_hour_from_then(store: Store) -> None:
    (one,) = save(store, operation(state="review"), at=later(0))
    granted = move(store, one, "planned", at=5 * HOUR)
    move(store, granted, "sending", "unknown", "unknown", at=6 * HOUR)
    assert [found(store, 6 * HOUR), found(store, 6 * HOUR + 1)] == [0, 1]


def test_what_waits_for_another_is_counted_only_an_hour_after_that_one_was_done(store: Store) -> None:
    (customer,) = save(store, operation("5", kind="customer", state="review"), at=later(0))
    save(store, Planned(operation(), (customer.subject,)), at=later(0))
    assert found(store, 5 * HOUR) == 0
    move(store, customer, "planned", "sending", "done", at=5 * HOUR)
    assert [found(store, 6 * HOUR), found(store, 6 * HOUR + 1)] == [0, 1]


def test_what_waits_for_another_is_not_counted_beside_it(store: Store) -> None:
    (customer,) = save(store, operation("5", kind="customer"), at=later(0))
    save(store, Planned(operation(), (customer.subject,)), at=later(0))
    assert found(store, HOUR + 1) == 1


def test_a_booking_is_counted_from_when_it_was_wished_and_not_while_its_document_rests(store: Store) -> None:
    (made,) = save(store, operation(), at=later(0))
    move(store, made, "sending", "done", at=0)
    assert found(store, 5 * HOUR) == 0
    save(store, operation(action="book", target_id="41"), at=later(5 * HOUR))
    assert [found(store, 6 * HOUR), found(store, 6 * HOUR + 1)] == [0, 1]
