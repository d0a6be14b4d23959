"""Makes and changes documents of every kind: customer snapshot, rows, sums, numbering (FACTS.md 6, 7.4 and 7.8)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sync.sandbox.fortnox.documents.arithmetic import sums
from sync.sandbox.fortnox.documents.bundles import with_parts
from sync.sandbox.fortnox.documents.rows import (
    NO_VAT_TYPES,
    check_house_work,
    complete_rows,
    merge_rows,
    read_rows,
    sum_of,
)
from sync.sandbox.fortnox.errors import FortnoxError, missing_reference
from sync.sandbox.fortnox.fields import Schema, read_object, skeleton
from sync.sandbox.fortnox.registers.countries import country_name
from sync.sandbox.fortnox.registers.register import url
from sync.sandbox.fortnox.tenant import META, Tenant
from sync.sandbox.fortnox.wire import Json, plain

_SNAPSHOT = (
    *("Address1", "Address2", "City", "Country", "CostCenter", "Currency", "DeliveryAddress1"),
    *("DeliveryAddress2", "DeliveryCity", "DeliveryCountry", "DeliveryName", "DeliveryZipCode"),
    *("OrganisationNumber", "OurReference", "Phone1", "Phone2", "PriceList", "Project"),
    *("TermsOfDelivery", "TermsOfPayment", "WayOfDelivery", "YourReference", "ZipCode"),
)


@dataclass(frozen=True)
class ServedKind:
    """One kind of document: its names, its fields and its rows' fields."""

    kind: str
    wrapper: str
    rows: str
    date: str
    schema: Schema
    row_schema: Schema


def read_document(kind: ServedKind, sent: Json, tenant: Tenant, *, creating: bool) -> Json:
    """Return the fields to set of a sent document, its rows checked; raises FortnoxError."""
    sent = dict(sent)
    rows = sent.pop(kind.rows, None)
    fields = read_object(sent, kind.schema, tenant.quirks, creating=creating)
    if rows is not None:
        fields[kind.rows] = read_rows(rows, kind.row_schema, tenant)
    if fields.get("Country"):
        fields["Country"] = _known_country(fields["Country"])
    if fields.get("TermsOfPayment"):
        fields["TermsOfPayment"] = fields["TermsOfPayment"].upper()
    tenant.check_references(fields, kind.schema)
    return fields


def new_document(kind: ServedKind, fields: Json, tenant: Tenant) -> Json:
    """Return a new document with the customer's snapshot, its number and its sums, not yet stored.

    Documents keep the customer's name and address of this moment (FACTS.md 6).
    """
    customer = tenant.find("customers", str(fields.get("CustomerNumber") or ""))
    if customer is None or not customer["Active"]:
        raise missing_reference("customers")
    head = skeleton(kind.schema) | _snapshot(customer, kind) | _rate(fields, customer, tenant)
    head |= fields
    head[kind.date] = fields.get(kind.date) or tenant.today()
    head["OutboundDate"] = fields.get("OutboundDate") or tenant.today()
    # The number comes last: a refused document leaves no gap in the series (FACTS.md 3.2).
    complete = with_sums(kind, head, list(with_parts(fields.get(kind.rows, []), tenant)), tenant)
    return complete | {"DocumentNumber": _number(kind, fields, tenant)}


def changed_document(kind: ServedKind, old: Json, fields: Json, tenant: Tenant) -> Json:
    """Return a document after a partial update: rows merged, RowIds new, sums new (FACTS.md 6)."""
    merged = merged_fields(old, fields)
    if "CustomerNumber" in fields and fields["CustomerNumber"] != old["CustomerNumber"]:
        customer = tenant.find("customers", fields["CustomerNumber"])
        if customer is None:
            raise missing_reference("customers")
        merged |= _snapshot(customer, kind) | fields
    if "Currency" in fields and "CurrencyRate" not in fields:
        merged |= _rate(fields, fields, tenant)
    rows = old[kind.rows]
    if kind.rows in fields:
        rows = merge_rows(rows, fields[kind.rows])
    return with_sums(kind, merged, rows, tenant)


