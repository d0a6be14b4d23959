"""The typed tables behind the reconciliation: deals, documents, payments, bridge, checks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from sync.core.bridge import Step
from sync.core.measures import Deal, DealRow, Document, DocumentRow
from sync.core.types import Payload, RecordKey
from sync.store.database import Store, arrow, aware, naive

_MONEY = pa.decimal128(24, 6)
_RATE = pa.decimal128(24, 12)
_TEXT = pa.string()
_DAY = pa.date32()
_SIX = Decimal("0.000001")
_TWELVE = Decimal("0.000000000001")


@dataclass(frozen=True)
class StoredDocument:
    """A document with what only the store knows of it."""

    company: str
    document: Document
    version: int
    first_seen_booked_at: datetime | None


def put_deals(store: Store, deals: Mapping[RecordKey, tuple[Deal, int]]) -> None:
    """Store deals and their rows; the number is the record's version."""
    if not deals:
        return
    heads = [(key, deal, version) for key, (deal, version) in deals.items()]
    table = arrow(
        {
            "system": (_TEXT, [key.system for key, _, _ in heads]),
            "deal_id": (_TEXT, [key.id for key, _, _ in heads]),
            "title": (_TEXT, [deal.title for _, deal, _ in heads]),
            "customer_id": (_TEXT, [deal.customer_id for _, deal, _ in heads]),
            "customer_name": (_TEXT, [deal.customer_name for _, deal, _ in heads]),
            "seller": (_TEXT, [deal.seller for _, deal, _ in heads]),
            "state": (_TEXT, [deal.state for _, deal, _ in heads]),
            "day": (_DAY, [deal.day for _, deal, _ in heads]),
            "currency": (_TEXT, [deal.currency for _, deal, _ in heads]),
            "rate_sek": (_RATE, [deal.rate_sek.quantize(_TWELVE) for _, deal, _ in heads]),
            "gross_sek": (_MONEY, [deal.gross_sek for _, deal, _ in heads]),
            "discount_sek": (_MONEY, [deal.discount_sek for _, deal, _ in heads]),
            "net_sek": (_MONEY, [deal.net_sek for _, deal, _ in heads]),
            "version": (pa.int32(), [version for _, _, version in heads]),
        }
    )
    store.run_with("put_deals", table)
    store.run_with("drop_deal_rows", table)
    rows = [(key, number, row) for key, deal, _ in heads for number, row in enumerate(deal.rows, 1)]
    if rows:
        store.run_with("put_deal_rows", _deal_rows(rows))


def _deal_rows(rows: list[tuple[RecordKey, int, DealRow]]) -> pa.Table:
    return arrow(
        {
            "system": (_TEXT, [key.system for key, _, _ in rows]),
            "deal_id": (_TEXT, [key.id for key, _, _ in rows]),
            "row_no": (pa.int32(), [number for _, number, _ in rows]),
            "article": (_TEXT, [row.article for _, _, row in rows]),
            "text": (_TEXT, [row.text for _, _, row in rows]),
            "quantity": (_MONEY, [row.quantity.quantize(_SIX) for _, _, row in rows]),
            "list_price": (_MONEY, [row.list_price.quantize(_SIX) for _, _, row in rows]),
            "price": (_MONEY, [row.price.quantize(_SIX) for _, _, row in rows]),
            "gross_sek": (_MONEY, [row.gross_sek for _, _, row in rows]),
            "discount_sek": (_MONEY, [row.discount_sek for _, _, row in rows]),
            "net_sek": (_MONEY, [row.net_sek for _, _, row in rows]),
        }
    )


def put_documents(store: Store, company: str, documents: Iterable[tuple[Document, int]], now: datetime) -> None:
    """Store documents and their rows; the first time one is seen booked is kept."""
    heads = list(documents)
    if not heads:
        return
    texts = ("number", "customer_number", "customer_name", "state", "credited_by", "credits", "reference", "voucher",
             "ocr", "currency")  # fmt: skip
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {"company": (_TEXT, [company] * len(heads))}
    columns |= {name: (_TEXT, [getattr(document, name) for document, _ in heads]) for name in texts}
    columns |= {name: (_DAY, [getattr(d, name) for d, _ in heads]) for name in ("day", "due_day", "paid_day")}
    columns |= {n: (pa.bool_(), [getattr(d, n) for d, _ in heads]) for n in ("booked", "cancelled", "credit")}
    amounts = ("net_sek", "total", "balance", "paid")
    columns |= {n: (_MONEY, [getattr(d, n).quantize(_SIX) for d, _ in heads]) for n in amounts}
    columns["rate_sek"] = (_RATE, [document.rate_sek.quantize(_TWELVE) for document, _ in heads])
    columns["version"] = (pa.int32(), [version for _, version in heads])
    table = arrow(columns)
    store.run_with("put_documents", table, {"now": naive(now)})
    store.run_with("drop_document_rows", table)
    rows = [(document.number, no, row) for document, _ in heads for no, row in enumerate(document.rows, 1)]
    if rows:
        store.run_with("put_document_rows", _document_rows(company, rows))


