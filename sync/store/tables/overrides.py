"""An operator's edits, and answers that differ from what was sent; both are kept when they hold no longer."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from sync.core.types import Override, RecordKey, SilentChange
from sync.store.database import Store, arrow, aware, naive
from sync.store.jsontext import from_json, to_json


def active(store: Store, system: str, kind: str, ids: Iterable[str] | None = None) -> dict[str, tuple[Override, ...]]:
    """Return the edits that hold, by source id, in the order they were made; `ids` None means of all."""
    wanted = None if ids is None else sorted(set(ids))
    found: dict[str, tuple[Override, ...]] = {}
    for row in store.dicts("active_overrides", {"system": system, "kind": kind, "ids": wanted}):
        override = _override(row)
        found[override.source.id] = (*found.get(override.source.id, ()), override)
    return found


def add(store: Store, made: Sequence[Override], now: datetime) -> None:
    """Store new edits; one of the same field that held until now must be ended by the caller."""
    if not made:
        return
    texts = ("company", "target_kind", "path", "replaced", "actor", "reason")
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        name: (pa.string(), [getattr(one, name) for one in made]) for name in texts
    }
    columns |= {
        "system": (pa.string(), [one.source.system for one in made]),
        "kind": (pa.string(), [one.source.kind for one in made]),
        "record_id": (pa.string(), [one.source.id for one in made]),
        "content": (pa.string(), [to_json(one.value) for one in made]),
        "before_content": (pa.string(), [to_json(one.before) for one in made]),
    }
    store.run_with("add_overrides", arrow(columns), {"now": naive(now)})


def end(store: Store, ended: Sequence[tuple[Override, str]], now: datetime) -> None:
    """Let edits hold no longer, each with the reason."""
    if not ended:
        return
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        "override_no": (pa.int64(), [override.number for override, _ in ended]),
        "why": (pa.string(), [why for _, why in ended]),
    }
    store.run_with("end_overrides", arrow(columns), {"now": naive(now)})


def add_silent_changes(store: Store, found: Sequence[tuple[int, SilentChange]], now: datetime) -> None:
    """Store what was answered otherwise than it was sent, by operation number."""
    if not found:
        return
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        "operation_no": (pa.int64(), [number for number, _ in found]),
        "field": (pa.string(), [change.field for _, change in found]),
        "row_no": (pa.int32(), [change.row for _, change in found]),
        "sent": (pa.string(), [change.sent for _, change in found]),
        "answered": (pa.string(), [change.answered for _, change in found]),
    }
    store.run_with("add_silent_changes", arrow(columns), {"now": naive(now)})


def open_silent_changes(store: Store, number: int) -> int:
    """Return how many silent changes of an operation nobody has accepted."""
    return int(store.one("open_silent_changes", {"number": number}))


def accept_silent_changes(store: Store, number: int, actor: str, reason: str, now: datetime) -> None:
    """Note that a person accepts an operation's silent changes."""
    values = {"number": number, "actor": actor, "reason": reason, "now": naive(now)}
    store.run("accept_silent_changes", values)


def _override(row: dict[str, Any]) -> Override:
    return Override(
        source=RecordKey(row["system"], row["kind"], row["record_id"]),
        company=row["company"],
        target_kind=row["target_kind"],
        path=row["path"],
        value=from_json(row["content"]),
        replaced=row["replaced"],
        actor=row["actor"],
        reason=row["reason"],
        before=from_json(row["before_content"]),
        number=row["override_no"],
        made_at=aware(row["made_at"]),
    )
