"""Operations: the queue and the ledger. Every move is checked against the drawn arrows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from mappings.kinds import DocumentKind
from sync.core import lifecycle
from sync.core.documents.booking import MOVES_NO_MONEY, Unbooked
from sync.core.planning.plans import Planned
from sync.core.types import Action, Operation, Outcome, Payload, RecordKey, State
from sync.store.database import Store, arrow, aware, naive
from sync.store.jsontext import from_json, to_json

_UNBOOKED = ("company", "kind", "number", "reference", "generation", "correlation_id", "mapping_version", "title",
             "amount_sek")  # fmt: skip


@dataclass(frozen=True)
class Move:
    """An operation in its new state, with what is kept beside it: None leaves what is stored."""

    operation: Operation
    sent: Payload | None = None
    answer: Payload | None = None
    result: str | None = None


@dataclass(frozen=True)
class Failure:
    """One attempt that did not end well."""

    operation: Operation
    outcome: Outcome
    error_class: str


def save_planned(store: Store, planned: Sequence[Planned], now: datetime, run_id: int | None) -> list[Operation]:
    """Store planned operations, new or planned again, and return them with their numbers."""
    if not planned:
        return []
    fresh = iter(store.rows("next_operation_numbers", {"count": sum(1 for one in planned if not one.operation.number)}))
    numbered = [replace(w.operation, number=w.operation.number or next(fresh)[0]) for w in planned]
    known = {operation.subject: operation.number for operation in numbered}
    wanted = sorted({subject for one in planned for subject in one.waits_on if subject not in known})
    if wanted:
        known |= dict(store.rows("open_numbers", {"open_keys": wanted}))
    saved = [
        replace(operation, waits_for=tuple(known[subject] for subject in one.waits_on if subject in known))
        for operation, one in zip(numbered, planned, strict=True)
    ]
    table = _table(saved)
    store.run_with("note_moves", table, {"now": naive(now)})
    store.run_with("save_operations", table, {"now": naive(now), "run_id": run_id})
    return saved


def cancel(store: Store, operations: Iterable[Operation], now: datetime) -> None:
    """End operations that are no longer wanted."""
    move(store, [Move(lifecycle.moved(operation, "cancelled")) for operation in operations], now)


def move(store: Store, moves: Sequence[Move], now: datetime) -> None:
    """Store operations in their new states (made by `lifecycle.moved`)."""
    if not moves:
        return
    moved = [each.operation for each in moves]
    final = lifecycle.FINAL
    table = arrow(
        {
            "operation_no": (pa.int64(), [operation.number for operation in moved]),
            "state": (pa.string(), [operation.state for operation in moved]),
            "open_key": (pa.string(), [None if o.state in final else o.subject for o in moved]),
            "target_id": (pa.string(), [operation.target_id for operation in moved]),
            "attempt": (pa.int32(), [operation.attempt for operation in moved]),
            "not_before": (pa.timestamp("us"), [naive(operation.not_before) for operation in moved]),
            "sent_at": (pa.timestamp("us"), [naive(operation.sent_at) for operation in moved]),
            "error_class": (pa.string(), [operation.error_class for operation in moved]),
            "error_code": (pa.string(), [operation.error_code for operation in moved]),
            "error_sentence": (pa.string(), [operation.error_sentence for operation in moved]),
            "problems": (pa.string(), [to_json(_plain(operation.problems)) for operation in moved]),
            "sent": (pa.string(), [to_json(each.sent) for each in moves]),
            "answer": (pa.string(), [to_json(each.answer) for each in moves]),
            "result": (pa.string(), [each.result for each in moves]),
        }
    )
    store.run_with("note_moves", table, {"now": naive(now)})
    store.run_with("move_operations", table, {"now": naive(now)})


def note_failures(store: Store, failures: Sequence[Failure], now: datetime) -> None:
    """Add lines to the operations' history of attempts that did not end well."""
    if not failures:
        return
    table = arrow(
        {
            "operation_no": (pa.int64(), [each.operation.number for each in failures]),
            "attempt": (pa.int32(), [each.operation.attempt for each in failures]),
            "error_class": (pa.string(), [each.error_class for each in failures]),
            "error_code": (pa.string(), [each.outcome.code for each in failures]),
            "sentence": (pa.string(), [each.outcome.message for each in failures]),
            "excerpt": (pa.string(), [each.outcome.excerpt for each in failures]),
        }
    )
    store.run_with("insert_failures", table, {"now": naive(now)})


def due(
    store: Store, system: str, now: datetime, resting: Sequence[int], limit: int, booking: bool = False
) -> list[Operation]:
    """Return operations that may be sent or probed now, in their order: masters first, then by number.

    `resting` are operations in doubt that must be left alone yet; with `booking`, bookings may be sent too.
    """
    if store.one("anything_to_send", {"system": system}) is None:
        return []
    values = {"system": system, "now": naive(now), "resting": list(resting), "limit": limit, "booking": booking}
    return _load(store, "due_operations", values)


def open_for(store: Store, source_system: str, kind: str | None = None) -> list[Operation]:
    """Return open operations about a system's records, of one kind or all."""
    return [_operation(row) for row in store.kept("open_operations", {"system": source_system, "kind": kind})]


def blocked_forever(store: Store) -> frozenset[int]:
    """Return the numbers of open operations that would wait for ever: what they need was dismissed or cancelled."""
    return frozenset(row[0] for row in store.rows("blocked_forever"))


def in_state(store: Store, state: State) -> list[Operation]:
    """Return all operations in a state."""
    return _load(store, "operations_in_state", {"state": state})


