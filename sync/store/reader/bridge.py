"""Reads the bridge: its stages, its bars, the steps behind each (ARCHITECTURE.md: the bridge). SEK ex VAT, signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sync.core.bridge import causes as table
from sync.store.reader.published import Paging, Reader, Scope

By = Literal["cause", "origin", "crm", "customer", "seller"]
# Causes that are no steps of the stored bridge, but totals of the CRM alone: each is an amount of the stages.
_TOTALS: Mapping[str, str] = {"P30": "deleted", "P20": "lost", "P10": "open", "C41": "discount"}


@dataclass(frozen=True)
class Stages:
    """From the pipeline (M0) over won gross (M1) and net (M2, M3) to booked net (M7), of some days.

    The parts of the pipeline that were not won are gross; `not_sent` was won in a stage that is not sent.
    """

    deals: int
    pipeline: Decimal
    deleted: Decimal
    lost: Decimal
    open: Decimal
    not_sent: Decimal
    won_gross: Decimal
    discount: Decimal
    won_net: Decimal
    documents: int
    booked: Decimal

    def steps(self, about: table.Group) -> list[tuple[str, Decimal]]:
        """Return the CRM's own causes of a group in the order of their table: code and signed amount."""
        codes = [cause.code for cause in table.of_group(about, on="crm") if cause.code in _TOTALS]
        return [(code, -getattr(self, _TOTALS[code])) for code in codes]


@dataclass(frozen=True)
class CauseTotal:
    """One cause of the bridge: its code, how many steps, and their sum."""

    cause: str
    items: int
    amount_sek: Decimal

    @property
    def explains(self) -> bool:
        """Return whether the cause explains its amount; what is unclassified does not."""
        return table.explains(self.cause)


@dataclass(frozen=True)
class GroupTotal:
    """The steps of one cause, origin, CRM, customer or seller: its name, the causes in it, how many, their sum."""

    name: str
    causes: str
    items: int
    amount_sek: Decimal


@dataclass(frozen=True)
class StepRow:
    """One step with what its why-sentence needs: `why` is JSON; rows count from 1, 0 is the whole."""

    company: str
    cause: str
    origin: str
    deal_system: str
    deal_kind: str
    deal_id: str
    deal_row: int
    document_kind: str
    number: str
    document_row: int
    amount_sek: Decimal
    why: str
    title: str
    customer_name: str
    seller: str
    deal_day: date | None
    booked_day: date | None
    currency: str
    total: int


def stages(reader: Reader, scope: Scope) -> Stages:
    """Return the totals between which the bridge leads."""
    return reader.one(Stages, "bridge_stages", scope.days())


def causes(reader: Reader, scope: Scope) -> list[CauseTotal]:
    """Return the causes between CRM billable net and booked net of the scope's days, largest first."""
    return reader.rows(CauseTotal, "bridge_causes", scope.days())


def groups(reader: Reader, scope: Scope, by: By) -> list[GroupTotal]:
    """Return the bridge's bars of the scope's days, largest first."""
    return reader.rows(GroupTotal, "bridge_groups", {**scope.days(), "by": by})


def steps(reader: Reader, scope: Scope, by: By, name: str, paging: Paging) -> list[StepRow]:
    """Return the steps behind one bar, largest first."""
    return reader.rows(StepRow, "bridge_rows", {**scope.days(), "by": by, "name": name, **paging.parameters()})


def is_of_a_row(code: str) -> bool:
    """Return whether a cause is a difference between a row of a deal and the row that it became."""
    return code in table.CAUSES and table.side(code) == "both"


def is_discount(code: str) -> bool:
    """Return whether a cause is about a discount."""
    return table.group(code) == "discount"
