"""Document rows: reading, positional mapping, new RowIds, defaults from articles, sums (FACTS.md 6, 7.5, 8)."""

from decimal import Decimal
from typing import Any

from sync.sandbox.fortnox.documents.arithmetic import RowSum, row_sum, without_vat
from sync.sandbox.fortnox.documents.document_fields import DISCONTINUED, GREEN, ROT, RUT
from sync.sandbox.fortnox.errors import FortnoxError, missing_reference, wrong_structure
from sync.sandbox.fortnox.fields import Schema, half_up, read_object, skeleton
from sync.sandbox.fortnox.registers.articles import VAT_BY_ACCOUNT, price_of, vat_of_account
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import Json, as_text, plain

NO_VAT_TYPES = frozenset({"SEREVERSEDVAT", "EUREVERSEDVAT", "EXPORT"})
_ACCOUNT_BY_TYPE = {"EUREVERSEDVAT": "EUAccount", "EUVAT": "EUVATAccount", "EXPORT": "ExportAccount"}
_DEFAULT_ACCOUNT = {"EUREVERSEDVAT": 3108, "EUVAT": 3106, "EXPORT": 3105, "SEREVERSEDVAT": 3231}
_ACCOUNT_BY_VAT = {vat: account for account, vat in VAT_BY_ACCOUNT.items()}
QUANTITIES = ("DeliveredQuantity", "OrderedQuantity", "ReservedQuantity")


def read_rows(sent: Any, schema: Schema, tenant: Tenant) -> list[Json]:
    """Return the sent rows as checked fields; raises FortnoxError.

    An object in place of the array is read as its values, as recorded in 2016; texts are 2002649.
    """
    rows = list(sent.values()) if isinstance(sent, dict) else sent
    if not isinstance(rows, list):
        raise wrong_structure()
    return [_read_row(row, schema, tenant) for row in rows]


def merge_rows(old: list[Json], sent: list[Json]) -> list[Json]:
    """Return the rows after an update: by RowId where any row has one, else by position (FACTS.md 6)."""
    if not any("RowId" in row for row in sent):
        kept = old + [{} for _ in sent]
        return [{**before, **row} for before, row in zip(kept, sent, strict=False)]
    by_id = {row["RowId"]: row for row in old}
    unknown = [row["RowId"] for row in sent if "RowId" in row and row["RowId"] not in by_id]
    if unknown:
        raise FortnoxError(2000729, f"Kan inte hitta raden {unknown[0]}.")
    return [{**by_id.get(row.get("RowId", -1), {}), **row} for row in sent]


def complete_rows(rows: list[Json], schema: Schema, head: Json, vat_type: str, tenant: Tenant) -> list[Json]:
    """Return rows with defaults, sums and new RowIds; all RowIds change on every update (FACTS.md 6)."""
    last = tenant.tables.raise_counter("rows", len(rows)) if rows else 0
    first = last - len(rows) + 1
    return [_complete(row, schema, head, vat_type, tenant) | {"RowId": first + place} for place, row in enumerate(rows)]


def sum_of(row: Json, tenant: Tenant) -> RowSum:
    """Return a completed row's money."""
    return row_sum(
        quantity=Decimal(row["DeliveredQuantity"]),
        price=Decimal(row["Price"]),
        discount=Decimal(row["Discount"]),
        is_percent=row["DiscountType"] == "PERCENT",
        vat=Decimal(row["VAT"]),
        cost=Decimal(row["Cost"]),
        amount_per_unit=tenant.quirks.amount_discount_per == "unit",
    )


def check_house_work(rows: list[Json], reduction: str) -> None:
    """Raise where housework rows and the document's tax reduction type disagree (FACTS.md 7.11)."""
    families = {"rot": ROT, "rut": RUT, "green": GREEN}
    for row in rows:
        kind = row.get("HouseWorkType")
        if not kind:
            continue
        _check_kind(kind, reduction, is_work=bool(row.get("HouseWork")))
        if kind != "OTHERCOSTS" and kind not in families[reduction]:
            raise FortnoxError(
                2004021,
                f"Dokument med skattereduktionstypen '{reduction}' får inte innehålla rader med "
                f"husarbetestypen '{kind}'.",
            )


