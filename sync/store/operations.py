"""Operations: the queue and the ledger. Every move is checked against the drawn arrows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sync.core import lifecycle
from sync.core.planning import Wish
from sync.core.types import Operation, Outcome, Payload, RecordKey, State
from sync.store.database import Store, aware, naive
from sync.store.jsontext import from_json, to_json


def save_wishes(store: Store, wishes: Iterable[Wish], now: datetime, run_id: int | None) -> list[Operation]:
    """Store planned operations, new or planned again, and return them with their numbers."""
    saved: list[Operation] = []
    numbers: dict[str, int] = {}
    for wish in wishes:
        waits_for = tuple(
            found
            for subject in wish.waits_on
            if (found := numbers.get(subject) or store.one("open_number", {"open_key": subject})) is not None
        )
        operation = replace(wish.operation, waits_for=waits_for)
        number = operation.number or store.one("next_operation_number")
        operation = replace(operation, number=number)
        name = "replan_operation" if wish.operation.number else "insert_operation"
        store.run(name, _columns(operation, now, run_id, name == "insert_operation"))
        numbers[operation.subject] = number
        saved.append(operation)
    return saved


def cancel(store: Store, operations: Iterable[Operation], now: datetime) -> None:
    """End operations that are no longer wanted."""
    for operation in operations:
        move(store, operation, "cancelled", now)


def move(store: Store, operation: Operation, state: State, now: datetime, **values: Any) -> Operation:
    """Bring an operation into another state; `values` are fields that change with it. Raises IllegalMoveError."""
    lifecycle.check(operation.state, state)
    moved = replace(operation, state=state, **values)
    columns = {
        "number": moved.number,
        "state": moved.state,
        "open_key": None if moved.state in lifecycle.FINAL else moved.subject,
        "target_id": moved.target_id,
        "attempt": moved.attempt,
        "not_before": naive(moved.not_before),
        "sent_at": naive(moved.sent_at),
        "error_class": moved.error_class,
        "error_code": moved.error_code,
        "error_sentence": moved.error_sentence,
        "now": naive(now),
    }
    store.run("move_operation", columns)
    return moved


def note_sent(store: Store, operation: Operation, payload: Payload) -> None:
    """Keep the payload exactly as it is about to leave."""
    store.run("note_sent", {"number": operation.number, "sent": to_json(payload)})


def note_answer(store: Store, operation: Operation, answer: Payload | None, result: str) -> None:
    """Keep what the system answered, and whether the operation sent, adopted or found it already so."""
    store.run("note_answer", {"number": operation.number, "answer": to_json(answer), "result": result})


def note_failure(store: Store, operation: Operation, outcome: Outcome, error_class: str, now: datetime) -> None:
    """Add a line to the operation's history of attempts that did not end well."""
    values = {
        "number": operation.number,
        "attempt": operation.attempt,
        "now": naive(now),
        "error_class": error_class,
        "code": outcome.code,
        "sentence": outcome.message,
        "excerpt": outcome.excerpt,
    }
    store.run("insert_failure", values)


def due(store: Store, system: str, now: datetime, limit: int) -> list[Operation]:
    """Return operations that may be sent or probed now, in their order: masters first, then by number."""
    return _load(store, "due_operations", {"system": system, "now": naive(now), "limit": limit})


def open_for(store: Store, source_system: str, kind: str | None = None) -> list[Operation]:
    """Return open operations about a system's records, of one kind or all."""
    return _load(store, "open_operations", {"system": source_system, "kind": kind})


def interrupted(store: Store) -> list[Operation]:
    """Return operations that a crash left in `sending`."""
    return _load(store, "sending_operations", {})


def answer_of(store: Store, number: int) -> Payload | None:
    """Return what a done operation was answered."""
    answer: Payload | None = from_json(store.one("answer_of", {"number": number}))
    return answer


def counts(store: Store) -> Mapping[str, int]:
    """Return how many operations are in each state."""
    return dict(store.rows("operation_counts"))


def next_due(store: Store) -> datetime | None:
    """Return when the next open operation outside review wants attention, None when there is none."""
    return aware(store.one("next_due"))


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


def _columns(operation: Operation, now: datetime, run_id: int | None, new: bool) -> dict[str, Any]:
    source = operation.source
    columns = {
        "number": operation.number,
        "correlation_id": operation.correlation_id,
        "run_id": run_id,
        "target_id": operation.target_id,
        "title": operation.title,
        "amount_sek": operation.amount_sek,
        "reference": operation.reference,
        "generation": operation.generation,
        "waits_for": to_json(_as_list(operation.waits_for)),
        "payload": to_json(operation.payload),
        "draft": to_json(operation.draft),
        "fingerprint": operation.fingerprint,
        "mapping_version": operation.mapping_version,
        "problems": to_json(_as_list(operation.problems)),
        "adjustments": to_json(_as_list(operation.adjustments)),
        "state": operation.state,
        "error_class": operation.error_class,
        "error_code": operation.error_code,
        "error_sentence": operation.error_sentence,
        "now": naive(now),
    }
    if not new:
        return columns
    return columns | {
        "action": operation.action,
        "company": operation.company,
        "system": operation.system,
        "target_kind": operation.target_kind,
        "source_system": source.system,
        "source_kind": source.kind,
        "source_id": source.id,
        "open_key": operation.subject,
    }


def _as_list(values: Sequence[Any]) -> list[Any]:
    return [dict(value) if isinstance(value, Mapping) else value for value in values]
