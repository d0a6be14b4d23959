"""Links between source and target records, and the decisions about source records."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sync.core.types import Decision, Link, RecordKey
from sync.store.database import Store, naive
from sync.store.jsontext import from_json, to_json


def save(store: Store, link: Link, now: datetime) -> None:
    """Store a link, new or with new content."""
    values = {
        "source_system": link.source.system,
        "source_kind": link.source.kind,
        "source_id": link.source.id,
        "company": link.company,
        "target_kind": link.target_kind,
        "target_id": link.target_id,
        "generation": link.generation,
        "origin": link.origin,
        "rung": link.rung,
        "reference": link.reference,
        "fingerprint": link.fingerprint,
        "draft": to_json(link.draft),
        "answer_digest": link.answer_digest,
        "mapping_version": link.mapping_version,
        "written_fingerprint": link.written_fingerprint,
        "written": to_json(link.written),
        "operation_no": link.operation_no,
        "now": naive(now),
    }
    store.run("put_link", values)


def load(store: Store, source_system: str, source_kind: str | None = None) -> list[Link]:
    """Return the open links of a system's records, oldest first."""
    rows = store.dicts("load_links", {"system": source_system, "kind": source_kind})
    return [_link(row) for row in rows]


def of_source(store: Store, key: RecordKey, company: str, target_kind: str) -> Link | None:
    """Return the newest open link of a record in a company, None when there is none."""
    values = {"system": key.system, "kind": key.kind, "id": key.id, "company": company, "target_kind": target_kind}
    rows = store.dicts("newest_link", values)
    return _link(rows[0]) if rows else None


def of_target(store: Store, source: RecordKey, company: str, target_kind: str, target_id: str) -> Link | None:
    """Return one link by both its ends."""
    rows = store.dicts(
        "one_link",
        {
            "system": source.system,
            "kind": source.kind,
            "id": source.id,
            "company": company,
            "target_kind": target_kind,
            "target_id": target_id,
        },
    )
    return _link(rows[0]) if rows else None


def decide(store: Store, decisions: Iterable[Decision], now: datetime) -> None:
    """Store what was decided about source records."""
    for decision in decisions:
        store.run("put_decision", _decision_columns(decision) | {"now": naive(now)})


def settle(store: Store, key: RecordKey, outcome: str, now: datetime) -> None:
    """Change only the outcome of a decision: an operation has ended."""
    store.run("settle_decision", {"system": key.system, "kind": key.kind, "id": key.id, "outcome": outcome})


def decisions(store: Store, system: str, kind: str, ids: Iterable[str] | None = None) -> dict[str, Decision]:
    """Return what was decided about records of a kind, by id."""
    wanted = None if ids is None else sorted(set(ids))
    return {
        row["record_id"]: Decision(
            RecordKey(system, kind, row["record_id"]),
            row["outcome"],
            row["version"],
            row["correlation_id"],
            row["mapping_version"],
            row["company"],
            row["code"],
            row["fingerprint"],
        )
        for row in store.dicts("load_decisions", {"system": system, "kind": kind, "ids": wanted})
    }


def undecided(store: Store, system: str, kind: str, mapping_version: str) -> list[str]:
    """Return ids of records that changed since they were decided on, or are held, or wait for a new mapping."""
    values = {"system": system, "kind": kind, "mapping_version": mapping_version}
    return [row[0] for row in store.rows("undecided", values)]


def _link(row: dict[str, Any]) -> Link:
    return Link(
        source=RecordKey(row["source_system"], row["source_kind"], row["source_id"]),
        company=row["company"],
        target_kind=row["target_kind"],
        target_id=row["target_id"],
        rung=row["rung"],
        origin=row["origin"],
        generation=row["generation"],
        reference=row["reference"],
        fingerprint=row["fingerprint"],
        draft=from_json(row["draft"]),
        answer_digest=row["answer_digest"],
        mapping_version=row["mapping_version"],
        written_fingerprint=row["written_fingerprint"],
        written=from_json(row["written"]),
        operation_no=row["operation_no"],
    )


def _decision_columns(decision: Decision) -> dict[str, Any]:
    return {
        "system": decision.key.system,
        "kind": decision.key.kind,
        "id": decision.key.id,
        "company": decision.company,
        "outcome": decision.outcome,
        "code": decision.code,
        "version": decision.version,
        "mapping_version": decision.mapping_version,
        "fingerprint": decision.fingerprint,
        "correlation_id": decision.correlation_id,
    }