def _check_kind(kind: str, reduction: str, *, is_work: bool) -> None:
    if kind in DISCONTINUED:
        if reduction == "none":
            message = "Skattereduktion för en av de valda husarbetestyperna har upphört."
            raise FortnoxError(2003151, message)
        raise FortnoxError(2003157, "Skattereduktion för den valda typen av husarbete har upphört.")
    if reduction == "none":
        message = "Dokument utan angiven skattereduktionstyp får inte innehålla artikelrader med husarbetestyp."
        raise FortnoxError(2004019, message)
    if kind == "OTHERCOSTS" and is_work:
        message = "Kan inte sätta typen övrig kostnad på en rad markerad som husarbete."
        raise FortnoxError(2002980, message)


def _read_row(sent: Any, schema: Schema, tenant: Tenant) -> Json:
    fields = read_object(sent, schema, tenant.quirks, creating=True)
    for name in QUANTITIES:
        if name in fields:
            fields[name] = as_text(Decimal(fields[name]))
    if fields.get("DiscountType", "PERCENT") == "PERCENT" and "Discount" in fields:
        _check_percent(fields, tenant)
    tenant.check_references(fields, schema)
    account = fields.get("AccountNumber")
    if account and tenant.find("accounts", str(account)) is None:
        raise missing_reference("accounts")
    return fields


def _check_percent(fields: Json, tenant: Tenant) -> None:
    percent = half_up(Decimal(fields["Discount"]), tenant.quirks.percent_decimals)
    if percent > 100:
        raise FortnoxError(2000108, "Ogiltig rabatt. Får inte överstiga 100 %")
    fields["Discount"] = plain(percent)


def _complete(given: Json, schema: Schema, head: Json, vat_type: str, tenant: Tenant) -> Json:
    row = skeleton(schema) | _from_article(given, head, vat_type, tenant) | given
    if Decimal(row["DeliveredQuantity"]) and not (row["ArticleNumber"] or row["Description"]):
        raise FortnoxError(2003977, "En rad med antal måste ha artikel eller beskrivning.")
    row["VAT"] = _vat(row, given, vat_type, tenant)
    if row["AccountNumber"] is None:
        row["AccountNumber"] = _default_account(vat_type, row["VAT"], tenant)
    money = sum_of(row, tenant)
    included = bool(head["VATIncluded"])
    net = without_vat(money.total, money.vat, vat_included=included)
    gained = net - money.cost
    derived = {
        "ContributionPercent": as_text(half_up(gained * 100 / net)) if net else "0",
        "ContributionValue": as_text(gained),
        "PriceExcludingVAT": plain(without_vat(Decimal(row["Price"]), money.vat, vat_included=included)),
        "Total": plain(money.total),
        "TotalExcludingVAT": plain(net),
    }
    return row | {name: value for name, value in derived.items() if name in schema}


def _from_article(given: Json, head: Json, vat_type: str, tenant: Tenant) -> Json:
    """Return what the article fills in (FACTS.md 7.5): description, unit, account, VAT, price, cost."""
    article = tenant.find("articles", str(given.get("ArticleNumber") or ""))
    if article is None:
        return {}
    quantity = Decimal(given.get("DeliveredQuantity") or 0)
    price = price_of(tenant, head["PriceList"], article["ArticleNumber"], quantity)
    return {
        "Description": article["Description"],
        "Unit": article["Unit"] or "",
        "AccountNumber": article[_ACCOUNT_BY_TYPE.get(vat_type, "SalesAccount")] or None,
        "VAT": article["VAT"] or 0,
        "Price": plain(price or Decimal(0)),
        "Cost": article["PurchasePrice"] or 0,
    }


def _vat(row: Json, given: Json, vat_type: str, tenant: Tenant) -> Any:
    """Return a row's VAT rate; the customer's VATType wins over the one that was meant (FACTS.md 8)."""
    if vat_type in NO_VAT_TYPES:
        return 0
    if "VAT" in given or row["ArticleNumber"]:
        return row["VAT"]
    if row["AccountNumber"]:
        return vat_of_account(tenant, row["AccountNumber"])
    return 25 if Decimal(row["Price"]) else 0


def _default_account(vat_type: str, vat: Any, tenant: Tenant) -> int:
    account = _DEFAULT_ACCOUNT.get(vat_type) or _ACCOUNT_BY_VAT.get(int(vat), 3001)
    if tenant.find("accounts", str(account)) is None:
        raise missing_reference("accounts")
    return account
