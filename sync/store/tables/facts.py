"""The typed tables behind the reconciliation: deals, documents, payments, checks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from mappings.kinds import INVOICE
from sync.core.bridge.measures import Deal, DealRow, Document, DocumentName, DocumentRow
from sync.core.types import Payload, RecordKey
from sync.store.database import Store, arrow, aware, naive

_MONEY = pa.decimal128(24, 6)
_RATE = pa.decimal128(24, 12)
TEXT = pa.string()
NUMBER = pa.int32()
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


def put_deals(
    store: Store, deals: Mapping[RecordKey, tuple[Deal, int]], agreed: Mapping[RecordKey, str] = MappingProxyType({})
) -> None:
    """Store deals and their rows; the number is the record's version. `agreed` are the keys of those that have one."""
    if not deals:
        return
    heads = [(key, deal, version) for key, (deal, version) in deals.items()]
    table = arrow(
        {
            "system": (TEXT, [key.system for key, _, _ in heads]),
            "deal_id": (TEXT, [key.id for key, _, _ in heads]),
            "kind": (TEXT, [key.kind for key, _, _ in heads]),
            "title": (TEXT, [deal.title for _, deal, _ in heads]),
            "customer_id": (TEXT, [deal.customer_id for _, deal, _ in heads]),
            "customer_name": (TEXT, [deal.customer_name for _, deal, _ in heads]),
            "seller": (TEXT, [deal.seller for _, deal, _ in heads]),
            "state": (TEXT, [deal.state for _, deal, _ in heads]),
            "day": (_DAY, [deal.day for _, deal, _ in heads]),
            "currency": (TEXT, [deal.currency for _, deal, _ in heads]),
            "rate_sek": (_RATE, [deal.rate_sek.quantize(_TWELVE) for _, deal, _ in heads]),
            "gross_sek": (_MONEY, [deal.gross_sek for _, deal, _ in heads]),
            "discount_sek": (_MONEY, [deal.discount_sek for _, deal, _ in heads]),
            "net_sek": (_MONEY, [deal.net_sek for _, deal, _ in heads]),
            "version": (NUMBER, [version for _, _, version in heads]),
            "agreed_key": (TEXT, [agreed.get(key, "") for key, _, _ in heads]),
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
            "system": (TEXT, [key.system for key, _, _ in rows]),
            "deal_id": (TEXT, [key.id for key, _, _ in rows]),
            "row_no": (NUMBER, [number for _, number, _ in rows]),
            "article": (TEXT, [row.article for _, _, row in rows]),
            "text": (TEXT, [row.text for _, _, row in rows]),
            "quantity": (_MONEY, [row.quantity.quantize(_SIX) for _, _, row in rows]),
            "list_price": (_MONEY, [row.list_price.quantize(_SIX) for _, _, row in rows]),
            "price": (_MONEY, [row.price.quantize(_SIX) for _, _, row in rows]),
            "gross_sek": (_MONEY, [row.gross_sek for _, _, row in rows]),
            "discount_sek": (_MONEY, [row.discount_sek for _, _, row in rows]),
            "net_sek": (_MONEY, [row.net_sek for _, _, row in rows]),
            "row_id": (TEXT, [row.row_id for _, _, row in rows]),
            "discount_given": (pa.bool_(), [row.discount_given for _, _, row in rows]),
        }
    )


