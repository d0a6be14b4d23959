"""A store in a folder of its own, and the small things that are put into it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sync.core.planning.plans import Planned
from sync.core.types import Operation, RecordKey
from sync.store.database import Store
from sync.store.tables import operations, records
from sync.store.tables.records import Arrival

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
FORTNOX = "fortnox:nord"
UPSALES = "upsales:94"


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def arrival(number: str, kind: str = "invoice", system: str = FORTNOX, **payload: Any) -> Arrival:
    """Return a whole record."""
    return Arrival(RecordKey(system, kind, number), {"DocumentNumber": number, **payload})


def listed(number: str, touched_since: datetime | None = None, **payload: Any) -> Arrival:
    """Return a list row of an invoice."""
    row = {"DocumentNumber": number, **payload}
    return Arrival(RecordKey(FORTNOX, "invoice", number), row, whole=False, touched_since=touched_since)


def land(store: Store, *arrivals: Arrival, at: datetime = NOW) -> list[str]:
    """Land records in a transaction and return the ids of new versions."""
    with store.transaction():
        return [key.id for key in records.land(store, arrivals, at, 1)]


def versions(store: Store, number: str) -> list[Any]:
    """Return every version of an invoice, oldest first, as (version, payload)."""
    rows = store._connection.execute(
        "SELECT version, payload FROM record_versions WHERE record_id = ? ORDER BY version", [number]
    )
    return rows.fetchall()


def count(store: Store, table: str) -> int:
    """Return how many rows a table has; names come from the tests themselves."""
    found = store._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert found is not None
    return int(found[0])


def operation(number: str = "1", kind: str = "invoice", **values: Any) -> Operation:
    """Return a planned create that is not stored yet."""
    source = {"invoice": "order", "customer": "account", "article": "product"}[kind]
    return Operation(
        **{
            "action": "create",
            "company": "nord",
            "system": FORTNOX,
            "target_kind": kind,
            "source": RecordKey(UPSALES, source, number),
            "correlation_id": "c0ffee",
            "payload": {"Total": 1},
            **values,
        }
    )


def save(store: Store, *wishes: Operation | Planned, at: datetime = NOW) -> list[Operation]:
    """Store operations and return them with their numbers."""
    with store.transaction():
        wanted = [wish if isinstance(wish, Planned) else Planned(wish) for wish in wishes]
        return operations.save_planned(store, wanted, at, 1)


def within(store: Store, work: Callable[[], Any]) -> Any:
    """Do something in a transaction."""
    with store.transaction():
        return work()
