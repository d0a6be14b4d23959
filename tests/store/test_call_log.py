"""API calls wait for company before they are written down, but not for long."""

from sync.core.types import Call
from sync.send.call_log import LONG, MANY, CallLog
from sync.store.database import Store
from tests.store.stores import NOW, count, within
from tests.virtual_time import VirtualClock


def call(number: int = 1) -> Call:
    return Call(NOW, "fortnox:nord", "GET", f"/3/invoices/{number}", "", 200, 12)


def test_one_call_waits_and_is_due_when_it_has_waited_long(store: Store) -> None:
    clock = VirtualClock()
    log = CallLog(store, clock)
    assert not log.due
    log.add(call())
    assert not log.due
    clock.seconds += LONG
    assert log.due


def test_many_calls_are_due_at_once(store: Store) -> None:
    log = CallLog(store, VirtualClock())
    for number in range(MANY):
        assert not log.due
        log.add(call(number))
    assert log.due


def test_what_is_stored_is_stored_once_and_counted(store: Store) -> None:
    log = CallLog(store, VirtualClock())
    log.add(call(1))
    log.add(call(2))
    assert within(store, log.store) == 2
    assert within(store, log.store) == 0
    assert count(store, "calls") == 2
    assert not log.due
