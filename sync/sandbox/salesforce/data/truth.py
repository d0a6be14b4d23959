"""Sums what really is in the org, to hold Kvitt's figures against (ARCHITECTURE.md: the truth)."""

from decimal import Context, Decimal, localcontext

from sync.sandbox.salesforce.data.custom_fields import LEGAL_ENTITY
from sync.sandbox.salesforce.data.org import ORG_INFO
from sync.sandbox.tables import Row, Tables

_EXACT = Context(prec=60)


def salesforce_truth(tables: Tables) -> Row:
    """Return the won opportunities as they are now.

    `deals` (how many), `gross` (UnitPrice x Quantity), `discount` and `net` (TotalPrice) of their lines in SEK
    (amount / ConversionRate), summed without rounding, and `won`: for each its id, company key, day
    (CloseDate) and the world's flaw.
    """
    info = tables.get(*ORG_INFO) or {}
    rows = tables.rows("Opportunity")
    won = {row["Id"]: row for row in rows if row["IsWon"] and row["IsClosed"] and not row["IsDeleted"]}
    rates = {row["IsoCode"]: Decimal(row["ConversionRate"]) for row in tables.rows("CurrencyType")}
    gross = net = Decimal(0)
    with localcontext(_EXACT):
        for line in tables.rows("OpportunityLineItem"):
            deal = won.get(line["OpportunityId"])
            if deal is None or line["IsDeleted"]:
                continue
            rate = rates.get(deal["CurrencyIsoCode"], Decimal(1))
            gross += Decimal(line["UnitPrice"] or 0) * Decimal(line["Quantity"] or 0) / rate
            net += Decimal(line["TotalPrice"] or 0) / rate
        return {
            "deals": len(won),
            "gross": gross,
            "discount": gross - net,
            "net": net,
            "won": [_won(tables, row, info.get("companies", [])) for row in won.values()],
        }


def _won(tables: Tables, row: Row, companies: list[str]) -> Row:
    """Return one won deal; where there is only one company it need not name it."""
    flaw = tables.get("flaw", row["Id"]) or {}
    company = row[LEGAL_ENTITY] or (companies[0] if len(companies) == 1 else "")
    return {"id": row["Id"], "company": company, "day": row["CloseDate"], "flaw": flaw.get("flaw", "")}
