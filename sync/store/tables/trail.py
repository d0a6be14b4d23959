"""What happened: events, API calls, commands and their answers. Append only."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from sync.core.types import Call, Event
from sync.store.database import Store, arrow, naive
from sync.store.inbox import Command
from sync.store.jsontext import to_json


def add_events(store: Store, events: Iterable[Event], now: datetime, run_id: int | None = None) -> None:
    """Add lines to the audit trail."""
    listed = list(events)
    if not listed:
        return
    table = arrow(
        {
            "actor": (pa.string(), [event.actor for event in listed]),
            "action": (pa.string(), [event.action for event in listed]),
            "correlation_id": (pa.string(), [event.correlation_id for event in listed]),
            "operation_no": (pa.int64(), [event.operation_no for event in listed]),
            "company": (pa.string(), [event.company for event in listed]),
            "system": (pa.string(), [event.about.system if event.about else "" for event in listed]),
            "kind": (pa.string(), [event.about.kind if event.about else "" for event in listed]),
            "record_id": (pa.string(), [event.about.id if event.about else "" for event in listed]),
            "details": (pa.string(), [to_json(dict(event.details)) for event in listed]),
        }
    )
    store.run_with("insert_events", table, {"now": naive(now), "run_id": run_id})


def add_calls(store: Store, calls: Iterable[Call]) -> None:
    """Add API calls to the log."""
    listed = list(calls)
    if not listed:
        return
    table = arrow(
        {
            "happened_at": (pa.timestamp("us"), [naive(call.happened_at) for call in listed]),
            "run_id": (pa.int64(), [call.run_id for call in listed]),
            "operation_no": (pa.int64(), [call.operation_no for call in listed]),
            "correlation_id": (pa.string(), [call.correlation_id for call in listed]),
            "system": (pa.string(), [call.system for call in listed]),
            "method": (pa.string(), [call.method for call in listed]),
            "path": (pa.string(), [call.path for call in listed]),
            "query": (pa.string(), [call.query for call in listed]),
            "status": (pa.int32(), [call.status for call in listed]),
            "milliseconds": (pa.int32(), [call.milliseconds for call in listed]),
            "request": (pa.string(), [call.request for call in listed]),
            "response": (pa.string(), [call.response for call in listed]),
        }
    )
    store.run_with("insert_calls", table)


def answered(store: Store, command_id: str) -> bool:
    """Return whether a command already has its answer: asking twice has one effect."""
    return store.one("command_answered", {"id": command_id}) is not None


def add_answer(
    store: Store, command: Command, accepted: bool, code: str, params: Mapping[str, Any], now: datetime
) -> None:
    """Store a command with its answer."""
    values = {
        "id": command.command_id,
        "name": command.name,
        "arguments": to_json(dict(command.arguments)),
        "actor": command.actor,
        "asked_at": naive(command.asked_at),
        "now": naive(now),
        "accepted": accepted,
        "code": code,
        "params": to_json(dict(params)),
    }
    store.run("insert_command", values)
