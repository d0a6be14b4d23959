"""Line items: prices, quantities and discounts that follow each other, and the roll-up (FACTS.md 8.2, 8.3)."""

from decimal import Decimal
from typing import Any

from sync.sandbox.salesforce.errors import SalesforceError, bad_request
from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.values import half_up
from sync.sandbox.tables import Row

LINE, ITEM = "OpportunityLineItem", "OrderItem"
PARENTS = {LINE: ("Opportunity", "OpportunityId"), ITEM: ("Order", "OrderId")}
"""What a line belongs to: the parent object and the reference to it."""


def new_line(org: Org, kind: str, sent: Row, user: str) -> Row:
    """Return a new line with everything that follows from what was sent."""
    parent = org.find(PARENTS[kind][0], sent[PARENTS[kind][1]])
    assert parent is not None
    row = dict(sent)
    entry = _entry(org, row, parent, user)
    product = org.find("Product2", entry["Product2Id"]) or {}
    row |= {"PricebookEntryId": entry["Id"], "Product2Id": entry["Product2Id"]}
    row |= {"ProductCode": product.get("ProductCode"), "ListPrice": entry["UnitPrice"]}
    row["CurrencyIsoCode"] = parent["CurrencyIsoCode"]
    if kind == LINE:
        row["Name"] = f"{parent['Name']} {product.get('Name', '')}"[:376]
    _refuse_two_prices(sent)
    if sent.get("UnitPrice") is None and sent.get("TotalPrice") is None:
        row["UnitPrice"] = entry["UnitPrice"]
    return _priced(row, by_total=sent.get("TotalPrice") is not None)


def changed_line(kind: str, before: Row, sent: Row) -> Row:
    """Return a changed line: which of price and total follows depends on what was sent (FACTS.md 8.3)."""
    row = before | sent
    if kind == ITEM:
        return _priced(row, by_total=False)
    _refuse_two_prices(sent)
    prices = {"UnitPrice", "TotalPrice"} & sent.keys()
    if not prices and "Quantity" in sent and "Discount" in sent:
        says = "Discount and Quantity were changed together: one of UnitPrice and TotalPrice must be sent too"
        raise bad_request("FIELD_INTEGRITY_EXCEPTION", says, ["Discount"])
    held = "TotalPrice" in sent or (not prices and "Quantity" in sent and sent["Quantity"] != before["Quantity"])
    return _priced(row, by_total=held)


def roll_up(org: Org, kind: str, parent_id: str, user: str) -> None:
    """Sum the lines of a parent; it is stamped only where the sum moved (FACTS.md 8.2)."""
    parent_kind, reference = PARENTS[kind]
    parent = org.find(parent_kind, parent_id)
    if parent is None:
        return
    rows = [row for row in org.rows(kind) if row[reference] == parent_id]
    total = sum((Decimal(row["TotalPrice"] or 0) for row in rows), Decimal(0))
    if kind == ITEM:
        sums: Row = {"TotalAmount": total}
    elif rows:
        sums = {"Amount": total, "HasOpportunityLineItem": True} | expected(parent | {"Amount": total})
    else:
        sums = {"HasOpportunityLineItem": False}
    if any(parent[name] != value for name, value in sums.items()):
        org.change(parent_kind, parent | sums, user)


def expected(opportunity: Row) -> Row:
    """Return the expected revenue: amount times probability."""
    amount, chance = opportunity["Amount"], opportunity["Probability"]
    if amount is None or chance is None:
        return {"ExpectedRevenue": None}
    return {"ExpectedRevenue": half_up(Decimal(amount) * Decimal(chance) / 100)}


def total_price(row: Row) -> Decimal:
    """Return (UnitPrice - UnitPrice x Discount %) x Quantity with two decimals, half up."""
    share = 1 - Decimal(row.get("Discount") or 0) / 100
    return half_up(Decimal(row["UnitPrice"] or 0) * share * Decimal(row["Quantity"] or 0))


def _priced(row: Row, *, by_total: bool) -> Row:
    if by_total:
        whole = Decimal(row["Quantity"] or 0) * (1 - Decimal(row.get("Discount") or 0) / 100)
        row["UnitPrice"] = half_up(Decimal(row["TotalPrice"]) / whole) if whole else row.get("UnitPrice")
    else:
        row["TotalPrice"] = total_price(row)
    if "Subtotal" in row or "OpportunityId" in row:
        row["Subtotal"] = half_up(Decimal(row["UnitPrice"] or 0) * Decimal(row["Quantity"] or 0))
    return row


def _refuse_two_prices(sent: Row) -> None:
    if sent.get("UnitPrice") is not None and sent.get("TotalPrice") is not None:
        says = "field integrity exception: specify either UnitPrice or TotalPrice, not both"
        raise bad_request("FIELD_INTEGRITY_EXCEPTION", says, ["TotalPrice"])


def _entry(org: Org, row: Row, parent: Row, user: str) -> Row:
    """Return the price-book entry of a new line; the parent gets its price book from its first line."""
    found: Row | None = None
    if row.get("PricebookEntryId"):
        found = org.find("PricebookEntry", row["PricebookEntryId"])
    elif row.get("Product2Id"):
        found = _entry_of(org, row["Product2Id"], parent)
    if found is None or not found["IsActive"]:
        says = "field integrity exception: PricebookEntryId (pricebook entry is inactive or there is none)"
        raise bad_request("FIELD_INTEGRITY_EXCEPTION", says, ["PricebookEntryId"])
    if found["CurrencyIsoCode"] != parent["CurrencyIsoCode"]:
        says = "The currency codes on the line item and the pricebook entry must match"
        raise bad_request("FIELD_INTEGRITY_EXCEPTION", says, ["PricebookEntryId"])
    if parent["Pricebook2Id"] is None:
        kind = "Order" if "OrderNumber" in parent else "Opportunity"
        org.change(kind, parent | {"Pricebook2Id": found["Pricebook2Id"]}, user)
    elif parent["Pricebook2Id"] != found["Pricebook2Id"]:
        says = "field integrity exception: PricebookEntryId (pricebook entry is not in the opportunity's price book)"
        raise bad_request("FIELD_INTEGRITY_EXCEPTION", says, ["PricebookEntryId"])
    return found


def _entry_of(org: Org, product: str, parent: Row) -> Row | None:
    book = parent["Pricebook2Id"]
    for entry in org.rows("PricebookEntry"):
        same = entry["Product2Id"] == product and entry["CurrencyIsoCode"] == parent["CurrencyIsoCode"]
        if same and book in (None, entry["Pricebook2Id"]):
            return entry
    return None


def refuse_fixed(before: Row, sent: Row) -> None:
    """Refuse another price book or currency for an opportunity that has lines (FACTS.md 8.2)."""
    fixed = [name for name in ("Pricebook2Id", "CurrencyIsoCode") if name in sent and sent[name] != before[name]]
    if fixed and before["HasOpportunityLineItem"]:
        says = f"field integrity exception: {fixed[0]} (cannot be changed while the opportunity has products)"
        raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", says, fixed)


def unchanged_by_lines(before: Row, sent: Row) -> dict[str, Any]:
    """Return what was sent without an Amount that the lines decide: it is ignored without a word (FACTS.md 8.2)."""
    if before["HasOpportunityLineItem"]:
        return {name: value for name, value in sent.items() if name != "Amount"}
    return sent
