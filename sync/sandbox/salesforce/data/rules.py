"""Applies an object's own rules to a record that is written (FACTS.md 8), and the org's validation rules."""

from collections.abc import Callable
from typing import Any

from sync.sandbox.salesforce.data import lines
from sync.sandbox.salesforce.errors import bad_request
from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.schema import SalesforceField
from sync.sandbox.tables import Row

Derive = Callable[[Org, Row | None, Row, str], Row]

RULE = "ValidationRule"
"""The kind of rows that refuse a record: object, field, equals and the admin's own message."""


def derived(org: Org, sobject: str, before: Row | None, sent: Row, user: str) -> Row:
    """Return a record's fields after a write: what was there, what was sent, and what follows from it."""
    derive = _DERIVED.get(sobject)
    if derive is None:
        return {**(before or {}), **sent}
    return derive(org, before, sent, user)


def after_write(org: Org, sobject: str, row: Row, user: str) -> None:
    """Do what a written record does to others: lines are summed into their parent."""
    if sobject in lines.PARENTS:
        lines.roll_up(org, sobject, row[lines.PARENTS[sobject][1]], user)


def refuse_by_rules(org: Org, sobject: str, row: Row) -> None:
    """Refuse a record that a validation rule of the org refuses, in the admin's words (FACTS.md 5)."""
    for rule in org.tables.rows(RULE):
        if rule["object"] == sobject and row.get(rule["field"]) == rule["equals"]:
            raise bad_request("FIELD_CUSTOM_VALIDATION_EXCEPTION", str(rule["message"]), [])


def refuse_choice(org: Org, sobject: str, field: SalesforceField, value: Any) -> None:
    """Refuse a stage that the org does not have, where it restricts them, and an unknown currency."""
    if value is None or field.name not in ("StageName", "CurrencyIsoCode") or value in field.choices:
        return
    if field.name == "CurrencyIsoCode":
        raise bad_request("INVALID_CURRENCY_ISO", f"{field.label}: invalid currency code: {value}", [field.name])
    if org.quirks.restricted_stages:
        says = f"{field.label}: bad value for restricted picklist field: {value}"
        raise bad_request("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", says, [field.name])


def _opportunity(org: Org, before: Row | None, sent: Row, user: str) -> Row:
    if before is not None:
        lines.refuse_fixed(before, sent)
        sent = lines.unchanged_by_lines(before, sent)
    row = {**(before or org.blank("Opportunity")), **sent}
    if before is None or sent.get("StageName", before["StageName"]) != before["StageName"]:
        row |= staged(org, row["StageName"]) | {"LastStageChangeDate": org.now() if before else None}
        if sent.get("Probability") is not None:
            row["Probability"] = sent["Probability"]
    return row | lines.expected(row) | fiscal(row["CloseDate"])


def fiscal(day: str) -> Row:
    """Return the fiscal period of a close date; the org's fiscal year is the calendar year."""
    year, quarter = int(day[:4]), (int(day[5:7]) + 2) // 3
    return {"FiscalYear": year, "FiscalQuarter": quarter, "Fiscal": f"{year} {quarter}"}


def staged(org: Org, name: str) -> Row:
    """Return what a stage's definition says of its opportunities; an unknown stage is an open one."""
    for stage in org.rows("OpportunityStage"):
        if stage["MasterLabel"] == name:
            return {
                "IsWon": stage["IsWon"],
                "IsClosed": stage["IsClosed"],
                "Probability": stage["DefaultProbability"],
                "ForecastCategory": stage["ForecastCategory"],
                "ForecastCategoryName": stage["ForecastCategoryName"],
            }
    unknown = {"Probability": None, "ForecastCategory": None, "ForecastCategoryName": None}
    return {"IsWon": False, "IsClosed": False, **unknown}


def _line(kind: str) -> Derive:
    def derive(org: Org, before: Row | None, sent: Row, user: str) -> Row:
        if before is None:
            return lines.new_line(org, kind, sent, user)
        return lines.changed_line(kind, before, sent)

    return derive


def _person(org: Org, before: Row | None, sent: Row, user: str) -> Row:
    row = {**(before or {}), **sent}
    parts = (row.get("FirstName"), row.get("LastName"))
    return row | {"Name": " ".join(part for part in parts if part)}


def _order(org: Org, before: Row | None, sent: Row, user: str) -> Row:
    row = {**(before or org.blank("Order")), **sent}
    if before is None and row["Status"] != "Draft":
        raise bad_request("FAILED_ACTIVATION", "An order must be created in Draft status.", ["Status"])
    if before is not None and before["StatusCode"] == "Activated" and sent.get("AccountId", "") != "":
        raise bad_request("FIELD_INTEGRITY_EXCEPTION", "The account of an activated order is fixed.", ["AccountId"])
    activated = row["Status"] == "Activated"
    if activated and before is not None and before["StatusCode"] != "Activated":
        if set(sent) != {"Status"}:
            says = "An order is activated by an update of Status alone."
            raise bad_request("FAILED_ACTIVATION", says, ["Status"])
        row["ActivatedDate"] = org.now()
    row["StatusCode"] = "Activated" if activated else "Draft"
    row["OrderNumber"] = row["OrderNumber"] or f"{org.tables.raise_counter('order number'):08d}"
    return row


def _entry(org: Org, before: Row | None, sent: Row, user: str) -> Row:
    if before is not None:
        return {**before, **sent}
    product = org.find("Product2", sent["Product2Id"]) or {}
    row = {"CurrencyIsoCode": org.corporate_currency(), **sent}
    entries = [one for one in org.rows("PricebookEntry") if one["Product2Id"] == row["Product2Id"]]
    same = [one for one in entries if one["CurrencyIsoCode"] == row["CurrencyIsoCode"]]
    if any(one["Pricebook2Id"] == row["Pricebook2Id"] for one in same):
        says = "This price definition already exists in this price book"
        raise bad_request("DUPLICATE_VALUE", says, [])
    standard = {book["Id"] for book in org.rows("Pricebook2") if book["IsStandard"]}
    if row["Pricebook2Id"] not in standard and not any(one["Pricebook2Id"] in standard for one in same):
        says = "No standard price defined for this product"
        raise bad_request("STANDARD_PRICE_NOT_DEFINED", says, [])
    return row | {"Name": product.get("Name"), "ProductCode": product.get("ProductCode")}


_DERIVED: dict[str, Derive] = {
    "Opportunity": _opportunity,
    "OpportunityLineItem": _line(lines.LINE),
    "OrderItem": _line(lines.ITEM),
    "Contact": _person,
    "Order": _order,
    "PricebookEntry": _entry,
}
