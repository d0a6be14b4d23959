"""Flows, their schedules and their runs; the systems Kvitt is paired with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.core.types import RunReason
from sync.store.database import Store, naive


@dataclass(frozen=True)
class Flow:
    """A flow as stored: exactly one of interval and cron is set."""

    name: str
    title: str
    kind: str
    system: str
    company: str | None
    interval_seconds: int | None
    cron: str | None
    paused: bool = False
    paused_reason: str = ""
    paused_by: str = ""


@dataclass
class Tally:
    """What a run counts while it goes on; `waiting` is what only time keeps from being planned."""

    records_read: int = 0
    records_changed: int = 0
    planned: int = 0
    sent: int = 0
    adopted: int = 0
    held: int = 0
    failed: int = 0
    calls: int = 0
    waiting: int = 0
    broken: bool = False

    @property
    def quiet(self) -> bool:
        """Return whether the run came to its end and changed nothing anywhere."""
        moved = self.records_changed or self.planned or self.sent or self.adopted or self.held or self.failed
        return not (self.broken or self.waiting or moved)


def ensure_flow(store: Store, flow: Flow) -> None:
    """Add a flow that is not there yet; a stored schedule is a person's choice and stays."""
    store.run("ensure_flow", _flow_columns(flow))


def flows(store: Store) -> list[Flow]:
    """Return all flows in the order of their names."""
    rows = store.dicts("load_flows")
    return [
        Flow(
            row["flow"],
            row["title"],
            row["kind"],
            row["system"],
            row["company"],
            row["interval_seconds"],
            row["cron"],
            row["paused"],
            row["paused_reason"],
            row["paused_by"],
        )
        for row in rows
    ]


def set_schedule(store: Store, flow: str, interval_seconds: int | None, cron: str | None) -> None:
    """Change when a flow runs."""
    store.run("set_schedule", {"flow": flow, "interval": interval_seconds, "cron": cron})


def set_paused(store: Store, flow: str, paused: bool, reason: str, actor: str) -> None:
    """Pause a flow or let it go on."""
    store.run("set_paused", {"flow": flow, "paused": paused, "reason": reason, "actor": actor if paused else ""})


def resume_own_pauses(store: Store) -> None:
    """Let flows go on that Kvitt paused itself: a start is a new try with perhaps other settings."""
    store.run("resume_own_pauses")


def set_next_run(store: Store, flow: str, next_run_at: datetime | None) -> None:
    """Remember when the scheduler will run a flow next."""
    store.run("set_next_run", {"flow": flow, "next": naive(next_run_at)})


def begin(store: Store, flow: str, reason: RunReason, now: datetime) -> int:
    """Start a run and return its number."""
    number: int = store.one("begin_run", {"flow": flow, "reason": reason, "now": naive(now)})
    store.run("flow_running", {"flow": flow, "since": naive(now), "run_id": number})
    return number


def progress(store: Store, run_id: int, tally: Tally) -> None:
    """Store a running run's counts."""
    store.run("progress_run", _tally_columns(tally) | {"run_id": run_id})


def finish(store: Store, run_id: int, flow: str, state: str, sentence: str, tally: Tally, now: datetime) -> None:
    """End a run with its counts."""
    values = {"run_id": run_id, "state": state, "sentence": sentence, "now": naive(now)}
    store.run("finish_run", _tally_columns(tally) | values)
    store.run("flow_running", {"flow": flow, "since": None, "run_id": run_id})


def mark_interrupted(store: Store, now: datetime) -> int:
    """Close runs that a stopped process left running and return how many there were."""
    count: int = store.one("count_running")
    store.run("interrupt_runs", {"now": naive(now)})
    store.run("no_flow_running")
    return count


def put_connection(store: Store, values: Mapping[str, Any], now: datetime) -> None:
    """Store a pairing or its newest state."""
    store.run("put_connection", dict(values) | {"now": naive(now)})


def name_connection(store: Store, values: Mapping[str, Any], now: datetime) -> None:
    """List a system that the settings name and that has not answered yet."""
    store.run("name_connection", dict(values) | {"now": naive(now)})


def connection(store: Store, system: str) -> dict[str, Any] | None:
    """Return a stored pairing, None when the system was never paired."""
    rows = store.dicts("get_connection", {"system": system})
    return rows[0] if rows else None


def companies_of(store: Store, remote_identity: str) -> set[str]:
    """Return the names under which a Fortnox company was paired."""
    return {row[0] for row in store.rows("companies_of", {"identity": remote_identity})}


def set_connection_status(
    store: Store, system: str, status: str, sentence: str, last_success_at: datetime | None
) -> None:
    """Remember how a system answered last, and when it last did as it should: None leaves what is stored."""
    values = {"system": system, "status": status, "sentence": sentence, "last_success_at": naive(last_success_at)}
    store.run("connection_status", values)


def _flow_columns(flow: Flow) -> dict[str, Any]:
    return {
        "flow": flow.name,
        "title": flow.title,
        "kind": flow.kind,
        "system": flow.system,
        "company": flow.company,
        "interval": flow.interval_seconds,
        "cron": flow.cron,
    }


def _tally_columns(tally: Tally) -> dict[str, Any]:
    return {
        "records_read": tally.records_read,
        "records_changed": tally.records_changed,
        "planned": tally.planned,
        "sent": tally.sent,
        "adopted": tally.adopted,
        "held": tally.held,
        "failed": tally.failed,
        "calls": tally.calls,
    }