def put_documents(store: Store, company: str, documents: Iterable[tuple[Document, int]], now: datetime) -> None:
    """Store documents and their rows; the first time one is seen booked is kept."""
    heads = list(documents)
    if not heads:
        return
    texts = ("kind", "number", "customer_number", "customer_name", "state", "credited_by", "credits", "reference",
             "voucher", "ocr", "currency", "invoice_type")  # fmt: skip
    flags = ("revenue", "booked", "cancelled", "credit", "not_completed")
    columns: dict[str, tuple[pa.DataType, list[Any]]] = {"company": (TEXT, [company] * len(heads))}
    columns |= {name: (TEXT, [getattr(document, name) for document, _ in heads]) for name in texts}
    columns |= {name: (_DAY, [getattr(d, name) for d, _ in heads]) for name in ("day", "due_day", "paid_day")}
    columns |= {n: (pa.bool_(), [getattr(d, n) for d, _ in heads]) for n in flags}
    amounts = ("net_sek", "freight_sek", "fee_sek", "rounding_sek", "total", "balance", "paid", "gap")
    columns |= {n: (_MONEY, [getattr(d, n).quantize(_SIX) for d, _ in heads]) for n in amounts}
    columns["rate_sek"] = (_RATE, [document.rate_sek.quantize(_TWELVE) for document, _ in heads])
    columns["version"] = (NUMBER, [version for _, version in heads])
    table = arrow(columns)
    store.run_with("put_documents", table, {"now": naive(now)})
    store.run_with("drop_document_rows", table)
    rows = [(document.name, no, row) for document, _ in heads for no, row in enumerate(document.rows, 1)]
    if rows:
        store.run_with("put_document_rows", _document_rows(company, rows))


def _document_rows(company: str, rows: list[tuple[DocumentName, int, DocumentRow]]) -> pa.Table:
    return arrow(
        {
            "company": (TEXT, [company] * len(rows)),
            "kind": (TEXT, [name.kind for name, _, _ in rows]),
            "number": (TEXT, [name.number for name, _, _ in rows]),
            "row_no": (NUMBER, [row_no for _, row_no, _ in rows]),
            "article": (TEXT, [row.article for _, _, row in rows]),
            "text": (TEXT, [row.text for _, _, row in rows]),
            "quantity": (_MONEY, [row.quantity.quantize(_SIX) for _, _, row in rows]),
            "price": (_MONEY, [row.price.quantize(_SIX) for _, _, row in rows]),
            "stated_price": (_MONEY, [row.stated_price.quantize(_SIX) for _, _, row in rows]),
            "vat_share": (_RATE, [row.vat_share.quantize(_TWELVE) for _, _, row in rows]),
            "discount": (_MONEY, [row.discount.quantize(_SIX) for _, _, row in rows]),
            "discount_type": (TEXT, [row.discount_type for _, _, row in rows]),
            "net": (_MONEY, [row.net.quantize(_SIX) for _, _, row in rows]),
            "net_sek": (_MONEY, [row.net_sek for _, _, row in rows]),
        }
    )


def put_payments(store: Store, company: str, payments: Iterable[tuple[Payload, int]]) -> None:
    """Store Fortnox payments (Amount is SEK, fortnox/FACTS.md 7.10), each with its record's version."""
    found = [(row, version) for row, version in payments if row.get("PaymentDate")]
    if not found:
        return
    rows = [row for row, _ in found]
    table = arrow(
        {
            "company": (TEXT, [company] * len(rows)),
            "number": (TEXT, [str(row["Number"]) for row in rows]),
            "document_kind": (TEXT, [INVOICE.name] * len(rows)),
            "invoice_number": (TEXT, [str(row.get("InvoiceNumber") or "") for row in rows]),
            "day": (_DAY, [date.fromisoformat(str(row["PaymentDate"])[:10]) for row in rows]),
            "amount_sek": (_MONEY, [Decimal(str(row.get("Amount") or 0)).quantize(_SIX) for row in rows]),
            "currency": (TEXT, [str(row.get("Currency") or "SEK") for row in rows]),
            "booked": (pa.bool_(), [row.get("Booked") is True for row in rows]),
            "source": (TEXT, [str(row.get("Source") or "") for row in rows]),
            "version": (NUMBER, [version for _, version in found]),
        }
    )
    store.run_with("put_payments", table)


def read_by_another_key(store: Store, system: str, path: str) -> None:
    """Let a CRM's deals be read anew where the mapping names another place of their agreed key than before."""
    name = f"agreed_key:{system}"
    if (store.one("get_meta", {"name": name}) or "") == path:
        return
    with store.transaction():
        store.run("forget_deals", {"system": system})
        store.run("put_meta", {"name": name, "content": path})


def same_deals(store: Store, keys: Iterable[str]) -> dict[str, list[RecordKey]]:
    """Return, by agreed key, the won deals of every CRM that are or are to be sent."""
    found: dict[str, list[RecordKey]] = {}
    for row in store.rows("same_deals", {"keys": sorted(set(keys))}):
        found.setdefault(row[0], []).append(RecordKey(*row[1:]))
    return found


