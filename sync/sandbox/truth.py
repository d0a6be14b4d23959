"""The sandbox's own account of what is true, read from the systems' tables only (ARCHITECTURE.md: the truth)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sync.sandbox.fortnox.documents.arithmetic import in_sek
from sync.sandbox.fortnox.fields import half_up
from sync.sandbox.fortnox.tenant import API, META, Tenant
from sync.sandbox.fortnox.wire import Json
from sync.sandbox.world import PlayedCompany, World

_SPLIT = re.compile(r"[^0-9A-Za-z]+")


def fortnox_truth(tenants: Iterable[Tenant], throttled: int) -> Json:
    """Return the Fortnox part: registers' sizes, live documents, booked net in SEK, answers 429."""
    companies = list(tenants)
    documents = [row for tenant in companies for row in tenant.tables.rows("invoices")]
    live = [row for row in documents if not row["Cancelled"] and row["Credit"] != "true"]
    booked = sum((net_in_sek(row) for row in documents if row["Booked"]), Decimal(0))
    return {
        "customers": sum(tenant.tables.count("customers") for tenant in companies),
        "articles": sum(tenant.tables.count("articles") for tenant in companies),
        "documents": len(live),
        "booked_net": kronor(booked),
        "throttled": throttled,
    }


def net_in_sek(row: Json) -> Decimal:
    """Return a document's net with freight and fee in SEK, rounded half up; credit notes are negative."""
    net = Decimal(row["Net"]) + Decimal(row["Freight"]) + Decimal(row["AdministrationFee"])
    return in_sek(net, Decimal(row["CurrencyRate"]), Decimal(row["CurrencyUnit"]))


def duplicates(tenants: Iterable[Tenant]) -> int:
    """Return how many live documents, customers and articles exist more than once."""
    return sum(_document_duplicates(tenant) + _register_duplicates(tenant) for tenant in tenants)


def lost(tenants: Mapping[int, Tenant], world: World, facts: Mapping[str, Mapping[str, Any]]) -> int:
    """Return how many sound deals won since go-live have no invoice in their company, live or not; facts by CRM."""
    by_key = {company.key: company for company in world.companies}
    tokens = {company.key: _tokens(tenants[company.database_number]) for company in world.companies}
    won = [(crm, deal) for crm, own in facts.items() for deal in own["won"]]
    due = ((crm, deal) for crm, deal in won if _is_due(deal, by_key.get(str(deal["company"]))))
    return sum(not any({crm, str(deal["id"])} <= name for name in tokens[deal["company"]]) for crm, deal in due)


def crm_truth(facts: Iterable[Mapping[str, Any]]) -> Json:
    """Return what some CRMs hold together: won deals, gross, discount and net in SEK."""
    each = list(facts)
    sums = {name: kronor(sum((own[name] for own in each), Decimal(0))) for name in ("gross", "discount", "net")}
    return {"deals": sum(own["deals"] for own in each)} | sums


def kronor(amount: Decimal) -> str:
    """Return an amount as a decimal string with two decimals."""
    return f"{half_up(amount):.2f}"


def _is_due(deal: Mapping[str, Any], company: PlayedCompany | None) -> bool:
    return company is not None and not deal["flaw"] and str(deal["day"]) >= company.go_live.isoformat()


def _tokens(tenant: Tenant) -> list[set[str]]:
    rows = tenant.tables.rows("invoices")
    return [{*_SPLIT.split(str(row["ExternalInvoiceReference1"]))} for row in rows]


def _document_duplicates(tenant: Tenant) -> int:
    rows = tenant.tables.rows("invoices")
    credited: dict[str, Decimal] = {}
    for row in rows:
        if row["Credit"] == "true" and not row["Cancelled"]:
            original = row["InvoiceReference"]
            credited[original] = credited.get(original, Decimal(0)) + Decimal(row["Total"])
    live = Counter(
        row["ExternalInvoiceReference1"]
        for row in rows
        if row["ExternalInvoiceReference1"]
        and not row["Cancelled"]
        and row["Credit"] != "true"
        and not (row["Total"] and Decimal(row["Total"]) + credited.get(row["DocumentNumber"], 0) == 0)
    )
    return sum(count - 1 for count in live.values())


def _register_duplicates(tenant: Tenant) -> int:
    customers = _repeats(tenant.tables.rows("customers"), ("Name", "OrganisationNumber"))
    return customers + _repeats(tenant.tables.rows("articles"), ("Description",))


def _repeats(rows: list[Json], names: tuple[str, ...]) -> int:
    return sum(1 for row in _repeated(rows, names) if row[META]["origin"] == API)


def _repeated(rows: list[Json], names: tuple[str, ...]) -> Iterator[Json]:
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        key = tuple(str(row[name] or "").strip().casefold() for name in names)
        if key in seen:
            yield row
        seen.add(key)
