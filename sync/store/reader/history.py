"""What the record page asks about time: operations, events, versions and API calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sync.store.reader.published import Paging, Reader, Scope
from sync.store.reader.records import Key


@dataclass(frozen=True)
class ShownOperation:
    """One intended write; problems, adjustments and payload are JSON text."""

    operation_no: int
    correlation_id: str
    run_id: int | None
    action: str
    company: str | None
    system: str
    target_kind: str
    target_id: str
    subject_title: str
    amount_sek: Decimal | None
    reference: str
    state: str
    result: str
    attempt: int
    not_before: datetime | None
    error_class: str
    error_code: str
    error_sentence: str
    problems: str
    adjustments: str
    payload: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class ShownEvent:
    """One line of the audit trail; `details` is JSON text."""

    event_no: int
    happened_at: datetime
    actor: str
    action: str
    correlation_id: str
    operation_no: int | None
    run_id: int | None
    system: str
    kind: str
    record_id: str
    details: str
    total: int


@dataclass(frozen=True)
class Version:
    """One version of a record and when it held; `payload` is JSON text."""

    version: int
    payload: str
    valid_from: datetime
    valid_to: datetime | None
    run_id: int | None


@dataclass(frozen=True)
class ShownCall:
    """One API call, without secrets; status None means that no answer came."""

    call_no: int
    happened_at: datetime
    operation_no: int | None
    correlation_id: str
    system: str
    method: str
    path: str
    query: str
    status: int | None
    milliseconds: int
    request: str
    response: str


def operations(reader: Reader, scope: Scope, keys: Sequence[Key]) -> list[ShownOperation]:
    """Return the intended writes about the records of a family, newest first."""
    return reader.rows(ShownOperation, "family_operations", {"company": scope.company, **_lists(keys)})


def events(
    reader: Reader, scope: Scope, keys: Sequence[Key], numbers: Sequence[int], paging: Paging
) -> list[ShownEvent]:
    """Return what happened to a family's records and to the operations with these numbers, newest first."""
    parameters = {
        "company": scope.company,
        "operations": list(numbers),
        **_lists(keys),
        **paging.parameters(),
    }
    return reader.rows(ShownEvent, "family_events", parameters)


def versions(reader: Reader, scope: Scope, key: Key, limit: int = 50) -> list[Version]:
    """Return the versions of a record, newest first."""
    parameters = {
        "company": scope.company,
        "system": key.system,
        "kind": key.kind,
        "record_id": key.record_id,
        "limit": limit,
    }
    return reader.rows(Version, "versions", parameters)


def calls(
    reader: Reader, scope: Scope, numbers: Sequence[int], correlations: Sequence[str], limit: int = 100
) -> list[ShownCall]:
    """Return the API calls of these operations and correlation ids, newest first."""
    parameters = {
        "company": scope.company,
        "operations": list(numbers),
        "correlations": list(correlations),
        "limit": limit,
    }
    return reader.rows(ShownCall, "calls", parameters)


def _lists(keys: Sequence[Key]) -> dict[str, list[str]]:
    return {
        "systems": [key.system for key in keys],
        "kinds": [key.kind for key in keys],
        "ids": [key.record_id for key in keys],
    }