def numbered(store: Store, numbers: Sequence[int]) -> list[Operation]:
    """Return operations by their numbers, ended ones too; numbers that are not there are left out."""
    return _load(store, "operations_numbered", {"numbers": list(numbers)})


def version(store: Store, number: int) -> int:
    """Return how often an operation has moved: what a person saw of it is old when this has risen."""
    return int(store.one("operation_version", {"number": number}))


def last_person(store: Store, number: int) -> str:
    """Return who edited or replayed an operation, when nothing has happened to it since; else ''."""
    return str(store.one("last_person", {"number": number}) or "")


def dismissed(store: Store, source_system: str, kind: str, company: str) -> dict[tuple[Action, str], Operation]:
    """Return what a person dismissed, by action and source id; not where a later one was planned."""
    found = _load(store, "dismissed_operations", {"system": source_system, "kind": kind, "company": company})
    return {(operation.action, operation.source.id): operation for operation in found}


def count(store: Store) -> int:
    """Return how many operations there are, ended ones too."""
    return int(store.one("count_operations"))


def unbooked(store: Store, company: str, kind: DocumentKind) -> list[Unbooked]:
    """Return a company's drafts of a kind that Kvitt made and that nothing open is about."""
    return [
        Unbooked(
            source=RecordKey(row["source_system"], row["source_kind"], row["source_id"]),
            bearers=tuple(row["bearers"]),
            sent_at=aware(row["sent_at"]),
            document=from_json(row["document"]),
            answer=from_json(row["answer"]),
            **{name: row[name] for name in _UNBOOKED},
        )
        for row in store.kept("unbooked_documents", {**_of(company, kind), "told_only": list(MOVES_NO_MONEY)})
    ]


def sources_of_bookings(store: Store, company: str) -> frozenset[RecordKey]:
    """Return the deals behind a company's bookings that wait to be sent."""
    return frozenset(RecordKey(*row) for row in store.rows("sources_of_bookings", {"company": company}))


def unwanted_bookings(store: Store, company: str, kind: DocumentKind, wanted: bool) -> list[Operation]:
    """Return waiting bookings of a kind that must not be sent any more: all of them where the company wants none."""
    found = store.kept("unwanted_bookings", {**_of(company, kind), "wanted": wanted})
    return [_operation(row) for row in found]


def _of(company: str, kind: DocumentKind) -> dict[str, Any]:
    return {"company": company, "kind": kind.name, "path": f"$.{kind.reference}"}


def counts(store: Store) -> Mapping[str, int]:
    """Return how many operations are in each state."""
    return dict(store.rows("operation_counts"))


def next_due(store: Store, now: datetime) -> datetime | None:
    """Return when the next open operation outside review wants attention, None when there is none."""
    return aware(store.one("next_due", {"now": naive(now)}))


def _load(store: Store, name: str, parameters: dict[str, Any]) -> list[Operation]:
    return [_operation(row) for row in store.dicts(name, parameters)]


def _operation(row: Mapping[str, Any]) -> Operation:
    return Operation(
        action=row["action"],
        company=row["company"],
        system=row["system"],
        target_kind=row["target_kind"],
        source=RecordKey(row["source_system"], row["source_kind"], row["source_id"]),
        correlation_id=row["correlation_id"],
        state=row["state"],
        number=row["operation_no"],
        target_id=row["target_id"],
        title=row["subject_title"],
        amount_sek=row["amount_sek"],
        reference=row["reference"],
        generation=row["generation"],
        waits_for=tuple(from_json(row["waits_for"])),
        payload=from_json(row["payload"]),
        edited=from_json(row["edited"]),
        draft=from_json(row["draft"]),
        fingerprint=row["fingerprint"],
        mapping_version=row["mapping_version"],
        problems=tuple(from_json(row["problems"])),
        adjustments=tuple(from_json(row["adjustments"])),
        attempt=row["attempt"],
        not_before=aware(row["not_before"]),
        sent_at=aware(row["sent_at"]),
        error_class=row["error_class"],
        error_code=row["error_code"],
        error_sentence=row["error_sentence"],
    )


def _table(operations: Sequence[Operation]) -> pa.Table:
    texts = ("correlation_id", "action", "company", "system", "target_kind", "target_id", "reference", "fingerprint",
             "mapping_version", "state", "error_class", "error_code", "error_sentence")  # fmt: skip
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        name: (pa.string(), [getattr(operation, name) for operation in operations]) for name in texts
    }
    columns |= {
        "operation_no": (pa.int64(), [operation.number for operation in operations]),
        "source_system": (pa.string(), [operation.source.system for operation in operations]),
        "source_kind": (pa.string(), [operation.source.kind for operation in operations]),
        "source_id": (pa.string(), [operation.source.id for operation in operations]),
        "subject_title": (pa.string(), [operation.title for operation in operations]),
        "amount_sek": (pa.decimal128(24, 6), [operation.amount_sek for operation in operations]),
        "generation": (pa.int32(), [operation.generation for operation in operations]),
        "attempt": (pa.int32(), [operation.attempt for operation in operations]),
        "waits_for": (pa.string(), [to_json(list(operation.waits_for)) for operation in operations]),
        "payload": (pa.string(), [to_json(operation.payload) for operation in operations]),
        "edited": (pa.string(), [to_json(operation.edited) for operation in operations]),
        "draft": (pa.string(), [to_json(operation.draft) for operation in operations]),
        "problems": (pa.string(), [to_json(_plain(operation.problems)) for operation in operations]),
        "adjustments": (pa.string(), [to_json(_plain(operation.adjustments)) for operation in operations]),
        "open_key": (pa.string(), [operation.subject for operation in operations]),
    }
    return arrow(columns)


def _plain(values: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(value) for value in values]
