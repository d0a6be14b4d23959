"""Rows straight into the tables of a store: what a small store is made of."""

import json
from datetime import UTC, datetime
from typing import Any

import duckdb


def naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


DEFAULTS: dict[str, dict[str, Any]] = {
    "deal_rows": {"row_id": ""},
    "documents": {
        "kind": "invoice",
        "revenue": True,
        "freight_sek": 0,
        "fee_sek": 0,
        "rounding_sek": 0,
        "invoice_type": "INVOICE",
        "not_completed": False,
    },
    "document_rows": {"kind": "invoice", "vat_share": 1},
    "payments": {"document_kind": "invoice"},
    "bridge": {"origin": "", "deal_system": "", "deal_id": "", "deal_row": 0, "number": "", "document_row": 0},
}
# A step and a slice name the document that they are about, if there is one.
NAMING = frozenset({"bridge", "slices"})


def insert(db: duckdb.DuckDBPyConnection, table: str, **given: Any) -> None:
    values = {**DEFAULTS.get(table, {}), **given}
    if table in NAMING:
        values.setdefault("document_kind", "invoice" if values["number"] else "")
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def record(
    db: Any, system: str, kind: str, record_id: str, payload: dict[str, Any], seen: datetime, version: int = 1
) -> None:
    text = json.dumps(payload, ensure_ascii=False, default=str)
    insert(
        db,
        "records",
        system=system,
        kind=kind,
        record_id=record_id,
        version=version,
        payload=text,
        digest="d",
        first_seen_at=seen,
        changed_at=seen,
    )