def merged_fields(old: Json, fields: Json) -> Json:
    """Return a document's fields after a partial update, also inside e-mail and EDI information."""
    merged = {**old, **fields}
    for name in ("EmailInformation", "EDIInformation"):
        if name in fields:
            merged[name] = {**old[name], **fields[name]}
    return merged


def with_sums(kind: ServedKind, head: Json, rows: list[Json], tenant: Tenant) -> Json:
    """Return a document with completed rows and all computed money (FACTS.md 8)."""
    check_house_work(rows, head["TaxReductionType"])
    vat_type = (tenant.find("customers", head["CustomerNumber"]) or {"VATType": "SEVAT"})["VATType"]
    done = complete_rows(rows, kind.row_schema, head, vat_type, tenant)
    rounds = tenant.quirks.round_to_krona
    if head["Currency"] != "SEK":
        rounds = tenant.quirks.round_foreign_to_whole
    money = sums(
        (sum_of(row, tenant) for row in done),
        freight=Decimal(head["Freight"]),
        fee=Decimal(head["AdministrationFee"]),
        fee_rate=Decimal(0) if vat_type in NO_VAT_TYPES else tenant.quirks.freight_vat,
        vat_included=bool(head["VATIncluded"]),
        to_whole=rounds,
    )
    return head | {
        kind.rows: done,
        "AdministrationFeeVAT": plain(money.fee_vat),
        "ContributionPercent": plain(money.contribution_percent),
        "ContributionValue": plain(money.contribution),
        "FreightVAT": plain(money.freight_vat),
        "Gross": plain(money.gross),
        "Net": plain(money.net),
        "RoundOff": plain(money.round_off),
        "Total": plain(money.total),
        "TotalToPay": plain(money.total),
        "TotalVAT": plain(money.total_vat),
    }


def single_document(kind: ServedKind, row: Json, tenant: Tenant) -> Json:
    """Return a document as it is shown alone, @url first."""
    number = row["DocumentNumber"]
    reductions = f"{tenant.quirks.public_url}/taxreductions?filter={kind.kind}&referencenumber={number}"
    shown = {name: value for name, value in row.items() if name != META}
    return shown | {"@url": url(tenant, kind.kind, number), "@urlTaxReductionList": reductions}


def _known_country(given: str) -> str:
    name = country_name(given)
    if name is None:
        raise FortnoxError(2000919, f"Ogiltigt land: {given}")
    return name


def _snapshot(customer: Json, kind: ServedKind) -> Json:
    copied: dict[str, Any] = {name: customer[name] for name in _SNAPSHOT if name in kind.schema and customer[name]}
    copied |= {"CustomerName": customer["Name"], "VATIncluded": customer["ShowPriceVATIncluded"]}
    for name, source in (("Freight", "InvoiceFreight"), ("AdministrationFee", "InvoiceAdministrationFee")):
        if customer[source]:
            copied[name] = plain(Decimal(customer[source]))
    if customer["InvoiceRemark"]:
        copied["Remarks"] = customer["InvoiceRemark"]
    return copied


def _rate(fields: Json, customer: Json, tenant: Tenant) -> Json:
    """Return the register's rate and unit of the document's currency; an explicit rate wins (FACTS.md 8)."""
    code = fields.get("Currency") or customer["Currency"]
    currency = tenant.find("currencies", code)
    if code == "SEK" or currency is None:
        return {"CurrencyRate": 1, "CurrencyUnit": 1}
    return {"CurrencyRate": currency["SellRate"], "CurrencyUnit": currency["Unit"]}


def _number(kind: ServedKind, fields: Json, tenant: Tenant) -> str:
    number = fields.get("DocumentNumber")
    if not number:
        return tenant.next_number(kind.kind)
    if tenant.find(kind.kind, number) is not None:
        raise FortnoxError(2000729, f"Dokumentnummer {number} används redan.")
    return str(number)