def won_deals(store: Store, ids: Iterable[str] | None = None) -> dict[RecordKey, tuple[str, Deal]]:
    """Return won deals, all or of some ids, with the company they are routed to ('' for none)."""
    wanted = {"ids": None if ids is None else sorted(set(ids))}
    rows: dict[tuple[str, str], list[DealRow]] = {}
    for row in store.dicts("won_deal_rows", wanted):
        rows.setdefault((row["system"], row["deal_id"]), []).append(_pick(DealRow, row))
    return {
        RecordKey(head["system"], head["kind"], head["deal_id"]): (
            head["company"] or "",
            _pick(Deal, head | {"rows": tuple(rows.get((head["system"], head["deal_id"]), ()))}),
        )
        for head in store.dicts("won_deals", wanted)
    }


def documents(store: Store, numbers: Iterable[str] | None = None) -> dict[tuple[str, DocumentName], StoredDocument]:
    """Return documents, all or of some numbers, by company and name."""
    wanted = {"numbers": None if numbers is None else sorted(set(numbers))}
    rows: dict[tuple[str, str, str], list[DocumentRow]] = {}
    for row in store.dicts("load_document_rows", wanted):
        rows.setdefault((row["company"], row["kind"], row["number"]), []).append(_pick(DocumentRow, row))
    return {
        (head["company"], DocumentName(head["kind"], head["number"])): StoredDocument(
            head["company"],
            _pick(Document, head | {"rows": tuple(rows.get((head["company"], head["kind"], head["number"]), ()))}),
            head["version"],
            aware(head["first_seen_booked_at"]),
        )
        for head in store.dicts("load_documents", wanted)
    }


@dataclass(frozen=True)
class CrmTotal:
    """Won deals of a month in a currency, as the CRM counts them and as our copy does; sums in that currency."""

    month: str
    currency: str
    crm_count: int
    crm_amount: Decimal | None
    own_count: int
    own_amount: Decimal

    @property
    def differs(self) -> bool:
        """Return whether the CRM counts or adds up otherwise than our copy does."""
        most = Decimal("0.005") * max(self.own_count, 1)
        return self.crm_count != self.own_count or (
            self.crm_amount is not None and abs(self.crm_amount - self.own_amount) > most
        )


def own_totals(store: Store, system: str, stated_sum: str) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Return count and sum of our copy's won deals by (month, currency); `stated_sum` is the payload's path of it."""
    path = "$." + (stated_sum or "_")
    rows = store.rows("own_totals", {"system": system, "path": path})
    return {(month, currency): (count, amount) for month, currency, count, amount in rows}


def put_crm_totals(store: Store, system: str, rows: list[CrmTotal], now: datetime) -> None:
    """Replace what is known of a CRM's own totals. Call inside a transaction."""
    store.run("forget_crm_totals", {"system": system})
    table = arrow(
        {
            "system": (TEXT, [system] * len(rows)),
            "month": (TEXT, [row.month for row in rows]),
            "currency": (TEXT, [row.currency for row in rows]),
            "crm_count": (NUMBER, [row.crm_count for row in rows]),
            "crm_amount": (_MONEY, [row.crm_amount and row.crm_amount.quantize(_SIX) for row in rows]),
            "own_count": (NUMBER, [row.own_count for row in rows]),
            "own_amount": (_MONEY, [row.own_amount.quantize(_SIX) for row in rows]),
            "asked_at": (pa.timestamp("us"), [naive(now)] * len(rows)),
        }
    )
    if rows:
        store.run_with("put_crm_totals", table)


def put_checks(store: Store, found: Mapping[str, Decimal], run_id: int, now: datetime) -> None:
    """Store what the checks found, by name; nothing found is a kept promise."""
    table = arrow({"name": (TEXT, list(found)), "found": (_MONEY, list(found.values()))})
    store.run_with("put_checks", table, {"run_id": run_id, "now": naive(now)})


def _pick(shape: Any, row: Mapping[str, Any]) -> Any:
    """Return a frozen value from the columns that bear its fields' names."""
    return shape(**{name: row[name] for name in shape.__dataclass_fields__})
