"""Why CRM billable net (M3) is not Fortnox booked net (M7): one cause for every krona (mission.md D).

This is the bridge over all periods together: every won deal and every booked document is one side of a step,
first matching rule wins, and the steps add up to M7 - M3 by construction. X1, X2, X3 are unclassified.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from mappings.money import HUNDRED, ORE, ZERO, micro
from sync.core.measures import Deal, DealRow, Document, DocumentRow
from sync.core.types import RecordKey

Standing = Literal["linked", "excluded", "unknown", "login", "rejected", "match", "article", "validation",
                   "approval", "dismissed", "on_its_way", "missed"]  # fmt: skip

_NO_DOCUMENT: Mapping[Standing, str] = {
    "excluded": "O71",
    "unknown": "O58",
    "login": "O57",
    "rejected": "O56",
    "match": "O52",
    "article": "O54",
    "validation": "O53",
    "approval": "O55",
    "dismissed": "O59",
    "on_its_way": "O51",
    "missed": "O81",
    "linked": "O62",
}


@dataclass(frozen=True)
class Step:
    """One amount of the bridge, SEK: positive where Fortnox booked more than the CRM sold."""

    company: str
    cause: str
    amount_sek: Decimal
    deal: RecordKey | None = None
    number: str = ""
    day: date | None = None


@dataclass(frozen=True)
class WonDeal:
    """A won deal with what became of it: its documents (by link) and where it stands without one.

    `elsewhere` are its documents in companies it does not belong to, with the company.
    """

    key: RecordKey
    company: str
    deal: Deal
    documents: tuple[Document, ...]
    standing: Standing
    elsewhere: tuple[tuple[str, Document], ...] = ()


@dataclass(frozen=True)
class LooseDocument:
    """A booked document that no won deal is linked to."""

    company: str
    document: Document
    before_go_live: bool
    customer_in_crm: bool
    deal_state: str = ""


def bridge(deals: Iterable[WonDeal], loose: Iterable[LooseDocument]) -> list[Step]:
    """Return all steps from M3 to M7, zero amounts left out."""
    steps = [step for won in deals for step in _deal_steps(won)]
    steps += [_loose_step(document) for document in loose]
    return [step for step in steps if step.amount_sek != 0]


def _deal_steps(won: WonDeal) -> list[Step]:
    a = won.deal.net_sek
    booked = [document for document in won.documents if _counts(document)]
    strayed = [(company, document) for company, document in won.elsewhere if _counts(document)]
    steps = [
        Step(company, "I16", document.net_sek, won.key, document.number, document.day) for company, document in strayed
    ]
    if not booked:
        cause = "O12" if strayed else _without_booking(won)
        return [Step(won.company, cause, -a, won.key, _numbers(won.documents), won.deal.day), *steps]
    first, *further = booked
    parts = _valuation(won.deal, first)
    steps += [Step(won.company, cause, amount, won.key, first.number, won.deal.day) for cause, amount in parts]
    steps += [Step(won.company, "I31", extra.net_sek, won.key, extra.number, extra.day) for extra in further]
    return steps


def _counts(document: Document) -> bool:
    return document.booked and not document.cancelled


def _without_booking(won: WonDeal) -> str:
    live = [document for document in won.documents if not document.cancelled]
    if live:
        return "O33"
    if won.documents:
        return "O61"
    return _NO_DOCUMENT[won.standing]


def _loose_step(loose: LooseDocument) -> Step:
    document = loose.document
    if document.credit:
        cause = "I21" if document.credits else "I23"
    elif loose.deal_state:
        cause = {"lost": "I14", "open": "I13", "won_elsewhere": "I16"}.get(loose.deal_state, "I15")
    elif loose.before_go_live:
        cause = "I71"
    else:
        cause = "I51" if loose.customer_in_crm else "I52"
    return Step(loose.company, cause, document.net_sek, None, document.number, document.day)


def _valuation(deal: Deal, document: Document) -> list[tuple[str, Decimal]]:
    """Split f - a of one deal and its document by factor (D7): quantity, price, discount, rate, rounding."""
    difference = document.net_sek - deal.net_sek
    if len(deal.rows) != len(document.rows):
        return [("X3", difference)]
    totals: dict[str, Decimal] = dict.fromkeys(("V1", "V4", "V5", "V6"), ZERO)
    for sold, invoiced in zip(deal.rows, document.rows, strict=True):
        for cause, amount in _row_factors(sold, invoiced, deal.rate_sek, document.rate_sek):
            totals[cause] += amount
    totals = {cause: micro(amount) for cause, amount in totals.items()}
    rest = difference - sum(totals.values(), ZERO)
    within = ORE * (len(deal.rows) + 1) * max(Decimal(1), document.rate_sek)
    return [*totals.items(), ("V7" if abs(rest) <= within else "X3", rest)]


def _row_factors(
    sold: DealRow, invoiced: DocumentRow, crm_rate: Decimal, fortnox_rate: Decimal
) -> Sequence[tuple[str, Decimal]]:
    """Change one factor at a time in the fixed order; each change is a cause (D7)."""
    before = sold.list_price if _discounted(sold) else sold.price
    kept = sold.price / before if before else Decimal(1)
    kept_after = _kept(invoiced)
    if _same_net(sold, invoiced):
        kept, kept_after, before = Decimal(1), Decimal(1), sold.price
        price = sold.price
    else:
        price = invoiced.price
    x0 = sold.quantity * before * kept * crm_rate
    x1 = invoiced.quantity * before * kept * crm_rate
    x4 = invoiced.quantity * price * kept * crm_rate
    x5 = invoiced.quantity * price * kept_after * crm_rate
    x6 = invoiced.quantity * price * kept_after * fortnox_rate
    return (("V1", x1 - x0), ("V4", x4 - x1), ("V5", x5 - x4), ("V6", x6 - x5))


def _same_net(sold: DealRow, invoiced: DocumentRow) -> bool:
    """The row was agreed at this net in the deal's currency; price and discount only say it in another way."""
    exact = sold.quantity * sold.price
    made = invoiced.quantity * invoiced.price * _kept(invoiced)
    return sold.quantity == invoiced.quantity and abs(exact - made) <= ORE


def _discounted(row: DealRow) -> bool:
    return abs(row.list_price) >= abs(row.price) and row.list_price * row.price >= 0


def _kept(row: DocumentRow) -> Decimal:
    """Return the share of the price that is left after the row's discount."""
    gross = row.quantity * row.price
    if row.discount_type == "AMOUNT":
        return (gross - row.discount) / gross if gross else Decimal(1)
    return 1 - row.discount / HUNDRED


def _numbers(documents: Iterable[Document]) -> str:
    return ", ".join(document.number for document in documents)
