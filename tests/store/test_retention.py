"""What is forgotten after some days, and that nothing else is."""

from datetime import timedelta
from typing import Any

import pytest

from sync.store.database import Store, naive
from sync.store.tables import retention
from sync.store.tables.retention import KeptFor
from tests.dashboard.inserts import insert
from tests.store.stores import NOW, UPSALES, count

KEPT_FOR = KeptFor(timedelta(days=90), timedelta(days=30))
FLOW = f"{UPSALES}/deals"


def call(store: Store, method: str, days: int) -> None:
    at = naive(NOW - timedelta(days=days))
    insert(store._connection, "calls", happened_at=at, system=UPSALES, method=method, path="/x", milliseconds=1)


def run(store: Store, run_id: int, days: int, **more: Any) -> None:
    at = naive(NOW - timedelta(days=days))
    about = {"flow": FLOW, "reason": "schedule", "started_at": at, "finished_at": at, "state": "done"}
    insert(store._connection, "runs", run_id=run_id, **about | more)
    for action in ("run_finished", "planned"):
        insert(store._connection, "events", happened_at=at, actor="kvitt", action=action, run_id=run_id)


def left(store: Store, question: str) -> list[Any]:
    return [row[0] for row in store._connection.execute(question).fetchall()]


def test_reads_are_forgotten_and_what_wrote_is_kept(store: Store) -> None:
    for method in ("GET", "POST", "PUT"):
        for days in (89, 91):
            call(store, method, days)
    assert retention.forget(store, KEPT_FOR, NOW) == 1
    assert retention.forget(store, KEPT_FOR, NOW) == 0
    assert sorted(left(store, "SELECT method FROM calls")) == ["GET", "POST", "POST", "PUT", "PUT"]


@pytest.mark.parametrize(
    "did",
    [
        *({name: 1} for name in ("records_changed", "planned", "sent", "adopted", "held", "failed")),
        {"state": "failed"},
        {"sentence": "said"},
    ],
)
def test_only_a_run_in_which_nothing_happened_is_forgotten_with_its_end(store: Store, did: dict[str, Any]) -> None:
    run(store, 1, 40)
    run(store, 2, 40, **did)
    run(store, 3, 20)
    run(store, 4, 40, flow="another")
    assert retention.forget(store, KEPT_FOR, NOW) == 1, "the last run of each flow stays"
    assert left(store, "SELECT run_id FROM runs ORDER BY 1") == [2, 3, 4]
    assert left(store, "SELECT run_id FROM events WHERE action = 'run_finished' ORDER BY 1") == [2, 3, 4]
    assert left(store, "SELECT run_id FROM events WHERE action = 'planned' ORDER BY 1") == [1, 2, 3, 4]


def test_much_is_forgotten_a_little_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(5):
        call(store, "GET", 100)
    assert [retention.forget(store, KEPT_FOR, NOW) for _ in range(4)] == [2, 2, 1, 0]
    assert count(store, "calls") == 0
