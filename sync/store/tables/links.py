"""Links between source and target records, and the decisions about source records."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from sync.core.types import Decision, DecisionKey, Link, RecordKey
from sync.store.database import Store, arrow, naive
from sync.store.jsontext import from_json, to_json


def save(store: Store, found: Sequence[Link], now: datetime) -> None:
    """Store links, new or with new content."""
    if not found:
        return
    texts = ("company", "target_kind", "target_id", "origin", "rung", "reference", "fingerprint", "answer_digest",
             "mapping_version", "written_fingerprint", "correlation_id")  # fmt: skip
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        name: (pa.string(), [getattr(link, name) for link in found]) for name in texts
    }
    columns |= {
        "source_system": (pa.string(), [link.source.system for link in found]),
        "source_kind": (pa.string(), [link.source.kind for link in found]),
        "source_id": (pa.string(), [link.source.id for link in found]),
        "generation": (pa.int32(), [link.generation for link in found]),
        "draft": (pa.string(), [to_json(link.draft) for link in found]),
        "written": (pa.string(), [to_json(link.written) for link in found]),
        "operation_no": (pa.int64(), [link.operation_no for link in found]),
    }
    store.run_with("put_links", arrow(columns), {"now": naive(now)})
    _agree(store, found, now)


def _agree(store: Store, found: Sequence[Link], now: datetime) -> None:
    """Store what both sides of links were just seen to say the same of."""
    fields = [(link, name, value) for link in found for name, value in (link.agreed or {}).items()]
    if not fields:
        return
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        name: (pa.string(), [getattr(link, name) for link, *_ in fields])
        for name in ("company", "target_kind", "target_id")
    }
    columns |= {
        "source_system": (pa.string(), [link.source.system for link, *_ in fields]),
        "source_kind": (pa.string(), [link.source.kind for link, *_ in fields]),
        "source_id": (pa.string(), [link.source.id for link, *_ in fields]),
        "field": (pa.string(), [name for _, name, _ in fields]),
        "content": (pa.string(), ["null" if value is None else to_json(value) for *_, value in fields]),
    }
    store.run_with("put_agreed", arrow(columns), {"now": naive(now)})


def load(
    store: Store, source_system: str, source_kind: str | None = None, ids: Iterable[str] | None = None
) -> list[Link]:
    """Return the open links of a system's records, newest generation last; `ids` None means of all."""
    wanted = None if ids is None else sorted(set(ids))
    rows = store.dicts("load_links", {"system": source_system, "kind": source_kind, "ids": wanted})
    return [_link(row) for row in rows]


def of_sources(store: Store, keys: Iterable[RecordKey]) -> list[Link]:
    """Return the open links of some records, newest last."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        grouped.setdefault((key.system, key.kind), []).append(key.id)
    return [
        _link(row)
        for (system, kind), ids in grouped.items()
        for row in store.dicts("links_of", {"system": system, "kind": kind, "ids": ids})
    ]


def adopted_unseen(store: Store, source_system: str, company: str) -> list[Link]:
    """Return links to documents that were adopted from a list row and have been read whole since."""
    values = {"system": source_system, "company": company, "target": f"fortnox:{company}"}
    return [_link(row) for row in store.kept("adopted_unseen", values)]


def crms_beside(store: Store, system: str) -> frozenset[str]:
    """Return the other CRM accounts of the installation: a number that we give is not to be taken for theirs."""
    return frozenset(row[0] for row in store.rows("crms_beside", {"system": system}))


def decide(store: Store, made: Sequence[Decision], now: datetime) -> None:
    """Store what was decided about source records; what was decided of a deal for another company ends."""
    if not made:
        return
    texts = ("outcome", "code", "mapping_version", "fingerprint", "correlation_id", "reason")
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        name: (pa.string(), [getattr(decision, name) for decision in made]) for name in texts
    }
    columns |= _keys([decision.about for decision in made])
    columns["version"] = (pa.int32(), [decision.version for decision in made])
    table = arrow(columns)
    store.run_with("end_decisions_elsewhere", table)
    store.run_with("put_decisions", table, {"now": naive(now)})


def settle(store: Store, outcomes: Mapping[DecisionKey, str]) -> None:
    """Change only the outcome of decisions: operations have ended."""
    if not outcomes:
        return
    columns = _keys(list(outcomes)) | {"outcome": (pa.string(), list(outcomes.values()))}
    store.run_with("settle_decisions", arrow(columns))


def replan(store: Store, decided: DecisionKey) -> None:
    """Force a record through planning before anything already planned of it in a company may be sent."""
    values = {"company": decided.company or "", "target_kind": decided.target_kind}
    store.run("replan", {**decided.record._asdict(), **values})


def replan_after_go_live(store: Store) -> None:
    """Let every deal be decided anew that a go-live date may have left out, or let in, and that is not sent yet."""
    store.run("replan_after_go_live")


def decisions(store: Store, system: str, kind: str, ids: Iterable[str]) -> list[Decision]:
    """Return what was decided about records of a kind, for each company and for each kind of what they become."""
    return [
        Decision(
            RecordKey(system, kind, row["record_id"]),
            row["target_kind"],
            row["outcome"],
            row["version"],
            row["correlation_id"],
            row["mapping_version"],
            row["company"] or None,
            row["code"],
            row["fingerprint"],
            row["reason"],
        )
        for row in store.dicts("load_decisions", {"system": system, "kind": kind, "ids": sorted(set(ids))})
    ]


def approve(store: Store, key: RecordKey, company: str, generation: int, actor: str, now: datetime) -> None:
    """Allow a further document for a deal; the deal is looked at again. Call inside a transaction."""
    values = {"system": key.system, "kind": key.kind, "id": key.id, "company": company}
    store.run("approve", values | {"generation": generation, "actor": actor, "now": naive(now)})
    store.run("replan_documents", key._asdict())


def approvals(store: Store, system: str, kind: str) -> dict[str, int]:
    """Return the highest generation that may be made, by record id, where a person allowed more than one."""
    return dict(store.rows("load_approvals", {"system": system, "kind": kind}))


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
        correlation_id=row["correlation_id"],
    )


def _keys(keys: Sequence[DecisionKey]) -> dict[str, tuple[pa.DataType, list[Any]]]:
    return {
        "system": (pa.string(), [key.record.system for key in keys]),
        "kind": (pa.string(), [key.record.kind for key in keys]),
        "record_id": (pa.string(), [key.record.id for key in keys]),
        "company": (pa.string(), [key.company or "" for key in keys]),
        "target_kind": (pa.string(), [key.target_kind for key in keys]),
    }