def _document_rows(company: str, rows: list[tuple[str, int, DocumentRow]]) -> pa.Table:
    return arrow(
        {
            "company": (_TEXT, [company] * len(rows)),
            "number": (_TEXT, [number for number, _, _ in rows]),
            "row_no": (pa.int32(), [row_no for _, row_no, _ in rows]),
            "article": (_TEXT, [row.article for _, _, row in rows]),
            "text": (_TEXT, [row.text for _, _, row in rows]),
            "quantity": (_MONEY, [row.quantity.quantize(_SIX) for _, _, row in rows]),
            "price": (_MONEY, [row.price.quantize(_SIX) for _, _, row in rows]),
            "discount": (_MONEY, [row.discount.quantize(_SIX) for _, _, row in rows]),
            "discount_type": (_TEXT, [row.discount_type for _, _, row in rows]),
            "net_sek": (_MONEY, [row.net_sek for _, _, row in rows]),
        }
    )


def put_payments(store: Store, company: str, payments: Iterable[Payload]) -> None:
    """Store Fortnox payments (list rows: Amount is SEK, sheet 7.10)."""
    rows = [row for row in payments if row.get("PaymentDate")]
    if not rows:
        return
    table = arrow(
        {
            "company": (_TEXT, [company] * len(rows)),
            "number": (_TEXT, [str(row["Number"]) for row in rows]),
            "invoice_number": (_TEXT, [str(row.get("InvoiceNumber") or "") for row in rows]),
            "day": (_DAY, [date.fromisoformat(str(row["PaymentDate"])[:10]) for row in rows]),
            "amount_sek": (_MONEY, [Decimal(str(row.get("Amount") or 0)).quantize(_SIX) for row in rows]),
            "currency": (_TEXT, [str(row.get("Currency") or "SEK") for row in rows]),
            "booked": (pa.bool_(), [row.get("Booked") is True for row in rows]),
            "source": (_TEXT, [str(row.get("Source") or "") for row in rows]),
        }
    )
    store.run_with("put_payments", table)


def won_deals(store: Store, kind: str) -> dict[RecordKey, tuple[str, Deal]]:
    """Return all won deals, records of a kind, with the company they are routed to ('' for none)."""
    rows: dict[tuple[str, str], list[DealRow]] = {}
    for row in store.dicts("all_deal_rows"):
        rows.setdefault((row["system"], row["deal_id"]), []).append(_pick(DealRow, row))
    return {
        RecordKey(head["system"], kind, head["deal_id"]): (
            head["company"] or "",
            _pick(Deal, head | {"rows": tuple(rows.get((head["system"], head["deal_id"]), ()))}),
        )
        for head in store.dicts("all_deals")
    }


def documents(store: Store) -> dict[tuple[str, str], StoredDocument]:
    """Return all documents by (company, number)."""
    rows: dict[tuple[str, str], list[DocumentRow]] = {}
    for row in store.dicts("all_document_rows"):
        rows.setdefault((row["company"], row["number"]), []).append(_pick(DocumentRow, row))
    return {
        (head["company"], head["number"]): StoredDocument(
            head["company"],
            _pick(Document, head | {"rows": tuple(rows.get((head["company"], head["number"]), ()))}),
            head["version"],
            aware(head["first_seen_booked_at"]),
        )
        for head in store.dicts("all_documents")
    }


def put_bridge(store: Store, steps: Iterable[Step]) -> None:
    """Replace the bridge."""
    listed = list(steps)
    store.run("clear_bridge")
    if not listed:
        return
    table = arrow(
        {
            "company": (_TEXT, [step.company for step in listed]),
            "cause": (_TEXT, [step.cause for step in listed]),
            "deal_system": (_TEXT, [step.deal.system if step.deal else "" for step in listed]),
            "deal_id": (_TEXT, [step.deal.id if step.deal else "" for step in listed]),
            "number": (_TEXT, [step.number for step in listed]),
            "day": (_DAY, [step.day for step in listed]),
            "amount_sek": (_MONEY, [step.amount_sek for step in listed]),
        }
    )
    store.run_with("put_bridge", table)


def put_checks(store: Store, found: Mapping[str, Decimal], run_id: int, now: datetime) -> None:
    """Store what the checks found, by name; nothing found is a kept promise."""
    table = arrow({"name": (_TEXT, list(found)), "found": (_MONEY, list(found.values()))})
    store.run_with("put_checks", table, {"run_id": run_id, "now": naive(now)})


def _pick(shape: Any, row: Mapping[str, Any]) -> Any:
    """Return a frozen value from the columns that bear its fields' names."""
    return shape(**{name: row[name] for name in shape.__dataclass_fields__})
