"""A Salesforce opportunity as finance counts it (FACTS.md 8.2, 8.3). SEK ex VAT.

`READS` and `ROW_READS` are the paths it reads, so that the connector asks for them and for nothing else.
"""

from decimal import Decimal

from mappings.values.money import HUNDRED, ZERO, decimal, micro, ore
from mappings.values.paths import at
from sync.core.bridge.measures import Deal, DealRow, DealState
from sync.core.types import Payload
from sync.core.values import LEAST_RATE, day, number, sold

ROWS = "OpportunityLineItems"
READS = ("Name", "AccountId", "Account.Name", "Owner.Name", "IsWon", "IsClosed", "CloseDate")
ROW_READS = (
    "Quantity", "UnitPrice", "Discount", "TotalPrice", "Description", "Product2.ProductCode", "Product2.Name",
)  # fmt: skip


def salesforce_deal(opportunity: Payload) -> Deal:
    """Read an opportunity with its lines: a line's net is the TotalPrice that Salesforce states, of two decimals.

    `kvitt.rate` is foreign units per SEK, worked out by the connector; without one the amounts are taken as SEK.
    """
    rate = decimal(at(opportunity, "kvitt.rate")) or Decimal(1)
    rate_sek = Decimal(1) / rate if rate > LEAST_RATE else Decimal(1)
    return Deal(
        title=str(opportunity.get("Name") or opportunity.get("Id")),
        customer_id=str(opportunity.get("AccountId") or ""),
        customer_name=str(at(opportunity, "Account.Name") or ""),
        seller=str(at(opportunity, "Owner.Name") or ""),
        state=_state(opportunity),
        day=day(opportunity.get("CloseDate")),
        currency=str(at(opportunity, "kvitt.currency") or "SEK"),
        rate_sek=rate_sek,
        rows=tuple(_row(row, rate_sek) for row in opportunity.get(ROWS) or ()),
    )


def _state(opportunity: Payload) -> DealState:
    """By IsWon and IsClosed, never by the stage's label: that is renamed and translated (FACTS.md 8.2)."""
    if opportunity.get("IsClosed") is not True:
        return "open"
    return "won" if opportunity.get("IsWon") is True else "lost"


def _row(row: Payload, rate_sek: Decimal) -> DealRow:
    listed, percent = number(row, "UnitPrice"), number(row, "Discount")
    price = listed * (1 - percent / HUNDRED)
    stated = decimal(row.get("TotalPrice"))
    said = number(row, "Quantity")
    quantity = sold(said, max(abs(price), abs(listed)), rate_sek)
    if quantity != said:
        stated = ZERO
    gross = quantity * listed * rate_sek
    net = (ore(quantity * price) if stated is None else stated) * rate_sek
    return DealRow(
        article=str(at(row, "Product2.ProductCode") or ""),
        text=str(at(row, "Product2.Name") or row.get("Description") or ""),
        quantity=quantity,
        list_price=listed,
        price=price,
        gross_sek=micro(gross),
        discount_sek=micro(gross) - micro(net),
        net_sek=micro(net),
        row_id=str(row.get("Id") or ""),
        discount_given=decimal(row.get("Discount")) is not None or micro(gross) != micro(net),
    )
