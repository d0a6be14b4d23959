"""Sums what really is in the CRM, to hold Kvitt's figures against (ARCHITECTURE.md: the truth)."""

from decimal import Context, Decimal, localcontext
from typing import Any

from sync.sandbox.tables import Tables
from sync.sandbox.upsales.data.registry import field_id
from sync.sandbox.upsales.data.state import ACCOUNT_INFO

Row = dict[str, Any]

_EXACT = Context(prec=60)


def upsales_truth(tables: Tables) -> Row:
    """Return the deals in the won stage as they are now.

    `deals` (how many), `gross`, `discount` and `net` in SEK (value / currencyRate), summed without rounding,
    and `won`: for each its id, company key, day (closeDate, else date) and the world's flaw.
    """
    info = tables.get(*ACCOUNT_INFO) or {}
    won = [row for row in tables.rows("order") if row["stage"]["id"] == info.get("won_stage_id")]
    entity = field_id(tables, "order", "LEGAL_ENTITY")
    with localcontext(_EXACT):
        gross = sum((_sek(order, "listPrice") for order in won), Decimal(0))
        net = sum((_sek(order, "price") for order in won), Decimal(0))
        return {
            "deals": len(won),
            "gross": gross,
            "discount": gross - net,
            "net": net,
            "won": [_won(tables, order, entity, info.get("companies", [])) for order in won],
        }


def _sek(order: Row, price: str) -> Decimal:
    rows = order["orderRow"]
    amount = sum((Decimal(row["quantity"] or 0) * Decimal(row[price] or 0) for row in rows), Decimal(0))
    rate = Decimal(order["currencyRate"] or 1)
    return amount if rate == 1 else amount / rate


def _won(tables: Tables, order: Row, entity: int, companies: list[str]) -> Row:
    flaw = tables.get("flaw", str(order["id"])) or {}
    return {
        "id": order["id"],
        "company": _company(order, entity, companies),
        "day": order["closeDate"] or order["date"],
        "flaw": flaw.get("flaw", ""),
    }


def _company(order: Row, entity: int, companies: list[str]) -> str:
    """Return the company the order names; where there is only one it need not say."""
    for value in order["custom"]:
        if value["fieldId"] == entity and value["value"]:
            return str(value["value"])
    return companies[0] if len(companies) == 1 else ""
